"""Writes docs/reference from the code: ``python docs/generate.py``, or ``--check`` to compare only.

Every page is a function of ``docs/pages`` that returns its Markdown.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pages import (
    cli,
    environment,
    errors,
    fields,
    lifecycle,
    metrics,
    operations,
    peers,
    python,
    settings,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

REFERENCE = Path(__file__).parent / "reference"
PAGES: dict[str, Callable[[], str]] = {
    "airflow.md": python.airflow_page,
    "cli.md": cli.page,
    "environment.md": environment.page,
    "errors.md": errors.page,
    "fields.md": fields.page,
    "lifecycle.md": lifecycle.page,
    "metrics.md": metrics.page,
    "operations.md": operations.page,
    "pipelines.md": lifecycle.pipelines_page,
    "python.md": python.page,
    "settings.md": settings.page,
    "testing.md": python.testing_page,
    "where-you-come-from.md": peers.page,
}
HEAD = "<!-- Written by `make docs` from the code: change that, not this. -->\n\n"


def written() -> dict[Path, str]:
    """Form every page; the text by the file it belongs in."""
    pages = {name: HEAD + page().rstrip() + "\n" for name, page in PAGES.items()}
    return {REFERENCE / name: text for name, text in (pages | lifecycle.drawings()).items()}


def stale(pages: dict[Path, str]) -> list[Path]:
    """Name the files that are not what they should be."""
    return [file for file, text in pages.items() if not file.exists() or file.read_text() != text]


def main(arguments: Sequence[str]) -> int:
    """Write the pages, or with ``--check`` tell which are out of date; gives the exit code."""
    if arguments not in ([], ["--check"]):
        print("usage: python docs/generate.py [--check]", file=sys.stderr)
        return 2
    pages = written()
    changed = stale(pages)
    for file in changed:
        name = file.relative_to(REFERENCE.parents[1])
        print(f"{name} is out of date: run make docs" if arguments else f"wrote {name}")
        if not arguments:
            file.parent.mkdir(exist_ok=True)
            file.write_text(pages[file])
    return 1 if arguments and changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

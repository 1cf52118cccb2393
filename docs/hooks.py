"""What the site has beyond the pages of docs/: its navigation, and the files that pages lead to.

MkDocs calls the functions that begin with ``on_`` (`mkdocs.yml`). A page that is new is found
by its folder; its place in a list of docs/how-to/README.md is its place in the navigation.

Source: https://www.mkdocs.org/user-guide/configuration/#hooks
"""

from __future__ import annotations

import posixpath
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
PROJECT = ("README", "ARCHITECTURE", "CONTRIBUTING", "CHANGELOG", "RELEASING", "SECURITY")
"""The files of the root that are pages of the site, where they are there."""

FIRST = ("cli", "python", "testing", "airflow", "settings", "environment", "metrics", "operations")
"""The pages of the reference that come before the others, by what is asked for most."""

FENCE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(\[[^\]]*\]\()([^)\s#]+)(#[^)\s]*)?\)")
MARK = re.compile(r"^<!-- .*?-->\n", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^<!-- file: (\S+) -->\n```(\w+)$", re.MULTILINE)
DRAWING = re.compile(r'<p><img alt="[^"]*" src="([\w-]+\.svg)" ?/?></p>')


def on_config(config: MkDocsConfig) -> None:
    """Form the navigation."""
    _brought.cache_clear()
    config.nav = [
        {"Home": "README.md"},
        {"Tutorial": "tutorial.md"},
        {"How to": list(_guides())},
        {"Reference": ["reference/README.md", *_reference(), "fidelity.md", "glossary.md"]},
        {"Discussions": [*_pages("discussions"), "benchmarks.md"]},
        {"Decisions": list(_pages("decisions"))},
        {"Project": [f"project/{name.lower()}.md" for name in _project()]},
    ]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Bring in the root's pages, and what any page leads to outside docs/."""
    for path in _brought():
        files.append(File.generated(config, _address(path), content=_content(path)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lead links to where things are on the site, and leave out what is for tests only."""
    del config, files
    here = page.file.src_uri
    source = _source(here)
    titled = FILE.sub(r'```\2 title="\1"', markdown)
    parts = FENCE.split(MARK.sub("", titled))
    parts[::2] = [_moved(part, source, here) for part in parts[::2]]
    return "".join(parts)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Put drawings into their pages, which they then have their colours from."""
    del config, files
    folder = _source(page.file.src_uri).parent
    box = '<div class="drawing">{}</div>'
    return DRAWING.sub(lambda found: box.format((folder / found[1]).read_text()), html)


def _guides() -> Iterator[str | dict[str, list[str]]]:
    """Give the how-to pages as their list groups them, then those that it does not have."""
    text = (ROOT / "docs/how-to/README.md").read_text()
    yield "how-to/README.md"
    listed = set()
    for group in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        title, _, rest = group.partition("\n")
        names = re.findall(r"\]\(([\w-]+\.md)\)", rest)
        listed.update(names)
        yield {title: [f"how-to/{name}" for name in names]}
    if more := [page for page in _pages("how-to") if posixpath.basename(page) not in listed][1:]:
        yield {"More": more}


def _reference() -> list[str]:
    order = [f"reference/{name}.md" for name in FIRST]
    pages = [page for page in _pages("reference") if not page.endswith("README.md")]
    return sorted(pages, key=lambda page: order.index(page) if page in order else len(order))


def _pages(folder: str) -> Iterator[str]:
    names = [path.name for path in sorted((ROOT / "docs" / folder).glob("*.md"))]
    yield from (f"{folder}/{name}" for name in sorted(names, key=lambda name: name != "README.md"))


def _project() -> Iterator[str]:
    return (name for name in PROJECT if (ROOT / f"{name}.md").exists())


@cache
def _brought() -> set[Path]:
    """List the files outside docs/ that are on the site: the root's pages, and what is linked."""
    waiting = [*(ROOT / "docs").rglob("*.md"), *(ROOT / f"{name}.md" for name in _project())]
    found = {path for path in waiting if path.parent == ROOT}
    while waiting:
        page = waiting.pop()
        if page.suffix == ".md":
            linked = {path for path in _links(page) if path.is_file() and not _inside(path)} - found
            found |= linked
            waiting += linked
    return found


def _links(page: Path) -> Iterator[Path]:
    for _, target, _ in LINK.findall(FENCE.sub("", page.read_text())):
        if "://" not in target and not target.startswith("mailto:"):
            yield (page.parent / target).resolve()


def _inside(path: Path) -> bool:
    return path.is_relative_to(ROOT / "docs")


def _address(path: Path) -> str:
    """Say where a file is on the site; source code becomes a page."""
    if _inside(path):
        return path.relative_to(ROOT / "docs").as_posix()
    if path.parent == ROOT and path.suffix == ".md":
        return f"project/{path.name.lower()}"
    name = path.relative_to(ROOT).as_posix()
    if name.endswith("/README.md"):
        return f"project/{name.removesuffix('/README.md')}.md"
    return f"project/{name}" if "." in path.name and path.suffix == ".md" else f"project/{name}.md"


def _source(address: str) -> Path:
    """Say which file a page of the site is made of."""
    for path in _brought():
        if _address(path) == address:
            return path
    return ROOT / "docs" / address


def _content(path: Path) -> str:
    if path.suffix == ".md":
        return path.read_text()
    name = path.relative_to(ROOT).as_posix()
    return f"# {name}\n\n```{path.suffix.removeprefix('.')}\n{path.read_text()}\n```\n"


def _moved(text: str, source: Path, here: str) -> str:
    def lead(found: re.Match[str]) -> str:
        target = (source.parent / found[2]).resolve()
        if "://" in found[2] or found[2].startswith("mailto:") or not target.exists():
            return found[0]
        address = posixpath.relpath(_address(target), posixpath.dirname(here) or ".")
        return f"{found[1]}{address}{found[3] or ''})"

    return LINK.sub(lead, text)

"""Runs pytest and sees to it that the copied source is under test, not the original.

``python -P guard.py ORIGINAL_SRC [pytest's arguments]``; exits with pytest's code, or with 70 when
a module was imported from the original source.
"""

import sys
from pathlib import Path

import pytest

ORIGINAL_IMPORTED = 70


def imported_from(folder: Path) -> list[str]:
    """Name the modules that were loaded from below a folder."""
    files = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
    return sorted(
        name for name, file in files.items() if file and Path(file).is_relative_to(folder)
    )


def main(original: str, *arguments: str) -> int:
    """Run pytest, then look where everything came from."""
    code = int(pytest.main(list(arguments)))
    strays = imported_from(Path(original))
    if strays:
        print(f"imported from {original}, not from the copy: {', '.join(strays)}")  # noqa: T201 - read by the harness
        return ORIGINAL_IMPORTED
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

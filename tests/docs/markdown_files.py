"""The Markdown of the tree, taken apart: files, fenced blocks, commands and what they print."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Shown(NamedTuple):
    """A command in a console block, and the lines that follow it."""

    command: str
    output: list[str]


def files() -> list[Path]:
    """Every Markdown file that is, or is about to be, in the repository."""
    if not (ROOT / ".git").exists():  # an unpacked sdist
        return [path for path in ROOT.rglob("*.md") if ".venv" not in path.parts]
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


def name_of(path: Path) -> str:
    """A file by its path in the tree."""
    return str(path.relative_to(ROOT))


def prose(path: Path) -> str:
    """A file without its fenced blocks."""
    return FENCE.sub("", path.read_text())


def blocks(path: Path, *kinds: str) -> Iterator[str]:
    """The fenced blocks of these kinds."""
    for kind, content in FENCE.findall(path.read_text()):
        if kind in kinds:
            yield content


def shown(block: str) -> list[Shown]:
    """The commands of a console block; one goes on while a quote is open, or after a backslash."""
    found: list[Shown] = []
    for line in block.replace("\\\n", " ").splitlines():
        if found and _open(found[-1].command):
            found[-1] = Shown(f"{found[-1].command}\n{line}", [])
        elif line.startswith("$ "):
            found.append(Shown(line.removeprefix("$ "), []))
        elif found:
            found[-1].output.append(line)
    return found


def _open(command: str) -> bool:
    """Whether a quote in a command is not closed."""
    try:
        shlex.split(command)
    except ValueError:
        return True
    return False

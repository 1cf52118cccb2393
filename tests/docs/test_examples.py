"""What the pages tell people to type can be typed, and does what they say."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from batchyard.cli import COMMANDS, batchyard
from batchyard.cli.events import Showing
from tests.docs.markdown_files import ROOT, Shown, blocks, files, name_of, prose, shown

TYPED = re.compile(r"(?<![\w./-])batchyard (?=[a-z-])")
INLINE = re.compile(r"`(batchyard [a-z][^`]*)`")
END = frozenset("();<>|&\n")
RUN = ("README.md", "docs/how-to/run-a-command.md")
PAGES = [path for path in files() if not path.is_relative_to(ROOT / "docs/reference")]


def arguments(typed: str) -> list[str]:
    """The arguments of a command, as a shell would split them; what it would fill in is 1."""
    lexer = shlex.shlex(typed, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    found = []
    while (word := lexer.get_token()) is not None and not END.issuperset(word):
        found.append("1" if word.startswith("$") else word)
    return found


def typed(path: Path) -> Iterator[str]:
    """Everything after ``batchyard`` in a page's commands, in its blocks and in its prose."""
    for block in blocks(path, "sh", "console"):
        for line in block.replace("\\\n", " ").splitlines():
            yield from (line[match.end() :] for match in TYPED.finditer(line))
    yield from (match.removeprefix("batchyard ") for match in INLINE.findall(prose(path)))


def parse(words: list[str]) -> None:
    """Let click read a command without running it; what it still lacks does not matter here."""
    found: click.Command | None = batchyard
    rest = words
    while isinstance(found, click.Group):
        if isinstance(found, Showing):
            rest = found.meant(rest)
        name, *rest = rest
        found = found.get_command(click.Context(found), name)
    assert found is not None, f"no command {name!r}"
    try:
        context = found.make_context(name, rest)
    except click.MissingParameter:
        return
    program = [*context.params.get("words", ()), ""][0]
    assert not program.startswith("-"), f"{program!r} is no option of {name}"


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_command_in_a_page_is_one_that_there_is(path: Path) -> None:
    for line in typed(path):
        words = arguments(line)
        if words != ["--help"]:
            parse(words)


def shown_by_help(name: str) -> list[str]:
    """The examples in a command's help; each has some."""
    found = batchyard.get_command(click.Context(batchyard), name)
    assert found is not None
    _, _, text = (found.help or "").partition("Examples:\n")
    return text.strip().splitlines()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_has_examples_that_can_be_typed(name: str) -> None:
    lines = shown_by_help(name)
    assert lines
    for line in lines:
        starts = [match.end() for match in TYPED.finditer(line)]
        assert starts, line
        for start in starts:
            parse(arguments(line[start:].removesuffix('"')))


def test_a_misspelt_option_is_noticed() -> None:
    options = "serve --prot 1", "run --aray 2 -- true", "story --jsn x", "events status --jsn"
    for wrong in (*options, "severe", "events isntall"):
        with pytest.raises((click.UsageError, AssertionError)):
            parse(arguments(wrong))


def examples() -> Iterator[tuple[Shown, int | None]]:
    """Each `batchyard run` with its output, and the exit code where the page asks for it."""
    for name in RUN:
        for block in blocks(ROOT / name, "console"):
            commands = shown(block)
            for one, after in zip(commands, [*commands[1:], Shown("", [])], strict=True):
                if one.command.startswith("batchyard run"):
                    asked = after.command == "echo $?"
                    yield one, int(after.output[0]) if asked else None


@pytest.mark.parametrize("example, code", list(examples()), ids=str)
def test_an_example_prints_what_its_page_says(example: Shown, code: int | None) -> None:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-c", example.command],
        env=os.environ | {"PATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert sorted(done.stdout.splitlines()) == sorted(filter(None, example.output))
    assert done.returncode == (code or 0)

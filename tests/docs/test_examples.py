"""What the pages and the helps tell people to type can be typed."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from batchyard.cli import COMMANDS, batchyard
from batchyard.cli.events import Showing
from tests.docs.markdown_files import ROOT, blocks, files, name_of, prose

TYPED = re.compile(r"(?<![\w./`-])batchyard (?=[a-z-])")
INLINE = re.compile(r"`(batchyard [a-z][^`]*)`")
END = frozenset("();<>|&\n")
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
    for block in blocks(path, "sh", "console", "yaml"):
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

"""The commands and their options."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any

import click

from batchyard.cli import COMMANDS, batchyard
from pages.markdown import code, table

if TYPE_CHECKING:
    from collections.abc import Iterator


def page() -> str:
    """Form the page of the command line."""
    context = click.Context(batchyard, info_name="batchyard", **batchyard.context_settings)
    commands = [_command(context, name) for name in COMMANDS]
    return "\n\n".join((INTRODUCTION, _options(batchyard, context), *commands, EXIT_CODES))


INTRODUCTION = """# Commands

`batchyard COMMAND --help` says the same in the terminal."""

EXIT_CODES = """## Exit codes

| code | when |
| --- | --- |
| 0 | it did what it was asked |
| 1 | the yard or the other side failed: one line on stderr says how |
| 1 | nobody reads its output any more; nothing is said |
| 2 | the call was wrong: one line on stderr says what, with which value |
| 130 | it was interrupted with Ctrl-C, or a question was answered with no |

`batchyard run` exits with the job's exit code: 128 + N for a job ended by signal N, 127 when its
command could not be started, 130 when it was left while the job ran. Of an array it is the first
child's, by index, that is not 0."""


def _command(context: click.Context, name: str) -> str:
    found = batchyard.get_command(context, name)
    if found is None:
        raise LookupError(name)
    return "\n\n".join(_chapter(found, name, context, COMMANDS[name], depth=2))


def _chapter(
    command: click.Command, name: str, above: click.Context, summary: str, depth: int
) -> Iterator[str]:
    """Form a command's chapter, and below it those of the commands of a group."""
    own = click.Context(command, info_name=name, parent=above)
    yield f"{'#' * depth} {own.command_path}"
    yield summary
    yield _fenced("text", f"{own.command_path} {' '.join(command.collect_usage_pieces(own))}")
    yield from _text(inspect.cleandoc(command.help or ""))
    yield _options(command, own)
    for word, below in getattr(command, "commands", {}).items():
        first = inspect.cleandoc(below.help or "").partition("\n\n")[0]
        yield from _chapter(below, word, own, " ".join(first.split()), depth + 1)


def _fenced(kind: str, content: str) -> str:
    return f"```{kind}\n{content}\n```"


def _text(text: str) -> list[str]:
    """Form a command's help; what it marks as not to be wrapped is shown as it stands."""
    paragraphs = text.strip().split("\n\n")[1:]
    return [_paragraph(paragraph) for paragraph in paragraphs]


def _paragraph(text: str) -> str:
    marked = re.fullmatch(r"(?:\x08|\\b)\n(.+?):\n(.+)", text, re.DOTALL)
    if marked is None:
        return " ".join(text.split())
    lines = "\n".join(line.strip() for line in marked[2].splitlines())
    return f"{marked[1]}:\n\n{_fenced('sh', lines)}"


def _options(command: click.Command, context: click.Context) -> str:
    options = [p for p in command.get_params(context) if isinstance(p, click.Option)]
    rows = ((_names(option, context), *_meaning(option, context)) for option in options)
    return table(("option", "meaning", "default"), rows)


def _names(option: click.Option, context: click.Context) -> str:
    names = ", ".join((*option.opts, *option.secondary_opts))
    return code(names if option.is_flag else f"{names} {option.make_metavar(ctx=context)}")


def _meaning(option: click.Option, context: click.Context) -> tuple[str, str]:
    """Say what an option is for, and what holds without it."""
    text, _, told = (option.help or "").partition("[default: ")
    extra: Any = option.get_help_extra(context)
    bounds = f" ({code(extra['range'])})" if "range" in extra else ""
    repeated = " May be given more than once." if option.multiple else ""
    shown = told.rstrip("]") or (code(extra["default"]) if "default" in extra else "")
    return f"{text.strip()}{bounds}{repeated}", shown

"""Shows answers: tables that fit the terminal, plain text in pipes, JSON for programs."""

from __future__ import annotations

import json
import os
import sys
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


STYLES = {
    "SUCCEEDED": "green",
    "FAILED": "red",
    "RUNNING": "cyan",
    "STARTING": "cyan",
    "ENABLED": "green",
    "DISABLED": "red",
    "VALID": "green",
    "INVALID": "red",
    "FINISHED": "green",
    "CANCELED": "yellow",
    "CASCADE_FAILED": "red",
    "TIMEDOUT": "red",
    "HEALTHY": "green",
    "ERROR": "red",
}
"""Words that have a colour wherever they fill a cell."""


class Paper(NamedTuple):
    """What is written on.

    Attributes:
        width: a terminal's columns; None for those that it has.
        terminal: whether it may be styled.
        plain: whether it is styled without colours.
    """

    width: int | None
    terminal: bool
    plain: bool = False


def paper() -> Paper:
    """Tell what standard output is: a terminal, or a pipe; for NO_COLOR see https://no-color.org."""
    terminal = sys.stdout.isatty()
    return Paper(None, terminal, bool(os.environ.get("NO_COLOR")))


def json_text(found: object) -> str:
    """Write an answer as JSON."""
    return json.dumps(found, indent=2, ensure_ascii=False, default=str)


def show_json(found: object) -> None:
    """Print an answer as JSON."""
    click.echo(json_text(found))


def show_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], cut: Sequence[str] = ()
) -> None:
    """Print a table; its first column is never folded, so that ids can be copied.

    Args:
        columns: their heads; without any, none are shown.
        rows: their cells; None is an empty one.
        cut: heads of columns that a terminal may be too narrow for; with any, a row is a line.
    """
    click.echo(table(columns, rows, paper(), cut), nl=False)


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    on: Paper,
    cut: Sequence[str] = (),
) -> str:
    """Form a table; see `show_table`.

    Args:
        columns: their heads.
        rows: their cells.
        on: what it is written on.
        cut: heads of columns that may be cut.
    """
    texts = [[_text(value, flat=any(columns)) for value in row] for row in rows]
    if not on.terminal:
        return plain(columns, texts)
    if not cut:
        return _formed(columns, texts, on)
    from shutil import get_terminal_size

    from batchyard.cli.fitting import fitted

    width = on.width or get_terminal_size().columns
    heads, *cells = fitted(columns, texts, width, cut)
    return _formed(heads, cells, on)


def _text(value: object, *, flat: bool) -> str:
    """Write a cell; below heads a row is a line, whatever is in it."""
    said = "" if value is None else str(value)
    return said.replace("\n", "⏎") if flat else said


def plain(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Form a table for a pipe: nothing is cut, and what has several lines keeps them.

    Args:
        columns: their heads; without any, none are shown.
        rows: their cells.
    """
    shown = [columns, *rows] if any(columns) else rows
    cells = [[cell.split("\n") for cell in row] for row in shown]
    lines = [line for row in cells for line in zip_longest(*row, fillvalue="")]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "".join("  ".join(map(str.ljust, line, widths)).rstrip() + "\n" for line in lines)


def _formed(columns: Sequence[str], rows: Iterable[Sequence[str]], on: Paper) -> str:
    from io import StringIO

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=any(columns))
    made.header_style = "bold"
    for number, column in enumerate(columns):
        made.add_column(column, overflow="fold", no_wrap=number == 0)
    for row in rows:
        made.add_row(*(Text(cell, style=STYLES.get(cell, "")) for cell in row))
    console = Console(
        file=StringIO(),
        width=on.width,
        force_terminal=on.terminal,
        no_color=on.plain,
        highlight=False,
        legacy_windows=False,
    )
    with console.capture() as captured:
        console.print(made)
    return stripped(captured.get())


def stripped(text: str) -> str:
    """Take trailing blanks off every line, and empty lines off both ends."""
    lines = [line.rstrip() for line in text.splitlines()]
    return "\n".join(lines).strip("\n") + "\n"


def moment(milliseconds: int | None) -> str:
    """Write a moment (epoch milliseconds) as local date and time."""
    from datetime import datetime

    if milliseconds is None:
        return ""
    return datetime.fromtimestamp(milliseconds / 1000).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def tail(arn: str) -> str:
    """Shorten an ARN to the name at its end; a name stays as it is."""
    return arn.rpartition("/")[2] if arn.startswith("arn:") else arn

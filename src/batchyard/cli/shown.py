"""Shows answers: tables that fit the terminal, plain text in pipes, JSON for programs."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, NamedTuple

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.text import Text

STYLES = {
    "SUCCEEDED": "green",
    "FAILED": "red",
    "RUNNING": "cyan",
    "ENABLED": "green",
    "DISABLED": "red",
    "VALID": "green",
    "INVALID": "red",
}
"""Words that have a colour wherever they fill a cell."""

UNBOUNDED = 100_000
"""Columns of a pipe, in which nothing is cut."""


class Paper(NamedTuple):
    """What is written on.

    Attributes:
        width: columns; None for what the terminal has.
        terminal: whether it may be styled.
        plain: whether it is styled without colours.
    """

    width: int | None
    terminal: bool
    plain: bool = False


def paper() -> Paper:
    """Tell what standard output is: a terminal, or a pipe; for NO_COLOR see https://no-color.org."""
    terminal = sys.stdout.isatty()
    return Paper(None if terminal else UNBOUNDED, terminal, bool(os.environ.get("NO_COLOR")))


def json_text(found: object) -> str:
    """Write an answer as JSON."""
    return json.dumps(found, indent=2, ensure_ascii=False, default=str)


def show_json(found: object) -> None:
    """Print an answer as JSON."""
    click.echo(json_text(found))


def show_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; its first column is never folded, so that ids can be copied."""
    click.echo(table(columns, rows, paper()), nl=False)


def show_lines(
    columns: Sequence[str], rows: Sequence[Sequence[object]], cut: Sequence[str]
) -> None:
    """Print a table of one line a row on a terminal, without the columns in which nothing stands.

    Args:
        columns: their heads.
        rows: their cells; None is an empty one.
        cut: columns that are cut, with an ellipsis, where the line would be too long.
    """
    full = [n for n in range(len(columns)) if any(row[n] not in (None, "") for row in rows)]
    heads = [columns[n] for n in full] or columns
    kept = [[row[n] for n in full] for row in rows]
    click.echo(table(heads, kept, paper(), cut=cut), nl=False)


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    on: Paper,
    cut: Sequence[str] = (),
) -> str:
    """Form a table.

    Args:
        columns: their heads; without any, none are shown.
        rows: their cells; None is an empty one.
        on: what it is written on.
        cut: columns that are cut where a line would be too long; with any, no cell is folded.
    """
    from io import StringIO

    from rich import box
    from rich.console import Console
    from rich.table import Table

    made = Table(box=None, pad_edge=False, show_header=any(columns), header_style="bold")
    if on.terminal and any(columns):
        made.box = box.SIMPLE_HEAD
    for number, column in enumerate(columns):
        if column in cut:
            made.add_column(column, overflow="ellipsis", no_wrap=True)
        else:
            made.add_column(column, overflow="fold", no_wrap=bool(cut) or number == 0)
    for row in rows:
        made.add_row(*(_cell(value, flat=any(columns)) for value in row))
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
    return captured.get() if on.terminal else stripped(captured.get())


def _cell(value: object, *, flat: bool) -> Text:
    """Form a cell; below heads a row is a line, whatever is in it."""
    from rich.text import Text

    said = "" if value is None else str(value)
    if flat:
        said = said.replace("\n", "⏎")
    return Text(said, style=STYLES.get(said, ""))


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

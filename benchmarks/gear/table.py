"""Tables: ruled on a terminal, Markdown when piped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.gear.figures import Figure

PIPED_WIDTH = 220
"""Columns when nobody says how many there are: wide enough that nothing is folded."""
HEADINGS = ("claim", "ours", "peer", "ratio", "target", "met")
WORDS = {True: "yes", False: "NO", None: ""}


def show(figures: Iterable[Figure]) -> None:
    """Print the table of what was measured."""
    rows(HEADINGS, [(*figure[:-1], WORDS[figure.met]) for figure in figures])


def rows(headings: Sequence[str], lines: Iterable[Sequence[str]]) -> None:
    """Print a table."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=PIPED_WIDTH)
    ruled = box.SIMPLE_HEAD if console.is_terminal else box.MARKDOWN
    table = Table(*headings, box=ruled, header_style="bold")
    for line in lines:
        table.add_row(*line)
    console.print(table)

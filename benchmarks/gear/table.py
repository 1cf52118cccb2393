"""The one table at the end: ruled on a terminal, Markdown when piped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.gear.figures import Figure

PIPED_WIDTH = 220
"""Columns when nobody says how many there are: wide enough that nothing is folded."""
HEADINGS = ("claim", "ours", "peer", "ratio", "target", "met")
WORDS = {True: "yes", False: "NO", None: ""}


def show(figures: Iterable[Figure]) -> None:
    """Print the table."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=PIPED_WIDTH)
    ruled = box.SIMPLE_HEAD if console.is_terminal else box.MARKDOWN
    table = Table(*HEADINGS, box=ruled, header_style="bold")
    for figure in figures:
        table.add_row(*figure[:-1], WORDS[figure.met])
    console.print(table)

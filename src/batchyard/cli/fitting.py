"""Fits a table into a terminal's width: a line a row, whatever is in it.

Columns in which nothing stands are left out, and so is one that is never cut where there is no
room for it beside those before it. Those that may be cut share what room the others leave them, the
first one first; one that would have too little room to say anything is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.client.names import stem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

GAP = 2
"""Columns between two cells."""

LEAST = 8
"""Columns in which a cut text still says something."""


def fitted(
    columns: Sequence[str], rows: Sequence[Sequence[str]], width: int, cut: Sequence[str]
) -> list[list[str]]:
    """Fit a table.

    Args:
        columns: their heads.
        rows: their cells.
        width: the terminal's, in columns.
        cut: heads of the columns that may be cut.

    Returns:
        The heads that are left, and their cells, row by row; the first column always is. Without
        rows, all heads are that fit.
    """
    full = [n for n in range(len(columns)) if any(row[n] for row in rows)] or range(len(columns))
    widths = {n: max(_cells(row[n]) for row in [columns, *rows]) for n in full}
    kept, room = _whole([n for n in full if columns[n] not in cut], widths, width + GAP)
    for n in (n for n in full if columns[n] in cut):
        given = min(widths[n], room - GAP)
        if given >= min(LEAST, widths[n]):
            kept.append(n)
            widths[n], room = given, room - GAP - given
    return [[_cut(row[n], widths[n]) for n in sorted(kept)] for row in [columns, *rows]]


def _whole(numbers: Sequence[int], widths: Mapping[int, int], room: int) -> tuple[list[int], int]:
    """Keep the columns that there is room for, and the first; give what room is left."""
    kept: list[int] = []
    for n in numbers:
        if not kept or widths[n] + GAP <= room:
            kept.append(n)
            room -= widths[n] + GAP
    return kept, room


def _cells(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)


def _cut(text: str, width: int) -> str:
    """Cut a text; of a job's made-up name, the definition's stays: its time says less."""
    if _cells(text) <= width:
        return text
    short = stem(text)
    return _cut(f"…{short}…", width) if short != text else _begun(text, width - 1) + "…"


def _begun(text: str, width: int) -> str:
    from rich.cells import set_cell_size

    return set_cell_size(text, width).rstrip()

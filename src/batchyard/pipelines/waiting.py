"""Those who wait to pass a turnstile, in order: a frozen value that is cheap to change.

Whoever waits stands in one of many short rows, the rows in order too. A change copies one row and
the list of rows, so that it costs little more among ten thousand than among a hundred.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Final

from batchyard.pipelines.model import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Entry = tuple[int, str]
"""The beginning of an instance's interval, and its id."""

LONGEST: Final = 128
"""How many a row may hold: about the square root of the most that wait at once (ours)."""


class Waiting(Value, frozen=True):
    """Those who wait; iterating gives them in order.

    Attributes:
        rows: in order, none of them empty.
    """

    rows: tuple[tuple[Entry, ...], ...] = ()

    def __iter__(self) -> Iterator[Entry]:
        """Give everybody, the first first."""
        return (entry for row in self.rows for entry in row)

    def _row(self, entry: Entry) -> tuple[int, tuple[Entry, ...]]:
        """Find the row where somebody stands, or would; an empty one when there are none."""
        at = max(0, bisect_right(self.rows, entry, key=_first) - 1)
        return at, self.rows[at] if self.rows else ()

    def joined(self, entry: Entry) -> Waiting:
        """Let somebody wait; whoever does already stands once."""
        at, row = self._row(entry)
        spot = bisect_left(row, entry)
        if row[spot : spot + 1] == (entry,):
            return self
        longer = (*row[:spot], entry, *row[spot:])
        halves = (longer,) if len(longer) <= LONGEST else _halves(longer)
        return Waiting((*self.rows[:at], *halves, *self.rows[at + 1 :]))

    def without(self, entry: Entry) -> Waiting:
        """Let somebody go; nothing changes when nobody of that name waits."""
        at, row = self._row(entry)
        spot = bisect_left(row, entry)
        if row[spot : spot + 1] != (entry,):
            return self
        shorter = row[:spot] + row[spot + 1 :]
        return Waiting((*self.rows[:at], *_kept(shorter), *self.rows[at + 1 :]))

    def parted(self, count: int) -> tuple[tuple[Entry, ...], Waiting]:
        """Part the first so many from the others."""
        first: list[Entry] = []
        at = 0
        while at < len(self.rows) and len(first) + len(self.rows[at]) <= count:
            first += self.rows[at]
            at += 1
        row = self.rows[at] if at < len(self.rows) else ()
        more = count - len(first)
        return (*first, *row[:more]), Waiting((*_kept(row[more:]), *self.rows[at + 1 :]))


def waiting(entries: Iterable[Entry]) -> Waiting:
    """Put everybody in order."""
    ordered = sorted(set(entries))
    ends = range(0, len(ordered), LONGEST)
    return Waiting(tuple(tuple(ordered[end : end + LONGEST]) for end in ends))


def _first(row: tuple[Entry, ...]) -> Entry:
    return row[0]


def _halves(row: tuple[Entry, ...]) -> tuple[tuple[Entry, ...], ...]:
    return row[: len(row) // 2], row[len(row) // 2 :]


def _kept(row: tuple[Entry, ...]) -> tuple[tuple[Entry, ...], ...]:
    return (row,) if row else ()

"""When whose time is up."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

STALE = 16
"""Entries that may be out of date before they are cleared away."""


class Deadlines:
    """The deadline of each who has one; later ones take the place of earlier ones."""

    def __init__(self) -> None:
        self._set: dict[Hashable, tuple[float, int]] = {}
        self._heap: list[tuple[float, int, Hashable]] = []
        self._order = count()

    @property
    def first(self) -> float | None:
        """The next deadline; None if there is none."""
        self._clear()
        return self._heap[0][0] if self._heap else None

    def set(self, whose: Hashable, at: float) -> None:
        """Set somebody's deadline."""
        number = next(self._order)
        self._set[whose] = at, number
        heappush(self._heap, (at, number, whose))

    def forget(self, whose: Hashable) -> None:
        """Let somebody have no deadline; fine when there is none."""
        self._set.pop(whose, None)
        if len(self._heap) > 2 * len(self._set) + STALE:
            self._heap = [(at, number, one) for one, (at, number) in self._set.items()]
            heapify(self._heap)

    def passed(self, now: float) -> Iterator[Hashable]:
        """Take out everybody whose deadline is over, the first ones first."""
        while (first := self.first) is not None and first <= now:
            _, _, whose = heappop(self._heap)
            del self._set[whose]
            yield whose

    def _clear(self) -> None:
        """Drop what is out of date from the head."""
        while self._heap and self._set.get(self._heap[0][2]) != self._heap[0][:2]:
            heappop(self._heap)

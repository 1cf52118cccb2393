"""Stand-ins for tests: a clock that is told the time, a launcher that is told what happens."""

from __future__ import annotations

import heapq
from collections import deque
from itertools import count
from typing import TYPE_CHECKING

from batchyard.launchers.fake import FakeLauncher

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FakeClock", "FakeLauncher"]


class Due:
    """A call that is due later; see `batchyard.engine.clock.Handle`."""

    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        """Let it not happen; fine when it already has."""
        self.callback = None


class FakeClock:
    """A clock that stands still, and calls nobody back, until a test says so.

    Args:
        now: the time it begins with, epoch milliseconds.
    """

    def __init__(self, now: int = 0) -> None:
        self._now = now
        self._soon: deque[Callable[[], None]] = deque()
        self._later: list[tuple[int, int, Due]] = []
        self._order = count()

    def now(self) -> int:
        """Tell the time in milliseconds since the epoch."""
        return self._now

    def call_at(self, moment: int, callback: Callable[[], None]) -> Due:
        """Call back when a test has moved the time there; see `Clock.call_at`."""
        due = Due(callback)
        heapq.heappush(self._later, (moment, next(self._order), due))
        return due

    def call_soon(self, callback: Callable[[], None]) -> None:
        """Call back in the next `run`; see `Clock.call_soon`."""
        self._soon.append(callback)

    def call_from_thread(self, callback: Callable[[], None]) -> None:
        """Call back in the next `run`, whichever thread asks; see `Clock.call_from_thread`."""
        self._soon.append(callback)

    @property
    def pending(self) -> int:
        """How many calls are due later and have not been cancelled."""
        return sum(due.callback is not None for *_, due in self._later)

    def run(self) -> None:
        """Call back whoever is due, and whoever that makes due, until nobody is."""
        while self._soon or (self._later and self._later[0][0] <= self._now):
            callback = (
                self._soon.popleft() if self._soon else heapq.heappop(self._later)[2].callback
            )
            if callback is not None:
                callback()

    def advance(self, milliseconds: int) -> None:
        """Let time pass, stopping at every moment for which somebody asked to be called.

        Args:
            milliseconds: how much of it.
        """
        end = self._now + milliseconds
        self.run()
        while self._later and self._later[0][0] <= end:
            self._now = max(self._now, self._later[0][0])
            self.run()
        self._now = end

"""What is counted of a task runner."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal

from batchyard.metrics import catalogue
from batchyard.metrics.board import Board, Reading

if TYPE_CHECKING:
    from collections.abc import Iterator

Polled = Literal["task", "empty", "failed"]


class Checks(asyncio.Semaphore):
    """Lets so many preconditions be checked at once.

    Attributes:
        waiting: how many wait for their turn.
    """

    def __init__(self, value: int) -> None:
        super().__init__(value)
        self.waiting = 0

    async def acquire(self) -> Literal[True]:
        """Wait for the turn."""
        self.waiting += 1
        try:
            return await super().acquire()
        finally:
            self.waiting -= 1


class Counting:
    """Counts what a runner does. Lives on its loop; its board may be read on any thread.

    Args:
        region: where it polls.
        group: its worker group.
        tasks: activities that run at once.
        checks: lets so many preconditions be checked at once.

    Attributes:
        board: what was counted.
        running: activities that run.
    """

    def __init__(self, region: str, group: str, tasks: int, checks: Checks) -> None:
        self.board = Board(catalogue.of("runner"), self._read)
        self.running = 0
        self._where = region, group
        self._tasks = tasks
        self._checks = checks

    def polled(self, outcome: Polled, seconds: float) -> None:
        """A poll has come back."""
        self.board.count("tasks.polled", *self._where, outcome)
        self.board.observe("tasks.poll_time", seconds, *self._where)

    def ended(self, status: str | None) -> None:
        """A task has ended; None: nobody wanted to know how."""
        self.board.count("tasks.ended", *self._where, status or "unwanted")

    def beaten(self, *, taken: bool) -> None:
        """A heartbeat was sent."""
        self.board.count("runner.heartbeats", *self._where, "taken" if taken else "failed")

    def _read(self) -> Iterator[Reading]:
        region, group = self._where
        where, running = (region, "", "", group), self.running
        yield Reading("executor.running_tasks", where, running)
        yield Reading("executor.open_slots", where, self._tasks - running)
        yield Reading("executor.queued_tasks", where, self._checks.waiting)

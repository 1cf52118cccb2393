"""How a task is told to stop."""

from __future__ import annotations

import asyncio
from contextlib import suppress


class Stop:
    """A task's order to stop, given at most once.

    Attributes:
        canceled: whether the service wants nothing of the task any more; otherwise the runner
            itself is ending.
    """

    def __init__(self) -> None:
        self._given = asyncio.Event()
        self.canceled = False

    @property
    def given(self) -> bool:
        """Whether it was given."""
        return self._given.is_set()

    def cancel(self) -> None:
        """Nobody wants the task any more."""
        self.canceled = True
        self._given.set()

    def end(self) -> None:
        """The runner is ending."""
        self._given.set()

    async def wait(self, seconds: float | None = None) -> bool:
        """Wait for it, so long; tell whether it was given."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._given.wait(), seconds)
        return self.given

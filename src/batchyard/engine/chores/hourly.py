"""Does a chore now, and then every hour."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from batchyard.errors import YardError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from batchyard.engine.clock import Clock

log = logging.getLogger(__name__)

EVERY_MS = 3_600_000


class Hourly:
    """Does one thing again and again; when it fails, an hour later again.

    Args:
        clock: wakes it.
        sweep: the thing; it may raise a `YardError`.
        what: what could not be done, for the log.
    """

    def __init__(self, clock: Clock, sweep: Callable[[], Awaitable[object]], what: str) -> None:
        """Take the parts; nothing happens before `start`."""
        self._clock = clock
        self._sweep = sweep
        self._what = what
        self._task: asyncio.Task[None] | None = None
        self._due = asyncio.Event()

    def start(self) -> None:
        """Begin now; a second start is fine."""
        if self._task is None:
            self._due.set()
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Do it no more; twice, or before the start, is fine."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await self._due.wait()
            self._due.clear()
            try:
                await self._sweep()
            except YardError:
                log.exception("could not %s; trying again in an hour", self._what)
            self._clock.call_at(self._clock.now() + EVERY_MS, self._due.set)

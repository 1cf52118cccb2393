"""Forgets jobs that ended long ago, and what they printed."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from batchyard.errors import YardError

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchyard.engine.clock import Clock
    from batchyard.launchers.output import Output
    from batchyard.store.seam import Store

log = logging.getLogger(__name__)

EVERY_MS = 3_600_000
AT_ONCE = 500
"""Jobs forgotten in one transaction: small, so that nobody waits for it."""


class Retention:
    """Looks every hour for jobs that have been kept long enough.

    Args:
        store: where they are kept.
        output: where their logs are.
        clock: tells the time and wakes the chore.
        keep_ms: how long an ended job stays, in milliseconds.
        forgot: told when jobs were forgotten.
    """

    def __init__(
        self,
        store: Store,
        output: Output,
        clock: Clock,
        keep_ms: int,
        forgot: Callable[[], None],
    ) -> None:
        """Take the parts; nothing happens before `start`."""
        self._store = store
        self._output = output
        self._clock = clock
        self._keep_ms = keep_ms
        self._forgot = forgot
        self._task: asyncio.Task[None] | None = None
        self._due = asyncio.Event()

    def start(self) -> None:
        """Look now, and then every hour; a second start is fine."""
        if self._task is None:
            self._due.set()
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Look no more; twice, or before the start, is fine."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await self._due.wait()
            self._due.clear()
            try:
                await self.sweep()
            except YardError:
                log.exception("could not forget old jobs; trying again in an hour")
            self._clock.call_at(self._clock.now() + EVERY_MS, self._due.set)

    async def sweep(self) -> int:
        """Forget what is old enough, a little at a time.

        Returns:
            How many jobs were forgotten.
        """
        moment, total = self._clock.now() - self._keep_ms, 0
        while True:
            forgotten = await asyncio.to_thread(self._store.forget_before, moment, AT_ONCE)
            await asyncio.to_thread(self._output.remove, forgotten.attempts)
            total += forgotten.jobs
            if not forgotten.jobs:
                return total
            self._forgot()

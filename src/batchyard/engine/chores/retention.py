"""Forgets jobs that ended long ago, and what they printed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from batchyard.engine.chores.hourly import Hourly

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchyard.engine.clock import Clock
    from batchyard.launchers.output import Output
    from batchyard.store.seam import Store

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
        self._hourly = Hourly(clock, self.sweep, "forget old jobs")

    def start(self) -> None:
        """Look now, and then every hour; a second start is fine."""
        self._hourly.start()

    async def stop(self) -> None:
        """Look no more; twice, or before the start, is fine."""
        await self._hourly.stop()

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

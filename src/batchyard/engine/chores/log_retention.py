"""Removes log events that are older than their group's retention.

They are not shown any more in any case; this makes room. What an attempt printed goes as a whole,
once its end is so long ago: until then its file stays.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from msgspec import structs

from batchyard.engine.chores.hourly import Hourly
from batchyard.store.asking import StreamQuery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchyard.batch.ids import Place
    from batchyard.engine.clock import Clock
    from batchyard.launchers.output import Output
    from batchyard.logs.groups import LogGroup
    from batchyard.store.seam import Store

AT_ONCE = 5_000
"""Events removed in one transaction: small, so that nobody waits for it."""

STREAMS = 1_000
"""Streams asked of the store at a time."""


class LogRetention:
    """Looks every hour for events that have been kept long enough.

    Args:
        store: where groups and events are kept.
        output: where what attempts printed is.
        clock: tells the time and wakes the chore.
    """

    def __init__(self, store: Store, output: Output, clock: Clock) -> None:
        """Take the parts; nothing happens before `start`."""
        self._store = store
        self._output = output
        self._clock = clock
        self._hourly = Hourly(clock, self.sweep, "remove old log events")

    def start(self) -> None:
        """Look now, and then every hour; a second start is fine."""
        self._hourly.start()

    async def stop(self) -> None:
        """Look no more; twice, or before the start, is fine."""
        await self._hourly.stop()

    async def sweep(self) -> None:
        """Remove what is old enough, a little at a time."""
        groups = await asyncio.to_thread(self._store.forgetful_groups)
        for place, group in groups:
            moment = group.kept_since(self._clock.now()) or 0
            while await asyncio.to_thread(
                self._store.forget_events, place, group.name, moment, AT_ONCE
            ):
                pass
            await asyncio.to_thread(self._remove_printed, place, group, moment)

    def _remove_printed(self, place: Place, group: LogGroup, moment: int) -> None:
        for attempts in self._ended(place, group, moment):
            self._output.remove(attempts)

    def _ended(self, place: Place, group: LogGroup, moment: int) -> Iterator[list[str]]:
        """Name the attempts that ended before a moment, some at a time."""
        query = StreamQuery(place=place, log_group=group.name, limit=STREAMS)
        more = True
        while more:
            page = self._store.streams(query)
            attempts = [stream.attempt for stream in page.streams if stream.attempt is not None]
            yield [each.id for each in attempts if (each.stopped_at or moment) < moment]
            query, more = structs.replace(query, after=page.next), page.next is not None

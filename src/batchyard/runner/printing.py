"""Putting what a Batch attempt prints into its log stream, as it comes, all of it.

What the service does not take for now is tried again; the attempt's status waits for it. Meanwhile
the output is on this machine's disk.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from batchyard.errors import BatchyardError, NotFound, ServiceError
from batchyard.launchers.output import START

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from batchyard.logs.pages import Event
    from batchyard.runner.kit import Kit
    from batchyard.runner.processes import Running

SPAN: Final = 24 * 3_600_000
"""Milliseconds that the events of one request may span."""


class Printing:
    """What one attempt prints, on its way to its log stream.

    Args:
        running: the attempt's process.
        stream: its log group and log stream.
        kit: what to work with.
    """

    def __init__(self, running: Running, stream: tuple[str, str], kit: Kit) -> None:
        self._running = running
        self._names: dict[str, object] = dict(
            zip(("logGroupName", "logStreamName"), stream, strict=True)
        )
        self._kit = kit
        self._position = START

    async def follow(self) -> None:
        """Put what is printed until the process has ended, and then the rest."""
        while not self._running.over:
            await self._put_new(ended=False)
            await self._running.settled(self._kit.pace.look)
        while await self._put_new(ended=True):
            pass

    async def _put_new(self, *, ended: bool) -> bool:
        """Put what is new; tell whether there was anything."""
        output = self._kit.processes.output
        name = self._running.name
        events, self._position = output.read_lines(name, self._position, ended=ended)
        for batch in within(events, SPAN):
            await self._put_patiently(batch)
        return bool(events)

    async def _put_patiently(self, events: Sequence[Event]) -> None:
        tries = 0
        while True:
            try:
                await self._put(events)
                return
            except ServiceError as error:
                tries += 1
                if tries == 1:
                    self._kit.say(f"output waits to be put into {self._shown}: {error}")
                await asyncio.sleep(self._kit.pace.patience.delay(tries, self._kit.chance()))
            except BatchyardError as error:
                self._kit.say(f"{len(events)} lines of {self._shown} were not taken: {error}")
                return

    async def _put(self, events: Sequence[Event]) -> None:
        put: Mapping[str, object] = self._names | {
            "logEvents": [{"timestamp": e.at, "message": e.message} for e in events]
        }
        try:
            await self._call("PutLogEvents", put)
        except NotFound:
            await self._call("CreateLogStream", self._names)
            await self._call("PutLogEvents", put)

    async def _call(self, operation: str, members: Mapping[str, object]) -> None:
        await asyncio.to_thread(self._kit.logs.call, operation, members, dict)

    @property
    def _shown(self) -> str:
        return ":".join(map(str, self._names.values()))


def within(events: Sequence[Event], span: int) -> Iterator[Sequence[Event]]:
    """Split events, which are in order of time, so that no part spans so many ms or more."""
    start = 0
    for number, event in enumerate(events):
        if event.at - events[start].at >= span:
            yield events[start:number]
            start = number
    if events:
        yield events[start:]

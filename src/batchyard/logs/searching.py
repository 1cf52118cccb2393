"""The events of many logs, merged by time: what FilterLogEvents looks through.

A stream is a log of what its attempt printed, a log of what was put into it, or both. Logs are
opened when their turn comes and read a little at a time, so that no more is read than is looked
at, and none stays open. Events are in the order of their times; at the same time, of their
streams' names, what was printed before what was put. A `Mark` of the last event looked at is
enough to go on after it: every other log is searched by time. A line held back until it is whole
may come too late for that, and so may an event that is put with a time that was passed.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from typing import NamedTuple, Protocol

from batchyard.logs.lines import Lines
from batchyard.logs.putting import Gap, PutEvent

CHUNK = 64
"""How many events of a log are held at a time (ours): little, for there may be many logs."""


class Mark(NamedTuple):
    """How far a search came.

    Attributes:
        at: the last event's time.
        name: its stream's name.
        put: whether it was put.
        stop: where the next one of its log begins.
    """

    at: int
    name: str
    put: bool
    stop: int


class Found(NamedTuple):
    """An event of a log, or empty lines; it sorts by time, then by log, then by place.

    Attributes:
        at: its time, epoch milliseconds.
        name: its stream's name.
        put: whether it was put, not printed.
        place: where it begins: an offset, or a number.
        stop: where the next one begins.
        message: its text; that of empty lines is empty.
        ingested_at: when the service took it in.
    """

    at: int
    name: str
    put: bool
    place: int
    stop: int
    message: str
    ingested_at: int

    @property
    def mark(self) -> Mark:
        """Where to go on after it."""
        return Mark(self.at, self.name, self.put, self.stop)


class Log(Protocol):
    """A log to look through."""

    @property
    def name(self) -> str:
        """Its stream's name."""

    @property
    def put(self) -> bool:
        """Whether it holds what was put; no other log of the name does the same."""

    @property
    def since(self) -> int:
        """A time (epoch milliseconds) before which it holds nothing."""

    def after(self, mark: Mark) -> Iterator[Found]:
        """Read it from after its own mark on."""

    def at(self, since: int) -> Iterator[Found]:
        """Read it from a time on; earlier events may come, too."""


class Printed(NamedTuple):
    """The log of what an attempt printed; ``opened`` opens it."""

    name: str
    since: int
    opened: Callable[[], AbstractContextManager[Lines]]
    put: bool = False

    def after(self, mark: Mark) -> Iterator[Found]:
        """Read it from after its own mark on."""
        return self._found(lambda _: mark.stop)

    def at(self, since: int) -> Iterator[Found]:
        """Read it from a time on."""
        return self._found(
            lambda lines: lines.boundary(lines.source.offset_at(since)) if since else 0
        )

    def _found(self, first: Callable[[Lines], int]) -> Iterator[Found]:
        """Read the lines, a few at a time."""
        position, more = None, True
        while more:
            with self.opened() as lines:
                chunk = self._chunk(lines, first(lines) if position is None else position)
            yield from chunk
            position, more = chunk[-1].stop if chunk else position, len(chunk) == CHUNK

    def _chunk(self, lines: Lines, first: int) -> list[Found]:
        """Read a few lines from a boundary on, each with the time its first byte arrived."""
        taken = [*islice(lines.forward(first), CHUNK)]
        readings = lines.source.readings(first, taken[-1].start + 1) if taken else ()
        offsets = [reading.offset for reading in readings]
        found = []
        for start, stop, body in taken:
            at = readings[max(bisect_right(offsets, start) - 1, 0)].at if offsets else 0
            message = body.decode("utf-8", "replace")
            found.append(Found(at, self.name, self.put, start, stop, message, at))
        return found


class Put(NamedTuple):
    """The log of what was put into a stream; ``events`` gives a few from a gap on."""

    name: str
    since: int
    events: Callable[[Gap], Sequence[PutEvent]]
    put: bool = True

    def after(self, mark: Mark) -> Iterator[Found]:
        """Read it from after its own mark on."""
        return self._found(Gap(mark.at, mark.stop))

    def at(self, since: int) -> Iterator[Found]:
        """Read it from a time on."""
        return self._found(Gap(since))

    def _found(self, gap: Gap) -> Iterator[Found]:
        while events := self.events(gap):
            for at, number, ingested_at, message in events:
                yield Found(at, self.name, self.put, number, number + 1, message, ingested_at)
                gap = Gap(at, number + 1)


def merged(logs: Iterable[Log], since: int, until: int, mark: Mark | None) -> Iterator[Found]:
    """Merge logs by time, empty lines included.

    Args:
        logs: the logs.
        since: only events of this time (epoch milliseconds) or later.
        until: only events before this time.
        mark: where the search before ended; None begins.
    """
    begin = since if mark is None else max(since, mark.at)
    # An unopened log stands where it might begin at the earliest: before any event of that time.
    heap: list[tuple[int, str, bool, int, Iterator[Found], Found | None]] = [
        (max(log.since, begin), log.name, log.put, -1, _within(log, since, until, mark), None)
        for log in logs
    ]
    heapq.heapify(heap)
    while heap:
        *_, rest, found = heap[0]
        if found is not None:
            yield found
        following = next(rest, None)
        if following is None:
            heapq.heappop(heap)
        else:
            heapq.heapreplace(heap, (*following[:4], rest, following))


def _within(log: Log, since: int, until: int, mark: Mark | None) -> Iterator[Found]:
    """Read the events of one log that are still to be looked at."""
    if mark is not None and (log.name, log.put) == (mark.name, mark.put):
        events = log.after(mark)
    else:
        if mark is not None:
            since = max(since, mark.at + ((log.name, log.put) < (mark.name, mark.put)))
        events = log.at(since)
    for found in events:
        if found.at >= until:
            return
        if found.at >= since:
            yield found

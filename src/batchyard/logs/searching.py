"""The lines of many logs, merged by time: what FilterLogEvents looks through.

Logs are opened when their turn comes and read a little at a time, so that no more is read than
is looked at, and none stays open. Lines are in the order of their times; at the same time, of
their logs' names. A `Mark` of the last line looked at is enough to go on after it: every other
log is searched by time. A line held back until it is whole may come too late for that.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from itertools import islice
from typing import NamedTuple

from batchyard.logs.lines import Line, Lines

CHUNK_LINES = 64
"""How many lines of a log are held at a time (ours): little, for there may be many logs."""


class Log(NamedTuple):
    """A log to look through.

    Attributes:
        name: its name, unlike any other's.
        since: a time (epoch milliseconds) before which it holds nothing.
        opened: opens it.
    """

    name: str
    since: int
    opened: Callable[[], AbstractContextManager[Lines]]


class Mark(NamedTuple):
    """How far a search came: the last line's time, its log, and where the next one starts."""

    at: int
    name: str
    stop: int


class Found(NamedTuple):
    """A line of a log; it sorts by time, then by log, then by place."""

    at: int
    name: str
    line: Line

    @property
    def mark(self) -> Mark:
        """Where to go on after it."""
        return Mark(self.at, self.name, self.line.stop)


def merged(logs: Iterable[Log], since: int, until: int, mark: Mark | None) -> Iterator[Found]:
    """Merge logs by time, empty lines included.

    Args:
        logs: the logs.
        since: only lines of this time (epoch milliseconds) or later.
        until: only lines before this time.
        mark: where the search before ended; None begins.
    """
    begin = since if mark is None else max(since, mark.at)
    # An unopened log stands where it might begin at the earliest: before any line of that time.
    heap: list[tuple[int, str, int, Iterator[Found], Found | None]] = [
        (max(log.since, begin), log.name, -1, _lines(log, since, until, mark), None) for log in logs
    ]
    heapq.heapify(heap)
    while heap:
        _, _, _, rest, found = heap[0]
        if found is not None:
            yield found
        following = next(rest, None)
        if following is None:
            heapq.heappop(heap)
        else:
            place = following.at, following.name, following.line.start
            heapq.heapreplace(heap, (*place, rest, following))


def _lines(log: Log, since: int, until: int, mark: Mark | None) -> Iterator[Found]:
    """Read the lines of one log, a few at a time."""
    position: int | None = mark.stop if mark is not None and mark.name == log.name else None
    if mark is not None and position is None:
        since = max(since, mark.at + (log.name < mark.name))
    more = True
    while more:
        with log.opened() as lines:
            first = _first(lines, since) if position is None else position
            chunk = _chunk(lines, log.name, first)
        yield from (found for found in chunk if since <= found.at < until)
        more = bool(chunk) and chunk[-1].at < until
        position = chunk[-1].line.stop if chunk else position


def _first(lines: Lines, since: int) -> int:
    return lines.boundary(lines.source.offset_at(since)) if since else 0


def _chunk(lines: Lines, name: str, first: int) -> list[Found]:
    """Read a few lines from a boundary on, each with the time its first byte arrived."""
    taken = [*islice(lines.forward(first), CHUNK_LINES)]
    readings = lines.source.readings(first, taken[-1].start + 1) if taken else ()
    offsets = [reading.offset for reading in readings]
    return [
        Found(
            readings[max(bisect_right(offsets, line.start) - 1, 0)].at if offsets else 0, name, line
        )
        for line in taken
    ]

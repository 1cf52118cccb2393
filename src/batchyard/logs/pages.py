"""One page of events, as GetLogEvents gives it.

A page holds at most 10,000 events and 1 MiB, counted as PutLogEvents counts: the messages in
UTF-8 and 26 bytes for each event. Going backwards it holds the latest events before a position;
within a page events always ascend. The page names the positions before and after it, and where
there is nothing, the very position that was asked from: that is how clients know the end.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
and …/API_PutLogEvents.html
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

from batchyard.logs.lines import Line, Lines
from batchyard.logs.source import Reading, Source

PAGE_EVENTS = 10_000
"""The most events a page holds."""

PAGE_BYTES = 1_048_576
"""The most a page holds in bytes, overhead included."""

EVENT_OVERHEAD = 26
"""What each event counts beside its message, in bytes."""

SCANNED_BYTES = 2 * PAGE_BYTES
"""How far a page looks, empty lines included, before it is given out less than full (ours)."""

Direction = Literal["f", "b"]
"""Forwards or backwards, in the letters that AWS's tokens begin with."""


class Event(NamedTuple):
    """One log event.

    Attributes:
        at: its timestamp, epoch milliseconds: of one that was printed, when its first byte arrived.
        message: its text; what was no UTF-8 reads U+FFFD.
        ingested_at: when the service took it in; None: at the time of its timestamp.
    """

    at: int
    message: str
    ingested_at: int | None = None


class Query(NamedTuple):
    """What part of a log is asked for.

    Attributes:
        direction: which way to go.
        position: where from: a position of an earlier page; None starts at the beginning, or
            going backwards at the end.
        since: only events of this time (epoch milliseconds) or later.
        until: only events before this time (epoch milliseconds).
        limit: the most events to return.
    """

    direction: Direction
    position: int | None = None
    since: int | None = None
    until: int | None = None
    limit: int = PAGE_EVENTS


class Page(NamedTuple):
    """Events in ascending order, and where to go on.

    Attributes:
        events: the events.
        forward: the position after them.
        backward: the position before them.
        places: where each of the events begins, and where the next line does.
    """

    events: Sequence[Event]
    forward: int
    backward: int
    places: Sequence[tuple[int, int]] = ()


class _Taken(NamedTuple):
    """The lines of a page with their messages, and the one at which looking on was given up."""

    lines: list[tuple[Line, str]]
    given_up: Line | None = None


def page(lines: Lines, query: Query) -> Page:
    """Answer a query.

    Args:
        lines: the log.
        query: what of it.

    Returns:
        A page; less than full, or empty, also where very many empty lines were passed over.
    """
    source = lines.source
    low = 0 if query.since is None else source.offset_at(query.since)
    high = source.size if query.until is None else source.offset_at(query.until)
    if query.direction == "f":
        return _ahead(lines, query, low, high)
    return _back(lines, query, low, high)


def _ahead(lines: Lines, query: Query, low: int, high: int) -> Page:
    begin = query.position or 0
    first = begin if begin >= low else lines.boundary(low)
    taken = _take(lines.forward(first), query.limit, lambda line: line.start < high, first)
    if taken.lines:
        return _filled(lines.source, taken.lines)
    rest = first if query.position is None else begin
    return Page((), taken.given_up.stop if taken.given_up else rest, rest)


def _back(lines: Lines, query: Query, low: int, high: int) -> Page:
    begin = lines.end() if query.position is None else query.position
    last = begin if begin <= high else lines.boundary(high)
    taken = _take(lines.backward(last), query.limit, lambda line: line.start >= low, last)
    if taken.lines:
        return _filled(lines.source, taken.lines[::-1])
    rest = last if query.position is None else begin
    return Page((), rest, taken.given_up.start if taken.given_up else rest)


def _take(lines: Iterator[Line], limit: int, wanted: Callable[[Line], bool], begin: int) -> _Taken:
    """Take lines while they are wanted and fit the page, passing over empty ones."""
    taken: list[tuple[Line, str]] = []
    room = PAGE_BYTES
    for line in lines:
        if not wanted(line):
            break
        if line.body:
            message = line.body.decode("utf-8", "replace")
            room -= EVENT_OVERHEAD + len(line.body) + 2 * message.count("\ufffd")
            if taken and room < 0:
                break
            taken.append((line, message))
            if len(taken) == limit:
                break
        elif abs(line.stop - begin) > SCANNED_BYTES:
            return _Taken(taken, line)
    return _Taken(taken)


def _filled(source: Source, taken: Sequence[tuple[Line, str]]) -> Page:
    """Make a page of lines, each with the time of the reading that brought its first byte."""
    first, last = taken[0][0], taken[-1][0]
    readings = source.readings(first.start, last.start + 1) or [Reading(0, 0)]
    offsets = [reading.offset for reading in readings]
    events = [
        Event(readings[max(bisect_right(offsets, line.start) - 1, 0)].at, message)
        for line, message in taken
    ]
    places = [(line.start, line.stop) for line, _ in taken]
    return Page(events, last.stop, first.start, places)

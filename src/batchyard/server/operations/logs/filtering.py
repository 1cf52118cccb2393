"""FilterLogEvents: the events of many streams that match a pattern, by time.

A page looks at so many bytes and no more; it may be short, or empty, and have a nextToken. It is
looked for on a thread of its own, so that a pattern that takes its time keeps nobody else waiting.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
"""

from __future__ import annotations

import asyncio
import re
from contextlib import contextmanager
from functools import lru_cache, partial
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from batchyard.logs import tokens
from batchyard.logs.lines import BLOCK, Lines
from batchyard.logs.pages import EVENT_OVERHEAD, PAGE_BYTES, PAGE_EVENTS, SCANNED_BYTES
from batchyard.logs.patterns import matching
from batchyard.logs.searching import CHUNK, Found, Log, Mark, Printed, Put, merged
from batchyard.server.operations.logs import listing
from batchyard.server.operations.logs.finding import (
    group_asked,
    has_ended,
    invalid,
    kept_since,
    no_stream,
    printed,
    stored_group,
)
from batchyard.server.operations.logs.streams import SHOWN, WALK, pages
from batchyard.store.asking import ENDLESS, EventQuery, StreamQuery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from batchyard.logs.putting import Gap, PutEvent
    from batchyard.server.operations import Context
    from batchyard.server.operations.logs.finding import Wire
    from batchyard.store.asking import Stream

MARGIN = 60_000
"""How long before its attempt's start, or after its end, a stream may hold an event that was
printed, milliseconds (ours)."""


_PLACE = re.compile(r"(?P<stop>[0-9]{1,19}) (?P<put>[01]) (?P<name>.*)", re.DOTALL)
"""Where a token goes on: a number of 64 bits at most, and the log."""


class Search(NamedTuple):
    """What is looked for.

    Attributes:
        group: the group's name.
        since: only events of this time (epoch milliseconds) or later.
        until: only events before this time.
        matches: tells the events.
        limit: the most events to give.
        mark: where the page before ended.
    """

    group: str
    since: int
    until: int
    matches: Callable[[str], bool]
    limit: int
    mark: Mark | None

    @property
    def begin(self) -> int:
        """A time before which nothing is left to be looked at."""
        return self.since if self.mark is None else max(self.since, self.mark.at)


async def filter_log_events(context: Context, request: Wire) -> Wire:
    """Show events of a group's streams: of all, of those named, or of those of a prefix.

    Events at startTime and at endTime are shown; what is older than the group's retention is not.
    ``interleaved`` is ignored, as AWS does.

    Raises:
        Fault: InvalidParameterException; the pattern is none, members do not go together, the
            latest are asked for first, or nextToken was not given for this group.
            ResourceNotFoundException; the group or a stream named does not exist.
    """
    name = group_asked(context, request)
    _check(request)
    search = Search(
        group=name,
        since=max(request.start_time or 0, kept_since(context, stored_group(context, name))),
        until=ENDLESS if request.end_time is None else request.end_time + 1,
        matches=matching(request.filter_pattern or ""),
        limit=request.limit or PAGE_EVENTS,
        mark=_mark(request.next_token, name),
    )
    return await asyncio.to_thread(_searched, context, request, search)


def _check(request: Wire) -> None:
    if request.log_stream_names and request.log_stream_name_prefix:
        raise invalid("logStreamNames and logStreamNamePrefix are mutually exclusive.")
    # A member that the installed botocore does not know yet cannot have been given.
    if getattr(request, "start_from_head", None) is False:
        raise invalid("startFromHead=false is not served here: only the earliest events first.")


def _searched(context: Context, request: Wire, search: Search) -> Wire:
    """Look for a page; the store and the files may be read on any thread."""
    streams = _streams(context, request, search.group)
    logs = [log for stream in streams for log in _logs(context, search, stream)]
    found, last = _page(merged(logs, search.since, search.until, search.mark), search)
    return context.types.FilterLogEventsResponse(
        events=[_shown(context.types, each) for each in found],
        searched_log_streams=[],
        next_token=None if last is None else _token(last.mark, search.group),
    )


def _streams(context: Context, request: Wire, group: str) -> Iterator[Stream]:
    """Find the streams that a request is about."""
    for name in dict.fromkeys(request.log_stream_names or ()):
        stream = context.engine.store.stream(context.place, group, name)
        if stream is None or not stream.shown:
            raise no_stream()
        yield stream
    if not request.log_stream_names:
        prefix = request.log_stream_name_prefix or ""
        query = StreamQuery(place=context.place, log_group=group, prefix=prefix)
        for page in pages(context, query, lambda: WALK):
            yield from filter(SHOWN, page.streams)


def _logs(context: Context, search: Search, stream: Stream) -> Iterator[Log]:
    """Give the logs of a stream, but for those that hold nothing of the time looked at."""
    attempt = stream.attempt
    if attempt is not None and attempt.started_at is not None:
        early, ended = attempt.started_at - MARGIN, attempt.stopped_at
        if early < search.until and (ended is None or ended + MARGIN >= search.begin):
            yield Printed(stream.name, early, partial(_lines, context, stream))
    first, last = stream.first_at, stream.last_at
    if first is not None and last is not None and first < search.until and last >= search.begin:
        yield Put(stream.name, first, partial(_events, context, search, stream.name))


@contextmanager
def _lines(context: Context, stream: Stream) -> Iterator[Lines]:
    with printed(context, stream) as source:
        yield Lines(source, ended=has_ended(stream), block=BLOCK // 8)


def _events(context: Context, search: Search, stream: str, gap: Gap) -> Sequence[PutEvent]:
    query = EventQuery(
        place=context.place,
        log_group=search.group,
        stream=stream,
        gap=gap,
        since=search.since,
        until=search.until,
        limit=CHUNK,
    )
    return context.engine.store.put_events(query)


def _page(events: Iterator[Found], search: Search) -> tuple[list[Found], Found | None]:
    """Take what matches; and the event to go on after, None when there are no more events."""
    taken: list[Found] = []
    room, looking, last = PAGE_BYTES, SCANNED_BYTES, None
    for each in events:
        counted = EVENT_OVERHEAD + len(each.message.encode())
        if each.message and search.matches(each.message):
            room -= counted
            if taken and room < 0:
                return taken, last
            taken.append(each)
        last = each
        looking -= counted if each.put else each.stop - each.place
        if len(taken) == search.limit or looking < 0:
            return taken, last
    return taken, None


def _shown(types: Wire, found: Found) -> Wire:
    return types.FilteredLogEvent(
        log_stream_name=found.name,
        timestamp=found.at,
        message=found.message,
        ingestion_time=found.ingested_at,
        event_id=f"{found.at:014d}{_short(found.name, put=found.put):026d}{found.place:016d}",
    )


@lru_cache(maxsize=1024)
def _short(stream: str, *, put: bool) -> int:
    """Stand for a log within an event's id, which has 56 digits."""
    return int.from_bytes(blake2b(f"{put} {stream}".encode(), digest_size=10).digest(), "big")


def _token(mark: Mark, group: str) -> str:
    place = f"{mark.stop} {int(mark.put)} {mark.name}"
    return listing.written(listing.Mark(f"events {group}", mark.at, place))


def _mark(token: str | None, group: str) -> Mark | None:
    found = listing.read(token, f"events {group}")
    if found is None:
        return None
    place = _PLACE.fullmatch(found.name)
    if place is None:
        raise tokens.invalid()
    return Mark(found.number, place["name"], place["put"] == "1", int(place["stop"]))

"""FilterLogEvents: the events of many streams that match a pattern, by time.

A page looks at so many bytes and no more; it may be short, or empty, and have a nextToken.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from batchyard.logs import tokens
from batchyard.logs.lines import BLOCK, Lines
from batchyard.logs.pages import EVENT_OVERHEAD, PAGE_BYTES, PAGE_EVENTS, SCANNED_BYTES
from batchyard.logs.patterns import matching
from batchyard.logs.searching import Found, Log, Mark, merged
from batchyard.server.operations.logs import listing
from batchyard.server.operations.logs.finding import (
    check_group,
    group_asked,
    invalid,
    no_stream,
    printing,
)
from batchyard.server.operations.logs.streams import WALK, pages
from batchyard.store.asking import StreamQuery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from batchyard.server.operations import Context
    from batchyard.server.operations.logs.finding import Wire
    from batchyard.store.asking import Stream

EARLY = 60_000
"""How long before its attempt's start a stream may hold an event, milliseconds: a margin (ours)."""

ENDLESS = 2**63
"""A time after every event."""


def filter_log_events(context: Context, request: Wire) -> Wire:
    """Show events of a group's streams: of all, of those named, or of those of a prefix.

    Events at startTime and at endTime are shown. ``interleaved`` is ignored, as AWS does.

    Raises:
        Fault: InvalidParameterException; the pattern is none, members do not go together, the
            latest are asked for first, or nextToken was not given for this group.
            ResourceNotFoundException; the group or a stream named does not exist.
    """
    group = group_asked(context, request)
    _check(request)
    matches = matching(request.filter_pattern or "")
    mark = _mark(request.next_token, group)
    check_group(context, group)
    logs = [_log(context, stream) for stream in _streams(context, request, group)]
    until = ENDLESS if request.end_time is None else request.end_time + 1
    lines = merged(logs, request.start_time or 0, until, mark)
    found, last = _page(lines, matches, request.limit or PAGE_EVENTS)
    return context.types.FilterLogEventsResponse(
        events=[_shown(context.types, each, message) for each, message in found],
        searched_log_streams=[],
        next_token=None if last is None else _token(last.mark, group),
    )


def _check(request: Wire) -> None:
    if request.log_stream_names and request.log_stream_name_prefix:
        raise invalid("logStreamNames and logStreamNamePrefix are mutually exclusive.")
    # A member that the installed botocore does not know yet cannot have been given.
    if getattr(request, "start_from_head", None) is False:
        raise invalid("startFromHead=false is not served here: only the earliest events first.")


def _streams(context: Context, request: Wire, group: str) -> Iterator[Stream]:
    """Find the streams that a request is about."""
    for name in dict.fromkeys(request.log_stream_names or ()):
        stream = context.engine.store.stream(context.place, group, name)
        if stream is None or printing(stream) is None:
            raise no_stream()
        yield stream
    if not request.log_stream_names:
        prefix = request.log_stream_name_prefix or ""
        query = StreamQuery(place=context.place, log_group=group, prefix=prefix)
        for page in pages(context, query, lambda: WALK):
            yield from filter(printing, page.streams)


def _log(context: Context, stream: Stream) -> Log:
    attempt = stream.attempt

    @contextmanager
    def opened() -> Iterator[Lines]:
        with context.engine.output.open(attempt.id) as source:
            yield Lines(source, ended=attempt.stopped_at is not None, block=BLOCK // 8)

    return Log(stream.name, (attempt.started_at or 0) - EARLY, opened)


def _page(
    lines: Iterator[Found], matches: Callable[[str], bool], limit: int
) -> tuple[list[tuple[Found, str]], Found | None]:
    """Take what matches; and the line to go on after, None when there are no more lines."""
    taken: list[tuple[Found, str]] = []
    room, looking, last = PAGE_BYTES, SCANNED_BYTES, None
    for each in lines:
        message = each.line.body.decode("utf-8", "replace")
        if message and matches(message):
            room -= EVENT_OVERHEAD + len(message.encode())
            if taken and room < 0:
                return taken, last
            taken.append((each, message))
        last = each
        looking -= each.line.stop - each.line.start
        if len(taken) == limit or looking < 0:
            return taken, last
    return taken, None


def _shown(types: Wire, found: Found, message: str) -> Wire:
    return types.FilteredLogEvent(
        log_stream_name=found.name,
        timestamp=found.at,
        message=message,
        ingestion_time=found.at,
        event_id=_event_id(found),
    )


def _event_id(found: Found) -> str:
    """Name an event by 56 digits: its time, its attempt's id in short, and its place."""
    attempt = int(found.name.rpartition("/")[2], 16) % 10**26
    return f"{found.at:014d}{attempt:026d}{found.line.start:016d}"


def _token(mark: Mark, group: str) -> str:
    return listing.written(listing.Mark(f"events {group}", mark.at, f"{mark.stop} {mark.name}"))


def _mark(token: str | None, group: str) -> Mark | None:
    found = listing.read(token, f"events {group}")
    if found is None:
        return None
    stop, _, name = found.name.partition(" ")
    if not (stop.isdecimal() and stop.isascii() and len(stop) < 20):  # noqa: PLR2004 - an int64
        raise tokens.invalid()
    return Mark(found.number, name, int(stop))

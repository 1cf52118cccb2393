"""DescribeLogStreams: one stream per attempt, from the moment it runs.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from batchyard.server.operations.logs import listing
from batchyard.server.operations.logs.finding import (
    LARGEST,
    check_group,
    group_asked,
    invalid,
    printing,
    stream_arn,
)
from batchyard.store.asking import StreamQuery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from batchyard.server.operations import Context
    from batchyard.server.operations.logs.finding import Wire
    from batchyard.store.asking import Stream, StreamPage

WALK = 1000
"""How many streams are asked of the store at a time when all of them are looked at (ours)."""


def describe_log_streams(context: Context, request: Wire) -> Wire:
    """Show the streams of a group, by name or by the time of their last event.

    By ascending name a page costs what is on it. Any other order looks at all streams of the
    group. A stream without an event counts from its start.

    Raises:
        Fault: InvalidParameterException; members do not go together, or nextToken was not given
            for this order. ResourceNotFoundException; the group does not exist.
    """
    group = group_asked(context, request)
    by_time = request.order_by == "LastEventTime"
    if by_time and request.log_stream_name_prefix is not None:
        raise invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
    check_group(context, group)
    listed = _sorted if by_time or request.descending else _by_name
    found, token = listed(context, request, group)
    shown = [_shown(context, group, stream) for stream in found]
    return context.types.DescribeLogStreamsResponse(log_streams=shown, next_token=token)


def _by_name(context: Context, request: Wire, group: str) -> tuple[list[Stream], str | None]:
    """Take a page of streams in the store's own order."""
    order = f"streams {group}"
    mark = listing.read(request.next_token, order)
    query = _query(context, request, group, mark.name if mark is not None else None)
    limit = request.limit or LARGEST
    found: list[Stream] = []
    for page in pages(context, query, lambda: limit - len(found)):
        found.extend(filter(printing, page.streams))
        if page.next is not None and len(found) == limit:
            return found, listing.written(listing.Mark(order, 0, page.next))
    return found, None


def _sorted(context: Context, request: Wire, group: str) -> tuple[list[Stream], str | None]:
    """Take a page of all streams of the group, sorted."""
    order = f"{request.order_by} {request.descending} {group}"
    mark = listing.read(request.next_token, order)
    keys = []
    for page in pages(context, _query(context, request, group), lambda: WALK):
        for stream in filter(printing, page.streams):
            number = _last(context, stream) if request.order_by == "LastEventTime" else 0
            keys.append((number, stream.name))
    names, token = listing.page(
        keys, mark, order, request.limit or LARGEST, descending=bool(request.descending)
    )
    found = (context.engine.store.stream(context.place, group, name) for name in names)
    return [stream for stream in found if stream is not None], token


def _query(context: Context, request: Wire, group: str, after: str | None = None) -> StreamQuery:
    prefix = request.log_stream_name_prefix or ""
    return StreamQuery(place=context.place, log_group=group, prefix=prefix, after=after)


def pages(context: Context, query: StreamQuery, limit: Callable[[], int]) -> Iterator[StreamPage]:
    """Ask the store page after page, each of the size that is wanted by then."""
    more = True
    while more:
        page = context.engine.store.streams(structs.replace(query, limit=limit()))
        yield page
        query = structs.replace(query, after=page.next)
        more = page.next is not None


def _last(context: Context, stream: Stream) -> int:
    span = context.engine.output.span(stream.attempt.id)
    return span[1] if span is not None else stream.attempt.started_at or 0


def _shown(context: Context, group: str, stream: Stream) -> Wire:
    """Form a stream as the service shows it; it no longer counts bytes, and says zero."""
    first, last = context.engine.output.span(stream.attempt.id) or (None, None)
    return context.types.LogStream(
        log_stream_name=stream.name,
        creation_time=stream.attempt.started_at,
        first_event_timestamp=first,
        last_event_timestamp=last,
        last_ingestion_time=last,
        arn=stream_arn(context.place, group, stream.name),
        stored_bytes=0,
    )

"""CreateLogStream, DeleteLogStream and DescribeLogStreams.

An attempt has a stream from the moment it runs; others are made by hand.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html,
…/API_DeleteLogStream.html and …/API_DescribeLogStreams.html
"""

from __future__ import annotations

import asyncio
from operator import attrgetter
from typing import TYPE_CHECKING

from msgspec import structs

from batchyard.errors import Fault
from batchyard.server.operations.logs import listing
from batchyard.server.operations.logs.finding import (
    LARGEST,
    group_asked,
    group_to_change,
    invalid,
    no_stream,
    remove_printed,
    stored_group,
    stream_arn,
)
from batchyard.store.asking import StreamQuery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from batchyard.server.operations import Context
    from batchyard.server.operations.logs.finding import Wire
    from batchyard.store.asking import Stream, StreamPage

    Listed = Callable[[Context, Wire, str], tuple[list[Stream], str | None]]

SHOWN = attrgetter("shown")
WALK = 1000
"""How many streams are asked of the store at a time when all of them are looked at (ours)."""


async def describe_log_streams(context: Context, request: Wire) -> Wire:
    """Show the streams of a group, by name or by the time of their last event.

    By ascending name a page costs what is on it. Any other order looks at all streams of the
    group, on a thread of its own. A stream without an event counts from its start.

    Raises:
        Fault: InvalidParameterException; members do not go together, or nextToken was not given
            for this order. ResourceNotFoundException; the group does not exist.
    """
    group = group_asked(context, request)
    by_time = request.order_by == "LastEventTime"
    if by_time and request.log_stream_name_prefix is not None:
        raise invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
    stored_group(context, group)
    if by_time or request.descending:
        return await asyncio.to_thread(_answer, context, request, group, _sorted)
    return _answer(context, request, group, _by_name)


def _answer(context: Context, request: Wire, group: str, listed: Listed) -> Wire:
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
        found.extend(filter(SHOWN, page.streams))
        if page.next is not None and len(found) == limit:
            return found, listing.written(listing.Mark(order, 0, page.next))
    return found, None


def _sorted(context: Context, request: Wire, group: str) -> tuple[list[Stream], str | None]:
    """Take a page of all streams of the group, sorted."""
    order = f"{request.order_by} {request.descending} {group}"
    mark = listing.read(request.next_token, order)
    keys = []
    for page in pages(context, _query(context, request, group), lambda: WALK):
        for stream in filter(SHOWN, page.streams):
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
    first, last = _span(context, stream)
    if last is not None:
        return last
    return first or _created(stream)


def _span(context: Context, stream: Stream) -> tuple[int | None, int | None]:
    """Tell when a stream's first and last events were."""
    span = context.engine.logs.span(stream.attempt) if stream.attempt is not None else None
    ends = [each for each in (span, (stream.first_at, stream.last_at)) if each and each[0]]
    first = min((first for first, _ in ends if first is not None), default=None)
    return first, max((last for _, last in ends if last is not None), default=None)


def _created(stream: Stream) -> int:
    started = stream.attempt.started_at if stream.attempt is not None else None
    return min(at for at in (started, stream.created_at, stream.ingested_at) if at is not None)


def _shown(context: Context, group: str, stream: Stream) -> Wire:
    """Form a stream as the service shows it; it no longer counts bytes, and says zero."""
    first, last = _span(context, stream)
    ingested = [at for at in (last if stream.attempt else None, stream.ingested_at) if at]
    return context.types.LogStream(
        log_stream_name=stream.name,
        creation_time=_created(stream),
        first_event_timestamp=first,
        last_event_timestamp=last,
        last_ingestion_time=max(ingested, default=None),
        arn=stream_arn(context.place, group, stream.name),
        stored_bytes=0,
    )


def create_log_stream(context: Context, request: Wire) -> None:
    """Make a log stream.

    Raises:
        Fault: ResourceNotFoundException; its group does not exist.
            ResourceAlreadyExistsException; it is there.
    """
    group, name = request.log_group_name, request.log_stream_name
    group_to_change(context, group)
    if context.engine.logs.has_stream(context.place, group, name):
        message = "The specified log stream already exists"
        raise Fault("ResourceAlreadyExistsException", message)
    context.engine.logs.create_stream(context.place, group, name)


async def delete_log_stream(context: Context, request: Wire) -> None:
    """Remove a log stream with its events, those that an attempt printed included.

    What a running attempt prints after that is lost.

    Raises:
        Fault: ResourceNotFoundException; it or its group does not exist.
    """
    group, name = request.log_group_name, request.log_stream_name
    group_to_change(context, group)
    if not context.engine.logs.has_stream(context.place, group, name):
        raise no_stream()
    attempts = context.engine.logs.remove_stream(context.place, group, name)
    await remove_printed(context, attempts)

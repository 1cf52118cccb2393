"""GetLogEvents: the events of one stream, a page at a time.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.logs import tokens
from batchyard.logs.lines import Lines
from batchyard.logs.pages import PAGE_EVENTS, Page, Query, page
from batchyard.server.operations.logs.finding import check_group, group_asked, no_stream, printing

if TYPE_CHECKING:
    from batchyard.batch.model import Attempt
    from batchyard.logs.source import Source
    from batchyard.server.operations import Context
    from batchyard.server.operations.logs.finding import Wire


def get_log_events(context: Context, request: Wire) -> Wire:
    """Show events of a stream, the latest first to be asked for unless startFromHead says else.

    A token goes on in the direction it was given for, whatever startFromHead says.

    Raises:
        Fault: InvalidParameterException; members do not go together, or nextToken was not given
            for this stream. ResourceNotFoundException; the group or the stream does not exist.
    """
    attempt = _attempt(context, request)
    with context.engine.output.open(attempt.id) as source:
        query = _query(request, attempt.id, source)
        found = page(Lines(source, ended=attempt.stopped_at is not None), query)
    return _answer(context.types, found, attempt.id)


def _attempt(context: Context, request: Wire) -> Attempt:
    """Find the attempt whose stream a request names."""
    group, store = group_asked(context, request), context.engine.store
    stream = store.stream(context.place, group, request.log_stream_name)
    attempt = printing(stream) if stream is not None else None
    if attempt is None:
        check_group(context, group)
        raise no_stream()
    return attempt


def _query(request: Wire, stream: str, source: Source) -> Query:
    query = Query(
        "f" if request.start_from_head else "b",
        since=request.start_time,
        until=request.end_time,
        limit=request.limit or PAGE_EVENTS,
    )
    if request.next_token is None:
        return query
    place = tokens.read(request.next_token, stream, source.size)
    return query._replace(direction=place.direction, position=place.position)


def _answer(types: Wire, found: Page, stream: str) -> Wire:
    event = types.OutputLogEvent
    return types.GetLogEventsResponse(
        events=[event(timestamp=at, message=text, ingestion_time=at) for at, text in found.events],
        next_forward_token=tokens.written(tokens.Place("f", found.forward), stream),
        next_backward_token=tokens.written(tokens.Place("b", found.backward), stream),
    )

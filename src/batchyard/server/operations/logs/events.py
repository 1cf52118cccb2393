"""GetLogEvents and PutLogEvents: the events of one stream.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
and …/API_PutLogEvents.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.logs import tokens
from batchyard.logs.lines import Lines
from batchyard.logs.mixing import Mixed, mixed
from batchyard.logs.pages import PAGE_EVENTS, Query, page
from batchyard.logs.putting import Gap, Given, taken
from batchyard.server.operations.logs.finding import (
    group_asked,
    group_to_change,
    has_ended,
    kept_since,
    no_stream,
    printed,
    stored_group,
)
from batchyard.store.asking import ENDLESS, EventQuery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchyard.logs.putting import PutEvent
    from batchyard.server.operations import Context
    from batchyard.server.operations.logs.finding import Wire
    from batchyard.store.asking import Stream

SEQUENCE_DIGITS = 56
"""The length of AWS's sequence tokens, which nobody needs any more."""


def get_log_events(context: Context, request: Wire) -> Wire:
    """Show events of a stream, the latest first to be asked for unless startFromHead says else.

    A token goes on in the direction it was given for, whatever startFromHead says. What is older
    than the group's retention is not shown.

    Raises:
        Fault: InvalidParameterException; nextToken was not given for this stream.
            ResourceNotFoundException; the group or the stream does not exist.
    """
    name, stream = group_asked(context, request), request.log_stream_name
    group = stored_group(context, name)
    found = context.engine.store.stream(context.place, name, stream)
    if found is None or not found.shown:
        raise no_stream()
    since = max(request.start_time or 0, kept_since(context, group))
    query = Query(
        "f" if request.start_from_head else "b",
        since=since or None,
        until=request.end_time,
        limit=request.limit or PAGE_EVENTS,
    )
    return _answer(context, request.next_token, query, name, found)


def _answer(context: Context, token: str | None, query: Query, group: str, stream: Stream) -> Wire:
    sealed, gap = f"{group}:{stream.name}", None
    with printed(context, stream) as source:
        if token is not None:
            place = tokens.read(token, sealed, source.size)
            offset, gap = place.position
            query = query._replace(direction=place.direction, position=offset)
        lines = page(Lines(source, ended=has_ended(stream)), query)
    found = mixed(query, lines, _put(context, query, group, stream, gap), gap)
    return _shown(context.types, found, sealed)


def _put(
    context: Context, query: Query, group: str, stream: Stream, gap: Gap | None
) -> Sequence[PutEvent]:
    """Ask for what was put into a stream; ascending, whichever way it is asked for."""
    if stream.ingested_at is None:
        return ()
    descending = query.direction == "b"
    asked = EventQuery(
        place=context.place,
        log_group=group,
        stream=stream.name,
        descending=descending,
        gap=gap,
        since=query.since or 0,
        until=ENDLESS if query.until is None else query.until,
        limit=query.limit,
    )
    found = context.engine.store.put_events(asked)
    return found[::-1] if descending else found


def _shown(types: Wire, found: Mixed, sealed: str) -> Wire:
    event = types.OutputLogEvent
    events = [
        event(timestamp=at, message=text, ingestion_time=at if ingested is None else ingested)
        for at, text, ingested in found.events
    ]
    return types.GetLogEventsResponse(
        events=events,
        next_forward_token=tokens.written(tokens.Place("f", found.forward), sealed),
        next_backward_token=tokens.written(tokens.Place("b", found.backward), sealed),
    )


def put_log_events(context: Context, request: Wire) -> Wire:
    """Put events into a stream, also into one that an attempt prints to.

    The sequence token is ignored, as AWS does, and so is the entity.

    Raises:
        Fault: InvalidParameterException; the batch is too large, not in order, or spans more than
            a day. ResourceNotFoundException; the group or the stream does not exist.
    """
    name, stream = request.log_group_name, request.log_stream_name
    group = group_to_change(context, name)
    if not context.engine.logs.has_stream(context.place, name, stream, hidden=True):
        raise no_stream()
    now = context.engine.now()
    events = [Given(each.timestamp, each.message) for each in request.log_events]
    found = taken(events, now, group.kept_since(now))
    if found.start < found.stop:
        accepted = events[found.start : found.stop]
        context.engine.logs.put(context.place, name, stream, accepted)
    rejected = found[2:]
    info = context.types.RejectedLogEventsInfo(
        too_old_log_event_end_index=found.too_old_end,
        expired_log_event_end_index=found.expired_end,
        too_new_log_event_start_index=found.too_new_start,
    )
    return context.types.PutLogEventsResponse(
        next_sequence_token=f"{now:0{SEQUENCE_DIGITS}d}",
        rejected_log_events_info=info if rejected != (None, None, None) else None,
    )

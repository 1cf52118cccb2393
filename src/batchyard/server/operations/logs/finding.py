"""Log groups and streams by their names and ARNs, and the refusals when there are none.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from batchyard.batch.ids import Place, partition
from batchyard.errors import Fault
from batchyard.logs.source import Recorded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from batchyard.logs.groups import LogGroup
    from batchyard.logs.source import Source
    from batchyard.server.operations import Context
    from batchyard.store.asking import Stream

Wire = Any
"""A generated struct: its members are known when botocore's model is read."""

LARGEST = 50
"""The most groups or streams of one page (DescribeLimit in botocore's model)."""


def group_arn(place: Place, group: str) -> str:
    """Form the ARN of a log group, without the ``:*`` that stands for its streams."""
    return f"arn:{partition(place.region)}:logs:{place.region}:{place.account}:log-group:{group}"


def stream_arn(place: Place, group: str, stream: str) -> str:
    """Form the ARN of a log stream."""
    return f"{group_arn(place, group)}:log-stream:{stream}"


def group_asked(context: Context, request: Wire) -> str:
    """Name the log group that a request is about.

    Args:
        context: where it must lie.
        request: has ``log_group_name`` and ``log_group_identifier``.

    Raises:
        Fault: both are given or neither is, or the identifier is an ARN of another account or
            region: from there nothing is seen here.
    """
    name, identifier = request.log_group_name, request.log_group_identifier
    if name is not None and identifier is not None:
        message = "LogGroup name and LogGroup ARN are mutually exclusive parameters."
        raise Fault("ValidationException", message)
    if identifier is not None:
        return identified(context.place, identifier)
    if name is None:
        raise invalid("One of logGroupName and logGroupIdentifier is missing.")
    return str(name)


def identified(place: Place, identifier: str) -> str:
    """Name the log group that a name or an ARN identifies.

    Raises:
        Fault: it is no ARN of a log group of this place.
    """
    if not identifier.startswith("arn:"):
        return identifier
    name = identifier.rpartition(":")[2]
    if identifier != group_arn(place, name):
        raise no_group()
    return name


def stored_group(context: Context, name: str) -> LogGroup:
    """Find a log group to read: what the store holds is what clients were told.

    Raises:
        Fault: ResourceNotFoundException; it does not exist.
    """
    group = context.engine.store.log_group(context.place, name)
    if group is None:
        raise no_group()
    return group


def group_to_change(context: Context, name: str) -> LogGroup:
    """Find a log group to change, as it stands now.

    Raises:
        Fault: ResourceNotFoundException; it does not exist.
    """
    group = context.engine.logs.group(context.place, name)
    if group is None:
        raise no_group()
    return group


def kept_since(context: Context, group: LogGroup) -> int:
    """Tell from when on a group's events are shown, epoch milliseconds."""
    return group.kept_since(context.engine.now()) or 0


def has_ended(stream: Stream) -> bool:
    """Tell whether no attempt prints to a stream any more, so that its last line is whole."""
    return stream.attempt is None or stream.attempt.stopped_at is not None


@contextmanager
def printed(context: Context, stream: Stream) -> Iterator[Source]:
    """Open what an attempt printed to a stream: nothing if it is none's."""
    if stream.attempt is None:
        yield Recorded()
    else:
        with context.engine.output.open(stream.attempt.id) as source:
            yield source


async def remove_printed(context: Context, attempts: Sequence[str]) -> None:
    """Remove what attempts printed, on a thread, once it is on disk that nobody needs it."""
    if attempts:
        await context.engine.durable()
        await asyncio.to_thread(context.engine.output.remove, attempts)


def no_group() -> Fault:
    """Say that a log group does not exist, in AWS's words."""
    return Fault("ResourceNotFoundException", "The specified log group does not exist.")


def no_stream() -> Fault:
    """Say that a log stream does not exist, in AWS's words."""
    return Fault("ResourceNotFoundException", "The specified log stream does not exist.")


def invalid(message: str) -> Fault:
    """Form the error that CloudWatch Logs answers to members that do not go together."""
    return Fault("InvalidParameterException", message)

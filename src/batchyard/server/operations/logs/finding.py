"""Log groups and streams by their names and ARNs, and the refusals when there are none.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchyard.batch.ids import Place, partition
from batchyard.errors import Fault

if TYPE_CHECKING:
    from batchyard.batch.model import Attempt
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
    if (name is None) == (identifier is None):
        given = "neither was given" if name is None else f"{name!r} and {identifier!r} were given"
        raise invalid(f"Specify exactly one of logGroupName and logGroupIdentifier: {given}.")
    return name if identifier is None else identified(context.place, identifier)


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


def check_group(context: Context, group: str) -> None:
    """Check that a log group exists.

    Raises:
        Fault: ResourceNotFoundException; no attempt ever logged to it.
    """
    if group not in context.engine.store.log_groups(context.place):
        raise no_group()


def printing(stream: Stream) -> Attempt | None:
    """Give the attempt of a stream; None if it does not run yet, or never did.

    What the store holds is enough: a client hears of a start or an end only once it is stored.
    """
    return stream.attempt if stream.attempt.started_at is not None else None


def no_group() -> Fault:
    """Say that a log group does not exist, in AWS's words."""
    return Fault("ResourceNotFoundException", "The specified log group does not exist.")


def no_stream() -> Fault:
    """Say that a log stream does not exist, in AWS's words."""
    return Fault("ResourceNotFoundException", "The specified log stream does not exist.")


def invalid(message: str) -> Fault:
    """Form the error that CloudWatch Logs answers to members that do not go together."""
    return Fault("InvalidParameterException", message)

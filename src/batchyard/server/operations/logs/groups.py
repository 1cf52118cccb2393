"""DescribeLogGroups: every group that an attempt ever logged to.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.server.operations.logs import listing
from batchyard.server.operations.logs.finding import LARGEST, group_arn, identified, invalid
from batchyard.store.asking import StreamQuery

if TYPE_CHECKING:
    from batchyard.server.operations import Context
    from batchyard.server.operations.logs.finding import Wire

CLASS = "STANDARD"
"""The class of every group: the one that awslogs makes, and all that a yard has."""

ORDER = "groups"
ALONE = {
    "log_group_name_prefix": "logGroupNamePrefix",
    "log_group_name_pattern": "logGroupNamePattern",
    "log_group_class": "logGroupClass",
    "account_identifiers": "accountIdentifiers",
}
"""What cannot be given beside logGroupIdentifiers (its text in botocore's model)."""


def describe_log_groups(context: Context, request: Wire) -> Wire:
    """Show log groups by name: all, or those of a prefix, a pattern or a list.

    Raises:
        Fault: InvalidParameterException; filters do not go together, or nextToken was not given
            for this list. ResourceNotFoundException; an ARN is one of another place.
    """
    _check(request)
    mark = listing.read(request.next_token, ORDER)
    keys = [(0, name) for name in _asked(context, request)]
    names, token = listing.page(keys, mark, ORDER, request.limit or LARGEST)
    brief = request.log_group_name_pattern is not None
    shown = [_shown(context, name, brief=brief) for name in names]
    return context.types.DescribeLogGroupsResponse(log_groups=shown, next_token=token)


def _check(request: Wire) -> None:
    if request.log_group_name_prefix and request.log_group_name_pattern:
        raise invalid("logGroupNamePrefix and logGroupNamePattern are mutually exclusive.")
    # Members that the installed botocore does not know yet cannot have been given.
    if getattr(request, "log_group_identifiers", None):
        for attribute, member in ALONE.items():
            if getattr(request, attribute, None):
                raise invalid(f"{member} cannot be given beside logGroupIdentifiers.")


def _asked(context: Context, request: Wire) -> list[str]:
    """Name the groups that a request asks for, among those that exist."""
    accounts = request.account_identifiers if request.include_linked_accounts else None
    if (accounts and context.place.account not in accounts) or (
        (request.log_group_class or CLASS) != CLASS
    ):
        return []
    identifiers = getattr(request, "log_group_identifiers", None) or ()
    listed = {identified(context.place, identifier) for identifier in identifiers}
    return [
        name
        for name in context.engine.store.log_groups(context.place)
        if name.startswith(request.log_group_name_prefix or "")
        and (request.log_group_name_pattern or "") in name
        and (not listed or name in listed)
    ]


def _shown(context: Context, name: str, *, brief: bool) -> Wire:
    """Form a group as the service shows it.

    Bytes are not counted: AWS counts them with a delay, and begins with zero.
    """
    group, arn = context.types.LogGroup, group_arn(context.place, name)
    more = {} if brief else {"metric_filter_count": 0, "stored_bytes": 0, "log_group_class": CLASS}
    if "log_group_arn" in group.__struct_fields__:  # the oldest botocore does not know it
        more["log_group_arn"] = arn
    return group(log_group_name=name, creation_time=_created(context, name), arn=f"{arn}:*", **more)


def _created(context: Context, name: str) -> int | None:
    """Tell when a group was there for certain: its first stream's time, epoch milliseconds."""
    query = StreamQuery(place=context.place, log_group=name, limit=1)
    found = context.engine.store.streams(query).streams
    return found[0].attempt.placed_at if found else None

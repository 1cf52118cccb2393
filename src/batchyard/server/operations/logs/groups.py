"""CreateLogGroup, DeleteLogGroup and DescribeLogGroups.

A group is there when somebody made it, or when an attempt was placed that logs to it. What AWS
answers was read from recordings of it:
https://github.com/localstack/localstack/blob/main/tests/aws/services/logs/test_logs_groups.snapshot.json

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html,
…/API_DeleteLogGroup.html and …/API_DescribeLogGroups.html
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from batchyard.errors import Fault
from batchyard.logs.groups import RESERVED, LogGroup
from batchyard.server.operations.known import known
from batchyard.server.operations.logs import listing
from batchyard.server.operations.logs.finding import (
    LARGEST,
    group_arn,
    group_to_change,
    identified,
    invalid,
    remove_printed,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchyard.server.operations import Context
    from batchyard.server.operations.logs.finding import Wire

CLASS = "STANDARD"
"""The class of every group: the one that awslogs makes, and all that a yard has."""

PROTECTION = "deletion_protection_enabled"
"""A member that botocore's older models do not know."""

ORDER = "groups"
ALONE = {
    "log_group_name_prefix": "logGroupNamePrefix",
    "log_group_name_pattern": "logGroupNamePattern",
    "log_group_class": "logGroupClass",
    "account_identifiers": "accountIdentifiers",
}
"""What cannot be given beside logGroupIdentifiers (its text in botocore's model)."""


async def describe_log_groups(context: Context, request: Wire) -> Wire:
    """Show log groups by name: all, or those of a prefix, a pattern or a list.

    Raises:
        Fault: InvalidParameterException; filters do not go together, or nextToken was not given
            for this list. ResourceNotFoundException; an ARN is one of another place.
    """
    _check(request)
    mark = listing.read(request.next_token, ORDER)
    groups = {group.name: group for group in _asked(context, request)}
    keys = [(0, name) for name in groups]
    names, token = listing.page(keys, mark, ORDER, request.limit or LARGEST)
    brief = request.log_group_name_pattern is not None
    found = [groups[name] for name in names]
    shown = await asyncio.to_thread(_all_shown, context, found, brief=brief)
    return context.types.DescribeLogGroupsResponse(log_groups=shown, next_token=token)


def _check(request: Wire) -> None:
    if request.log_group_name_prefix and request.log_group_name_pattern:
        raise invalid(
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."
        )
    # Members that the installed botocore does not know yet cannot have been given.
    if getattr(request, "log_group_identifiers", None):
        for attribute, member in ALONE.items():
            if getattr(request, attribute, None):
                raise invalid(f"{member} cannot be given beside logGroupIdentifiers.")


def _asked(context: Context, request: Wire) -> list[LogGroup]:
    """Find the groups that a request asks for, among those that exist."""
    accounts = request.account_identifiers if request.include_linked_accounts else None
    if (accounts and context.place.account not in accounts) or (
        (request.log_group_class or CLASS) != CLASS
    ):
        return []
    identifiers = getattr(request, "log_group_identifiers", None) or ()
    listed = {identified(context.place, identifier) for identifier in identifiers}
    return [
        group
        for group in context.engine.store.log_groups(context.place)
        if group.name.startswith(request.log_group_name_prefix or "")
        and (request.log_group_name_pattern or "") in group.name
        and (not listed or group.name in listed)
    ]


def _all_shown(context: Context, groups: Sequence[LogGroup], *, brief: bool) -> list[Wire]:
    """Form groups, on a thread: what attempts printed is counted, which takes its time."""
    return [_shown(context, group, brief=brief) for group in groups]


def _shown(context: Context, group: LogGroup, *, brief: bool) -> Wire:
    """Form a group as the service shows it; to whom asks by a pattern AWS shows less."""
    arn, types = group_arn(context.place, group.name), context.types
    more: dict[str, object] = {}
    if not brief:
        printed = context.engine.logs.printed_bytes(context.place, group.name)
        more = {
            "retention_in_days": group.retention,
            "stored_bytes": group.stored_bytes + printed,
            PROTECTION: False,
        }
    return known(
        types.LogGroup,
        log_group_name=group.name,
        creation_time=group.created_at,
        arn=f"{arn}:*",
        log_group_arn=arn,
        log_group_class=CLASS,
        metric_filter_count=0,
        **more,
    )


def create_log_group(context: Context, request: Wire) -> None:
    """Make a log group; its tags are kept. It keeps events for ever until told otherwise.

    Raises:
        Fault: InvalidParameterException; the name is one of AWS's own, or the group is asked to
            be what none is here: encrypted, protected, or of another class than STANDARD.
            ResourceAlreadyExistsException; it is there.
    """
    name = request.log_group_name
    if name.lower().startswith(RESERVED):
        raise invalid("Log groups starting with AWS/ are reserved for AWS.")
    _check_kind(request)
    if context.engine.logs.group(context.place, name) is not None:
        message = "The specified log group already exists"
        raise Fault("ResourceAlreadyExistsException", message)
    made = LogGroup(name=name, created_at=context.engine.now(), tags=dict(request.tags or {}))
    context.engine.logs.put_group(context.place, made)


def _check_kind(request: Wire) -> None:
    if request.kms_key_id is not None:
        raise invalid(f"The KMS key {request.kms_key_id!r} does not exist: this yard has no keys.")
    if (request.log_group_class or CLASS) != CLASS:
        raise invalid(f"Log groups of class {request.log_group_class} are not served here.")
    if getattr(request, PROTECTION, None):
        raise invalid("deletionProtectionEnabled is not served here.")


async def delete_log_group(context: Context, request: Wire) -> None:
    """Remove a log group with its streams and events, those that attempts printed included.

    The next attempt that logs to it makes it again.

    Raises:
        Fault: ResourceNotFoundException; it does not exist.
    """
    group = group_to_change(context, request.log_group_name)
    attempts = context.engine.logs.remove_group(context.place, group.name)
    await remove_printed(context, attempts)

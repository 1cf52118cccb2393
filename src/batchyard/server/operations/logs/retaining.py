"""PutRetentionPolicy and DeleteRetentionPolicy: for how long a group keeps events.

Older events are no longer shown from then on; a chore removes them.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from batchyard.logs.groups import RETENTIONS
from batchyard.server.operations.logs.finding import group_to_change, invalid

if TYPE_CHECKING:
    from batchyard.server.operations import Context
    from batchyard.server.operations.logs.finding import Wire


def put_retention_policy(context: Context, request: Wire) -> None:
    """Keep a group's events for so many days, those that attempts print included.

    Raises:
        Fault: InvalidParameterException; AWS does not know that number of days.
            ResourceNotFoundException; the group does not exist.
    """
    days = request.retention_in_days
    if days not in RETENTIONS:
        known = ", ".join(map(str, RETENTIONS))
        raise invalid(
            f"1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy "
            f"constraint: Member must satisfy enum value set: [{known}]"
        )
    _retain(context, request.log_group_name, days)


def delete_retention_policy(context: Context, request: Wire) -> None:
    """Keep a group's events for ever.

    Raises:
        Fault: ResourceNotFoundException; the group does not exist.
    """
    _retain(context, request.log_group_name, None)


def _retain(context: Context, name: str, days: int | None) -> None:
    group = group_to_change(context, name)
    context.engine.logs.put_group(context.place, structs.replace(group, retention=days))

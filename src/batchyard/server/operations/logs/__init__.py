"""CloudWatch Logs' operations, by AWS's names: what attempts print, and what is put beside it.

A log group is there once it was made, or an attempt was placed that logs to it; a stream once it
was made, or its attempt runs.

Source: ContainerDetail.logStreamName of
https://docs.aws.amazon.com/batch/latest/APIReference/API_ContainerDetail.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.server.operations.logs import events, filtering, groups, retaining, streams

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "CreateLogGroup": groups.create_log_group,
    "CreateLogStream": streams.create_log_stream,
    "DeleteLogGroup": groups.delete_log_group,
    "DeleteLogStream": streams.delete_log_stream,
    "DeleteRetentionPolicy": retaining.delete_retention_policy,
    "DescribeLogGroups": groups.describe_log_groups,
    "DescribeLogStreams": streams.describe_log_streams,
    "FilterLogEvents": filtering.filter_log_events,
    "GetLogEvents": events.get_log_events,
    "PutLogEvents": events.put_log_events,
    "PutRetentionPolicy": retaining.put_retention_policy,
}

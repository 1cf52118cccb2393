"""CloudWatch Logs' operations, by AWS's names: reading what attempts print.

A log group is there once an attempt was placed that logs to it, a stream once its attempt runs.

Source: ContainerDetail.logStreamName of
https://docs.aws.amazon.com/batch/latest/APIReference/API_ContainerDetail.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.server.operations.logs import events, filtering, groups, streams

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "DescribeLogGroups": groups.describe_log_groups,
    "DescribeLogStreams": streams.describe_log_streams,
    "FilterLogEvents": filtering.filter_log_events,
    "GetLogEvents": events.get_log_events,
}

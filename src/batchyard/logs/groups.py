"""Log groups: what they may be called, and how long they keep events.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
and …/API_PutRetentionPolicy.html
"""

from __future__ import annotations

from msgspec import Struct

RETENTIONS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096),
    *(1827, 2192, 2557, 2922, 3288, 3653),
)
"""The days that a group may keep events (retentionInDays in botocore's model)."""

RESERVED = "aws/"
"""How no name may begin, in any case: AWS's own groups do."""

DAY_MS = 86_400_000


class LogGroup(Struct, frozen=True, kw_only=True):
    """A log group.

    Attributes:
        name: its name.
        created_at: when it was made, epoch milliseconds.
        retention: for how many days it keeps events; None is for ever.
        tags: its tags.
        stored_bytes: how much was put into it and is still there, 26 bytes for each event
            included. The store counts it; what attempts print is not in it.
    """

    name: str
    created_at: int
    retention: int | None = None
    tags: dict[str, str] = {}
    stored_bytes: int = 0

    def kept_since(self, now: int) -> int | None:
        """Tell from when on events are kept (epoch milliseconds); None: from the beginning."""
        return None if self.retention is None else now - self.retention * DAY_MS

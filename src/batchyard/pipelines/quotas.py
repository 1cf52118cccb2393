"""AWS's quotas of an account: how many pipelines, and how often each operation may be called.

Calls that are not made are saved up, as many as a burst may have, and can be made at once later.

Source: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-limits.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

PIPELINES: Final = 100
BURST: Final = 100
"""Calls that can be saved up, of every operation."""

OFTEN: Final[Mapping[str, float]] = {
    "DescribeObjects": 2,
    "PollForTask": 2,
    "QueryObjects": 2,
    "ReportTaskProgress": 10,
    "SetTaskStatus": 10,
}
"""Calls per second of the operations that may be called more than once in one."""

SELDOM: Final = 1.0
"""Calls per second of every other operation."""


class Saved(NamedTuple):
    """Calls that are saved up at a moment, epoch milliseconds."""

    calls: float
    at: int


def called(operation: str, saved: Saved | None, now: int) -> Saved | None:
    """Let an operation be called.

    Args:
        operation: its name.
        saved: what the call before left; None before the first.
        now: epoch milliseconds.

    Returns:
        What is saved up after the call; None when there have been too many: it is refused.
    """
    if saved is None:
        return Saved(BURST - 1, now)
    since = max(0, now - saved.at) / 1000
    calls = min(BURST, saved.calls + since * OFTEN.get(operation, SELDOM))
    return None if calls < 1 else Saved(calls - 1, now)

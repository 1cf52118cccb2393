"""What PutLogEvents takes of a batch, and what it rejects.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html;
the words of refusals as users met them, such as
https://github.com/planetarium/NineChronicles.Headless/issues/340 (order),
https://github.com/aws-greengrass/aws-greengrass-log-manager/issues/59 (span),
https://github.com/aws/aws-for-fluent-bit/issues/68 (event size) and
https://github.com/vectordotdev/vector/issues/2394 (batch size).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from batchyard.errors import Fault
from batchyard.logs.groups import DAY_MS

if TYPE_CHECKING:
    from collections.abc import Sequence

BATCH_BYTES = 1_048_576
"""The most that a batch may come to, overhead included; the same holds for one event."""

EVENT_OVERHEAD = 26
"""What each event counts beside its message in UTF-8, in bytes."""

OLDEST_MS = 14 * DAY_MS
NEWEST_MS = 2 * 3_600_000
LONGEST_SPAN_MS = DAY_MS


class Given(NamedTuple):
    """An event as it is put.

    Attributes:
        at: its timestamp, epoch milliseconds.
        message: its text.
    """

    at: int
    message: str


class Gap(NamedTuple):
    """A place between events that were put: those before it are less.

    Attributes:
        at: a timestamp, epoch milliseconds.
        number: the number of an event of that time.
    """

    at: int = 0
    number: int = 0


class PutEvent(NamedTuple):
    """An event that was put into a stream.

    Attributes:
        at: its timestamp, epoch milliseconds.
        number: one that no other event of the yard has; later ones have greater ones.
        ingested_at: when it was put.
        message: its text.
    """

    at: int
    number: int
    ingested_at: int
    message: str


class Taken(NamedTuple):
    """Which events of a batch are taken: those from ``start`` to before ``stop``.

    Attributes:
        start: the first one.
        stop: the one after the last.
        too_old_end: the one after the last that is older than 14 days; None if none is.
        expired_end: the one after the last that the group would not keep; None if none is.
        too_new_start: the first that is more than two hours ahead; None if none is.
    """

    start: int
    stop: int
    too_old_end: int | None = None
    expired_end: int | None = None
    too_new_start: int | None = None


def size(message: str) -> int:
    """Tell what an event counts, in bytes."""
    return len(message.encode()) + EVENT_OVERHEAD


def taken(events: Sequence[Given], now: int, kept_since: int | None) -> Taken:
    """Decide which events of a batch are taken.

    Args:
        events: the batch.
        now: epoch milliseconds.
        kept_since: from when on the group keeps events; None: from the beginning.

    Raises:
        Fault: InvalidParameterException; the batch is too large, not in order, or spans more than
            a day. Nothing of it is taken.
    """
    _check_sizes(events)
    times = [event.at for event in events]
    if any(earlier > later for earlier, later in pairwise(times)):
        raise _invalid(
            "Log events in a single PutLogEvents request must be in chronological order."
        )
    too_old = bisect_left(times, now - OLDEST_MS)
    expired = 0 if kept_since is None else bisect_left(times, kept_since)
    stop = bisect_right(times, now + NEWEST_MS)
    start = min(max(too_old, expired), stop)
    if start < stop and times[stop - 1] - times[start] > LONGEST_SPAN_MS:
        raise _invalid(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 "
            "hours."
        )
    too_new = stop if stop < len(times) else None
    return Taken(start, stop, too_old or None, expired or None, too_new)


def _check_sizes(events: Sequence[Given]) -> None:
    total = 0
    for event in events:
        one = size(event.message)
        if one > BATCH_BYTES:
            raise _invalid(f"Log event too large: {one} bytes exceeds limit of {BATCH_BYTES}")
        total += one
    if total > BATCH_BYTES:
        raise _invalid(f"Upload too large: {total} bytes exceeds limit of {BATCH_BYTES}")


def _invalid(message: str) -> Fault:
    return Fault("InvalidParameterException", message)

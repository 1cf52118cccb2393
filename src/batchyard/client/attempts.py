"""A job's attempts, read from what DescribeJobs says."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from batchyard.client.calls import Answer


class Attempt(NamedTuple):
    """One try of a job.

    Attributes:
        exit_code: what its command exited with; None while it runs, or when it was never started.
        reason: the container's, e.g. ``OutOfMemoryError: Container killed due to memory usage``.
        status_reason: why the attempt ended.
        started_at: milliseconds since the epoch.
        stopped_at: milliseconds since the epoch.
        log_stream_name: where its output is.
    """

    exit_code: int | None
    reason: str | None
    status_reason: str | None
    started_at: int | None
    stopped_at: int | None
    log_stream_name: str | None


def attempts_of(job: Answer) -> tuple[Attempt, ...]:
    """Read the attempts of AWS's JobDetail, the first one first."""
    return tuple(_attempt(one) for one in job.get("attempts", ()))


def _attempt(attempt: Answer) -> Attempt:
    container = attempt.get("container") or {}
    return Attempt(
        exit_code=container.get("exitCode"),
        reason=container.get("reason"),
        status_reason=attempt.get("statusReason"),
        started_at=attempt.get("startedAt"),
        stopped_at=attempt.get("stoppedAt"),
        log_stream_name=container.get("logStreamName"),
    )

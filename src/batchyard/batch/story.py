"""What every change of a job leaves behind: a line of its story, and how failing looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from batchyard.batch.model import Entry, Job
from batchyard.batch.states import JobState

if TYPE_CHECKING:
    from batchyard.batch.events import Event


def told(job: Job, event: Event) -> Job:
    """Add what happened to the job's story, with its cause."""
    cause = event.cause or told_by(event)
    entry = Entry(event.at, type(event).__name__, job.state, cause)
    return replace(job, story=(*job.story, entry))


def told_by(event: Event) -> str:
    """Put an event's own members into words, where it came without a cause."""
    members = (
        f"{name} {value}"
        for name in ("reason", "exit_code", "job_id", "pid")
        if (value := getattr(event, name, None)) is not None
    )
    return ", ".join(members)


def failed(job: Job, at: int, reason: str | None) -> Job:
    """Let a job end without success.

    Args:
        job: the job.
        at: when, epoch milliseconds.
        reason: what DescribeJobs shows as statusReason.
    """
    return replace(job, state=JobState.FAILED, status_reason=reason, stopped_at=at)

"""What every change of a job leaves behind: a line of its story, and how failing looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from batchyard.batch.events import (
    Accepted,
    ChildMoved,
    Exited,
    Lost,
    Reprioritized,
    StartFailed,
    TimedOut,
)
from batchyard.batch.model import Entry, Job
from batchyard.batch.states import JobState

if TYPE_CHECKING:
    from batchyard.batch.events import Event


def told(job: Job, event: Event) -> Job:
    """Add what happened to the job's story, with its cause.

    Args:
        job: the job as the event left it.
        event: what happened.
    """
    cause = "; ".join(
        part for part in (event.cause or _members(event), _outlook(job, event)) if part
    )
    entry = Entry(event.at, type(event).__name__, job.state, cause)
    return replace(job, story=(*job.story, entry))


def _members(event: Event) -> str:
    """Put an event's own members into words, where it came without a cause."""
    reason = getattr(event, "reason", None)
    pid = getattr(event, "pid", None)
    if isinstance(event, Reprioritized):
        return f"scheduling priority {event.priority}"
    return reason or ("" if pid is None else f"pid {pid}")


def _outlook(job: Job, event: Event) -> str:
    """Say what the job waits for now, or that it is tried again."""
    if isinstance(event, Accepted):
        if not job.waits_for:
            return "waits for room"
        return f"waits for {len(job.waits_for)} job{'s' if len(job.waits_for) > 1 else ''}"
    if isinstance(event, AttemptEnded) and job.state is JobState.RUNNABLE:
        return _again(job)
    if isinstance(event, TimedOut):
        return f"ran for {job.spec.timeout} s"
    if isinstance(event, ChildMoved):
        return _children(job)
    return ""


def _again(job: Job) -> str:
    made_room = job.preempted
    if job.attempt in made_room:
        return "made room, waits for room again"
    return f"attempt {len(job.attempts) - len(made_room) + 1} of {job.spec.retry.attempts} follows"


def _children(job: Job) -> str:
    if not job.ended or job.tally is None:
        return "the first child is RUNNABLE"
    return f"all {job.spec.array_size} children ended, {job.tally[JobState.FAILED]} failed"


AttemptEnded = Exited | StartFailed | Lost


def failed(job: Job, at: int, reason: str | None) -> Job:
    """Let a job end without success.

    Args:
        job: the job.
        at: when, epoch milliseconds.
        reason: what DescribeJobs shows as statusReason.
    """
    return replace(job, state=JobState.FAILED, status_reason=reason, stopped_at=at)

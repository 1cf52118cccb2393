"""jobStateTimeLimitActions: when a job has been stuck for as long as its queue lets it.

Source: https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from batchyard.batch import events
from batchyard.batch.states import JobState

if TYPE_CHECKING:
    from batchyard.batch.model import Job
    from batchyard.batch.resources import JobQueue, TimeLimit

WORDS = {
    "CANCEL": "Canceled by JobStateTimeLimit action due to reason: {}",
    "TERMINATE": "Terminated by JobStateTimeLimit action due to reason: {}",
}
"""What statusReason says of a job that was ended so."""


class Due(NamedTuple):
    """A job's time is limited.

    Attributes:
        at: when it is over, epoch milliseconds.
        limit: by what.
    """

    at: int
    limit: TimeLimit


def stuck(job: Job) -> bool:
    """Tell whether a job is RUNNABLE and cannot be placed as things are, for a reason it shows."""
    return job.state is JobState.RUNNABLE and job.status_reason is not None


def due(job: Job, queue: JobQueue) -> Due | None:
    """Tell when a job's time is over; None if nothing limits it.

    Of several limits with the job's reason, the one that ends it first counts. Its time begins
    when the reason was first shown.

    Args:
        job: the job as it stands.
        queue: the queue that it waits in.
    """
    since = _since(job) if stuck(job) else None
    if since is None:
        return None
    reason = job.status_reason or ""
    limits = [limit for limit in queue.time_limits if reason.startswith(limit.reason)]
    first = min(limits, key=lambda limit: limit.seconds, default=None)
    return Due(since + first.seconds * 1000, first) if first else None


def _since(job: Job) -> int | None:
    """Tell since when a job is blocked; what was shown before it waited again does not count."""
    entries = (entry for entry in reversed(job.story) if entry.event != events.Tagged.__name__)
    last = next(entries, None)
    return last.at if last and last.event == events.Blocked.__name__ else None


def ended(limit: TimeLimit, at: int) -> events.Cancelled | events.Terminated:
    """Form the event that ends a job whose time is over.

    Args:
        limit: what limits it.
        at: now, epoch milliseconds.
    """
    kind = events.Cancelled if limit.action == "CANCEL" else events.Terminated
    cause = f"stuck in RUNNABLE for {limit.seconds} s"
    return kind(at=at, cause=cause, reason=WORDS[limit.action].format(limit.reason))

"""What can happen to a job: past participles, each with its time and its cause.

``at`` is milliseconds since the epoch; ``cause`` is a sentence for the job's story.
"""

from __future__ import annotations

from typing import Literal

from batchyard.batch.model import Value
from batchyard.batch.states import JobState


class Happened(Value, frozen=True):
    """What every event carries."""

    at: int
    cause: str = ""


class Accepted(Happened, frozen=True):
    """The yard has kept the job: it starts to wait for what it depends on."""


class DependencyEnded(Happened, frozen=True, kw_only=True):
    """A job this one waits for has ended."""

    job_id: str
    succeeded: bool


class Blocked(Happened, frozen=True, kw_only=True):
    """No environment of its queue can ever hold the job as things are; None: one can, now."""

    reason: str | None


class Placed(Happened, frozen=True, kw_only=True):
    """Room was found, and is held from now on; ``worker_group`` when task runners have it."""

    attempt: str
    environment: str
    worker_group: str | None = None


class Started(Happened, frozen=True, kw_only=True):
    """The attempt's process is there; ``pid`` and ``ticks`` when it is this machine's."""

    attempt: str
    pid: int | None = None
    ticks: int | None = None


class StartFailed(Happened, frozen=True, kw_only=True):
    """The attempt's command could not be started; ``again`` when another attempt may do better."""

    attempt: str
    reason: str
    again: bool = True


class Exited(Happened, frozen=True, kw_only=True):
    """The attempt's process has ended; ``reason`` when more is known than the code."""

    attempt: str
    exit_code: int
    reason: str | None = None


class Lost(Happened, frozen=True, kw_only=True):
    """The attempt's host is gone, and the attempt with it."""

    attempt: str


class TimedOut(Happened, frozen=True, kw_only=True):
    """The attempt has run as long as it may."""

    attempt: str


class Cancelled(Happened, frozen=True, kw_only=True):
    """CancelJob: end it unless it has been placed."""

    reason: str


class Terminated(Happened, frozen=True, kw_only=True):
    """TerminateJob: end it wherever it stands."""

    reason: str


class Tagged(Happened, frozen=True, kw_only=True):
    """TagResource or UntagResource: these are the job's tags now, wherever it stands."""

    tags: dict[str, str]


class Preempted(Happened, frozen=True, kw_only=True):
    """The attempt is to make room for another job's."""

    reason: str


class Reprioritized(Happened, frozen=True, kw_only=True):
    """UpdateServiceJob: this is the job's scheduling priority now."""

    priority: int


class ChildMoved(Happened, frozen=True, kw_only=True):
    """A child of this array went from one state to another (from None: it was spawned)."""

    was: JobState | None
    now: JobState


class ChildrenStopped(Happened, frozen=True, kw_only=True):
    """Every child of this array has been told to stop; ``how`` as in the command."""

    how: Literal["cancel", "terminate"]


Event = (
    Accepted
    | DependencyEnded
    | Blocked
    | Placed
    | Started
    | StartFailed
    | Exited
    | Lost
    | TimedOut
    | Cancelled
    | Terminated
    | Tagged
    | Preempted
    | Reprioritized
    | ChildMoved
    | ChildrenStopped
)

"""What follows from an event: imperatives for the engine. Each may be delivered twice."""

from __future__ import annotations

from typing import Literal

from batchyard.batch.model import Demand, Value
from batchyard.batch.states import JobState


class Offer(Value, frozen=True):
    """Let the job wait for room."""


class Withdraw(Value, frozen=True):
    """The job no longer waits for room."""


class Launch(Value, frozen=True):
    """Start the attempt where it was placed."""

    attempt: str


class End(Value, frozen=True):
    """Stop the attempt: SIGTERM, then SIGKILL after ``grace`` seconds."""

    attempt: str
    grace: float


class Limit(Value, frozen=True):
    """Say TimedOut at this moment (epoch milliseconds), should the attempt still run."""

    attempt: str
    at: int


class Release(Value, frozen=True):
    """Give back what the attempt held, and let its launcher forget it."""

    attempt: str
    environment: str
    demand: Demand


class Spawn(Value, frozen=True):
    """Bring the array's children to life."""


class Announce(Value, frozen=True):
    """Tell whoever waits for this job that it ended."""

    succeeded: bool


class TellParent(Value, frozen=True):
    """Tell the array that its child moved."""

    was: JobState | None
    now: JobState


class StopChildren(Value, frozen=True):
    """Cancel or terminate every child, and say ChildrenStopped when all of them were told."""

    how: Literal["cancel", "terminate"]
    reason: str


Command = (
    Offer | Withdraw | Launch | End | Limit | Release | Spawn | Announce | TellParent | StopChildren
)

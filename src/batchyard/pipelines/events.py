"""What can happen to an instance: past participles, each with its time and its cause.

``at`` is milliseconds since the epoch; ``cause`` is a sentence for people.
"""

from __future__ import annotations

from batchyard.pipelines.instances import Failure
from batchyard.pipelines.model import Value


class Happened(Value, frozen=True, tag=True):
    """What every event carries."""

    at: int
    cause: str = ""


class Planned(Happened, frozen=True, kw_only=True):
    """It begins to wait, for these needs; ``missed``: one of them that ended badly already."""

    waits_for: frozenset[str] = frozenset()
    missed: str | None = None


class Arrived(Happened, frozen=True):
    """The time has come at which it is due."""


class Met(Happened, frozen=True, kw_only=True):
    """An instance that it needs is FINISHED."""

    need: str


class Missed(Happened, frozen=True, kw_only=True):
    """An instance that it needs has ended otherwise."""

    need: str


class Reopened(Happened, frozen=True, kw_only=True):
    """An instance that it needs is rerun."""

    need: str


class Admitted(Happened, frozen=True):
    """Its component lets it be active."""


class Wanted(Happened, frozen=True, kw_only=True):
    """Somebody is ready to run on this resource."""

    by: str


class Hosted(Happened, frozen=True):
    """The resource that it runs on is there."""


class HostLost(Happened, frozen=True, kw_only=True):
    """The resource that it runs on has ended badly."""

    resource: str


class Left(Happened, frozen=True, kw_only=True):
    """Somebody who ran on this resource has ended."""

    user: str


class Joined(Happened, frozen=True, kw_only=True):
    """Somebody who ran on this resource, or wanted to, is rerun."""

    user: str


class Taken(Happened, frozen=True, kw_only=True):
    """A runner works on the attempt; of a resource: it is there.

    What the runner says of itself is recorded (PollForTask's hostname and instanceIdentity).
    """

    attempt: str
    hostname: str = ""
    document: str = ""
    signature: str = ""


class Succeeded(Happened, frozen=True, kw_only=True):
    """The attempt did what it should (SetTaskStatus FINISHED)."""

    attempt: str


class Failed(Happened, frozen=True, kw_only=True):
    """The attempt did not (SetTaskStatus FAILED)."""

    attempt: str
    failure: Failure = Failure()


class NotMet(Happened, frozen=True, kw_only=True):
    """The precondition does not hold (SetTaskStatus FALSE)."""

    attempt: str


class TimedOut(Happened, frozen=True, kw_only=True):
    """The attempt has lasted as long as attemptTimeout, or terminateAfter, allows."""

    attempt: str


class RetryDue(Happened, frozen=True):
    """The time between two attempts is over."""


class GrewLate(Happened, frozen=True):
    """It is not done, lateAfterTimeout after it was due."""


class Expired(Happened, frozen=True):
    """The precondition does not hold, preconditionTimeout after it was first tried."""


class Canceled(Happened, frozen=True):
    """Somebody wants it to end (TRY_CANCEL)."""


class MarkedFinished(Happened, frozen=True):
    """Somebody says that it is done (MARK_FINISHED)."""


class Rerun(Happened, frozen=True, kw_only=True):
    """Somebody wants it to run again (RERUN); needs as of `Planned`."""

    waits_for: frozenset[str] = frozenset()
    missed: str | None = None


class Paused(Happened, frozen=True):
    """Its component is paused (PAUSE)."""


class Resumed(Happened, frozen=True):
    """Its component is no longer paused (RESUME)."""


Event = (
    Planned
    | Arrived
    | Met
    | Missed
    | Reopened
    | Admitted
    | Wanted
    | Hosted
    | HostLost
    | Left
    | Joined
    | Taken
    | Succeeded
    | Failed
    | NotMet
    | TimedOut
    | RetryDue
    | GrewLate
    | Expired
    | Canceled
    | MarkedFinished
    | Rerun
    | Paused
    | Resumed
)


class Reported(Value, frozen=True):
    """An event and the instance it happened to: a line of a pipeline's journal."""

    id: str
    event: Event

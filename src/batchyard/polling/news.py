"""What goes into a `Watch` and what comes out of it: wishes, questions, troubles, news."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from batchyard.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Hashable

    from batchyard.polling.cadence import Cadence
    from batchyard.polling.seen import Seen, Test

FULL = 100
"""Most ids of one call: https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeJobs.html"""


class Limits(NamedTuple):
    """When a wait gives up by itself, in seconds.

    Attributes:
        unseen: a job that was never seen does not exist: nowhere does AWS promise that
            DescribeJobs shows a job at once.
        vanished: a job that was seen, and is not shown any more, is gone.
        throttled: the service has answered nothing else than that it is asked too often.
        unreachable: nobody has answered, or the service has answered nothing but that it fails.
        last_look: how long, after the wait's own timeout, the last question may take.
    """

    unseen: float = 60.0
    vanished: float = 60.0
    throttled: float = 900.0
    unreachable: float = 900.0
    last_look: float = 5.0

    def check(self) -> None:
        """Refuse what is no span of time.

        Raises:
            Refused: one is below 0.
        """
        for name, seconds in self._asdict().items():
            if not seconds >= 0:
                raise Refused(f"{name} = {seconds!r}: give seconds from 0")


@dataclass(frozen=True)
class Wish:
    """What a waiter wants to know.

    Attributes:
        test: whether the wait for a job is over.
        cadence: how often to ask.
        limits: when it gives up by itself.
        deadline: the time at which it gives up; None for never.
        moves: whether it wants to hear of changes that do not end the wait.
    """

    test: Test
    cadence: Cadence
    limits: Limits
    deadline: float | None = None
    moves: bool = False


class Kind(Enum):
    """What was wrong with a question."""

    THROTTLED = "throttled"
    """The service asks to be asked less often."""
    UNREACHABLE = "unreachable"
    """Nobody answered, or the service failed."""
    REFUSED = "refused"
    """The service does not take the question: one of its ids may be no id."""
    HOPELESS = "hopeless"
    """Asking again does not help: the credentials are refused, say."""


class Trouble(NamedTuple):
    """A question that brought no answer.

    Attributes:
        kind: what was wrong.
        error: the same, as it is raised.
    """

    kind: Kind
    error: Exception


class Describe(NamedTuple):
    """Ask about these jobs now.

    Attributes:
        ids: at most 100, each once.
        asked_at: the time.
        number: no other question has it.
    """

    ids: tuple[str, ...]
    asked_at: float
    number: int


class SleepUntil(NamedTuple):
    """There is nothing to do before this time."""

    at: float


class Idle(NamedTuple):
    """Nobody is waiting."""


Next: TypeAlias = Describe | SleepUntil | Idle


class Moved(NamedTuple):
    """A job that a waiter waits for has changed, and the wait goes on."""

    waiter: Hashable
    seen: Seen


class Told(NamedTuple):
    """The wait for a job is over; said exactly once.

    Attributes:
        waiter: who waited.
        job_id: for which job.
        seen: the job as it was last seen; None if it never was.
        error: why the wait ended, unless it was fulfilled.
    """

    waiter: Hashable
    job_id: str
    seen: Seen | None
    error: Exception | None = None


News: TypeAlias = Moved | Told

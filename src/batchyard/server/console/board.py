"""What happens in a yard, counted as it happens: for pages that must not look at every job.

Told of every change of every job, in the turn that it happens in, so each costs little: a few
counters. Nothing here is kept on disk; `Board.adopt` counts anew after a start.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from typing import TYPE_CHECKING, Final, NamedTuple

from batchyard.batch import ids, reasons
from batchyard.batch.ids import Place
from batchyard.batch.states import PLACED, JobState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from batchyard.batch.model import Job

STEP_MS: Final = 5_000
"""How far apart samples are at least (ours)."""

SAMPLES: Final = 720
"""An hour of samples, where something changes all the time (ours)."""

FAILURES: Final = 50
"""Failures that are remembered (ours)."""


class Slots(NamedTuple):
    """vCPUs of a place at one moment, in thousandths.

    Attributes:
        running: those of jobs that are STARTING or RUNNING.
        waiting: those that RUNNABLE jobs ask for.
        room: those of environments that take jobs.
    """

    running: int = 0
    waiting: int = 0
    room: int = 0

    def __add__(self, other: object) -> Slots:
        """Add up two places."""
        assert isinstance(other, Slots)  # noqa: S101 - nothing else is added to slots
        pairs = zip(self, other, strict=True)
        return Slots(*(one + another for one, another in pairs))


class Sample(NamedTuple):
    """How things stood from a moment (epoch milliseconds) on, until the next sample."""

    at: int
    slots: Mapping[Place, Slots]


class Failure(NamedTuple):
    """A job that failed; or an array, by the last of its children that did.

    Attributes:
        job: which.
        number: how many of an array's children failed, as far as this was seen.
    """

    job: Job
    number: int = 1


class Board:
    """Counts live jobs by queue and state, samples slots, remembers failures.

    Args:
        room: tells the vCPUs of every place's environments, in thousandths.

    Attributes:
        counts: how many jobs of a queue (its ARN) are in a state; arrays by their children.
        stuck: how many of a queue's RUNNABLE jobs no environment of it can ever hold as things are.
        samples: how slots were used, oldest first.
        failures: what failed last, by the job's id or its array's, oldest first.
        listener: told of every job that has changed.
    """

    def __init__(self, room: Callable[[], Mapping[Place, int]]) -> None:
        """Begin with nothing."""
        self._room = room
        self.counts: Counter[tuple[str, JobState]] = Counter()
        self.stuck: Counter[str] = Counter()
        self._running: Counter[Place] = Counter()
        self._waiting: Counter[Place] = Counter()
        self._step = 0
        self.samples: deque[Sample] = deque(maxlen=SAMPLES)
        self.failures: OrderedDict[str, Failure] = OrderedDict()
        self.listener: Callable[[Job], None] | None = None

    def watch(self, was: Job | None, now: Job) -> None:
        """See a job change (`engine.parts.Watcher`)."""
        if was is None or was.state is not now.state or was.status_reason != now.status_reason:
            self._move(was, now)
        if self.listener is not None:
            self.listener(now)

    def _move(self, was: Job | None, now: Job) -> None:
        at = now.story[-1].at if now.story else now.created_at
        step = at // STEP_MS
        if step > self._step:
            self._step = step
            self.samples.append(Sample(at, self.slots()))
        if now.is_array:
            return
        if was is not None:
            self._count(was, -1)
        self._count(now, 1)
        if now.state is JobState.FAILED and (was is None or not was.ended):
            self._fail(now)

    def _count(self, job: Job, by: int) -> None:
        spec, state = job.spec, job.state
        if job.ended:
            return
        self.counts[spec.queue, state] += by
        if spec.service is not None:
            return
        if state in PLACED:
            self._running[Place(spec.account, spec.region)] += by * spec.demand.vcpus
        elif state is JobState.RUNNABLE:
            self.stuck[spec.queue] += by * (job.status_reason in reasons.MISFITS)
            self._waiting[Place(spec.account, spec.region)] += by * spec.demand.vcpus

    def _fail(self, job: Job) -> None:
        name = ids.parent_id(job.id) or job.id
        before = self.failures.pop(name, None)
        number = 1 if before is None else before.number + 1
        children = None if job.tally is None else job.tally[JobState.FAILED]
        self.failures[name] = Failure(job, children or number)
        if len(self.failures) > FAILURES:
            self.failures.popitem(last=False)

    def adopt(self, at: int, jobs: Iterable[Job], failed: Iterable[Job] = ()) -> None:
        """Count anew.

        Args:
            at: when, epoch milliseconds.
            jobs: all live ones.
            failed: those that failed before, oldest first.
        """
        self.counts.clear()
        self.stuck.clear()
        self._running.clear()
        self._waiting.clear()
        self.failures.clear()
        for job in jobs:
            if not job.is_array:
                self._count(job, 1)
        for job in failed:
            self._fail(job)
        self.samples.append(Sample(at, self.slots()))

    def slots(self) -> dict[Place, Slots]:
        """Tell how the slots of every place are used now."""
        room = self._room()
        places = {*room, *self._running, *self._waiting}
        return {
            place: Slots(self._running[place], self._waiting[place], room.get(place, 0))
            for place in places
        }

"""Quota shares: who of a queue's service jobs may begin, on whose capacity, and who makes room.

A share's own capacity is its own: what others borrowed of it is taken back when its jobs come. What
is idle of it is lent, unless the share reserves it; who borrows is decided by who came first.
Within a share, a higher scheduling priority goes first.

Sources: https://docs.aws.amazon.com/batch/latest/userguide/quota-shares.html and
CreateQuotaShare in botocore's model.
"""

from __future__ import annotations

from collections import Counter
from itertools import count
from typing import TYPE_CHECKING, Final, NamedTuple

from batchyard.batch import reasons
from batchyard.batch.placement import Found
from batchyard.batch.quota_lines import Lines, Waiting, Wanted
from batchyard.batch.resources import JobQueue, QuotaShare, ServiceEnvironment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from batchyard.batch.resources import Resource

UNLIMITED: Final = -1
"""A borrowLimit that is none."""


class Held(NamedTuple):
    """A job that was placed; those of the least priority that began last make room first."""

    priority: int
    age: int
    job_id: str
    environment: str
    wanted: Wanted


class Preempt(NamedTuple):
    """A job that is to make room."""

    job_id: str
    reason: str


class Use(NamedTuple):
    """How a share and its environment stand with a type of instances.

    Attributes:
        used: what the share's jobs hold.
        own: what is the share's own.
        free: what nobody holds.
    """

    used: int
    own: int
    free: int


class Quotas:
    """Keeps shares, what is held of them and who waits; decides who begins and who makes room."""

    def __init__(self) -> None:
        """Begin without shares and without jobs."""
        self._lines = Lines()
        self.held: dict[str, Held] = {}
        self._shares: dict[str, QuotaShare] = {}
        self._queues: dict[str, JobQueue] = {}
        self._environments: dict[str, ServiceEnvironment] = {}
        self._used: Counter[tuple[str, str]] = Counter()  # by share or environment, and unit
        self._leaving: dict[str, Held] = {}
        self._number = count()
        self._changed = False

    @property
    def waiting(self) -> Mapping[str, Waiting]:
        """Give every job that waits, by id."""
        return self._lines.waiting

    # -- what there is -----------------------------------------------------------------------

    def put(self, resource: Resource) -> None:
        """Take in a new or changed resource; others than shares, queues and environments pass."""
        match resource:
            case QuotaShare():
                self._shares[resource.arn] = resource
            case JobQueue():
                self._queues[resource.arn] = resource
            case ServiceEnvironment():
                self._environments[resource.arn] = resource
        self._changed = True

    def remove(self, resource: Resource) -> None:
        """Forget a resource; what jobs hold stays counted."""
        for kept in (self._shares, self._queues, self._environments):
            kept.pop(resource.arn, None)

    def _own(self, share: str, unit: str) -> int:
        found = self._shares.get(share)
        return _capacity(found, unit) if found else 0

    def _room(self, queue: str) -> ServiceEnvironment | None:
        """Give the environment that a queue's jobs run in."""
        found = self._queues.get(queue)
        return self._environments.get(found.environments[0]) if found else None

    # -- who waits and who holds -------------------------------------------------------------

    def offer(self, job_id: str, wanted: Wanted) -> None:
        """Let a job wait for room; one that waits already keeps its place."""
        if job_id not in self.waiting:
            place = Waiting(-wanted.priority, next(self._number), job_id, wanted)
            self._lines.add(place)
            self._changed = True

    def withdraw(self, job_id: str) -> None:
        """Let a job wait no longer; one that does not wait is none to withdraw."""
        self._lines.remove(job_id)

    def hold(self, job_id: str, environment: str, wanted: Wanted, *, leaving: bool = False) -> None:
        """Count what a job was given: also at a restart, when it may be making room already."""
        held = Held(wanted.priority, -next(self._number), job_id, environment, wanted)
        self.held[job_id] = held
        for holder in (wanted.share, environment):
            self._used[holder, wanted.unit] += wanted.instances
        if leaving:
            self._leaving[job_id] = held

    def release(self, job_id: str) -> None:
        """Count back what a job was given; one that holds nothing gives nothing back."""
        held = self.held.pop(job_id, None)
        if held is None:
            return
        self._leaving.pop(job_id, None)
        for holder in (held.wanted.share, held.environment):
            self._used[holder, held.wanted.unit] -= held.wanted.instances
        self._changed = True

    def use(self, wanted: Wanted) -> Use:
        """Tell how things stand for whoever wants this."""
        used, own = self._used[wanted.share, wanted.unit], self._own(wanted.share, wanted.unit)
        return Use(used, own, max(0, self._free(wanted)))

    # -- who is next -------------------------------------------------------------------------

    def decide(self) -> tuple[list[Found], list[Preempt]]:
        """Let every job begin that may, and tell who makes room for the others.

        Calling again without a change finds nothing and costs nothing.
        """
        if not self._changed:
            return [], []
        self._changed = False
        found = [*self._given(self._fits), *self._given(self._borrows)]
        return found, self._preempted()

    def _given(self, may: Callable[[Wanted], bool]) -> list[Found]:
        """Give room to who may have it; what does not fit once does not fit any more."""
        failed: set[tuple[str, str, int]] = set()
        found = []
        for each in self._lines.candidates(lambda wanted: _size(wanted) in failed):
            room = self._room(each.wanted.queue)
            if room is None or room.state != "ENABLED" or not may(each.wanted):
                failed.add(_size(each.wanted))
                continue
            self.hold(each.job_id, room.arn, each.wanted)
            found.append(Found(each.job_id, room.arn))
        for begun in found:
            self.withdraw(begun.job_id)
        return found

    def order(self, queue: str | None = None) -> Iterator[Waiting]:
        """List who waits, as `Lines.order` does."""
        return self._lines.order(queue)

    def _free(self, wanted: Wanted) -> int:
        room = self._room(wanted.queue)
        return _capacity(room, wanted.unit) - self._used[room.arn, wanted.unit] if room else 0

    def _kept(self, wanted: Wanted) -> int:
        """Sum up what other shares reserve and do not use: nobody else's jobs begin on it."""
        others = (other for other in self._beside(wanted) if other.arn != wanted.share)
        return sum(
            self._idle(other, wanted.unit) for other in others if other.strategy == "RESERVE"
        )

    def _after(self, wanted: Wanted) -> int:
        return self._used[wanted.share, wanted.unit] + wanted.instances

    def _fits(self, wanted: Wanted) -> bool:
        """Tell whether a job fits into what is its share's own."""
        own = self._own(wanted.share, wanted.unit)
        free = self._free(wanted) - self._kept(wanted)
        return self._after(wanted) <= own and wanted.instances <= free

    def _borrows(self, wanted: Wanted) -> bool:
        """Tell whether a job fits into what its share may borrow."""
        share, unit = self._shares.get(wanted.share), wanted.unit
        own, after = self._own(wanted.share, unit), self._after(wanted)
        if share is None or after <= own or after > _most(share, unit):
            return False
        others = [other for other in self._beside(wanted) if other.arn != share.arn]
        lent = sum(self._idle(other, unit) for other in others if other.strategy != "RESERVE")
        borrowed = sum(max(0, -self._left(other, unit)) for other in others)
        free = self._free(wanted) - self._kept(wanted)
        return borrowed + after - own <= lent and wanted.instances <= free

    def _beside(self, wanted: Wanted) -> list[QuotaShare]:
        return [share for share in self._shares.values() if share.queue == wanted.queue]

    def _left(self, share: QuotaShare, unit: str) -> int:
        return _capacity(share, unit) - self._used[share.arn, unit]

    def _idle(self, share: QuotaShare, unit: str) -> int:
        return max(0, self._left(share, unit))

    # -- who makes room ----------------------------------------------------------------------

    def _preempted(self) -> list[Preempt]:
        """Choose who makes room for those whose share's own capacity others use, or lesser jobs."""
        chosen: list[Preempt] = []
        spoken: Counter[tuple[str, str]] = Counter()  # for whom room is being made
        failed: set[Wanted] = set()
        for each in self._lines.candidates(failed.__contains__):
            holders = self._making_room(each.wanted, spoken)
            if holders is None:
                failed.add(each.wanted)
                continue
            chosen += holders
            spoken[each.wanted.share, each.wanted.unit] += each.wanted.instances
            spoken[each.wanted.queue, each.wanted.unit] += each.wanted.instances
        return chosen

    def _making_room(
        self, wanted: Wanted, spoken: Counter[tuple[str, str]]
    ) -> list[Preempt] | None:
        """Choose who makes room for one job; nobody if that is being made, None if it cannot be."""
        share, unit = wanted.share, wanted.unit
        own, stays = self._own(share, unit), self._used[share, unit] - self._going(share, unit)
        room = self._room(wanted.queue)
        if room is None:
            return None
        asked = wanted.instances + spoken[share, unit]
        if stays + asked <= own:
            coming = self._free(wanted) - self._kept(wanted) + self._going(room.arn, unit)
            coming -= spoken[wanted.queue, unit]
            return self._leave(
                wanted.instances - coming, self._borrowers(wanted), reasons.RECLAIMED
            )
        lesser = self._lesser(wanted) if self._shares[share].preempts else []
        return self._leave(asked - max(0, own - stays), lesser, reasons.OUTRANKED)

    def _leave(self, missing: int, holders: Iterable[Held], reason: str) -> list[Preempt] | None:
        """Let as many jobs make room as are needed, unless they are too few."""
        found: list[Held] = []
        for held in holders:
            if missing <= 0:
                break
            found.append(held)
            missing -= held.wanted.instances
        if missing > 0:
            return None
        self._leaving |= {held.job_id: held for held in found}
        return [Preempt(held.job_id, reason) for held in found]

    def _going(self, holder: str, unit: str) -> int:
        """Sum up what is being given back, of a share or of an environment."""
        going = (held for held in self._leaving.values() if held.wanted.unit == unit)
        return sum(
            held.wanted.instances
            for held in going
            if holder in {held.wanted.share, held.environment}
        )

    def _staying(self, wanted: Wanted) -> list[Held]:
        """List who holds instances of the type that is wanted and does not leave, least first."""
        return sorted(
            held
            for held in self.held.values()
            if held.job_id not in self._leaving
            and (held.wanted.queue, held.wanted.unit) == (wanted.queue, wanted.unit)
        )

    def _borrowers(self, wanted: Wanted) -> Iterator[Held]:
        """List the jobs of shares that use more than their own, as long as they do."""
        unit = wanted.unit
        over: Counter[str] = Counter()
        for share in self._beside(wanted):
            over[share.arn] = -self._left(share, unit) - self._going(share.arn, unit)
        for held in self._staying(wanted):
            if over[held.wanted.share] > 0:
                over[held.wanted.share] -= held.wanted.instances
                yield held

    def _lesser(self, wanted: Wanted) -> list[Held]:
        return [
            held
            for held in self._staying(wanted)
            if held.wanted.share == wanted.share and held.priority < wanted.priority
        ]

    # -- who never fits ----------------------------------------------------------------------

    def misfit(self, wanted: Wanted) -> str | None:
        """Say why a job can never begin as things are; None if it can.

        Source: https://docs.aws.amazon.com/batch/latest/userguide/\
sm_job_stuck_in_runnable_misconfiguration.html
        """
        share, room, unit = self._shares.get(wanted.share), self._room(wanted.queue), wanted.unit
        if room is None or share is None or wanted.instances > _capacity(room, unit):
            return reasons.TOO_MANY_INSTANCES
        own, most = _capacity(share, unit), _most(share, unit)
        if wanted.instances > most:
            return reasons.OVER_QUOTA if most == own else reasons.OVER_BORROWING
        lenders = (other for other in self._beside(wanted) if other.strategy != "RESERVE")
        lent = sum(_capacity(other, unit) for other in lenders if other.arn != share.arn)
        return reasons.OVER_LENDING if wanted.instances > own + lent else None


def _size(wanted: Wanted) -> tuple[str, str, int]:
    return wanted.share, wanted.unit, wanted.instances


def _capacity(holder: QuotaShare | ServiceEnvironment, unit: str) -> int:
    return next((each.quantity for each in holder.capacity if each.unit == unit), 0)


def _most(share: QuotaShare, unit: str) -> float:
    """Tell how much a share may use at most, with what it borrows."""
    own = _capacity(share, unit)
    if share.strategy != "LEND_AND_BORROW":
        return own
    limit = share.borrow_limit
    return float("inf") if limit == UNLIMITED else own + own * limit // 100

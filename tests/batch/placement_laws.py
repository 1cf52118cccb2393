"""Who is given room: compared with a model that looks at every job, environment and past attempt.

The oracle: https://docs.aws.amazon.com/batch/latest/userguide/job_queue_parameters.html (priority,
compute environment order), https://docs.aws.amazon.com/batch/latest/userguide/share-identifiers.html
("T * weightFactor", the lowest first), FairsharePolicy in botocore's model (computeReservation) and
https://docs.aws.amazon.com/batch/latest/userguide/\
resource-aware-scheduling-how-to-check-resources-check-resources.html
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard.batch import reasons
from batchyard.batch.model import Consumed, Demand
from batchyard.batch.placement import Found, Placement
from batchyard.batch.resources import (
    ComputeEnvironment,
    ConsumableResource,
    FairShare,
    JobQueue,
    SchedulingPolicy,
    Weight,
)
from batchyard.batch.rooms import Size
from batchyard.batch.shares import AHEAD
from batchyard.batch.waiting import Claim

MEMORY = 1000
ENVIRONMENTS = ("e0", "e1", "e2")
QUEUES = ("q0", "q1", "q2")
SIZES = (
    Size(Demand(250, 100)),
    Size(Demand(1000, 100)),
    Size(Demand(1000, 400)),
    Size(Demand(2000, 900)),
    Size(Demand(250, 100), (Consumed("licence", 2),)),
    Size(Demand(250, 100), (Consumed("licence", 1), Consumed("token", 3))),
)
WEIGHTS = {"ann": 1.0, "bob": 2.0, "bert": 2.0, "cy": 0.25}
SHARES = tuple(WEIGHTS)
DECAY = 1000
FAIR = FairShare(DECAY, 0, (Weight("b*", 2.0), Weight("cy", 0.25)))


def environment(
    arn: str, vcpus: int, *, enabled: bool = True, elsewhere: bool = False
) -> ComputeEnvironment:
    group = "workers" if elsewhere else None
    state: Any = "ENABLED" if enabled else "DISABLED"
    return ComputeEnvironment(arn, arn, state, vcpus, worker_group=group)


def queue(
    arn: str, priority: int, environments: Sequence[str], policy: str | None = None
) -> JobQueue:
    return JobQueue(arn, arn, "ENABLED", priority, tuple(environments), scheduling_policy=policy)


class Waiter(NamedTuple):
    """A job that waits, in the order in which they came."""

    number: int
    claim: Claim


class Run(NamedTuple):
    """An attempt, from its beginning to its end (None: it runs)."""

    environment: str
    claim: Claim
    began: int
    ended: int | None = None


class Model:
    """The plainest account of placement: everything is looked at, every time."""

    def __init__(self) -> None:
        self.now = 0
        self.environments: dict[str, ComputeEnvironment] = {}
        self.queues: dict[str, JobQueue] = {}
        self.policy = FAIR
        self.stocks = {"licence": 3, "token": 7}
        self.waiting: dict[str, Waiter] = {}
        self.live: dict[str, Run] = {}
        self.past: list[Run] = []
        self.elsewhere: set[str] = set()

    def used(self, arn: str) -> int:
        return sum(r.claim.size.demand.vcpus for r in self.live.values() if r.environment == arn)

    def memory(self) -> int:
        here = (run for run in self.live.values() if run.environment not in self.elsewhere)
        return sum(run.claim.size.demand.memory for run in here)

    def left(self, resource: str) -> int:
        """Licences come back, tokens are used up."""
        runs = [*self.live.values(), *(self.past if resource == "token" else ())]
        asked = [each for run in runs for each in run.claim.size.consumes]
        return self.stocks[resource] - sum(e.quantity for e in asked if e.resource == resource)

    def usage(self, arn: str, share: str) -> float:
        """What a share has used: the integral of what it held, half forgotten each decay."""

        def integral(run: Run) -> float:
            end = self.now if run.ended is None else run.ended
            ages = (self.now - moment for moment in (end, run.began))
            young, old = (0.5 ** (age / 1000 / DECAY) for age in ages)
            return run.claim.size.demand.vcpus / 1000 * (young - old) * DECAY / 0.6931471805599453

        return sum(integral(run) for run in self.runs(arn) if run.claim.share == share)

    def runs(self, arn: str, *, live: bool = False) -> Iterator[Run]:
        runs = [*self.live.values(), *(() if live else self.past)]
        return (run for run in runs if run.claim.queue == arn)

    def rank(self, arn: str, share: str) -> float:
        held = sum(
            run.claim.size.demand.vcpus / 1000
            for run in self.runs(arn, live=True)
            if run.claim.share == share
        )
        return WEIGHTS[share] * (self.usage(arn, share) + held * DECAY * AHEAD)

    def active(self, arn: str) -> set[str]:
        """The shares that have jobs, or had some within the decay."""
        waiting = {w.claim.share for w in self.waiting.values() if w.claim.queue == arn}
        since = self.now - DECAY * 1000
        recent = {r.claim.share for r in self.runs(arn) if r.ended is None or r.ended > since}
        return waiting | recent

    def reserved(self, claim: Claim) -> bool:
        """Whether a queue's policy keeps too much for others for this job."""
        resource = self.queues[claim.queue]
        held = sum(r.claim.size.demand.vcpus for r in self.runs(claim.queue, live=True))
        if not (resource.scheduling_policy and held and self.policy.compute_reservation):
            return False
        there = [self.environments[e] for e in resource.environments if e in self.environments]
        most = sum(e.vcpus for e in there if e.state == "ENABLED")
        ratio = (self.policy.compute_reservation / 100) ** len(self.active(claim.queue))
        return held + claim.size.demand.vcpus > most * (1 - ratio)

    def fit(self, claim: Claim) -> str | None:
        demand, consumes = claim.size
        full = self.memory() + demand.memory > MEMORY
        if self.reserved(claim):
            return None
        if any(self.left(each.resource) < each.quantity for each in consumes):
            return None
        for arn in self.queues[claim.queue].environments:
            if full and arn not in self.elsewhere:
                continue
            found = self.environments.get(arn)
            room = found.vcpus - self.used(arn) if found and found.state == "ENABLED" else -1
            if demand.vcpus <= room:
                return arn
        return None

    def next(self, arn: str, fitting: dict[str, Waiter]) -> dict[str, Waiter]:
        """Whom a queue may send now: shares that have used equally much may each be next."""
        own = {job: waiter for job, waiter in fitting.items() if waiter.claim.queue == arn}
        if not self.queues[arn].scheduling_policy:
            return dict(sorted(own.items(), key=lambda each: each[1].number)[:1])
        ranks = {share: self.rank(arn, share) for share in {w.claim.share for w in own.values()}}
        least = min(ranks.values(), default=0.0)
        best = [share for share, rank in ranks.items() if rank <= least + 1e-9 * (1 + least)]
        heads = (
            min(
                (each for each in own.items() if each[1].claim.share == share),
                key=lambda each: (-each[1].claim.priority, each[1].number),
            )
            for share in best
        )
        return dict(heads)

    def give(self, found: Found) -> None:
        """See that it is this job's turn and that environment's, and give it room."""
        fitting = {job: w for job, w in self.waiting.items() if self.fit(w.claim)}
        assert found.job_id in fitting
        waiter = fitting[found.job_id]
        assert found.environment == self.fit(waiter.claim)
        priority = self.queues[waiter.claim.queue].priority
        assert priority == max(self.queues[w.claim.queue].priority for w in fitting.values())
        assert found.job_id in self.next(waiter.claim.queue, fitting)
        for arn, other in self.queues.items():
            heads = self.next(arn, fitting)
            if other.priority == priority and heads:
                assert waiter.number <= max(head.number for head in heads.values())
        del self.waiting[found.job_id]
        self.live[found.job_id] = Run(found.environment, waiter.claim, self.now)


ORDERS = st.lists(st.sampled_from(ENVIRONMENTS), min_size=1, max_size=3, unique=True)
OFFER = st.tuples(
    st.just("offer"),
    st.sampled_from(QUEUES),
    st.sampled_from(SIZES),
    st.sampled_from(SHARES),
    st.integers(0, 2),
)
STEPS = st.one_of(
    OFFER,
    OFFER,
    OFFER,
    OFFER,
    st.tuples(st.just("release"), st.integers(0, 99)),
    st.tuples(st.just("release"), st.integers(0, 99)),
    st.tuples(st.just("decide")),
    st.tuples(st.just("decide")),
    st.tuples(st.just("pass_time"), st.sampled_from([1, 1000, 300_000, 2 * DECAY * 1000])),
    st.tuples(st.just("turn_over"), st.integers(0, 99)),
    st.tuples(st.just("offer_again"), st.integers(0, 99)),
    st.tuples(st.just("withdraw"), st.integers(0, 99)),
    st.tuples(
        st.just("environment"),
        st.sampled_from(ENVIRONMENTS),
        st.sampled_from([0, 250, 1000, 2000, 4000]),
        st.booleans(),
        st.sampled_from([False, False, True]),
    ),
    st.tuples(st.just("queue"), st.sampled_from(QUEUES), st.integers(0, 2), ORDERS),
    st.tuples(st.just("reserve"), st.sampled_from([0, 0, 25, 50, 99])),
    st.tuples(st.just("stock"), st.sampled_from(["licence", "token"]), st.integers(0, 9)),
    st.tuples(st.just("forget"), st.sampled_from(ENVIRONMENTS)),
    st.tuples(st.just("close"), st.sampled_from(QUEUES)),
)

ENDS = [st.tuples(st.just("release"), st.integers(0, 99)), st.tuples(st.just("decide"))]


def offers(sizes: Sequence[Size]) -> Any:  # noqa: ANN401 - hypothesis' strategies are not told apart
    """Jobs of a queue with a policy."""
    share, priority = st.sampled_from(SHARES), st.integers(0, 1)
    return st.tuples(st.just("offer"), st.just("q1"), st.sampled_from(sizes), share, priority)


NARROW = {
    "consumable resources": st.one_of(
        offers(SIZES[4:]),
        *ENDS,
        st.tuples(st.just("stock"), st.sampled_from(["licence", "token"]), st.integers(0, 4)),
    ),
    "reservations": st.one_of(
        offers(SIZES[:2]),
        *ENDS,
        st.tuples(st.just("reserve"), st.sampled_from([25, 50, 70])),
        st.tuples(st.just("pass_time"), st.sampled_from([1000, 2 * DECAY * 1000])),
        st.tuples(
            st.just("environment"), st.sampled_from(["e0", "e1"]), st.just(2000), st.booleans()
        ),
    ),
    "shares and sizes": st.one_of(offers(SIZES[:4]), offers(SIZES[:4]), *ENDS),
}
"""Histories of one subject each: in a wide one it comes up too seldom to be caught."""


class Pair:
    """A placement and its model, through the same history: q0 is first in first out."""

    def __init__(self) -> None:
        self.real, self.model = Placement(MEMORY), Model()
        self.offered = 0
        self.reserve(0)
        for name in self.model.stocks:
            self.stock(name, self.model.stocks[name])
        for arn in ENVIRONMENTS[:2]:
            self.environment(arn, 2000, enabled=True)
        for priority, arn in enumerate(QUEUES):
            self.queue(arn, priority, ENVIRONMENTS[:2])

    def put(self, resource: Any) -> None:  # noqa: ANN401 - any resource
        self.real.put(resource, self.model.now)

    def environment(self, arn: str, vcpus: int, enabled: bool, elsewhere: bool = False) -> None:  # noqa: FBT001, FBT002 - drawn values
        made = environment(arn, vcpus, enabled=enabled, elsewhere=elsewhere)
        self.model.environments[arn] = made
        (self.model.elsewhere.add if elsewhere else self.model.elsewhere.discard)(arn)
        self.put(made)

    def queue(self, arn: str, priority: int, environments: Sequence[str]) -> None:
        policy = None if arn == "q0" else "policy"
        self.model.queues[arn] = queue(arn, priority, environments, policy)
        self.put(self.model.queues[arn])

    def reserve(self, percent: int) -> None:
        self.model.policy = FairShare(DECAY, percent, FAIR.weights)
        self.put(SchedulingPolicy("policy", "policy", self.model.policy))

    def stock(self, name: str, left: int) -> None:
        """As UpdateConsumableResource does: the total is set, and what runs keeps what it has."""
        self.model.stocks[name] += left - self.model.left(name)
        kind = "REPLENISHABLE" if name == "licence" else "NON_REPLENISHABLE"
        held = self.real.rooms.stocks[name].used if name in self.real.rooms.stocks else 0
        total = left + (held if name == "licence" else 0)
        self.put(ConsumableResource(name, name, 0, total, kind=cast("Any", kind)))

    def pass_time(self, milliseconds: int) -> None:
        self.decide()
        self.model.now += milliseconds

    def offer(self, arn: str, size: Size, share: str, priority: int) -> None:
        if arn in self.model.queues:
            self.offered += 1
            claim = Claim(arn, size, share, priority) if arn != "q0" else Claim(arn, size)
            self.model.waiting[f"j{self.offered}"] = Waiter(self.offered, claim)
            self.real.offer(f"j{self.offered}", Claim(arn, size, share, priority))

    def offer_again(self, pick: int) -> None:
        """A command may come twice: whoever waits keeps the place."""
        if waiting := sorted(self.model.waiting):
            job = waiting[pick % len(waiting)]
            self.real.offer(job, self.model.waiting[job].claim)

    def turn_over(self, pick: int) -> None:
        """Nothing happens but that a job ends."""
        self.decide()
        self.release(pick)
        self.decide()

    def withdraw(self, pick: int) -> None:
        if waiting := sorted(self.model.waiting):
            job = waiting[pick % len(waiting)]
            del self.model.waiting[job]
            self.real.withdraw(job)
            self.real.withdraw(job)

    def release(self, pick: int) -> None:
        if live := sorted(self.model.live):
            job = live[pick % len(live)]
            self.model.past.append(self.model.live.pop(job)._replace(ended=self.model.now))
            self.real.release(job, self.model.now)
            self.real.release(job, self.model.now)

    def forget(self, arn: str) -> None:
        self.real.remove(self.model.environments.pop(arn, environment(arn, 0)))

    def close(self, arn: str) -> None:
        """A queue goes when nothing of it runs; that it may be made again is another law's."""
        if not any(self.model.runs(arn)) and arn in self.model.queues:
            self.real.remove(self.model.queues.pop(arn))
            waiting = self.model.waiting.items()
            self.model.waiting = {job: w for job, w in waiting if w.claim.queue != arn}

    def decide(self) -> None:
        memory = self.model.memory()
        for found in self.real.decide(self.model.now):
            self.model.give(found)
        assert self.model.memory() in {memory, *range(MEMORY + 1)}
        assert not any(self.model.fit(waiter.claim) for waiter in self.model.waiting.values())
        assert self.real.decide(self.model.now) == []


@given(st.lists(STEPS, max_size=40))
def test_room_is_given_as_if_every_job_were_looked_at(steps: list[tuple[Any, ...]]) -> None:
    """Priority, then age or shares; environments in order; never too much, never idle room."""
    pair = Pair()
    for name, *members in steps:
        getattr(pair, name)(*members)
    pair.decide()
    listed = {job: claim for claim, jobs in pair.real.waiting() for job in jobs}
    assert listed == {job: waiter.claim for job, waiter in pair.model.waiting.items()}


@pytest.mark.parametrize("subject", NARROW)
@given(data=st.data())
def test_each_subject_by_itself_is_decided_as_if_every_job_were_looked_at(
    subject: str, data: st.DataObject
) -> None:
    pair = Pair()
    for name, *members in data.draw(st.lists(NARROW[subject], min_size=10, max_size=40)):
        getattr(pair, name)(*members)
    pair.decide()


@given(st.lists(OFFER, max_size=30), st.lists(st.integers(0, 99), max_size=5), st.integers(0, 40))
def test_the_order_of_a_queue_is_that_in_which_its_jobs_start_when_there_is_room_for_all(
    offers: list[tuple[Any, ...]], before: list[int], limit: int
) -> None:
    pair = Pair()
    for number, share in enumerate(before):
        pair.offer("q1", SIZES[1], SHARES[share % len(SHARES)], 0)
        pair.pass_time(1000 * number)
        pair.release(0)
    for _, arn, size, share, priority in offers:
        pair.offer(arn, Size(size.demand), share, priority)
    listed = {arn: pair.real.order(arn, limit, pair.model.now) for arn in QUEUES}
    pair.real.rooms.memory = 1 << 40
    pair.put(environment("e0", 1 << 40))
    started = [found.job_id for found in pair.real.decide(pair.model.now)]
    for arn in QUEUES:
        own = [job for job in started if pair.model.waiting[job].claim.queue == arn]
        assert listed[arn] == own[:limit]
    assert pair.real.order("q0", limit, pair.model.now) == []
    assert pair.real.order("unknown", limit, pair.model.now) == []


@given(
    st.lists(st.tuples(st.integers(0, 3000), st.booleans(), st.booleans()), max_size=3),
    st.integers(1, 3000),
    st.integers(1, 2 * MEMORY),
)
def test_a_job_is_a_misfit_when_it_would_not_fit_into_empty_rooms(
    rooms: list[tuple[int, bool, bool]], vcpus: int, memory: int
) -> None:
    names = [f"e{n}" for n in range(len(rooms))]
    claim = Claim("q", Size(Demand(vcpus, memory)))
    full, empty = Placement(MEMORY), Placement(MEMORY)
    for (size, enabled, elsewhere), arn in zip(rooms, names, strict=True):
        full.put(environment(arn, size, enabled=enabled, elsewhere=elsewhere), 0)
        full.resume(arn, arn, Claim("q", Size(Demand(size, MEMORY))), 0)
        empty.put(environment(arn, size, elsewhere=elsewhere), 0)
    for placement in (full, empty):
        assert placement.misfit(claim) == reasons.TOO_MANY_VCPUS
        placement.put(queue("q", 1, [*names, "gone"]), 0)
    empty.offer("j", claim)
    reason = full.misfit(claim)
    assert (reason is None) == bool(empty.decide(0))
    widest = max((size for size, _, _ in rooms), default=0)
    borne = memory <= MEMORY or any(size >= vcpus and elsewhere for size, _, elsewhere in rooms)
    assert (reason == reasons.TOO_MANY_VCPUS) == (vcpus > widest)
    assert (reason == reasons.TOO_LARGE) == (vcpus <= widest and not borne)


def test_a_machine_that_is_elsewhere_holds_a_job_only_if_it_is_wide_enough() -> None:
    placement, claim = Placement(MEMORY), Claim("q", Size(Demand(2000, 2 * MEMORY)))
    placement.put(queue("q", 1, ["here", "there"]), 0)
    placement.put(environment("here", 2000), 0)
    placement.put(environment("there", 1000, elsewhere=True), 0)
    assert placement.misfit(claim) == reasons.TOO_LARGE
    placement.put(environment("there", 2000, elsewhere=True), 0)
    assert placement.misfit(claim) is None


def test_memory_is_counted_where_attempts_would_be_placed_now() -> None:
    placement, large = Placement(MEMORY), Claim("q", Size(Demand(1, 800)))
    placement.put(queue("q", 1, ["here"]), 0)
    placement.put(environment("here", 4000), 0)
    placement.put(environment("e", 4000, elsewhere=True), 0)
    placement.resume("old", "e", large, 0)
    placement.offer("first", large)
    assert placement.decide(0) == [Found("first", "here")]
    placement.release("first", 0)
    placement.put(environment("e", 4000), 0)
    placement.offer("second", large)
    assert placement.decide(0) == []
    placement.put(environment("e", 4000, elsewhere=True), 0)
    assert placement.decide(0) == [Found("second", "here")]


class Calls:
    """How many functions of Python were called."""

    count = 0


@contextmanager
def counted() -> Iterator[Calls]:
    """Count calls: a scan that asks each job for something cannot do without them."""
    calls = Calls()

    def seen(_: object, event: str, __: object) -> None:
        calls.count += event == "call"

    sys.setprofile(seen)
    try:
        yield calls
    finally:
        sys.setprofile(None)


@pytest.mark.parametrize("policy", [None, "policy"])
@pytest.mark.parametrize("freed", [0, 1, 3])
def test_a_decision_costs_the_same_however_many_wait(freed: int, policy: str | None) -> None:
    def looks(waiting: int) -> int:
        placement = Placement(100 * MEMORY)
        placement.put(SchedulingPolicy("policy", "policy", FAIR), 0)
        placement.put(environment("e", 4000), 0)
        placement.put(queue("q", 1, ["e"], policy), 0)
        claims = [Claim("q", Size(Demand(1000, 10)), share) for share in SHARES]
        for number in range(waiting):
            placement.offer(f"j{number}", claims[number % len(claims)])
        running = placement.decide(0)
        assert len(running) == 4
        for found in running[:freed]:
            placement.release(found.job_id, 1000)
        placement.offer("one more", claims[0])
        with counted() as calls:
            assert len(placement.decide(1000)) == freed
        return calls.count

    assert looks(10_000) < 2 * looks(12)


def test_nothing_to_decide_costs_nothing() -> None:
    pair = Pair()
    for _ in range(100):
        pair.offer("q1", SIZES[3], "ann", 0)
    pair.decide()
    with counted() as calls:
        assert pair.real.decide(pair.model.now) == []
    assert calls.count <= 3, "decide itself, and the end of counting"


def test_what_still_runs_in_a_forgotten_environment_is_counted_when_it_comes_back() -> None:
    placement, claim = Placement(MEMORY), Claim("q", Size(Demand(1000, 10)))
    placement.put(queue("q", 1, ["e"]), 0)
    placement.resume("old", "e", claim, 0)  # as at a restart, before any environment is there
    placement.put(environment("e", 1000), 0)
    placement.offer("j", claim)
    assert placement.decide(0) == []
    placement.remove(environment("e", 1000))
    placement.put(environment("e", 1000), 0)
    assert placement.decide(0) == []
    placement.release("old", 0)
    placement.offer("k", claim)
    assert placement.decide(0) == [Found("j", "e")]


def test_what_still_runs_of_a_forgotten_queue_is_counted_when_it_comes_back() -> None:
    placement, claim = Placement(MEMORY), Claim("q", Size(Demand(1000, 10)), "ann")
    placement.put(SchedulingPolicy("policy", "policy", FairShare(DECAY, 50)), 0)
    placement.put(queue("q", 1, ["e"], "policy"), 0)
    placement.put(environment("e", 2000), 0)
    placement.offer("j", claim)
    assert placement.decide(0) == [Found("j", "e")]
    placement.remove(queue("q", 1, ["e"], "policy"))
    placement.put(queue("q", 1, ["e"], "policy"), 0)
    placement.offer("k", claim)
    assert placement.decide(0) == [], "half of the room is kept for others"
    placement.release("j", 0)
    assert placement.decide(0) == [Found("k", "e")]


def test_jobs_of_a_queue_that_is_not_there_wait_for_it() -> None:
    placement, claim = Placement(MEMORY), Claim("q", Size(Demand(1000, 10)))
    placement.put(environment("e", 2000), 0)
    placement.offer("j", claim)
    assert placement.decide(0) == []
    placement.put(queue("q", 1, ["e"]), 0)
    assert placement.decide(0) == [Found("j", "e")]


def test_a_queue_of_higher_priority_goes_first_whoever_has_waited_longer() -> None:
    placement, size = Placement(MEMORY), Size(Demand(1000, 10))
    for priority, arn in ((1, "low"), (2, "high")):
        placement.put(queue(arn, priority, ["e"]), 0)
        placement.offer(arn, Claim(arn, size))
    placement.put(environment("e", 1000), 0)
    assert placement.decide(0) == [Found("high", "e")]
    placement.release("high", 0)
    assert placement.decide(0) == [Found("low", "e")]


def test_a_job_that_is_offered_again_is_no_younger_than_one_of_another_size() -> None:
    placement = Placement(MEMORY)
    placement.put(environment("e", 1000), 0)
    placement.put(queue("q", 1, ["e"]), 0)
    for job, memory in (("first", 1), ("second", 2), ("first", 1)):
        placement.offer(job, Claim("q", Size(Demand(1000, memory))))
    assert placement.order("q", 2, 0) == ["first", "second"]
    assert placement.decide(0) == [Found("first", "e")]


def test_a_job_that_is_offered_again_keeps_its_place() -> None:
    placement, claim = Placement(memory=1000), Claim("q", Size(Demand(1000, 1)))
    placement.put(environment("e", 1000), 0)
    placement.put(queue("q", 1, ["e"]), 0)
    for job in ("first", "second", "first"):
        placement.offer(job, claim)
    assert placement.decide(0) == [Found("first", "e")]
    placement.release("first", 0)
    assert placement.decide(0) == [Found("second", "e")]
    placement.release("second", 0)
    assert placement.decide(0) == []

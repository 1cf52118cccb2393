"""Who is given room: compared with a model that looks at every job and every environment.

The oracle: https://docs.aws.amazon.com/batch/latest/userguide/job_queue_parameters.html (priority,
compute environment order) and https://docs.aws.amazon.com/batch/latest/userguide/job_scheduling.html
"""

from collections.abc import Sequence
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard.batch import reasons
from batchyard.batch.model import Demand
from batchyard.batch.placement import Found, Placement
from batchyard.batch.resources import ComputeEnvironment, JobQueue

MEMORY = 1000
ENVIRONMENTS = ("e0", "e1", "e2")
QUEUES = ("q0", "q1", "q2")
DEMANDS = (Demand(250, 100), Demand(1000, 100), Demand(1000, 400), Demand(2000, 900))


def environment(
    arn: str, vcpus: int, *, enabled: bool = True, elsewhere: bool = False
) -> ComputeEnvironment:
    group = "workers" if elsewhere else None
    state: Any = "ENABLED" if enabled else "DISABLED"
    return ComputeEnvironment(arn, arn, state, vcpus, worker_group=group)


def queue(arn: str, priority: int, environments: Sequence[str]) -> JobQueue:
    return JobQueue(arn, arn, "ENABLED", priority, tuple(environments))


class Model:
    """The plainest account of placement: everything is looked at, every time."""

    def __init__(self) -> None:
        self.environments: dict[str, ComputeEnvironment] = {}
        self.queues: dict[str, JobQueue] = {}
        self.waiting: dict[str, tuple[str, Demand]] = {}
        self.live: dict[str, tuple[str, Demand]] = {}
        self.elsewhere: set[str] = set()

    def used(self, arn: str) -> int:
        return sum(demand.vcpus for where, demand in self.live.values() if where == arn)

    def memory(self) -> int:
        here = (demand for arn, demand in self.live.values() if arn not in self.elsewhere)
        return sum(demand.memory for demand in here)

    def fit(self, job: str) -> str | None:
        name, demand = self.waiting[job]
        full = self.memory() + demand.memory > MEMORY
        for arn in self.queues[name].environments:
            if full and arn not in self.elsewhere:
                continue
            found = self.environments.get(arn)
            room = found.vcpus - self.used(arn) if found and found.state == "ENABLED" else -1
            if demand.vcpus <= room:
                return arn
        return None

    def decide(self) -> list[Found]:
        ranks = {job: self.queues[name].priority for job, (name, _) in self.waiting.items()}
        found: list[Found] = []
        for job in sorted(self.waiting, key=lambda each: -ranks[each]):  # stable: oldest first
            if (arn := self.fit(job)) is not None:
                self.live[job] = (arn, self.waiting.pop(job)[1])
                found.append(Found(job, arn))
        return found


ORDERS = st.lists(st.sampled_from(ENVIRONMENTS), min_size=1, max_size=3, unique=True)
STEPS = st.one_of(
    st.tuples(st.just("offer"), st.sampled_from(QUEUES), st.sampled_from(DEMANDS)),
    st.tuples(st.just("offer"), st.sampled_from(QUEUES), st.sampled_from(DEMANDS)),
    st.tuples(st.just("offer"), st.sampled_from(QUEUES), st.sampled_from(DEMANDS)),
    st.tuples(st.just("release"), st.integers(0, 99)),
    st.tuples(st.just("release"), st.integers(0, 99)),
    st.tuples(st.just("decide")),
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
    st.tuples(st.just("forget"), st.sampled_from(ENVIRONMENTS)),
    st.tuples(st.just("close"), st.sampled_from(QUEUES)),
)


class Pair:
    """A placement and its model, through the same history."""

    def __init__(self) -> None:
        self.real, self.model = Placement(MEMORY), Model()
        self.offered = 0
        for arn in ENVIRONMENTS[:2]:
            self.environment(arn, 2000, enabled=True)
        for priority, arn in enumerate(QUEUES):
            self.queue(arn, priority, ENVIRONMENTS[:2])

    def environment(self, arn: str, vcpus: int, enabled: bool, elsewhere: bool = False) -> None:  # noqa: FBT001, FBT002 - drawn values
        made = environment(arn, vcpus, enabled=enabled, elsewhere=elsewhere)
        self.model.environments[arn] = made
        (self.model.elsewhere.add if elsewhere else self.model.elsewhere.discard)(arn)
        self.real.put_environment(self.model.environments[arn])

    def queue(self, arn: str, priority: int, environments: Sequence[str]) -> None:
        self.model.queues[arn] = queue(arn, priority, environments)
        self.real.put_queue(self.model.queues[arn])

    def offer(self, arn: str, demand: Demand) -> None:
        if arn in self.model.queues:
            self.offered += 1
            self.model.waiting[f"j{self.offered}"] = (arn, demand)
            self.real.offer(f"j{self.offered}", arn, demand)

    def offer_again(self, pick: int) -> None:
        """A command may come twice: whoever waits keeps the place."""
        if waiting := sorted(self.model.waiting):
            job = waiting[pick % len(waiting)]
            self.real.offer(job, *self.model.waiting[job])

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
            self.real.release(*self.model.live.pop(live[pick % len(live)]))

    def forget(self, arn: str) -> None:
        self.model.environments.pop(arn, None)
        self.real.remove_environment(arn)

    def close(self, arn: str) -> None:
        self.model.queues.pop(arn, None)
        self.model.waiting = {j: w for j, w in self.model.waiting.items() if w[0] != arn}
        self.real.remove_queue(arn)

    def decide(self) -> None:
        before = {arn: self.model.used(arn) for arn in ENVIRONMENTS}
        memory = self.model.memory()
        found = self.real.decide()
        assert found == self.model.decide()
        assert self.model.memory() in {memory, *range(MEMORY + 1)}
        for arn in {each.environment for each in found}:
            given = self.model.environments[arn]
            assert given.state == "ENABLED"
            assert before[arn] < self.model.used(arn) <= given.vcpus
        assert not any(self.model.fit(job) for job in self.model.waiting)
        assert self.real.decide() == []


@given(st.lists(STEPS, max_size=40))
def test_room_is_given_as_if_every_job_were_looked_at(steps: list[tuple[Any, ...]]) -> None:
    """Priority first, then age; environments in order; never too much, never idle room."""
    pair = Pair()
    for name, *members in steps:
        getattr(pair, name)(*members)
    pair.decide()
    expected = [(job, *asked) for job, asked in pair.model.waiting.items()]
    assert sorted(pair.real.waiting()) == sorted(expected)


@given(st.lists(st.sampled_from(DEMANDS), max_size=30))
def test_waiting_jobs_are_listed_oldest_first_in_each_line(demands: list[Demand]) -> None:
    pair = Pair()
    for demand in demands:
        pair.offer("q0", demand)
    listed = [
        int(job[1:]) for demand in DEMANDS for job, _, d in pair.real.waiting() if d == demand
    ]
    expected = [n for demand in DEMANDS for n, d in enumerate(demands, 1) if d == demand]
    assert listed == expected


@given(
    st.lists(st.tuples(st.integers(0, 3000), st.booleans(), st.booleans()), max_size=3),
    st.integers(1, 3000),
    st.integers(1, 2 * MEMORY),
)
def test_a_job_is_a_misfit_when_it_would_not_fit_into_empty_rooms(
    rooms: list[tuple[int, bool, bool]], vcpus: int, memory: int
) -> None:
    demand, names = Demand(vcpus, memory), [f"e{n}" for n in range(len(rooms))]
    full, empty = Placement(MEMORY), Placement(MEMORY)
    for (size, enabled, elsewhere), arn in zip(rooms, names, strict=True):
        full.put_environment(environment(arn, size, enabled=enabled, elsewhere=elsewhere))
        full.hold(arn, Demand(size, MEMORY))
        empty.put_environment(environment(arn, size, elsewhere=elsewhere))
    for placement in (full, empty):
        placement.put_queue(queue("q", 1, [*names, "gone"]))
    empty.offer("j", "q", demand)
    reason = full.misfit("q", demand)
    assert (reason is None) == bool(empty.decide())
    widest = max((size for size, _, _ in rooms), default=0)
    borne = memory <= MEMORY or any(size >= vcpus and elsewhere for size, _, elsewhere in rooms)
    assert (reason == reasons.TOO_MANY_VCPUS) == (vcpus > widest)
    assert (reason == reasons.TOO_LARGE) == (vcpus <= widest and not borne)


def test_memory_is_counted_where_attempts_would_be_placed_now() -> None:
    placement, large = Placement(MEMORY), Demand(1, 800)
    placement.put_queue(queue("q", 1, ["here"]))
    placement.put_environment(environment("here", 4000))
    placement.put_environment(environment("e", 4000, elsewhere=True))
    placement.hold("e", large)
    placement.offer("first", "q", large)
    assert placement.decide() == [Found("first", "here")]
    placement.release("here", large)
    placement.put_environment(environment("e", 4000))
    placement.offer("second", "q", large)
    assert placement.decide() == []
    placement.put_environment(environment("e", 4000, elsewhere=True))
    assert placement.decide() == [Found("second", "here")]


class Watched:
    """A queue that counts how often anyone looks at it."""

    def __init__(self, arn: str) -> None:
        self.arn, self.looks = arn, 0

    @property
    def priority(self) -> int:
        self.looks += 1
        return 1

    @property
    def environments(self) -> tuple[str, ...]:
        self.looks += 1
        return ("e",)


@pytest.mark.parametrize("freed", [0, 1, 3])
def test_a_decision_costs_the_same_however_many_wait(freed: int) -> None:
    def looks(waiting: int) -> int:
        placement, watched = Placement(100 * MEMORY), Watched("q")
        placement.put_environment(environment("e", 4000))
        placement.put_queue(cast("JobQueue", watched))
        for number in range(waiting):
            placement.offer(f"j{number}", "q", Demand(1000, 10))
        assert len(placement.decide()) == 4
        for _ in range(freed):
            placement.release("e", Demand(1000, 10))
        placement.offer("one more", "q", Demand(1000, 10))
        watched.looks = 0
        assert len(placement.decide()) == freed
        return watched.looks

    assert looks(10) == looks(10_000)


def test_nothing_to_decide_costs_nothing() -> None:
    placement, watched = Placement(MEMORY), Watched("q")
    placement.put_queue(cast("JobQueue", watched))
    placement.offer("j", "q", Demand(1000, 10))
    placement.decide()
    watched.looks = 0
    assert placement.decide() == []
    assert watched.looks == 0


def test_what_still_runs_in_a_forgotten_environment_is_counted_when_it_comes_back() -> None:
    placement, demand = Placement(MEMORY), Demand(1000, 10)
    placement.put_queue(queue("q", 1, ["e"]))
    placement.hold("e", demand)  # as at a restart, before any environment is there
    placement.put_environment(environment("e", 1000))
    placement.offer("j", "q", demand)
    assert placement.decide() == []
    placement.remove_environment("e")
    placement.put_environment(environment("e", 1000))
    assert placement.decide() == []
    placement.release("e", demand)
    placement.offer("k", "q", demand)
    assert placement.decide() == [Found("j", "e")]


def test_a_job_that_is_offered_again_keeps_its_place() -> None:
    placement = Placement(memory=1000)
    placement.put_environment(environment("e", 1000))
    placement.put_queue(queue("q", 1, ["e"]))
    for job in ("first", "second", "first"):
        placement.offer(job, "q", Demand(1000, 1))
    assert placement.decide() == [Found("first", "e")]
    placement.release("e", Demand(1000, 1))
    assert placement.decide() == [Found("second", "e")]
    placement.release("e", Demand(1000, 1))
    assert placement.decide() == []

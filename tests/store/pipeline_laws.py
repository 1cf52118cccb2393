"""Whatever becomes of pipelines: both stores, and a file opened anew, give the same answers."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec.structs import replace

from batchyard.pipelines.instances import Instance
from batchyard.pipelines.states import Status
from batchyard.pipelines.tasks import Taken
from batchyard.store.asking import InstanceQuery
from batchyard.store.memory import MemoryStore
from batchyard.store.seam import Batch, InstanceChange, TaskRemoval
from batchyard.store.sqlite import SQLiteStore
from batchyard.store.writer import merged
from tests.store.kept_pipelines import deleted, held, instance, moved, pages, pipeline, taken
from tests.store.store_laws import LIMITS, MOMENTS, folder

OWNERS = ("p", "q", "r")
COMPONENTS = st.sampled_from(["Say", "Say2", "Copy"])
STATUSES = st.sampled_from(Status)
INSTANCES = st.builds(
    lambda name, component: instance(f"@{component}_{name}", component),
    st.sampled_from("abcd"),
    COMPONENTS,
)
TASKS = st.one_of(
    st.builds(
        lambda whose, **members: taken(*whose, **members),
        st.sampled_from([(f"task of {owner}", owner) for owner in OWNERS]),
        stale=st.booleans(),
        at=MOMENTS,
    ),
    st.builds(taken, st.just("task of a job"), st.just("p"), st.just("batch"), at=MOMENTS),
    st.builds(TaskRemoval, st.sampled_from([*(f"task of {o}" for o in OWNERS), "task of a job"])),
)
TURNS = st.lists(st.tuples(st.sampled_from(OWNERS), INSTANCES, STATUSES), min_size=1, max_size=6)


class Pipelines(RuleBasedStateMachine):
    """One store is told batch by batch, the other what a writer makes of several."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = folder()
        self.path = self.folder.__enter__() / "yard.db"
        self.model, self.durable = MemoryStore(), SQLiteStore(self.path)
        self.waiting: list[Batch] = []
        self.alive: dict[tuple[str, str], Instance] = {}

    def teardown(self) -> None:
        self.durable.close()
        self.folder.__exit__(None, None, None)

    def tell(self, batch: Batch, *, alone: bool) -> None:
        self.model.commit(batch)
        self.waiting.append(batch)
        if alone:
            self.write()

    @rule()
    def write(self) -> None:
        if self.waiting:
            self.durable.commit(merged(self.waiting))
        self.waiting = []

    @initialize(turns=TURNS)
    def begin(self, turns: list[tuple[str, Instance, Status]]) -> None:
        self.tell(Batch(pipelines=[pipeline(owner) for owner in OWNERS]), alone=False)
        self.make(turns, alone=False)

    @rule(owner=st.sampled_from(OWNERS), version=MOMENTS, alone=st.booleans())
    def define(self, owner: str, version: int, *, alone: bool) -> None:
        was = next(each for each in self.model.pipelines() if each.id == owner)
        self.tell(Batch(pipelines=[replace(was, version=version)]), alone=alone)

    @rule(turns=TURNS, alone=st.booleans())
    def make(self, turns: list[tuple[str, Instance, Status]], *, alone: bool) -> None:
        made: list[InstanceChange] = []
        for owner, new, status in turns:
            was = self.alive.get((owner, new.id), new)
            now = self.alive[owner, new.id] = moved(was, status)
            made.append(InstanceChange(owner, now))
        self.tell(Batch(instances=made), alone=alone)

    @rule(tasks=st.lists(TASKS, max_size=4), alone=st.booleans())
    def take(self, tasks: list[Taken | TaskRemoval], *, alone: bool) -> None:
        self.tell(Batch(tasks=tasks), alone=alone)

    @rule(owner=st.sampled_from(OWNERS[1:]), at=MOMENTS, alone=st.booleans())
    def delete(self, owner: str, at: int, *, alone: bool) -> None:
        self.tell(Batch(pipelines=[deleted(pipeline(owner), at)]), alone=alone)

    @rule()
    def reopen(self) -> None:
        self.durable.close()
        self.durable = SQLiteStore(self.path)

    @rule(
        owner=st.sampled_from([OWNERS[0], *OWNERS]),
        component=st.none() | COMPONENTS,
        statuses=st.none() | st.frozensets(STATUSES, min_size=4),
        limit=LIMITS,
    )
    def ask(
        self, owner: str, component: str | None, statuses: frozenset[Status] | None, limit: int
    ) -> None:
        self.write()
        query = InstanceQuery(pipeline=owner, component=component, statuses=statuses, limit=limit)
        first, second = (
            [page.instances for page in pages(store, query)] for store in (self.model, self.durable)
        )
        assert first == second
        assert all(len(page) == limit for page in first[:-1])

    @invariant()
    def both_hold_the_same_once_all_is_written(self) -> None:
        if self.waiting:
            return
        assert list(self.model.pipelines()) == list(self.durable.pipelines())
        assert list(self.model.live_instances()) == list(self.durable.live_instances())
        assert held(self.model) == held(self.durable)
        for owner, name in self.alive:
            assert self.model.instance(owner, name) == self.durable.instance(owner, name)


Pipelines.TestCase.settings = settings(
    stateful_step_count=25, suppress_health_check=[HealthCheck.too_slow]
)
TestBothStoresKeepTheSameOfPipelines = Pipelines.TestCase

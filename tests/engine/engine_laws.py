"""The engine through random histories: crashes, lost places, failing commits.

The rules let happen mostly what the yard is waiting for; the invariants are its promises.
"""

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from batchyard.batch import events, ids
from batchyard.batch.model import Consumed, Demand, Dependency, Job, Retry
from batchyard.batch.resources import ConsumableResource
from batchyard.batch.states import PLACED, JobState
from batchyard.engine.journal import RETRY_MS
from tests.engine.looking import looked_at, shown
from tests.engine.yard import MEMORY, PLACE, SEQUENTIAL, VCPUS, Yard, after

PICK = st.integers(0, 1 << 16)
DEMANDS = st.sampled_from([Demand(500, 100), Demand(1000, 100), Demand(1000, 600), Demand(2000, 1)])
ARRAY = 2
LICENCE, LICENCES = ids.arn(PLACE, ids.CONSUMABLE, "licence"), 2


class History(RuleBasedStateMachine):
    """One yard, whatever happens to it."""

    def __init__(self) -> None:
        super().__init__()
        self.yard = Yard()
        licence = ConsumableResource("licence", LICENCE, 0, LICENCES)
        self.yard.engine.put(PLACE, licence)
        self.yard.settle()
        self.jobs: list[str] = []
        self.arrays: list[str] = []

    # -- what people ask for

    @rule(
        demand=DEMANDS,
        tries=st.integers(1, 3),
        timeout=st.sampled_from([None, 60]),
        licences=st.sampled_from([0, 0, 1, LICENCES]),
    )
    def submit(self, demand: Demand, tries: int, timeout: int | None, licences: int) -> None:
        consumes = (Consumed(LICENCE, licences),) if licences else ()
        members = {"demand": demand, "retry": Retry(tries), "consumes": consumes}
        self.jobs.append(self.yard.submit(timeout=timeout, **members))

    @precondition(lambda self: self.jobs)
    @rule(picks=st.lists(PICK, min_size=1, max_size=2), demand=DEMANDS)
    def submit_dependent(self, picks: list[int], demand: Demand) -> None:
        names = {self.jobs[pick % len(self.jobs)] for pick in picks}
        self.jobs.append(self.yard.submit(demand=demand, depends_on=after(*names)))

    @rule(kind=st.sampled_from(["plain", "sequential", "pairs", "later"]), pick=PICK)
    def submit_array(self, kind: str, pick: int) -> None:
        depends: tuple[Dependency, ...] = SEQUENTIAL if kind == "sequential" else ()
        if kind == "pairs" and self.arrays:
            depends = after(self.arrays[pick % len(self.arrays)], kind="N_TO_N")
        if kind == "later" and self.jobs:
            depends = after(self.jobs[pick % len(self.jobs)])
        array = self.yard.submit(array_size=ARRAY, depends_on=depends, retry=Retry(2))
        self.arrays.append(array)
        self.jobs += [array, *(ids.child_id(array, index) for index in range(ARRAY))]

    @precondition(lambda self: self.jobs)
    @rule(pick=PICK, kind=st.sampled_from([events.Cancelled, events.Terminated]))
    def stop(self, pick: int, kind: type[events.Cancelled | events.Terminated]) -> None:
        job = self.jobs[pick % len(self.jobs)]
        self.yard.engine.apply(job, kind(self.yard.now(), reason="asked"))

    @rule(vcpus=st.sampled_from([500, VCPUS, VCPUS]), enabled=st.sampled_from([True, True, False]))
    def change_environment(self, vcpus: int, *, enabled: bool) -> None:
        self.yard.environment(vcpus=vcpus, enabled=enabled)

    # -- what attempts do

    def _running(self, pick: int, *, started: bool) -> str | None:
        found = [
            job.attempts[-1].id
            for job in self.yard.placed()
            if (job.state is JobState.RUNNING) == started
        ]
        running = [attempt for attempt in found if attempt in self.yard.launcher.running()]
        return running[pick % len(running)] if running else None

    @rule(pick=PICK)
    def starts(self, pick: int) -> None:
        if attempt := self._running(pick, started=False):
            self.yard.launcher.starts(attempt)

    @rule(pick=PICK)
    def starts_and_ends_at_once(self, pick: int) -> None:
        if attempt := self._running(pick, started=False):
            self.yard.launcher.starts(attempt)
            self.yard.launcher.exits(attempt)

    @rule(pick=PICK)
    def fails_to_start(self, pick: int) -> None:
        if attempt := self._running(pick, started=False):
            self.yard.launcher.fails_to_start(attempt)

    @rule(pick=PICK, code=st.sampled_from([0, 0, 1, 137]))
    def exits(self, pick: int, code: int) -> None:
        if attempt := self._running(pick, started=True):
            self.yard.launcher.exits(attempt, code)

    @rule()
    def the_place_dies(self) -> None:
        self.yard.launcher.dies()

    # -- what machines do

    @rule()
    def a_turn_ends(self) -> None:
        self.yard.settle()

    @rule(milliseconds=st.sampled_from([1, RETRY_MS, 60_000]))
    def time_passes(self, milliseconds: int) -> None:
        self.yard.clock.advance(milliseconds)

    @rule(held=st.booleans())
    def the_disk_is_slow(self, *, held: bool) -> None:
        self.yard.writer.held = held
        if not held:
            self.yard.writer.write()

    @rule()
    def a_commit_fails(self) -> None:
        self.yard.store.failures = 1

    @rule(with_launcher=st.sampled_from([False, False, True]))
    def everything_crashes(self, *, with_launcher: bool) -> None:
        yard = self.yard
        before = dict(yard.engine.jobs) if yard.engine.settled and not with_launcher else None
        yard.crash(with_launcher=with_launcher)
        self.jobs = [job for job in self.jobs if yard.engine.job(ids.parent_id(job) or job)]
        self.arrays = [job for job in self.arrays if yard.engine.job(job)]
        if before is not None:
            assert yard.engine.jobs.keys() == before.keys()
            assert all(_same(yard.engine.jobs[job], before[job]) for job in before)

    # -- what must hold

    @invariant()
    def room_is_never_given_twice(self) -> None:
        placed = self.yard.placed()
        assert sum(job.spec.demand.vcpus for job in placed) <= VCPUS
        assert sum(job.spec.demand.memory for job in placed) <= MEMORY
        held = sum(each.quantity for job in placed for each in job.spec.consumes)
        assert held <= LICENCES
        assert self.yard.engine.shelf(PLACE).consumables["licence"].in_use == held

    @invariant()
    def gauges_show_what_a_look_at_every_job_would(self) -> None:
        assert shown(self.yard.metering.board) == looked_at(self.yard.engine)

    @invariant()
    def an_array_counts_its_children(self) -> None:
        for name in self.arrays:
            array = self.yard.job(name)
            children = [self.yard.engine.job(ids.child_id(name, n)) for n in range(ARRAY)]
            states = Counter(child.state for child in children if child)
            assert array.tally == {state: states[state] for state in JobState}
            if states:
                over = all(child and child.ended for child in children)
                assert array.ended == over

    @invariant()
    def what_is_settled_is_on_disk_and_done(self) -> None:
        engine = self.yard.engine
        if engine.settled:
            live = {job.id: job for job in self.yard.store.live_jobs()}
            assert live == engine.jobs
            self._everything_is_under_way()

    def _everything_is_under_way(self) -> None:
        """Nobody waits for what is there already, and nothing that was to happen is forgotten."""
        yard, launcher = self.yard, self.yard.launcher
        for job in yard.engine.jobs.values():
            for name in job.waits_for:
                known = yard.engine.job(name)
                assert known is None or not known.ended
            if job.state in PLACED:
                assert job.attempts[-1].id in launcher.launched
                assert (job.stop is not None) == (job.attempts[-1].id in launcher.ended)
        live = {job.attempts[-1].id for job in yard.placed()}
        assert set(launcher.running()) <= live

    def teardown(self) -> None:
        """Let everything end: it does, and all room is given back."""
        yard = self.yard
        yard.writer.held, yard.store.failures = False, 0
        yard.writer.write()
        yard.environment()
        yard.clock.advance(RETRY_MS)
        for _ in range(4 * len(self.jobs) + 4):
            for job in yard.placed():
                if job.state is JobState.STARTING:
                    yard.launcher.starts(job.attempts[-1].id)
                yard.launcher.exits(job.attempts[-1].id)
            yard.clock.advance(RETRY_MS)
            self.what_is_settled_is_on_disk_and_done()
        assert yard.engine.settled
        assert yard.engine.jobs == {}
        assert all(yard.job(job).ended for job in self.jobs if ids.parent_id(job) is None)
        everything = (Consumed(LICENCE, LICENCES),)
        last = yard.submit(demand=Demand(VCPUS, MEMORY), consumes=everything)
        yard.settle()
        assert yard.state(last) == "STARTING"


def _same(now: Job, before: Job) -> bool:
    """Whether a job is as it was, or was given the room that is given out at a start."""
    return now == before or (before.state, now.state) == (JobState.RUNNABLE, JobState.STARTING)


TestEngine = History.TestCase
TestEngine.settings = settings(
    settings.get_profile(settings.get_current_profile_name()), stateful_step_count=40
)

"""Whatever is committed: both stores give the same answers, and a file opened anew gives them too.

The memory store is the model here: it keeps the jobs themselves and looks at each of them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, product
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec.structs import replace

from batchyard.batch import ids
from batchyard.batch.model import DEFAULT_LOG_GROUP, Consumed, Job, Spec
from batchyard.batch.resources import ComputeEnvironment, JobDefinition, JobQueue
from batchyard.batch.states import ENDED, PLACED, JobState
from batchyard.logs.groups import LogGroup
from batchyard.logs.putting import Gap, Given
from batchyard.store.asking import EventQuery, JobQuery, StreamQuery
from batchyard.store.memory import MemoryStore
from batchyard.store.seam import (
    Batch,
    EventsPut,
    JobChange,
    LogChange,
    LogGroupChange,
    LogGroupRemoval,
    LogStreamCreation,
    LogStreamRemoval,
    ResourceChange,
    ResourceRemoval,
    Store,
)
from batchyard.store.sqlite import SQLiteStore
from tests.store.kept import (
    ELSEWHERE,
    HERE,
    array,
    batch,
    definition,
    detail,
    ended,
    job,
    listed,
    queue,
    running,
    spec,
    streams,
    walk,
)

PLACES = st.sampled_from([HERE] * 5 + [ELSEWHERE])
NAMES = st.sampled_from(["job", "Job", "job1", "j_b1", "merge"])
REVISIONS = st.sampled_from(["d:1", "d:2", "d1:1", "dd:1"])
GROUPS = st.sampled_from([DEFAULT_LOG_GROUP, "mine"])
QUEUES = st.sampled_from(["default"] * 4 + ["other"])
SHARES = st.sampled_from([None, "blue"])
CONSUMED = st.sampled_from(["", "", "a", "b", "ba", "aa"]).map(
    lambda taken: tuple(Consumed(resource, 1) for resource in taken)
)
MOMENTS = st.integers(0, 12)
LIMITS = st.integers(1, 7)
STATES = st.none() | st.frozensets(st.sampled_from(JobState), max_size=4)
SPECS = PLACES.flatmap(
    lambda place: st.builds(
        spec,
        st.just(place),
        name=NAMES,
        queue=QUEUES.map(lambda name: queue(name, place)),
        definition=REVISIONS.map(lambda revision: definition(revision, place)),
        log_group=GROUPS,
        share=SHARES,
        consumes=CONSUMED,
    )
)
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "states": STATES,
        "name": st.sampled_from(["JOB", "job*", "j_*", "j", "*"]),
        "definition": st.sampled_from(["d", "d*", "d:2", definition("d:1")]),
        "share": st.just("blue"),
        "created_before": MOMENTS,
        "created_after": MOMENTS,
    },
)
RESOURCES = st.one_of(
    st.builds(
        ComputeEnvironment,
        name=st.sampled_from("ab"),
        arn=st.just("arn"),
        state=st.just("ENABLED"),
        vcpus=st.integers(0, 9),
    ),
    st.builds(
        JobQueue,
        name=st.sampled_from("ab"),
        arn=st.just("arn"),
        state=st.just("DISABLED"),
        priority=st.integers(0, 9),
        environments=st.just(("a", "b")),
    ),
    st.builds(
        JobDefinition,
        name=st.sampled_from("ab"),
        arn=st.just("arn"),
        revision=st.integers(1, 2),
        detail=st.sampled_from([b"{}", b"[]"]),
    ),
)


STREAMS = st.sampled_from(["s", "t", "d/default/01"])
LOGGED = st.lists(st.builds(Given, MOMENTS, st.sampled_from(["a", "é", "bb"])), max_size=4)
CHANGES = st.one_of(
    st.builds(
        LogGroupChange,
        PLACES,
        st.builds(
            LogGroup, name=GROUPS, created_at=MOMENTS, retention=st.sampled_from([None, None, 1])
        ),
    ),
    st.builds(LogGroupRemoval, PLACES, GROUPS),
    st.builds(LogStreamCreation, PLACES, GROUPS, STREAMS, MOMENTS),
    st.builds(LogStreamRemoval, PLACES, GROUPS, STREAMS),
    st.builds(EventsPut, PLACES, GROUPS, STREAMS, MOMENTS, LOGGED),
    st.builds(EventsPut, PLACES, GROUPS, STREAMS, MOMENTS, LOGGED),
)


@contextmanager
def folder() -> Iterator[Path]:
    """A folder for one example, in memory where there is one: these laws need no disk."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as made:
        yield Path(made)


@contextmanager
def both() -> Iterator[tuple[Store, Store]]:
    with folder() as path:
        durable = SQLiteStore(path / "yard.db")
        yield MemoryStore(), durable
        durable.close()


class Stores(RuleBasedStateMachine):
    """Two stores are told the same; one of them is closed and opened again at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = folder()
        self.path = self.folder.__enter__() / "yard.db"
        self.model, self.durable = MemoryStore(), SQLiteStore(self.path)
        self.jobs: dict[str, Job] = {}
        self.pending: list[JobChange] = []
        self.submitted = self.attempts = 0

    def teardown(self) -> None:
        self.durable.close()
        self.folder.__exit__(None, None, None)

    def change(self, *jobs: Job, alone: bool) -> None:
        for each in jobs:
            self.jobs[each.id] = each
            self.pending.append(JobChange(each, detail(each)))
        if alone:
            self.commit()

    @rule()
    def commit(self) -> None:
        made, self.pending = Batch(self.pending), []
        self.both(made)

    def both(self, made: Batch) -> None:
        self.model.commit(made)
        self.durable.commit(made)

    @rule(of=SPECS, at=MOMENTS, size=st.sampled_from([None, None, 2, 3]), alone=st.booleans())
    def submit(self, of: Spec, at: int, size: int | None, *, alone: bool) -> None:
        self.submitted += 1
        name = f"job-{self.submitted}"
        of = replace(of, array_size=size)
        made = [job(name, at, of)]
        children = range(size or 0)
        made += [job(ids.child_id(name, n), at, of, index=n) for n in children]
        self.change(*made, alone=alone)

    @precondition(lambda self: self.jobs)
    @rule(data=st.data(), state=st.sampled_from(JobState), at=MOMENTS, alone=st.booleans())
    def move(self, data: st.DataObject, state: JobState, at: int, *, alone: bool) -> None:
        was = self.jobs[data.draw(st.sampled_from(sorted(self.jobs)))]
        if was.ended:
            now = replace(was, status_reason=f"told {at}")
        elif state is JobState.RUNNING:
            self.attempts += 1
            now = running(was, f"{self.attempts:02x}", at)
        else:
            now = ended(was, at, state) if state in ENDED else replace(was, state=state)
        self.change(now, alone=alone)

    @rule(place=PLACES, resource=RESOURCES, put=st.booleans())
    def provide(self, place: ids.Place, resource: ComputeEnvironment, *, put: bool) -> None:
        kind = ResourceChange if put else ResourceRemoval
        self.both(Batch(resources=[kind(place, resource)]))

    @rule(name=st.sampled_from("ab"), text=st.text(max_size=3))
    def note(self, name: str, text: str) -> None:
        self.both(Batch(notes={name: text}))

    @rule(moment=MOMENTS, limit=LIMITS)
    def forget(self, moment: int, limit: int) -> None:
        self.commit()
        live = [each.id for each in self.model.live_jobs()]
        first = self.model.forget_before(moment, limit)
        second = self.durable.forget_before(moment, limit)
        assert (first.jobs, set(first.attempts)) == (second.jobs, set(second.attempts))
        self.jobs = {each: self.jobs[each] for each in self.model.state_of(list(self.jobs))}
        assert set(live) <= set(self.jobs)

    @rule()
    def reopen(self) -> None:
        self.durable.close()
        self.durable = SQLiteStore(self.path)

    @rule(place=PLACES, name=QUEUES, filters=FILTERS, limit=LIMITS)
    def list_queue(self, place: ids.Place, name: str, filters: dict, limit: int) -> None:
        query = JobQuery(place=place, queue=queue(name, place), limit=limit, **filters)
        assert list(walk(self.model, query)) == list(walk(self.durable, query))

    @precondition(lambda self: self.jobs)
    @rule(data=st.data(), place=PLACES, filters=FILTERS, limit=LIMITS)
    def list_array(self, data: st.DataObject, place: ids.Place, filters: dict, limit: int) -> None:
        parent = data.draw(st.sampled_from(sorted(self.jobs)))
        query = JobQuery(place=place, parent=parent, limit=limit, **filters)
        assert list(walk(self.model, query)) == list(walk(self.durable, query))

    @rule(
        place=PLACES,
        group=GROUPS,
        prefix=st.sampled_from(["", "d/", "d/default/0", "d1"]),
        limit=LIMITS,
    )
    def list_streams(self, place: ids.Place, group: str, prefix: str, limit: int) -> None:
        query = StreamQuery(place=place, log_group=group, prefix=prefix, limit=limit)
        found = streams(self.model, query)
        assert found == streams(self.durable, query)
        for each in found:
            assert self.durable.stream(place, group, each.name) == each
        assert self.durable.log_groups(place) == self.model.log_groups(place)
        assert self.durable.log_group(place, group) == self.model.log_group(place, group)
        assert self.durable.forgetful_groups() == self.model.forgetful_groups()
        attempts = self.model.logging_attempts(place, group)
        assert self.durable.logging_attempts(place, group) == attempts

    @rule(changes=st.lists(CHANGES, min_size=1, max_size=4), alone=st.booleans())
    def log(self, changes: list[LogChange], *, alone: bool) -> None:
        jobs, self.pending = ([], self.pending) if alone else (self.pending, [])
        groups = {
            (place, g.name) for place in (HERE, ELSEWHERE) for g in self.model.log_groups(place)
        }
        kept: list[LogChange] = []
        for change in changes:
            if isinstance(change, LogGroupChange):
                groups.add((change.place, change.group.name))
            elif isinstance(change, LogGroupRemoval):
                groups.discard((change.place, change.name))
            elif (change.place, change.log_group) not in groups:
                continue
            kept.append(change)
        self.both(Batch(jobs, logs=kept))

    @rule(place=PLACES, group=GROUPS, moment=MOMENTS, limit=LIMITS)
    def forget_events(self, place: ids.Place, group: str, moment: int, limit: int) -> None:
        while gone := self.model.forget_events(place, group, moment, limit):
            assert self.durable.forget_events(place, group, moment, limit) == gone
        assert self.durable.forget_events(place, group, moment, limit) == 0

    @rule(place=PLACES, group=GROUPS, since=MOMENTS, limit=LIMITS, descending=st.booleans())
    def read_events(
        self, place: ids.Place, group: str, since: int, limit: int, *, descending: bool
    ) -> None:
        for each in streams(self.model, StreamQuery(place=place, log_group=group)):
            query = EventQuery(
                place=place,
                log_group=group,
                stream=each.name,
                descending=descending,
                since=since,
                limit=limit,
            )
            more = True
            while more:
                found = self.model.put_events(query)
                assert found == self.durable.put_events(query)
                more = bool(found)
                if more:
                    at, number, *_ = found[-1]
                    query = replace(query, gap=Gap(at, number + (not descending)))

    @invariant()
    def both_hold_the_same(self) -> None:
        known = list(self.jobs)
        assert list(self.model.live_jobs()) == list(self.durable.live_jobs())
        assert list(self.model.resources()) == list(self.durable.resources())
        assert self.model.notes() == self.durable.notes()
        assert self.model.state_of(known) == self.durable.state_of(known)
        for place in (HERE, ELSEWHERE):
            assert self.model.details(place, known) == self.durable.details(place, known)
        assert [self.model.job(each) for each in known] == [
            self.durable.job(each) for each in known
        ]


Stores.TestCase.settings = settings(
    stateful_step_count=25, suppress_health_check=[HealthCheck.too_slow]
)
TestBothStoresAndAFileOpenedAnewGiveTheSame = Stores.TestCase


def lived(number: int, of: Spec, at: int, size: int | None, ends: list[JobState]) -> Iterator[Job]:
    """A job or an array, where each of its jobs has come as far as is drawn."""
    name = f"job-{number}"
    of = replace(of, array_size=size)
    children = [job(ids.child_id(name, n), at, of, index=n) for n in range(size or 0)]
    for each, state in zip([job(name, at, of), *children], cycle(ends), strict=False):
        begun = running(each, each.id.encode().hex(), at) if state in PLACED | ENDED else each
        yield ended(begun, at + 1, state) if state in ENDED else replace(begun, state=state)


YARDS = st.lists(
    st.tuples(
        SPECS,
        MOMENTS,
        st.sampled_from([None, None, None, 3]),
        st.lists(st.sampled_from(JobState), min_size=1, max_size=4),
    ),
    min_size=2,
    max_size=14,
).map(lambda drawn: [list(lived(number, *each)) for number, each in enumerate(drawn)])


@given(yard=YARDS, filters=st.lists(FILTERS, min_size=1, max_size=5), limit=LIMITS, moment=MOMENTS)
def test_both_answer_every_question_alike_before_and_after_forgetting(
    yard: list[list[Job]], filters: list[dict], limit: int, moment: int
) -> None:
    with both() as (model, durable):
        for jobs in yard:
            model.commit(batch(*jobs))
            durable.commit(batch(*jobs))
        asked = list(questions([each for jobs in yard for each in jobs], filters, limit))
        assert [list(walk(model, each)) for each in asked] == [
            list(walk(durable, each)) for each in asked
        ]
        groups = [
            StreamQuery(place=HERE, log_group=group, limit=limit)
            for group in (DEFAULT_LOG_GROUP, "mine")
        ]
        assert [streams(model, each) for each in groups] == [
            streams(durable, each) for each in groups
        ]
        first, second = model.forget_before(moment, limit), durable.forget_before(moment, limit)
        assert (first.jobs, set(first.attempts)) == (second.jobs, set(second.attempts))
        assert [listed(model, each) for each in asked] == [listed(durable, each) for each in asked]


def questions(jobs: list[Job], filters: list[dict], limit: int) -> Iterator[JobQuery]:
    """Ask for every queue and every array of some jobs, with each of the filters."""
    queues = {(ids.Place(each.spec.account, each.spec.region), each.spec.queue) for each in jobs}
    for conditions in [{}, *filters]:
        for place, name in sorted(queues):
            yield JobQuery(place=place, queue=name, limit=limit, **conditions)
        for parent in sorted(each.id for each in jobs if each.is_array):
            yield JobQuery(place=HERE, parent=parent, limit=limit, **conditions)
        for place, resource in product((HERE, ELSEWHERE), "ab"):
            yield JobQuery(place=place, consumes=resource, limit=limit, **conditions)


@given(
    before=st.lists(MOMENTS, min_size=1, max_size=12),
    later=st.lists(st.lists(MOMENTS, max_size=3), max_size=12),
    limit=LIMITS,
    states=st.sampled_from([None, frozenset({JobState.SUBMITTED}), frozenset(JobState)]),
    name=st.sampled_from([None, "job", "j*"]),
)
def test_paging_visits_each_row_once_whatever_comes_in_between(
    before: list[int],
    later: list[list[int]],
    limit: int,
    states: frozenset[JobState] | None,
    name: str | None,
) -> None:
    query = JobQuery(place=HERE, queue=queue(), limit=limit, states=states, name=name)
    with both() as stores:
        for store in stores:
            there = [job(f"before-{n}", at) for n, at in enumerate(before)]
            store.commit(batch(*there))
            seen: list[str] = []
            for turn, rows in enumerate(walk(store, query)):
                assert len(rows) <= limit
                seen += [row.id for row in rows]
                for n, at in enumerate(later[turn] if turn < len(later) else ()):
                    store.commit(batch(job(f"later-{turn}-{n}", at)))
            assert len(seen) == len(set(seen))
            assert {each.id for each in there} <= set(seen)


@given(st.lists(st.tuples(MOMENTS, st.sampled_from([None, 2, 5])), max_size=8), LIMITS, MOMENTS)
def test_forgetting_goes_on_until_only_what_lives_or_is_young_is_left(
    given_jobs: list[tuple[int, int | None]], limit: int, moment: int
) -> None:
    with both() as stores:
        for store in stores:
            for n, (at, size) in enumerate(given_jobs):
                jobs = array(f"job-{n}", size) if size else [job(f"job-{n}")]
                live = n % 3 == 0
                over = [running(each, each.id) if live else ended(each, at) for each in jobs[1:]]
                store.commit(batch(ended(jobs[0], at), *over))
            while (forgotten := store.forget_before(moment, limit)).jobs:
                assert forgotten.jobs <= limit + 5
            young = [
                f"job-{n}"
                for n, (at, size) in enumerate(given_jobs)
                if at >= moment or (size and n % 3 == 0)
            ]
            left = listed(store, JobQuery(place=HERE, queue=queue()))
            assert sorted(row.id for row in left) == sorted(young)
            for n, (_, size) in enumerate(given_jobs):
                children = listed(store, JobQuery(place=HERE, parent=f"job-{n}"))
                assert len(children) == ((size or 0) if f"job-{n}" in young else 0)

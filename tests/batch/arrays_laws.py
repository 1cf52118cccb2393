"""How arrays count, end and are stopped.

The oracle: https://docs.aws.amazon.com/batch/latest/userguide/array_jobs.html and
https://docs.aws.amazon.com/batch/latest/userguide/job_dependencies.html
"""

from collections import Counter, defaultdict, deque

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from batchyard.batch import arrays, commands, events, lifecycle
from batchyard.batch.events import Event
from batchyard.batch.ids import child_id
from batchyard.batch.model import Dependency, Job, Retry, Spec
from batchyard.batch.states import ENDED, JobState
from tests.batch.jobs_given import ONWARD, any_events, awaited, events_of, spec

SUBMITTED, PENDING, RUNNABLE, STARTING, RUNNING, SUCCEEDED, FAILED = JobState


class Family:
    """An array and its children; what they tell one another arrives in order."""

    def __init__(self, spec: Spec, waits: frozenset[str] = frozenset()) -> None:
        self.parent = lifecycle.submitted("p", spec, 0, waits)
        self.children: dict[int, Job] = {}
        self.announced: list[bool] = []
        self.spawned = 0
        self._inbox: deque[tuple[int | None, Event]] = deque()

    def apply(self, index: int | None, event: Event) -> None:
        """Let something happen to the parent (None) or a child, with all that follows."""
        self._inbox.append((index, event))
        while self._inbox:
            to, what = self._inbox.popleft()
            was = self.parent if to is None else self.children[to]
            now, done = lifecycle.step(was, what)
            if to is None:
                self.parent = now
            else:
                self.children[to] = now
            for command in done:
                self._carry_out(to, command, what.at)

    def _carry_out(self, index: int | None, command: commands.Command, at: int) -> None:
        match command:
            case commands.Spawn():
                self._spawn(at)
            case commands.TellParent(was, now):
                self._inbox.append((None, events.ChildMoved(at, was=was, now=now)))
            case commands.Announce(succeeded) if index is None:
                self.announced.append(succeeded)
            case commands.Announce(succeeded):
                for each in self.children:
                    ended = events.DependencyEnded(at, job_id=f"p:{index}", succeeded=succeeded)
                    self._inbox.append((each, ended))
            case commands.StopChildren(how, reason):
                kind = events.Terminated if how == "terminate" else events.Cancelled
                self._inbox.extend((each, kind(at, reason=reason)) for each in self.children)
                self._inbox.append((None, events.ChildrenStopped(at, how=how)))

    def _spawn(self, at: int) -> None:
        self.spawned += 1
        for index in range(self.parent.spec.array_size or 0):
            waits = arrays.child_waits_for("p", self.parent.spec, index)
            born = lifecycle.submitted(f"p:{index}", self.parent.spec, at, waits, index)
            self.children[index] = born
            self._inbox.append((None, events.ChildMoved(at, was=None, now=SUBMITTED)))
            self._inbox.append((index, events.Accepted(at)))

    def live(self) -> list[int]:
        return [index for index, child in self.children.items() if not child.ended]


SPECS = st.builds(
    lambda size, attempts, sequential: spec(
        array_size=size,
        retry=Retry(attempts),
        depends_on=(Dependency(kind="SEQUENTIAL"),) if sequential else (),
    ),
    st.integers(2, 4),
    st.integers(1, 2),
    st.booleans(),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Family]:
    """One family, after each of the things that happened to it; to its end."""
    family, seen = Family(draw(SPECS)), list[Family]()
    family.apply(None, events.Accepted(1))
    for at in range(1000, 1000 * draw(st.integers(1, 16)), 1000):
        live = family.live()
        if draw(st.integers(0, 9)) == 0 or not live:
            family.apply(None, draw(any_events(family.parent, at).filter(_not_counting)))
        else:
            index = draw(st.sampled_from(live))
            family.apply(index, draw(_heard(family.children[index], at)))
        seen.append(_snapshot(family))
    at = 100_000
    while family.live():
        at += 1000
        index = next(i for i in family.live() if family.children[i].state is not PENDING)
        child = family.children[index]
        family.apply(index, draw(events_of(child, ONWARD[child.state], at)))
        seen.append(_snapshot(family))
    return seen


def _heard(child: Job, at: int) -> st.SearchStrategy[Event]:
    """What a child hears from outside; that its forerunner ended it hears from the family."""
    stop = [kind(at, reason="no more") for kind in (events.Cancelled, events.Terminated)]
    return st.sampled_from(stop) if child.state is PENDING else awaited(child, at)


def _not_counting(event: Event) -> bool:
    """Whether an event is one that children do not send themselves."""
    return not isinstance(event, events.ChildMoved)


def _snapshot(family: Family) -> Family:
    copy = Family(family.parent.spec)
    copy.parent, copy.children = family.parent, dict(family.children)
    copy.announced, copy.spawned = list(family.announced), family.spawned
    return copy


@given(histories())
def test_the_tally_is_the_number_of_children_in_each_state(seen: list[Family]) -> None:
    for family in seen:
        states = Counter(child.state for child in family.children.values())
        assert family.parent.tally == {state: states[state] for state in JobState}
        assert sum(states.values()) == family.parent.spec.array_size


@given(histories())
def test_a_parent_ends_with_its_last_child_and_fails_if_one_failed(seen: list[Family]) -> None:
    for family in seen:
        states = [child.state for child in family.children.values()]
        assert family.parent.ended == all(state in ENDED for state in states)
        if family.parent.ended:
            assert family.parent.state is (FAILED if FAILED in states else SUCCEEDED)
            latest = max(child.stopped_at or 0 for child in family.children.values())
            assert family.parent.stopped_at == latest


@given(histories())
def test_a_parent_is_pending_from_its_first_runnable_child(seen: list[Family]) -> None:
    for family in seen:
        if not family.parent.ended:
            assert family.parent.state is PENDING


@given(histories())
def test_children_are_spawned_once_and_the_end_is_announced_once(seen: list[Family]) -> None:
    for family in seen:
        assert family.spawned == 1
        ended = [family.parent.state is SUCCEEDED] if family.parent.ended else []
        assert family.announced == ended


@given(histories())
def test_the_story_of_an_array_tells_no_child_apart(seen: list[Family]) -> None:
    for family in seen:
        told = [line.event for line in family.parent.story]
        assert told.count("ChildMoved") <= 2
        assert told[:2] == ["Submitted", "Accepted"]
        assert family.parent.story[-1].state is family.parent.state


@given(histories())
def test_sequential_children_run_one_after_the_other(seen: list[Family]) -> None:
    for family in seen:
        if not family.parent.spec.depends_on:
            continue
        for index in range(1, len(family.children)):
            if family.children[index].state not in {SUBMITTED, PENDING, FAILED}:
                assert family.children[index - 1].state is SUCCEEDED


@given(histories(), st.sampled_from([events.Cancelled, events.Terminated]))
def test_stopping_an_array_stops_each_child_as_it_would_alone(
    seen: list[Family], kind: type[events.Cancelled | events.Terminated]
) -> None:
    for family in (f for f in seen if not f.parent.ended):
        alone = {
            index: lifecycle.step(child, kind(500_000, reason="stop it"))[0]
            for index, child in family.children.items()
        }
        family.apply(None, kind(500_000, reason="stop it"))
        for index, child in family.children.items():
            assert child.state is alone[index].state
            assert child.stop == alone[index].stop
        assert family.parent.cancelled or kind is not events.Cancelled
        assert family.parent.terminated or kind is not events.Terminated
        assert family.parent.status_reason == "stop it"
        assert family.parent.ended or lifecycle.resume(family.parent) == ()


@given(histories(), st.sampled_from([events.Cancelled, events.Terminated]))
def test_what_a_restart_interrupts_is_done_again_until_every_child_was_told(
    seen: list[Family], kind: type[events.Cancelled | events.Terminated]
) -> None:
    for family in (f for f in seen if not f.parent.ended):
        parent, done = lifecycle.step(family.parent, kind(500_000, reason="stop it"))
        assert lifecycle.resume(parent) == done
        softer, _ = lifecycle.step(parent, events.Cancelled(500_001, reason="and again"))
        assert lifecycle.resume(softer) == done
        (command,) = done
        assert isinstance(command, commands.StopChildren)
        told, _ = lifecycle.step(parent, events.ChildrenStopped(500_002, how=command.how))
        assert lifecycle.resume(told) == ()


@pytest.mark.parametrize("kind", [events.Cancelled, events.Terminated])
def test_an_array_without_children_is_stopped_by_itself(
    kind: type[events.Cancelled | events.Terminated],
) -> None:
    family = Family(spec(array_size=2), frozenset({"x"}))
    family.apply(None, events.Accepted(1))
    assert family.parent.state is PENDING
    family.apply(None, kind(2, reason="why"))
    assert (family.parent.state, family.parent.status_reason) == (FAILED, "why")
    assert (family.announced, family.children) == ([False], {})


@given(st.permutations(["x", "y", "z"]), st.integers(0, 3))
def test_an_array_spawns_when_the_last_job_it_waits_for_succeeded(
    order: list[str], bad: int
) -> None:
    family = Family(spec(array_size=2), frozenset(order))
    family.apply(None, events.Accepted(1))
    for at, name in enumerate(order):
        assert family.spawned == 0
        good = at != bad
        family.apply(None, events.DependencyEnded(at, job_id=name, succeeded=good))
        if not good:
            assert family.parent.state is FAILED
            assert family.parent.status_reason == "Dependent Job failed"
    assert family.spawned == (bad == 3)


def test_a_failed_array_says_that_a_child_failed_unless_it_was_stopped() -> None:
    family = Family(spec(array_size=2))
    family.apply(None, events.Accepted(1))
    family.apply(0, events.Cancelled(2, reason="one"))
    family.apply(1, events.Cancelled(3, reason="two"))
    assert family.parent.status_reason == "Array Child Job failed"


@given(histories())
def test_an_event_that_comes_twice_spawns_and_ends_nothing_twice(seen: list[Family]) -> None:
    for family in seen:
        for event in (events.Accepted(9), events.DependencyEnded(9, job_id="x", succeeded=True)):
            assert lifecycle.step(family.parent, event) == (family.parent, ())


def test_an_array_that_is_accepted_twice_spawns_once() -> None:
    once, done = lifecycle.step(lifecycle.submitted("p", spec(array_size=2), 0), events.Accepted(1))
    assert done == (commands.Spawn(),)
    assert lifecycle.step(once, events.Accepted(1)) == (once, ())


def test_the_table_names_every_move_and_no_other() -> None:
    """Every parent there can be, met with every event, makes exactly the moves of the table."""
    found: dict[tuple[JobState, str], set[JobState]] = defaultdict(set)
    waits: list[frozenset[str]] = [frozenset(), frozenset({"x", "y"})]
    ahead = [lifecycle.submitted("p", spec(array_size=2), 0, each) for each in waits]
    known = set()
    while ahead:
        job = ahead.pop()
        for event in _parent_events(job):
            now, _ = lifecycle.step(job, event)
            if now is job:
                continue
            found[job.state, type(event).__name__].add(now.state)
            bare = replace(now, story=())
            if str(bare) not in known:
                known.add(str(bare))
                ahead.append(bare)
    assert found == arrays.TRANSITIONS


def _parent_events(job: Job) -> list[Event]:
    """What can happen to a parent: children move only from where they are."""
    tally = job.tally or {}
    anywhere: list[Event] = [
        events.Accepted(1),
        *(events.ChildrenStopped(1, how=how) for how in ("cancel", "terminate")),
        events.Cancelled(1, reason="why"),
        events.Terminated(1, reason="why"),
        events.Placed(1, attempt="a", environment="e"),
        events.TimedOut(1, attempt="a"),
    ]
    for name in ("x", "y", "z"):
        anywhere += [events.DependencyEnded(1, job_id=name, succeeded=ok) for ok in (True, False)]
    if sum(tally.values()) < 2 and not job.waits_for and not job.ended:
        anywhere.append(events.ChildMoved(1, was=None, now=SUBMITTED))
    for (was, _), ends in lifecycle.TRANSITIONS.items():
        if tally.get(was):
            anywhere += [events.ChildMoved(1, was=was, now=now) for now in ends if now is not was]
    return anywhere


@given(st.integers(2, 50), st.integers(0, 1), st.lists(st.sampled_from("qrs"), unique=True))
def test_children_wait_for_forerunners_and_counterparts(
    size: int, sequential: int, others: list[str]
) -> None:
    entries = [Dependency(job_id=name, kind="N_TO_N") for name in others]
    entries += [Dependency(kind="SEQUENTIAL")] * sequential + [Dependency(job_id="plain")]
    given = spec(array_size=size, depends_on=tuple(entries))
    for index in range(size):
        expected = {child_id(name, index) for name in others}
        if sequential and index:
            expected.add(child_id("p", index - 1))
        assert arrays.child_waits_for("p", given, index) == expected
    assert arrays.parent_waits_for(given) == {"plain"}

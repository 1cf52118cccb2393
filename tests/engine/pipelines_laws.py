"""A yard's pipelines under everything that can happen to them, crashes included.

The oracle: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-interpret-status.html
"""

import json
from collections import Counter
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from batchyard.engine.pipelines.live import Live
from batchyard.engine.tasks import Result, Runner
from batchyard.pipelines import files, pipeline
from batchyard.pipelines.instances import Failure, Instance
from batchyard.pipelines.pipeline import PipelineState
from batchyard.pipelines.states import Status
from batchyard.pipelines.tasks import Taken
from batchyard.store.asking import InstanceQuery
from tests.engine.looking import looked_at, shown
from tests.engine.yard import PLACE, Yard, pipeline_of
from tests.pipelines.worlds import BEGIN, documents

OWNER = "df-0123456789ABCDEFGHIJ"
RUNNER = Runner("host")
RESULTS: list[Result] = ["FINISHED", "FINISHED", "FAILED", "FALSE"]


class Yards(RuleBasedStateMachine):
    """One pipeline in a yard that crashes now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.yard = Yard()
        self.yard.clock.advance(BEGIN + 3_600_000 - self.yard.now())
        self.yard.settle()
        self.held: dict[str, Taken] = {}

    @property
    def live(self) -> Live:
        return self.yard.engine.pipelines._live[OWNER]  # noqa: SLF001 - the state that is held to laws

    def all(self) -> list[Instance]:
        return list(self.live.all_of())

    @initialize(document=documents())
    def begin(self, document: dict[str, Any]) -> None:
        pipelines = self.yard.engine.pipelines
        pipelines.create(pipeline_of(OWNER, self.yard.now()))
        pipelines.change(OWNER, pipeline.Defined(files.read(json.dumps(document))))
        pipelines.activate(OWNER)
        self.yard.settle()

    def ready(self) -> list[str]:
        depths = self.yard.engine.tasks.depths(PLACE)
        return sorted(group for group, (tasks, _) in depths.items() if tasks)

    @precondition(lambda self: self.ready())
    @rule(data=st.data())
    def take(self, data: st.DataObject) -> None:
        taken = self.yard.engine.tasks.ready(
            PLACE, data.draw(st.sampled_from(self.ready())), RUNNER
        )
        assert taken is not None
        assert self.yard.engine.tasks.objects(taken)
        self.held[taken.id] = taken
        self.yard.settle()

    @precondition(lambda self: self.held)
    @rule(data=st.data(), result=st.sampled_from(RESULTS))
    def settle(self, data: st.DataObject, result: Result) -> None:
        task_id = data.draw(st.sampled_from(sorted(self.held)))
        self.held.pop(task_id)
        self.yard.engine.tasks.settle(PLACE, task_id, result, Failure("e", "m"))
        self.yard.settle()

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def report(self, data: st.DataObject) -> None:
        task_id = data.draw(st.sampled_from(sorted(self.held)))
        told = self.yard.engine.tasks.report(PLACE, task_id)
        if told.answer.canceled or not told.answer.held:
            self.held.pop(task_id)

    @invariant()
    def gauges_show_what_a_look_at_every_instance_would(self) -> None:
        assert shown(self.yard.metering.board) == looked_at(self.yard.engine)

    @rule(seconds=st.sampled_from([1, 119, 120, 900, 3600, 7200]))
    def pass_time(self, seconds: int) -> None:
        self.yard.clock.advance(seconds * 1000)
        self.yard.settle()

    def names(self) -> list[str]:
        return sorted(instance.id for instance in self.all())

    @precondition(lambda self: self.names())
    @rule(data=st.data(), what=st.sampled_from(["cancel", "finish", "rerun", "rerun"]))
    def set_status(self, data: st.DataObject, what: str) -> None:
        name = data.draw(st.sampled_from(self.names()))
        stopping = {PipelineState.DEACTIVATING, PipelineState.INACTIVE}
        if what == "rerun" and self.live.pipeline.state in stopping:
            return  # SetStatus refuses it
        getattr(self.yard.engine.pipelines, what)(OWNER, [name])
        self.yard.settle()

    @rule(number=st.integers(0, 3), what=st.sampled_from(["pause", "resume", "resume"]))
    def pause(self, number: int, what: str) -> None:
        if f"A{number}" in self.live.components():
            getattr(self.yard.engine.pipelines, what)(OWNER, f"A{number}")
            self.yard.settle()

    @precondition(lambda self: self.yard.surroundings.provided)
    @rule(data=st.data())
    def lose_a_machine(self, data: st.DataObject) -> None:
        group = data.draw(st.sampled_from(sorted(self.yard.surroundings.provided)))
        self.yard.surroundings.provided.pop(group)("It has ended.")
        self.yard.settle()

    @precondition(lambda self: self.yard.surroundings.checks)
    @rule(data=st.data(), met=st.booleans())
    def answer_a_check(self, data: st.DataObject, *, met: bool) -> None:
        checks = self.yard.surroundings.checks
        checks.pop(data.draw(st.sampled_from(sorted(checks))))(met)
        self.yard.settle()

    @precondition(lambda self: self.live.pipeline.state is PipelineState.SCHEDULED)
    @rule(cancel=st.booleans())
    def deactivate(self, *, cancel: bool) -> None:
        self.yard.engine.pipelines.deactivate(OWNER, cancel=cancel)
        self.yard.settle()

    @precondition(
        lambda self: self.live.pipeline.state in {PipelineState.INACTIVE, PipelineState.FINISHED}
    )
    @rule()
    def activate(self) -> None:
        self.yard.engine.pipelines.activate(OWNER)
        self.yard.settle()

    @rule()
    def crash(self) -> None:
        self.yard.crash()
        self.yard.surroundings.provided.clear()
        self.yard.surroundings.checks.clear()
        self.yard.settle()

    @invariant()
    def what_is_on_disk_is_what_is_so(self) -> None:
        if OWNER not in self.yard.engine.pipelines._live:  # noqa: SLF001 - before it is made
            return
        stored = self.yard.store.instances(InstanceQuery(pipeline=OWNER)).instances
        for instance in stored:
            assert self.live.instances.get(instance.id, instance) == instance
        assert {i.id for i in stored if not i.ended} == self.live.open == set(self.live.instances)
        assert list(self.yard.store.pipelines()) == [self.live.pipeline]

    @invariant()
    def every_attempt_for_a_runner_is_ready_or_held(self) -> None:
        if OWNER not in self.yard.engine.pipelines._live:  # noqa: SLF001 - before it is made
            return
        tasks = self.yard.engine.tasks
        ready = sum(count for count, _ in tasks.depths(PLACE).values())
        wanted = {
            OWNER + instance.attempt.id
            for instance in self.live.instances.values()
            if instance.attempt is not None and instance.by == "runner"
        }
        held = {taken.task.attempt for taken in tasks.held("pipelines")}
        assert ready == len(wanted - held)

    @invariant()
    def no_more_are_active_than_may_be(self) -> None:
        if OWNER not in self.yard.engine.pipelines._live:  # noqa: SLF001 - before it is made
            return
        active = Counter(
            i.component
            for i in self.live.instances.values()
            if i.kind == "activity" and i.begun and not i.again
        )
        for component, count in active.items():
            assert count <= self.live.turnstile(component).limit

    @invariant()
    def machines_are_there_for_resources_that_run(self) -> None:
        if OWNER not in self.yard.engine.pipelines._live:  # noqa: SLF001 - before it is made
            return
        there = {
            OWNER + i.id
            for i in self.live.instances.values()
            if i.kind == "resource" and i.status is Status.RUNNING
        }
        assert set(self.yard.surroundings.provided) == there

    def teardown(self) -> None:
        """Whatever happened: once nobody interferes, everything ends."""
        if OWNER not in self.yard.engine.pipelines._live:  # noqa: SLF001 - nothing was drawn
            return
        for _ in range(400):
            if not self.live.open:
                break
            self._go_on()
        left = [i for i in self.live.instances.values() if not i.ended]
        vain = [i for i in left if not self._waits_in_vain(i, set())]
        assert not vain, (self.live.pipeline.state, vain, self.yard.engine.tasks.depths(PLACE))

    def _go_on(self) -> None:
        for component in sorted(self.live.pipeline.paused):
            self.yard.engine.pipelines.resume(OWNER, component)
        checks, self.yard.surroundings.checks = self.yard.surroundings.checks, {}
        for told in checks.values():
            told(True)  # noqa: FBT003 - the seam's signature
        for group in self.ready():
            taken = self.yard.engine.tasks.ready(PLACE, group, RUNNER)
            assert taken is not None
            self.yard.engine.tasks.settle(PLACE, taken.id, "FINISHED", Failure())
        self.yard.settle()
        self.yard.clock.advance(1_000_000)
        self.yard.settle()

    def _waits_in_vain(self, instance: Instance, seen: set[str]) -> bool:
        """Without cascade, what needs something that ended badly waits for ever; so does AWS's."""
        if instance.id in seen:
            return False
        seen.add(instance.id)
        if instance.kind == "resource":
            users = [self.live.instance(name) for name in instance.waits_for]
            return all(u is None or u.ended or self._waits_in_vain(u, seen) for u in users)
        for name in instance.waits_for:
            need = self.live.instance(name)
            if need is not None and (need.ended or self._waits_in_vain(need, seen)):
                return True
        return False


TestYards = Yards.TestCase

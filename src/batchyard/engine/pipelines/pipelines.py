"""Pipelines: what happens to them is decided, journalled, and carried out.

Source: https://docs.aws.amazon.com/datapipeline/latest/APIReference/Welcome.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.batch.ids import Place
from batchyard.engine.pipelines.carrying import Carrying
from batchyard.engine.pipelines.handing import Handing
from batchyard.engine.pipelines.live import Live, consumers_first
from batchyard.engine.pipelines.planner import Planner
from batchyard.pipelines import consequences, events, pipeline
from batchyard.pipelines.events import Reported
from batchyard.pipelines.instances import Failure
from batchyard.pipelines.pipeline import PipelineState
from batchyard.pipelines.rules import Policy
from batchyard.pipelines.states import HELD, Status
from batchyard.store.asking import InstancePage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from batchyard.engine.pipelines.outside import Outside
    from batchyard.engine.tasks import Result, Runner
    from batchyard.pipelines.blueprint import Blueprint
    from batchyard.pipelines.health import Health
    from batchyard.pipelines.instances import Instance
    from batchyard.pipelines.model import ParameterValue, PipelineObject
    from batchyard.pipelines.pipeline import Pipeline
    from batchyard.pipelines.tasks import Taken
    from batchyard.store.asking import InstanceQuery

DEACTIVATED = "The pipeline was deactivated."
STARTED_ANEW = "The pipeline was activated again."


class Pipelines:
    """All pipelines of a yard, and everything that moves them. Lives on the engine's thread.

    Args:
        outside: what it reads, keeps and does things with.
        policy: what holds where a definition says nothing.
    """

    def __init__(self, outside: Outside, policy: Policy | None = None) -> None:
        """Begin without pipelines."""
        self._outside = outside
        self._policy = policy or Policy()
        self._live: dict[str, Live] = {}
        self._gone: dict[str, Pipeline] = {}
        self._handing = Handing()
        self._carrying = Carrying(outside, self._handing, self._apply)
        self._planner = Planner(outside.clock, self.change, self.follow)
        outside.tasks.serve("pipelines", self)

    # -- life ----------------------------------------------------------------------------------

    def start(self) -> None:
        """Take up what the store holds, and what was under way of it."""
        store = self._outside.store
        for kept in store.pipelines():
            if kept.deleted_at is None:
                self._live[kept.id] = Live(kept, store, self._policy)
            else:
                self._gone[kept.id] = kept
        for owner, instance in store.live_instances():
            self._keep(self._live[owner], instance)
        for live in list(self._live.values()):
            self._resume(live)
        for taken in self._outside.tasks.held("pipelines"):
            self._withdraw_over(taken)

    def _withdraw_over(self, taken: Taken) -> None:
        """Tell the holder of an attempt that was over before the restart to stop."""
        name = taken.task.attempt.removeprefix(taken.owner)
        live = self._live.get(taken.owner)
        instance = None if live is None else live.instances.get(_instance_of(name))
        current = None if instance is None else instance.attempt
        if current is None or current.id != name:
            self._outside.tasks.withdraw(Place(taken.account, taken.region), taken.task.attempt)

    def _resume(self, live: Live) -> None:
        from batchyard.pipelines.resuming import resume
        from batchyard.pipelines.turnstiles import rebuilt

        if live.pipeline.first_activated_at is None:
            return
        components: dict[str, list[Instance]] = {}
        for instance in live.instances.values():
            components.setdefault(instance.component, []).append(instance)
        for component, instances in components.items():
            turnstile = live.turnstile(component)
            live.turnstiles[component] = rebuilt(
                turnstile.limit, instances, paused=turnstile.paused
            )
        now = self._outside.clock.now()
        for name in list(live.instances):  # carrying out for one may move another
            found = resume(live.instances[name], now)
            self._carrying.carry_out(live, ((name, command) for command in found))
        if live.planning:
            self._planner.plan(live)
        self._review(live)

    def stop(self) -> None:
        """Let no clock move anything any more."""
        for live in self._live.values():
            live.sleep()

    def saved(self, instances: Sequence[tuple[str, Instance]]) -> None:
        """Let go of ended instances that are on disk."""
        for owner, instance in instances:
            if owner in self._live:
                self._live[owner].saved(instance)

    # -- reading -------------------------------------------------------------------------------

    def of(self, place: Place) -> list[Pipeline]:
        """Give a place's pipelines, in the order they came, without those that are deleted."""
        return [live.pipeline for live in self._live.values() if live.place == place]

    def everywhere(self) -> list[Pipeline]:
        """Give the pipelines of every place, in the order they came."""
        return [live.pipeline for live in self._live.values()]

    def under_way(self, pipeline_id: str) -> Iterable[Instance]:
        """Give the instances that have not ended, or whose end is not on disk; none if unknown."""
        live = self._live.get(pipeline_id)
        return () if live is None else live.instances.values()

    def find(self, place: Place, pipeline_id: str) -> Pipeline | None:
        """Find a pipeline, also one that was deleted."""
        live = self._live.get(pipeline_id)
        found = live.pipeline if live is not None else self._gone.get(pipeline_id)
        mine = found is not None and (found.account, found.region) == place
        return found if mine else None

    def instance(self, pipeline_id: str, name: str) -> Instance | None:
        """Find an instance as it stands."""
        return self._live[pipeline_id].instance(name)

    def instances(self, query: InstanceQuery) -> InstancePage:
        """List instances as they stand; those that are not on disk yet are left out."""
        page, live = self._outside.store.instances(query), self._live[query.pipeline]
        now = tuple(live.instances.get(each.id, each) for each in page.instances)
        return InstancePage(now, page.next)

    def components(self, pipeline_id: str) -> Mapping[str, PipelineObject]:
        """Give a pipeline's objects with what they inherit."""
        return self._live[pipeline_id].components()

    def released(self, group: str) -> bool:
        """Tell whether a worker group is that of a resource that is no longer there."""
        owner, _, name = group.partition("@")
        if not owner.startswith("df-") or not name:
            return False
        live = self._live.get(owner)
        instance = None if live is None else live.instances.get("@" + name)
        return instance is None or not instance.begun

    def blueprint(self, pipeline_id: str) -> Blueprint | None:
        """Give what a pipeline's instances are made from; None before its first activation."""
        live = self._live[pipeline_id]
        return None if live.pipeline.first_activated_at is None else live.blueprint()

    def health(self, pipeline_id: str) -> Mapping[str, Health]:
        """Tell the health of a pipeline's components that have any."""
        return self._live[pipeline_id].health()

    def next_run(self, pipeline_id: str) -> int | None:
        """Tell when instances are planned next, epoch milliseconds."""
        return self._live[pipeline_id].next_run

    # -- what people do ------------------------------------------------------------------------

    def create(self, new: Pipeline) -> None:
        """Take in a new pipeline."""
        self._live[new.id] = Live(new, self._outside.store, self._policy)
        self._outside.journal.pipeline(new)
        self._outside.wake()

    def change(self, pipeline_id: str, change: pipeline.Change) -> Pipeline:
        """Let something happen to a pipeline as a whole."""
        live = self._live[pipeline_id]
        now = pipeline.step(live.pipeline, change)
        if now is not live.pipeline:
            live.pipeline = now
            self._outside.journal.pipeline(now)
            self._outside.wake()
        return now

    def activate(
        self,
        pipeline_id: str,
        values: tuple[ParameterValue, ...] = (),
        resume_at: int | None = None,
    ) -> None:
        """Activate a pipeline with its latest definition; that it may be was checked.

        Args:
            pipeline_id: the pipeline.
            values: values of parameters.
            resume_at: the startTimestamp, epoch milliseconds.
        """
        live, now = self._live[pipeline_id], self._outside.clock.now()
        was = live.pipeline
        run_at = self._planner.run_at(live, now) if self._planner.on_demand(live) else None
        if run_at is not None:
            self._end(live, live.open, STARTED_ANEW)
        activated = pipeline.Activated(at=now, values=values, run_at=run_at, resume_at=resume_at)
        self.change(pipeline_id, activated)
        if run_at is None and was.state is PipelineState.INACTIVE:
            self._go_on(live, was.deactivated_at or 0, resume_at or 0)
        self._planner.plan(live)
        self.follow(live, consequences.limited(live, live.limits(), now))

    def _go_on(self, live: Live, since: int, start: int) -> None:
        """Run again what the deactivation ended."""
        ended = live.all_of(None, Status.CANCELED)
        names = [i.id for i in ended if (i.ended_at or 0) >= since and i.start >= start]
        self.rerun(live.pipeline.id, names)

    def deactivate(self, pipeline_id: str, *, cancel: bool) -> None:
        """Stop a pipeline: what has not begun does not, and what runs is canceled, or waited for.

        Args:
            pipeline_id: the pipeline.
            cancel: whether what runs is canceled.
        """
        live = self._live[pipeline_id]
        self.change(pipeline_id, pipeline.Deactivated(self._outside.clock.now()))
        self._planner.halt(live)
        held = {name for name in live.open if cancel or live.instances[name].status in HELD}
        self._end(live, held, DEACTIVATED)
        self._review(live)

    def delete(self, pipeline_id: str) -> None:
        """Delete a pipeline with its instances; what runs of it is stopped."""
        live = self._live.pop(pipeline_id)
        live.sleep()
        for name in list(live.open):
            attempt = live.instances[name].attempt
            if attempt is not None:
                self._carrying.stop(live, name, attempt.id)
        for instance in live.instances.values():
            self._watched(live, instance, None)
        live.instances.clear()
        self._gone[pipeline_id] = gone = pipeline.step(
            live.pipeline, pipeline.Deleted(self._outside.clock.now())
        )
        self._outside.journal.pipeline(gone)
        self._outside.wake()

    def pause(self, pipeline_id: str, component: str) -> None:
        """Let a component's instances that have not begun wait."""
        live, now = self._live[pipeline_id], self._outside.clock.now()
        self.change(pipeline_id, pipeline.Paused(component))
        if live.pipeline.active is not None:
            self.follow(live, consequences.paused(live, component, _of(live, component), now))

    def resume(self, pipeline_id: str, component: str) -> None:
        """Let a component's instances go on."""
        live, now = self._live[pipeline_id], self._outside.clock.now()
        self.change(pipeline_id, pipeline.Resumed(component))
        if live.pipeline.active is not None:
            self.follow(live, consequences.resumed(live, component, _of(live, component), now))

    def cancel(self, pipeline_id: str, names: Iterable[str]) -> None:
        """End instances."""
        live = self._live[pipeline_id]
        event = events.Canceled(self._outside.clock.now())
        self._happen(live, [Reported(name, event) for name in names])

    def finish(self, pipeline_id: str, names: Iterable[str]) -> None:
        """Say that instances are done."""
        live = self._live[pipeline_id]
        event = events.MarkedFinished(self._outside.clock.now())
        self._happen(live, [Reported(name, event) for name in names])

    def rerun(self, pipeline_id: str, names: Iterable[str]) -> None:
        """Run instances again, and what AWS runs again with them."""
        live, now = self._live[pipeline_id], self._outside.clock.now()
        self.follow(live, consequences.rerun(live, names, now))

    # -- what task runners do (`tasks.Service`) ------------------------------------------------

    def objects(self, owner: str, attempt: str) -> Mapping[str, PipelineObject] | None:
        """Give what a task runner is handed; None when the pipeline is gone."""
        live, name = self._live.get(owner), attempt.removeprefix(owner)
        return None if live is None else self._handing.objects(live, name)[0]

    def taken(self, owner: str, attempt: str, runner: Runner) -> None:
        """A runner has an attempt."""
        name = attempt.removeprefix(owner)
        told = events.Taken(
            self._outside.clock.now(),
            attempt=name,
            hostname=runner.hostname,
            document=runner.document,
            signature=runner.signature,
        )
        self._apply(owner, Reported(_instance_of(name), told))

    def begun(self, owner: str, attempt: str) -> None:
        """A runner has reported for the first time: an attempt counts from its taking."""

    def lost(self, owner: str, attempt: str) -> None:
        """Not to be: attempts of pipelines are offered again."""

    def ended(self, owner: str, attempt: str, result: Result, failure: Failure) -> None:
        """A runner has set an attempt's status."""
        name, now = attempt.removeprefix(owner), self._outside.clock.now()
        told: events.Event
        match result:
            case "FINISHED":
                told = events.Succeeded(now, attempt=name)
            case "FAILED":
                told = events.Failed(now, attempt=name, failure=failure)
            case "FALSE":
                told = events.NotMet(now, attempt=name)
        live = self._live.get(owner)
        if live is not None:
            self._outside.tasks.over(live.place, attempt)
            self._happen(live, [Reported(_instance_of(name), told)])

    # -- following -----------------------------------------------------------------------------

    def _apply(self, pipeline_id: str, report: Reported) -> None:
        live = self._live.get(pipeline_id)
        if live is not None:
            self._happen(live, [report])

    def _happen(self, live: Live, reports: Iterable[Reported]) -> None:
        self.follow(live, consequences.happened(live, reports))

    def _end(self, live: Live, names: set[str], cause: str) -> None:
        event = events.Canceled(self._outside.clock.now(), cause)
        self._happen(live, [Reported(name, event) for name in consumers_first(live, names)])

    def follow(self, live: Live, found: consequences.Consequences) -> None:
        """Keep what has come of events, and do what is left to do."""
        for instance in found.instances.values():
            self._keep(live, instance)
            self._outside.journal.instance(live.pipeline.id, instance)
        live.turnstiles.update(found.turnstiles)
        self._carrying.carry_out(live, found.commands)
        self._review(live)
        self._outside.wake()

    def _keep(self, live: Live, instance: Instance) -> None:
        self._watched(live, live.instances.get(instance.id), instance)
        live.keep(instance)

    def _watched(self, live: Live, was: Instance | None, now: Instance | None) -> None:
        for watcher in self._outside.watchers:
            watcher(live.place, was, now)

    def _review(self, live: Live) -> None:
        """See whether a pipeline is done, or no longer is.

        One in which something ended badly stays SCHEDULED, so that it can be rerun (ours: SetStatus
        refuses what is FINISHED, and AWS calls SCHEDULED also what has done its work).
        """
        state, now = live.pipeline.state, self._outside.clock.now()
        if live.open and state is PipelineState.FINISHED:
            self.change(live.pipeline.id, pipeline.Reopened(now))
        ending = state is PipelineState.DEACTIVATING
        done = live.planning and live.next_run is None
        if not live.open and (ending or (done and not live.failed())):
            self.change(live.pipeline.id, pipeline.Settled(now))


def _of(live: Live, component: str) -> list[str]:
    return [name for name in live.open if live.instances[name].component == component]


def _instance_of(attempt: str) -> str:
    return attempt.rpartition("_Attempt=")[0]

"""One pipeline as it stands: instances that live, or are not on disk; the others are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from batchyard.batch.ids import Place
from batchyard.pipelines import periods
from batchyard.pipelines.health import after
from batchyard.pipelines.inheritance import resolved
from batchyard.pipelines.pipeline import PipelineState
from batchyard.pipelines.states import BAD
from batchyard.pipelines.turnstiles import Turnstile
from batchyard.store.asking import InstanceQuery

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from batchyard.engine.clock import Handle
    from batchyard.pipelines.blueprint import Blueprint
    from batchyard.pipelines.health import Health
    from batchyard.pipelines.instances import Instance
    from batchyard.pipelines.model import Definition, PipelineObject
    from batchyard.pipelines.pipeline import Pipeline
    from batchyard.pipelines.rules import Policy
    from batchyard.pipelines.states import Status
    from batchyard.store.seam import Store


class Live:
    """A pipeline, and the view of it that decisions are made by (`consequences.View`).

    Args:
        pipeline: the pipeline.
        store: where its other instances are.
        policy: what holds where its definition says nothing.

    Attributes:
        instances: those that live, or are not on disk as they stand.
        turnstiles: its components' turnstiles, as far as anybody has asked.
        open: the names of the instances that have not ended.
        wakes: what is to wake an instance, by its name.
        next_run: when instances are planned next, epoch milliseconds.
        timer: what plans them.
    """

    def __init__(self, pipeline: Pipeline, store: Store, policy: Policy) -> None:
        """Begin without instances."""
        self.pipeline = pipeline
        self.instances: dict[str, Instance] = {}
        self.turnstiles: dict[str, Turnstile] = {}
        self.open: set[str] = set()
        self.wakes: dict[str, list[Handle]] = {}
        self.next_run: int | None = None
        self.timer: Handle | None = None
        self._store = store
        self._policy = policy
        self._blueprint: tuple[Definition, int | None, Blueprint] | None = None
        self._components: tuple[Definition, Mapping[str, PipelineObject]] | None = None
        self._health: dict[str, Health] | None = None

    @property
    def place(self) -> Place:
        """Whose it is, and where."""
        return Place(self.pipeline.account, self.pipeline.region)

    @property
    def definition(self) -> Definition | None:
        """What its instances are made from; before an activation, what was put last."""
        return self.pipeline.active or self.pipeline.latest

    @property
    def planning(self) -> bool:
        """Whether instances are made."""
        return self.pipeline.state is PipelineState.SCHEDULED

    def blueprint(self) -> Blueprint:
        """Give what instances are made from; only of a pipeline that was activated."""
        from batchyard.pipelines.blueprint import blueprint

        pipeline = self.pipeline
        active, begun = pipeline.active, pipeline.run_at or pipeline.first_activated_at
        assert active is not None and begun is not None  # noqa: S101, PT018 - the caller knows
        kept = self._blueprint
        if kept is None or kept[0] is not active or kept[1] != begun:
            moment = periods.at(begun - begun % 1000)
            self._blueprint = kept = (active, begun, blueprint(active, moment, self._policy))
        return kept[2]

    def components(self) -> Mapping[str, PipelineObject]:
        """Give its objects with what they inherit."""
        definition = self.definition
        if definition is None:
            return {}
        if self._components is None or self._components[0] is not definition:
            self._components = definition, resolved(definition.pipeline_objects)
        return self._components[1]

    def instance(self, name: str) -> Instance | None:
        """Find an instance, live or ended."""
        return self.instances.get(name) or self._store.instance(self.pipeline.id, name)

    def turnstile(self, component: str) -> Turnstile:
        """Give a component's turnstile."""
        known = self.turnstiles.get(component)
        if known is not None:
            return known
        return Turnstile(self._limit(component), paused=component in self.pipeline.paused)

    def limits(self) -> dict[str, int]:
        """Tell how many may be active at once by the definition, where anybody has asked."""
        return {component: self._limit(component) for component in self.turnstiles}

    def _limit(self, component: str) -> int:
        found = self.blueprint().components.get(component)
        return self._policy.max_active if found is None else found.rules.max_active

    def all_of(self, component: str | None = None, *statuses: Status) -> Iterator[Instance]:
        """Give the instances of a component or of all, whether they are on disk or not."""
        query = InstanceQuery(
            pipeline=self.pipeline.id, component=component, statuses=frozenset(statuses) or None
        )
        seen = set()
        while True:
            page = self._store.instances(query)
            for stored in page.instances:
                seen.add(stored.id)
                current = self.instances.get(stored.id, stored)
                if not statuses or current.status in statuses:
                    yield current
            if page.next is None:
                break
            query = replace(query, after=page.next)
        for name, instance in list(self.instances.items()):
            wanted = component in {None, instance.component}
            if name not in seen and wanted and (not statuses or instance.status in statuses):
                yield instance

    def health(self) -> Mapping[str, Health]:
        """Tell the health of components; the first time, all their instances are looked at."""
        if self._health is None:
            self._health = {}
            for instance in self.all_of():
                self._judge(self._health, instance)
        return self._health

    @staticmethod
    def _judge(known: dict[str, Health], instance: Instance) -> None:
        found = after(known.get(instance.component), instance)
        if found is not None:
            known[instance.component] = found

    def failed(self) -> bool:
        """Tell whether an instance ended badly; of a pipeline on demand, one of its last run."""
        since = self.pipeline.run_at or 0
        return any(instance.start >= since for instance in self.all_of(None, *sorted(BAD)))

    def keep(self, instance: Instance) -> None:
        """Note how an instance stands; what would wake one that has ended is let go of."""
        self.instances[instance.id] = instance
        if instance.ended:
            if self._health is not None:
                self._judge(self._health, instance)
            self.open.discard(instance.id)
            for handle in self.wakes.pop(instance.id, ()):
                handle.cancel()
        else:
            self.open.add(instance.id)

    def saved(self, instance: Instance) -> None:
        """Let go of an ended instance that is on disk as it stands: from there it is read."""
        if instance.ended and self.instances.get(instance.id) is instance:
            del self.instances[instance.id]

    def sleep(self) -> None:
        """Let no timer of it fire any more."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        for handles in self.wakes.values():
            for handle in handles:
                handle.cancel()
        self.wakes.clear()


def consumers_first(live: Live, names: Iterator[str] | set[str]) -> list[str]:
    """Order instances so that each comes after those that need it, or run on it.

    What is ended in this order does not fail in cascade.
    """
    wanted, found = set(names), dict[str, None]()

    def visit(name: str) -> None:
        ahead = [(name, False)]
        while ahead:
            current, done = ahead.pop()
            if done:
                found.setdefault(current)
            elif current in wanted:
                wanted.discard(current)
                ahead.append((current, True))
                instance = live.instance(current)
                others = () if instance is None else (*instance.consumers, *instance.users)
                ahead += [(other, False) for other in others]

    for name in sorted(wanted):
        visit(name)
    return list(found)

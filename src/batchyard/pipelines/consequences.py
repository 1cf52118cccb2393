"""What happens to a whole pipeline when something happens to one instance.

An event is put through the instance's step function, what follows is carried out within the
pipeline (instances that hear of each other, components that let instances pass), and returns what
has changed and what is left to do outside. It reads through a view and changes nothing itself.

Source: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-manage-cascade-failandrerun.html
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple, Protocol

from batchyard.pipelines import events, lifecycle, turnstiles
from batchyard.pipelines.commands import Ask, Command, Leave, Tell
from batchyard.pipelines.events import Event
from batchyard.pipelines.instances import Instance
from batchyard.pipelines.states import BAD, ENDED, Status
from batchyard.pipelines.turnstiles import Turnstile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet


class View(Protocol):
    """A pipeline as it stands."""

    def instance(self, name: str) -> Instance | None:
        """Give an instance; None when it does not exist (yet)."""

    def turnstile(self, component: str) -> Turnstile:
        """Give a component's turnstile."""


class Moved(NamedTuple):
    """One step of an instance: a line of its story."""

    id: str
    event: Event
    was: Status
    now: Status


class Consequences(NamedTuple):
    """What has come of events: to be kept together, and then to be done.

    Attributes:
        instances: the instances that changed, by id.
        turnstiles: the turnstiles that changed, by component.
        commands: what is left to do, each with the instance it is for.
        moves: every step that was taken, in order.
    """

    instances: dict[str, Instance]
    turnstiles: dict[str, Turnstile]
    commands: tuple[tuple[str, Command], ...]
    moves: tuple[Moved, ...]


def happened(view: View, reported: Iterable[events.Reported]) -> Consequences:
    """Let events happen.

    Args:
        view: the pipeline before.
        reported: the events, each with its instance, in order.
    """
    following = _Following(view)
    for report in reported:
        following.happen(report.id, report.event)
    return following.found()


def planned(view: View, instances: Sequence[Instance], at: int) -> Consequences:
    """Bring planned instances to life.

    Args:
        view: the pipeline before.
        instances: the instances, as `batchyard.pipelines.planning` made them.
        at: when, epoch milliseconds.
    """
    following = _Following(view)
    for instance in instances:
        following.keep(instance)
    for instance in instances:
        if instance.status is not Status.SKIPPED:
            waits, missed = following.needs(instance, frozenset())
            following.happen(instance.id, events.Planned(at, waits_for=waits, missed=missed))
    return following.found()


def rerun(view: View, names: Iterable[str], at: int, cause: str = "") -> Consequences:
    """Run instances again, and all that AWS runs again with them (`with_reruns`).

    Args:
        view: the pipeline before.
        names: the instances; what is not over, or does not exist, is left alone.
        at: when, epoch milliseconds.
        cause: a sentence for people.
    """
    following = _Following(view)
    again = dict.fromkeys(name for target in names for name in with_reruns(view, target))
    for name in again:
        instance = following.find(name)
        if instance is not None:
            following.rejoin(instance, at)
    left = set(again)
    for name in sorted(again, key=following.is_no_resource):
        left.remove(name)
        instance = following.find(name)
        if instance is not None and instance.ended:
            waits, missed = following.needs(instance, left)
            following.happen(name, events.Rerun(at, cause, waits_for=waits, missed=missed))
    return following.found()


def with_reruns(view: View, target: str) -> list[str]:
    """Name an instance and everything that is rerun with it; nothing when it is not over.

    Its preconditions that ended badly and its resource, if that is over, are rerun too. With
    failureAndRerunMode cascade, so are its consumers that are CASCADE_FAILED, and theirs in turn,
    unless one of its own needs ended badly; of a resource, all that run on it and are over.
    """
    instance = view.instance(target)
    if instance is None or not instance.ended:
        return []
    own = [need for need in instance.needs if need not in instance.preconditions]
    blocked = any(_is(view, need, BAD) for need in own)
    found: dict[str, None] = {}
    ahead = deque([instance])
    while ahead:
        current = ahead.popleft()
        found[current.id] = None
        found |= dict.fromkeys(other.id for other in _beside(view, current))
        followers = [] if blocked else _followers(view, current, direct=current is instance)
        ahead += [i for i in map(view.instance, followers) if i is not None and i.id not in found]
    return list(found)


def _beside(view: View, instance: Instance) -> list[Instance]:
    """List an instance's preconditions that ended badly, and resources that are over."""
    checked = [i for i in map(view.instance, instance.preconditions) if i is not None]
    bad = [precondition for precondition in checked if precondition.status in BAD]
    on = dict.fromkeys(i.resource for i in (instance, *bad) if i.resource is not None)
    resources = [i for i in map(view.instance, on) if i is not None]
    return [*bad, *(resource for resource in resources if resource.ended)]


def _followers(view: View, instance: Instance, *, direct: bool) -> list[str]:
    """Name those that a rerun is handed on to."""
    users = instance.users if direct else ()
    consumers = instance.consumers if instance.rules.cascade else ()
    ended = [name for name in users if _is(view, name, ENDED)]
    return [*ended, *(name for name in consumers if _is(view, name, _CASCADED))]


_CASCADED = frozenset({Status.CASCADE_FAILED})


def _is(view: View, name: str, statuses: frozenset[Status]) -> bool:
    instance = view.instance(name)
    return instance is not None and instance.status in statuses


class _Following:
    """A view with what has changed laid over it."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._instances: dict[str, Instance] = {}
        self._turnstiles: dict[str, Turnstile] = {}
        self._commands: list[tuple[str, Command]] = []
        self._moves: list[Moved] = []

    def found(self) -> Consequences:
        return Consequences(
            self._instances, self._turnstiles, tuple(self._commands), tuple(self._moves)
        )

    def find(self, name: str) -> Instance | None:
        return self._instances.get(name) or self._view.instance(name)

    def keep(self, instance: Instance) -> None:
        self._instances[instance.id] = instance

    def needs(
        self, instance: Instance, again: AbstractSet[str]
    ) -> tuple[frozenset[str], str | None]:
        """Tell which needs are open, and name one that ended badly and is not run again.

        Of a resource its users count: it lasts until the last of them has ended.
        """
        if instance.kind == "resource":
            return frozenset(self._users(instance, again)), None
        waits, missed = [], None
        for name in instance.needs:
            need = self.find(name)
            if need is None or name in again or need.status not in _DONE:
                waits.append(name)
            if need is not None and need.status in BAD and name not in again:
                missed = missed or name
        return frozenset(waits), missed

    def _users(self, resource: Instance, again: AbstractSet[str]) -> Iterator[str]:
        """Name those that a resource is needed by: users not over, and whoever is rerun on it."""
        for name in dict.fromkeys((*resource.users, *again)):
            user = self.find(name)
            mine = user is None or user.resource == resource.id
            if mine and (user is None or not user.ended or name in again):
                yield name

    def is_no_resource(self, name: str) -> bool:
        """Sort resources first: what is rerun on one must find it waiting, not ended."""
        instance = self.find(name)
        return instance is None or instance.kind != "resource"

    def rejoin(self, instance: Instance, at: int) -> None:
        """Keep the resource of an instance that is about to be rerun."""
        if instance.resource is not None:
            self.happen(instance.resource, events.Joined(at, user=instance.id))

    def happen(self, name: str, event: Event) -> None:
        """Let an event happen, and all that follows from it."""
        ahead: deque[tuple[str, Event]] = deque([(name, event)])
        while ahead:
            to, following = ahead.popleft()
            instance = self.find(to)
            if instance is None:
                continue
            now, done = lifecycle.step(instance, following)
            if now is not instance:
                self._instances[to] = now
                self._moves.append(Moved(to, following, instance.status, now.status))
            for command in done:
                ahead += self._carry_out(now, command, following.at)

    def _carry_out(self, instance: Instance, command: Command, at: int) -> list[tuple[str, Event]]:
        if isinstance(command, Tell):
            return [(name, command.event) for name in command.to]
        if isinstance(command, Ask):
            passed = turnstiles.asked(
                self._turnstile(command.component), instance.start, command.id
            )
            return self._passed(command.component, passed, at)
        if isinstance(command, Leave):
            passed = turnstiles.left(self._turnstile(command.component), instance.start, command.id)
            return self._passed(command.component, passed, at)
        self._commands.append((instance.id, command))
        return []

    def _turnstile(self, component: str) -> Turnstile:
        return self._turnstiles.get(component) or self._view.turnstile(component)

    def _passed(
        self, component: str, passed: turnstiles.Passed, at: int
    ) -> list[tuple[str, Event]]:
        turnstile, names = passed
        if turnstile is not self._turnstile(component):
            self._turnstiles[component] = turnstile
        return [(name, events.Admitted(at)) for name in names]

    def pause(self, component: str, names: Iterable[str], at: int) -> None:
        """Let nobody of a component pass, and hold those that wait."""
        self._passed(component, turnstiles.paused(self._turnstile(component)), at)
        for name in names:
            self.happen(name, events.Paused(at))

    def limit(self, component: str, limit: int, at: int) -> None:
        """Let so many of a component be active at once."""
        passed = turnstiles.limited(self._turnstile(component), limit)
        for name, event in self._passed(component, passed, at):
            self.happen(name, event)

    def resume(self, component: str, names: Iterable[str], at: int) -> None:
        """Let a component's instances go on."""
        for name, event in self._passed(
            component, turnstiles.resumed(self._turnstile(component)), at
        ):
            self.happen(name, event)
        for name in names:
            self.happen(name, events.Resumed(at))


_DONE = frozenset({Status.FINISHED, Status.SKIPPED})
"""What meets a need; that a skipped interval does is inferred."""


def paused(view: View, component: str, names: Iterable[str], at: int) -> Consequences:
    """Pause a component: its instances that have not begun wait; those that run go on.

    Args:
        view: the pipeline before.
        component: the component.
        names: its instances.
        at: when, epoch milliseconds.
    """
    following = _Following(view)
    following.pause(component, names, at)
    return following.found()


def limited(view: View, limits: Mapping[str, int], at: int) -> Consequences:
    """Let other numbers of instances be active at once; those that are stay so.

    Args:
        view: the pipeline before.
        limits: how many, by component.
        at: when, epoch milliseconds.
    """
    following = _Following(view)
    for component, limit in limits.items():
        following.limit(component, limit, at)
    return following.found()


def resumed(view: View, component: str, names: Iterable[str], at: int) -> Consequences:
    """Undo `paused`."""
    following = _Following(view)
    following.resume(component, names, at)
    return following.found()

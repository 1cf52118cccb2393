"""How many instances of a component are active at once, and whether any may become so.

A turnstile lets the earliest instance pass first. Reruns do not come by here: AWS does not count
them.

Source: maxActiveInstances in
https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-object-shellcommandactivity.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from batchyard.pipelines.model import Value
from batchyard.pipelines.waiting import Waiting
from batchyard.pipelines.waiting import waiting as in_order

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batchyard.pipelines.instances import Instance


class Turnstile(Value, frozen=True):
    """A component's turnstile.

    Attributes:
        limit: how many may be active at once.
        active: those that are.
        waiting: those that asked, the earliest interval first.
        paused: whether nobody may pass.
    """

    limit: int
    active: frozenset[str] = frozenset()
    waiting: Waiting = Waiting()
    paused: bool = False


Passed = tuple[Turnstile, tuple[str, ...]]
"""A turnstile, and those that it lets pass now."""


def rebuilt(limit: int, instances: Iterable[Instance], *, paused: bool) -> Turnstile:
    """Make a component's turnstile anew from its instances.

    Args:
        limit: how many may be active at once.
        instances: those of the component that have not ended, at least.
        paused: whether nobody may pass.
    """
    live = [instance for instance in instances if instance.asked and not instance.ended]
    return Turnstile(
        limit,
        frozenset(instance.id for instance in live if instance.admitted and not instance.again),
        in_order((i.start, i.id) for i in live if not i.admitted),
        paused,
    )


def asked(turnstile: Turnstile, start: int, name: str) -> Passed:
    """An instance wants to pass."""
    waiting = turnstile.waiting.joined((start, name))
    if name in turnstile.active or waiting is turnstile.waiting:
        return turnstile, ()
    return _open(replace(turnstile, waiting=waiting))


def left(turnstile: Turnstile, start: int, name: str) -> Passed:
    """An instance is no longer active, or no longer wants to be."""
    if name in turnstile.active:
        return _open(replace(turnstile, active=turnstile.active - {name}))
    waiting = turnstile.waiting.without((start, name))
    return (turnstile if waiting is turnstile.waiting else replace(turnstile, waiting=waiting)), ()


def limited(turnstile: Turnstile, limit: int) -> Passed:
    """Others may be active at once from now on; whoever is stays so."""
    return _open(replace(turnstile, limit=limit)) if limit != turnstile.limit else (turnstile, ())


def paused(turnstile: Turnstile) -> Passed:
    """Nobody may pass from now on."""
    return replace(turnstile, paused=True), ()


def resumed(turnstile: Turnstile) -> Passed:
    """Whoever waits may pass again."""
    return _open(replace(turnstile, paused=False))


def _open(turnstile: Turnstile) -> Passed:
    """Let as many pass as there is room for."""
    room = 0 if turnstile.paused else max(0, turnstile.limit - len(turnstile.active))
    first, others = turnstile.waiting.parted(room)
    if not first:
        return turnstile, ()
    passing = tuple(name for _, name in first)
    return replace(turnstile, active=turnstile.active.union(passing), waiting=others), passing

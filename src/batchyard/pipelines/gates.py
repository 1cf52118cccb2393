"""How many instances of a component are active at once, and whether any may become so.

A gate lets the earliest instance pass first. Reruns do not come by here: AWS does not count them.

Source: maxActiveInstances in
https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-object-shellcommandactivity.html
"""

from __future__ import annotations

from bisect import insort

from msgspec.structs import replace

from batchyard.pipelines.model import Value


class Gate(Value, frozen=True):
    """A component's gate.

    Attributes:
        limit: how many may be active at once.
        active: those that are.
        waiting: those that asked, as (beginning of the interval, id), in order.
        paused: whether nobody may pass.
    """

    limit: int
    active: frozenset[str] = frozenset()
    waiting: tuple[tuple[int, str], ...] = ()
    paused: bool = False


Passed = tuple[Gate, tuple[str, ...]]
"""A gate, and those that it lets pass now."""


def asked(gate: Gate, start: int, name: str) -> Passed:
    """An instance wants to pass."""
    if name in gate.active or (start, name) in gate.waiting:
        return gate, ()
    waiting = list(gate.waiting)
    insort(waiting, (start, name))
    return _open(replace(gate, waiting=tuple(waiting)))


def left(gate: Gate, start: int, name: str) -> Passed:
    """An instance is no longer active, or no longer wants to be."""
    if name in gate.active:
        return _open(replace(gate, active=gate.active - {name}))
    if (start, name) not in gate.waiting:
        return gate, ()
    return _open(replace(gate, waiting=tuple(w for w in gate.waiting if w[1] != name)))


def paused(gate: Gate) -> Passed:
    """Nobody may pass from now on."""
    return replace(gate, paused=True), ()


def resumed(gate: Gate) -> Passed:
    """Whoever waits may pass again."""
    return _open(replace(gate, paused=False))


def _open(gate: Gate) -> Passed:
    """Let as many pass as there is room for."""
    room = 0 if gate.paused else max(0, gate.limit - len(gate.active))
    passing = tuple(name for _, name in gate.waiting[:room])
    if not passing:
        return gate, ()
    active = gate.active | frozenset(passing)
    return replace(gate, active=active, waiting=gate.waiting[room:]), passing

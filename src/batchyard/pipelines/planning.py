"""Planning: the instances of all components, interval by interval.

A component needs the instances of another whose intervals share time with its own: the same one
where both have one schedule, several where the other's is quicker. It runs on the resource in whose
interval its own begins. Ids follow from components and times, so that instances know their needs
and consumers before these exist.

Everything is planned at its interval's beginning, also what runs at the end (AWS plans the latter
later, "slightly ahead of schedule"); a past interval is planned at once: that is a backfill.

Source: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-concepts-schedules.html
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from batchyard.pipelines import periods
from batchyard.pipelines.instances import Instance, instance_id
from batchyard.pipelines.schedules import Interval, due
from batchyard.pipelines.states import Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchyard.pipelines.blueprint import Blueprint, Component

PRECONDITION: Final = "precondition"
"""The kind of components that have no schedule of their own: they are checked for others."""


def plan(
    blueprint: Blueprint, since: datetime, until: datetime, resumed: datetime | None = None
) -> list[Instance]:
    """Plan the instances of a window.

    Args:
        blueprint: the components and schedules.
        since: the window's beginning: intervals that begin before it were planned already.
        until: its end: intervals that begin then or later are not planned yet.
        resumed: the startTimestamp of an activation: intervals before it are SKIPPED.

    Returns:
        The instances, by the beginning of their intervals; those of one beginning as defined.
    """
    found: list[tuple[datetime, int, list[Instance]]] = []
    for order, component in enumerate(blueprint.components.values()):
        if component.kind == PRECONDITION:
            continue
        schedule = blueprint.schedules[component.schedule]
        for interval in schedule.starting(since, until, component.style):
            skipped = resumed is not None and interval.start < resumed
            made = list(_instances(blueprint, component, interval, skipped=skipped))
            found.append((interval.start, order, made))
    found.sort(key=lambda item: item[:2])
    return [instance for _, _, made in found for instance in made]


def next_start(blueprint: Blueprint, after: datetime) -> datetime | None:
    """Tell when the next interval of any component begins.

    Args:
        blueprint: the components and schedules.
        after: that moment or later.

    Returns:
        The moment; None when no more intervals are to come.
    """
    pairs = {(c.schedule, c.style) for c in blueprint.components.values() if c.kind != PRECONDITION}
    starts = (
        next(blueprint.schedules[name].starting(after, periods.LATEST, style), None)
        for name, style in sorted(pairs)
    )
    return min((interval.start for interval in starts if interval is not None), default=None)


def _instances(
    blueprint: Blueprint, component: Component, interval: Interval, *, skipped: bool
) -> Iterator[Instance]:
    """Make a component's instance for an interval, after those of its preconditions."""
    stamp = periods.shown(interval.start)
    name = instance_id(component.id, stamp)
    checked = tuple(instance_id(p, stamp, component.id) for p in component.preconditions)
    style = "cron" if component.kind == "resource" else component.style
    start, end = periods.millis(interval.start), periods.millis(interval.end)
    moment = periods.millis(due(interval, style))
    status = Status.SKIPPED if skipped else Status.WAITING_ON_DEPENDENCIES
    host = _host(blueprint, component)
    on = _resource(blueprint, component, host, interval, stamp)
    for precondition, given in zip(component.preconditions, checked, strict=True):
        part = blueprint.components[precondition]
        group = part.rules.worker_group or host.rules.worker_group
        yield Instance(
            given,
            part.id,
            part.kind,
            start,
            end,
            moment,
            replace(part.rules, worker_group=group),
            consumers=(name,),
            node=name,
            resource=None if part.rules.system_managed else on,
            status=status,
        )
    needs = _others(blueprint, component, component.needs, interval, stamp)
    yield Instance(
        name,
        component.id,
        component.kind,
        start,
        end,
        moment,
        component.rules,
        needs=(*checked, *needs),
        preconditions=checked,
        resource=on if host is component else None,
        consumers=_others(blueprint, component, component.consumers, interval, stamp),
        users=_users(blueprint, component, interval, stamp),
        status=status,
    )


def _others(
    blueprint: Blueprint,
    component: Component,
    names: tuple[str, ...],
    interval: Interval,
    stamp: str,
) -> tuple[str, ...]:
    """Name the instances of other components whose intervals share time with this one."""
    found: list[str] = []
    for name in names:
        other = blueprint.components[name]
        if other.schedule == component.schedule:
            found.append(instance_id(name, stamp))
            continue
        schedule = blueprint.schedules[other.schedule]
        shared = schedule.overlapping(interval, other.style)
        found += [instance_id(name, periods.shown(part.start)) for part in shared]
    return tuple(found)


def _host(blueprint: Blueprint, component: Component) -> Component:
    """Tell whose runner checks its preconditions: of a data node, an activity's that has it."""
    if component.kind != "node":
        return component
    others = [blueprint.components[n] for n in (*component.consumers, *component.needs)]
    return next((other for other in others if other.kind == "activity"), component)


def _resource(
    blueprint: Blueprint, component: Component, host: Component, interval: Interval, stamp: str
) -> str | None:
    """Name the instance of the host's resource in whose interval this one begins."""
    if host.resource is None:
        return None
    other = blueprint.components[host.resource]
    if other.schedule == component.schedule:
        return instance_id(other.id, stamp)
    schedule = blueprint.schedules[other.schedule]
    found = schedule.interval(schedule.number(interval.start), other.style)
    return None if found is None else instance_id(other.id, periods.shown(found.start))


def _users(
    blueprint: Blueprint, component: Component, interval: Interval, stamp: str
) -> tuple[str, ...]:
    """Name the instances that run on this one, for they begin in its interval."""
    found: list[str] = []
    for name in component.users:
        other = blueprint.components[name]
        if other.schedule == component.schedule:
            found.append(instance_id(name, stamp))
            continue
        schedule = blueprint.schedules[other.schedule]
        begun = schedule.starting(interval.start, interval.end, other.style)
        found += [instance_id(name, periods.shown(part.start)) for part in begun]
    return tuple(found)

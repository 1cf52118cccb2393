"""How an instance begins: what it waits for, in which order, and the attempt at the end.

Its time, its needs, a place among the active instances of its component, its resource: each is
asked for when everything before it is there.

Sources: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-concepts-schedules.html
and, beside it, dp-how-tasks-scheduled.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from batchyard.pipelines import commands, events
from batchyard.pipelines.endings import end
from batchyard.pipelines.instances import Attempt, attempt_id
from batchyard.pipelines.states import Status

if TYPE_CHECKING:
    from batchyard.pipelines.commands import Command
    from batchyard.pipelines.endings import Step
    from batchyard.pipelines.instances import Instance


def advance(instance: Instance, at: int) -> Step:
    """Take the next step towards running, if there is one to take.

    Args:
        instance: the instance.
        at: when, epoch milliseconds.
    """
    if instance.status is not Status.WAITING_ON_DEPENDENCIES or not instance.arrived:
        return instance, ()
    if instance.retry_at is not None:
        return instance, ()
    if instance.kind == "resource":
        return _begin(instance, at) if instance.wanted_by else (instance, ())
    if instance.waits_for:
        return instance, ()
    if instance.kind == "node":
        return end(instance, at, Status.FINISHED)
    return _ask(instance, at)


def _ask(instance: Instance, at: int) -> Step:
    """Ask for a place among the active, then for the resource, then begin."""
    if instance.kind == "activity" and not instance.admitted:
        asked = (commands.Ask(instance.component, instance.id),)
        return (instance, ()) if instance.asked else (replace(instance, asked=True), asked)
    if instance.resource is not None and not instance.hosted:
        wanted = (commands.Tell((instance.resource,), events.Wanted(at, by=instance.id)),)
        return (instance, ()) if instance.wants else (replace(instance, wants=True), wanted)
    return _begin(instance, at)


def _begin(instance: Instance, at: int) -> Step:
    """Begin an attempt."""
    name = attempt_id(instance.id, len(instance.attempts) + 1)
    service = instance.kind == "resource"
    status = Status.ACTIVATING if service else Status.WAITING_FOR_RUNNER
    begun = replace(
        instance,
        status=status,
        tries=instance.tries + 1,
        attempts=(*instance.attempts, Attempt(name, at, status=status)),
    )
    if instance.kind != "precondition":
        return begun, (work(begun, name),)
    since = at if instance.checked_since is None else instance.checked_since
    checked = replace(begun, checked_since=since)
    limit = instance.rules.precondition_timeout
    if limit is None or instance.checked_since is not None:
        return checked, (work(begun, name),)
    return checked, (work(begun, name), commands.Wake(events.Expired(since + limit)))


def work(instance: Instance, attempt: str) -> Command:
    """Say what is to be done for an attempt that is under way."""
    if instance.kind == "resource":
        return commands.Provide(attempt)
    if instance.by == "service":
        return commands.Check(attempt)
    return commands.Offer(attempt, instance.resource or instance.rules.worker_group or "")

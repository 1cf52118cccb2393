"""How an instance moves: every change of an instance's state is made here, by a table (`moves`).

``step(instance, event) -> (instance, commands)`` is total: an event that is late, repeated or meant
for another attempt changes nothing and commands nothing.

Sources: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-manage-cascade-failandrerun.html
and, beside it, dp-interpret-status.html, dp-how-tasks-scheduled.html and dp-object-terminate.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from batchyard.pipelines import commands, endings, events
from batchyard.pipelines.beginnings import advance
from batchyard.pipelines.endings import close, end
from batchyard.pipelines.instances import Failure, Instance
from batchyard.pipelines.moves import TRANSITIONS
from batchyard.pipelines.states import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchyard.pipelines.commands import Command
    from batchyard.pipelines.events import Event

    Step = tuple[Instance, tuple[Command, ...]]


def step(instance: Instance, event: Event) -> Step:
    """Apply an event to an instance.

    Args:
        instance: the instance as it stands.
        event: what happened.

    Returns:
        The instance as it stands now, and what is to be done about it.
    """
    name = type(event).__name__
    if (instance.status, name) not in TRANSITIONS or not _concerns(instance, event):
        return instance, ()
    moved, done = _RULES[name](instance, event)
    return (instance, ()) if moved == instance else (moved, tuple(done))


def _concerns(instance: Instance, event: Event) -> bool:
    """Tell whether an event that names an attempt names the one that is not over."""
    named = getattr(event, "attempt", None)
    if named is None:
        return True
    return instance.attempt is not None and instance.attempt.id == named


def _planned(instance: Instance, event: events.Planned) -> Step:
    if instance.planned:
        return instance, ()
    waiting = replace(instance, planned=True, waits_for=event.waits_for)
    wakes: list[Command] = []
    if event.at < instance.due:
        wakes.append(commands.Wake(events.Arrived(instance.due)))
    else:
        waiting = replace(waiting, arrived=True, arrived_at=event.at)
    if instance.rules.late_after is not None:
        late = instance.due + instance.rules.late_after
        wakes.append(commands.Wake(events.GrewLate(max(late, event.at))))
    moved, done = _wait(waiting, event.at, event.missed)
    return moved, (*wakes, *done)


def _wait(instance: Instance, at: int, missed: str | None) -> Step:
    """Begin to wait, unless a need has ended badly, or nobody is left to use the resource."""
    if instance.kind == "resource" and not instance.waits_for:
        return end(instance, at, Status.FINISHED)
    if missed is not None and endings.cascades(instance, missed):
        return endings.cascade(instance, at, missed)
    return advance(instance, at)


def _arrived(instance: Instance, event: events.Arrived) -> Step:
    if instance.arrived or event.at < instance.due:
        return instance, ()
    return advance(replace(instance, arrived=True, arrived_at=event.at), event.at)


def _met(instance: Instance, event: events.Met) -> Step:
    if event.need not in instance.waits_for or instance.kind == "resource":
        return instance, ()
    left = instance.waits_for - {event.need}
    missed = None if instance.missed == event.need else instance.missed
    return advance(replace(instance, waits_for=left, missed=missed), event.at)


def _missed(instance: Instance, event: events.Missed) -> Step:
    if event.need not in instance.waits_for or not endings.cascades(instance, event.need):
        return instance, ()
    if instance.begun:  # what is under way goes on; it only cannot be tried again
        return replace(instance, missed=event.need), ()
    return endings.cascade(instance, event.at, event.need)


def _reopened(instance: Instance, event: events.Reopened) -> Step:
    if event.need not in instance.needs:
        return instance, ()
    missed = None if instance.missed == event.need else instance.missed
    return replace(instance, waits_for=instance.waits_for | {event.need}, missed=missed), ()


def _admitted(instance: Instance, event: events.Admitted) -> Step:
    if not instance.asked or instance.admitted:
        return instance, ()
    return advance(replace(instance, admitted=True), event.at)


def _wanted(instance: Instance, event: events.Wanted) -> Step:
    """Bring a resource up for whoever wants it; say so if it is there, or gone for good."""
    if instance.kind != "resource" or event.by in instance.wanted_by:
        return instance, ()
    wanted = replace(
        instance,
        wanted_by=(*instance.wanted_by, event.by),
        waits_for=instance.waits_for | {event.by},
    )
    if instance.status is Status.RUNNING:
        return wanted, (commands.Tell((event.by,), events.Hosted(event.at)),)
    if instance.ended:
        lost = events.HostLost(event.at, resource=instance.id)
        return wanted, (commands.Tell((event.by,), lost),)
    return advance(wanted, event.at)


def _hosted(instance: Instance, event: events.Hosted) -> Step:
    if not instance.wants or instance.hosted:
        return instance, ()
    return advance(replace(instance, hosted=True), event.at)


def _host_lost(instance: Instance, event: events.HostLost) -> Step:
    if event.resource != instance.resource:
        return instance, ()
    return end(instance, event.at, Status.CANCELED, f"The resource {event.resource} has ended.")


def _left(instance: Instance, event: events.Left) -> Step:
    """Let a resource go when the last of its users has ended."""
    if instance.kind != "resource":
        return instance, ()
    wanted = tuple(name for name in instance.wanted_by if name != event.user)
    left = replace(instance, waits_for=instance.waits_for - {event.user}, wanted_by=wanted)
    return (left, ()) if left.waits_for else end(left, event.at, Status.FINISHED)


def _joined(instance: Instance, event: events.Joined) -> Step:
    """Keep a resource for a user that is rerun."""
    if instance.kind != "resource":
        return instance, ()
    waits = instance.waits_for | {event.user}
    wanted = tuple(name for name in instance.wanted_by if name != event.user)
    return replace(instance, waits_for=waits, wanted_by=wanted), ()


def _taken(instance: Instance, event: events.Taken) -> Step:
    latest = instance.attempts[-1]
    taken = replace(
        latest,
        started_at=event.at,
        status=Status.RUNNING,
        hostname=event.hostname,
        document=event.document,
        signature=event.signature,
    )
    running = replace(instance, status=Status.RUNNING, attempts=(*instance.attempts[:-1], taken))
    done: list[Command] = []
    if instance.limit is not None:
        due = event.at + instance.limit
        done.append(commands.Wake(events.TimedOut(due, attempt=event.attempt)))
    if instance.kind == "resource":
        done.append(commands.Tell(instance.wanted_by, events.Hosted(event.at)))
    return running, tuple(done)


def _succeeded(instance: Instance, event: events.Succeeded) -> Step:
    if instance.kind == "resource":
        return instance, ()
    return end(close(instance, event.at, Status.FINISHED), event.at, Status.FINISHED)


def _failed(instance: Instance, event: events.Failed) -> Step:
    over = close(instance, event.at, Status.FAILED, event.failure)
    if instance.kind == "resource" and instance.status is Status.RUNNING:
        return end(over, event.at, Status.FAILED)
    return _again(over, event.at)


def _again(instance: Instance, at: int) -> Step:
    """Try again while retries are left, after the delay."""
    if instance.tries > instance.rules.maximum_retries:
        return end(instance, at, Status.FAILED)
    return _rest(instance, at)


def _rest(instance: Instance, at: int) -> Step:
    """Wait for the next attempt, unless a need was rerun meanwhile and has ended badly."""
    if instance.missed is not None:
        return endings.cascade(instance, at, instance.missed)
    moment = at + instance.rules.retry_delay
    status = Status.PAUSED if instance.paused else Status.WAITING_ON_DEPENDENCIES
    return replace(instance, status=status, retry_at=moment), (
        commands.Wake(events.RetryDue(moment)),
    )


def _not_met(instance: Instance, event: events.NotMet) -> Step:
    """Ask again later; of an activity, FALSE is a failure."""
    if instance.kind == "resource":
        return instance, ()
    closed = close(instance, event.at, Status.FAILED)
    limit, since = instance.rules.precondition_timeout, instance.checked_since
    if instance.kind != "precondition" or since is None:
        return _again(closed, event.at)
    if limit is not None and event.at >= since + limit:
        return end(closed, event.at, Status.FAILED)
    return _rest(closed, event.at)


def _timed_out(instance: Instance, event: events.TimedOut) -> Step:
    stop = commands.Stop(event.attempt)
    if instance.kind == "resource":
        moved, done = end(close(instance, event.at, Status.TIMEDOUT), event.at, Status.TIMEDOUT)
    else:
        failure = Failure("attemptTimeout", "The attempt has lasted longer than attemptTimeout.")
        moved, done = _again(close(instance, event.at, Status.FAILED, failure), event.at)
    return moved, (stop, *done)


def _retry_due(instance: Instance, event: events.RetryDue) -> Step:
    if instance.retry_at is None or event.at < instance.retry_at:
        return instance, ()
    return advance(replace(instance, retry_at=None), event.at)


def _grew_late(instance: Instance, event: events.GrewLate) -> Step:
    rules = instance.rules
    if instance.again or rules.late_after is None or event.at < instance.due + rules.late_after:
        return instance, ()
    late = replace(instance, late=True)
    told = tuple(commands.Trigger(action, "onLateAction") for action in rules.on_late)
    if not rules.terminate_late or instance.begun:
        return late, told
    moved, done = end(late, event.at, Status.CANCELED, "It did not start in lateAfterTimeout.")
    return moved, (*told, *done)


def _expired(instance: Instance, event: events.Expired) -> Step:
    limit, since = instance.rules.precondition_timeout, instance.checked_since
    if limit is None or since is None or event.at < since + limit:
        return instance, ()
    return end(instance, event.at, Status.FAILED)


def _canceled(instance: Instance, event: events.Canceled) -> Step:
    return end(instance, event.at, Status.CANCELED, event.cause or "Canceled by the user.")


def _marked_finished(instance: Instance, event: events.MarkedFinished) -> Step:
    return end(replace(instance, cascade_failed_on=None), event.at, Status.FINISHED)


def _rerun(instance: Instance, event: events.Rerun) -> Step:
    fresh = Instance(
        instance.id,
        instance.component,
        instance.kind,
        instance.start,
        instance.end,
        instance.due,
        instance.rules,
        instance.needs,
        instance.preconditions,
        instance.resource,
        instance.consumers,
        instance.users,
        instance.node,
        waits_for=event.waits_for,
        planned=True,
        arrived=event.at >= instance.due,
        arrived_at=event.at if event.at >= instance.due else None,
        asked=True,
        admitted=True,
        attempts=instance.attempts,
        again=True,
    )
    told = commands.Tell(instance.consumers, events.Reopened(event.at, need=instance.id))
    wake = () if fresh.arrived else (commands.Wake(events.Arrived(instance.due)),)
    moved, done = _wait(fresh, event.at, event.missed)
    return moved, (told, *wake, *done)


def _paused(instance: Instance, _: events.Paused) -> Step:
    return replace(instance, status=Status.PAUSED, paused=True), ()


def _resumed(instance: Instance, event: events.Resumed) -> Step:
    waiting = replace(instance, status=Status.WAITING_ON_DEPENDENCIES, paused=False)
    return advance(waiting, event.at)


_RULES: Final[Mapping[str, Callable[[Any, Any], Step]]] = {
    "Planned": _planned,
    "Arrived": _arrived,
    "Met": _met,
    "Missed": _missed,
    "Reopened": _reopened,
    "Admitted": _admitted,
    "Wanted": _wanted,
    "Hosted": _hosted,
    "HostLost": _host_lost,
    "Left": _left,
    "Joined": _joined,
    "Taken": _taken,
    "Succeeded": _succeeded,
    "Failed": _failed,
    "NotMet": _not_met,
    "TimedOut": _timed_out,
    "RetryDue": _retry_due,
    "GrewLate": _grew_late,
    "Expired": _expired,
    "Canceled": _canceled,
    "MarkedFinished": _marked_finished,
    "Rerun": _rerun,
    "Paused": _paused,
    "Resumed": _resumed,
}

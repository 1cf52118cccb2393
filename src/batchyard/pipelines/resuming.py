"""What must be done again for an instance after a restart.

What happens within a pipeline (who hears of whom, who may be active) is kept whole with its cause,
so only what is done outside can be lost: waking, offering, checking, providing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from batchyard.pipelines import commands, events
from batchyard.pipelines.beginnings import work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchyard.pipelines.commands import Command
    from batchyard.pipelines.instances import Instance


def resume(instance: Instance, now: int) -> tuple[Command, ...]:
    """Tell what is to be done for an instance as it stands; nothing for one that is over.

    What is done twice for it changes nothing.

    Args:
        instance: the instance as it stands.
        now: the moment, epoch milliseconds: what was due earlier happens now.
    """
    if instance.ended:
        return ()
    wakes = (commands.Wake(_by(event, now)) for event in _to_come(instance))
    attempt = instance.attempt
    return (*wakes, *(() if attempt is None else (work(instance, attempt.id),)))


def _by(event: events.Event, now: int) -> events.Event:
    return event if event.at >= now else replace(event, at=now)


def _to_come(instance: Instance) -> Iterator[events.Event]:
    rules, since = instance.rules, instance.checked_since
    if not instance.arrived:
        yield events.Arrived(instance.due)
    if rules.late_after is not None and not instance.late and not instance.again:
        yield events.GrewLate(instance.due + rules.late_after)
    if instance.retry_at is not None:
        yield events.RetryDue(instance.retry_at)
    if rules.precondition_timeout is not None and since is not None:
        yield events.Expired(since + rules.precondition_timeout)
    attempt, limit = instance.attempt, instance.limit
    if attempt is not None and attempt.started_at is not None and limit is not None:
        yield events.TimedOut(attempt.started_at + limit, attempt=attempt.id)

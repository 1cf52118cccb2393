"""What must be done again for an instance after a restart.

What happens within a pipeline (who hears of whom, who may be active) is kept whole with its cause,
so only what is done outside can be lost: waking, offering, checking, providing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.pipelines import commands, events
from batchyard.pipelines.beginnings import work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchyard.pipelines.commands import Command
    from batchyard.pipelines.instances import Attempt, Instance


def resume(instance: Instance) -> tuple[Command, ...]:
    """Tell what is to be done for an instance as it stands; nothing for one that is over.

    What is done twice for it changes nothing.
    """
    if instance.ended:
        return ()
    again = [commands.Wake(event) for event in _to_come(instance)]
    attempt = instance.attempt
    if attempt is None:
        return tuple(again)
    return (*again, *_limit(instance, attempt), work(instance, attempt.id))


def _to_come(instance: Instance) -> Iterator[events.Event]:
    rules, since = instance.rules, instance.checked_since
    if not instance.arrived:
        yield events.Arrived(instance.due)
    if rules.late_after is not None and not instance.late:
        yield events.GrewLate(instance.due + rules.late_after)
    if instance.retry_at is not None:
        yield events.RetryDue(instance.retry_at)
    if rules.precondition_timeout is not None and since is not None:
        yield events.Expired(since + rules.precondition_timeout)


def _limit(instance: Instance, attempt: Attempt) -> Iterator[Command]:
    rules = instance.rules
    limit = rules.terminate_after if instance.kind == "resource" else rules.attempt_timeout
    if limit is not None and attempt.started_at is not None:
        due = attempt.started_at + limit
        yield commands.Wake(events.TimedOut(due, attempt=attempt.id))

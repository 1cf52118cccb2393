"""How an instance ends, and who hears of it.

Consumers hear that a need is met, or missed; whether they fail for it in cascade is up to their own
failureAndRerunMode. A precondition that fails takes the instance it is checked for with it whatever
that says, and one that ends badly takes its preconditions: they are CANCELED.

Sources: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-manage-cascade-failandrerun.html
and https://repost.aws/knowledge-center/data-pipeline-configure-precondition-s3
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from batchyard.pipelines import commands, events
from batchyard.pipelines.states import BAD, Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchyard.pipelines.commands import Command
    from batchyard.pipelines.instances import Failure, Instance

    Step = tuple[Instance, tuple[Command, ...]]
    """An instance after an event, and what is to be done about it."""


def cascades(instance: Instance, need: str) -> bool:
    """Tell whether an instance fails because this need of it did."""
    return instance.rules.cascade or need in instance.preconditions


def cascade(instance: Instance, at: int, need: str) -> Step:
    """End an instance because a need of it ended badly."""
    return end(replace(instance, cascade_failed_on=need), at, Status.CASCADE_FAILED)


def close(instance: Instance, at: int, status: Status, failure: Failure | None = None) -> Instance:
    """Note that the attempt is over; without one that is not, nothing changes."""
    if instance.attempt is None:
        return instance
    over = replace(instance.attempt, ended_at=at, status=status, failure=failure)
    return replace(instance, attempts=(*instance.attempts[:-1], over))


def end(instance: Instance, at: int, status: Status, reason: str | None = None) -> Step:
    """End an instance.

    Args:
        instance: the instance; an attempt of it that is not over is stopped.
        at: when.
        status: as what.
        reason: why it was canceled.
    """
    ended = replace(
        close(instance, at, status),
        status=status,
        ended_at=at,
        retry_at=None,
        cancellation_reason=reason,
        wanted_by=(),
    )
    return ended, tuple(_heard(instance, ended, at))


def _heard(was: Instance, now: Instance, at: int) -> Iterator[Command]:
    if was.attempt is not None:
        yield commands.Stop(was.attempt.id)
    if now.kind == "activity":
        yield commands.Leave(now.component, now.id)
    if now.resource is not None:
        yield commands.Tell((now.resource,), events.Left(at, user=now.id))
    if now.status not in BAD:
        yield commands.Tell(now.consumers, events.Met(at, need=now.id))
    else:
        yield commands.Tell(now.consumers, events.Missed(at, need=now.id))
        yield commands.Tell(now.preconditions, events.Canceled(at, f"{now.id} has ended."))
    if now.kind == "resource":
        gone = (*now.users, *(name for name in was.wanted_by if name not in now.users))
        yield commands.Tell(gone, events.HostLost(at, resource=now.id))
    yield from _actions(now)


def _actions(instance: Instance) -> Iterator[Command]:
    if instance.status is Status.FINISHED:
        for action in instance.rules.on_success:
            yield commands.Trigger(action, "onSuccess")
    elif instance.status is not Status.CANCELED:
        for action in instance.rules.on_fail:
            yield commands.Trigger(action, "onFail")

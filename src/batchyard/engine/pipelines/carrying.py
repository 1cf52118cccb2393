"""Doing what the lifecycle commands: offering, checking, providing, stopping, waking, telling."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from batchyard.errors import BatchyardError
from batchyard.pipelines import commands, events
from batchyard.pipelines.events import Reported
from batchyard.pipelines.instances import Failure
from batchyard.pipelines.tasks import Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from batchyard.engine.pipelines.handing import Handing
    from batchyard.engine.pipelines.live import Live
    from batchyard.engine.pipelines.outside import Outside
    from batchyard.pipelines.commands import Command
    from batchyard.pipelines.model import PipelineObject

log = logging.getLogger(__name__)


class Carrying:
    """Carries commands out.

    Args:
        outside: what it does things with.
        handing: forms what is handed out.
        apply: lets something happen to an instance of a pipeline, unless that is gone.
    """

    def __init__(
        self, outside: Outside, handing: Handing, apply: Callable[[str, Reported], None]
    ) -> None:
        """Take the parts."""
        self._outside = outside
        self._handing = handing
        self._apply = apply

    def carry_out(self, live: Live, found: Iterable[tuple[str, Command]]) -> None:
        """Do what is to be done for instances."""
        for name, command in found:
            match command:
                case commands.Offer(attempt, group):
                    self._offer(live, name, attempt, group)
                case commands.Stop(attempt):
                    self.stop(live, name, attempt)
                case commands.Wake(event):
                    self._wake(live, name, event)
                case commands.Provide(attempt):
                    self._provide(live, name, attempt)
                case commands.Check(attempt):
                    self._check(live, name, attempt)
                case commands.Trigger():
                    self._trigger(live, name, command)
                case _:
                    raise AssertionError(f"{command} stays within the pipeline")

    def _happen(self, live: Live, name: str, event: events.Event) -> None:
        self._apply(live.pipeline.id, Reported(name, event))

    def _fail(self, live: Live, name: str, attempt: str, error: str, message: str) -> None:
        failure = Failure(error, message)
        now = self._outside.clock.now()
        self._happen(live, name, events.Failed(now, attempt=attempt, failure=failure))

    def _failed(self, live: Live, name: str, attempt: str, wrong: Mapping[str, str]) -> bool:
        """Fail an attempt of which something cannot be worked out; tell whether it was."""
        if wrong:
            told = "; ".join(f"{field}: {text}" for field, text in wrong.items())
            message = f"An expression cannot be worked out: {told}"
            self._fail(live, name, attempt, "InvalidExpression", message)
        return bool(wrong)

    def _worked_out(self, live: Live, name: str, attempt: str) -> PipelineObject | None:
        """Give an attempt, worked out; None if that cannot be, and it has failed."""
        objects, wrong = self._handing.objects(live, attempt)
        return None if self._failed(live, name, attempt, wrong) else objects[attempt]

    def _offer(self, live: Live, name: str, attempt: str, group: str) -> None:
        if self._failed(live, name, attempt, self._handing.prepare(live, attempt)):
            return
        instance = live.instance(name)
        assert instance is not None  # noqa: S101 - it has just commanded this
        timeout = instance.rules.report_progress_timeout
        task = Task(
            live.pipeline.id + attempt,
            live.pipeline.id + group if group == instance.resource else group,
            None if timeout is None else timeout / 1000,
        )
        self._outside.tasks.offer(live.place, "pipelines", live.pipeline.id, task)

    def stop(self, live: Live, name: str, attempt: str) -> None:
        """Withdraw an attempt's task, tell its runner to stop, or let its resource go."""
        instance, tasks = live.instance(name), self._outside.tasks
        if instance is not None and instance.kind == "resource":
            group = live.pipeline.id + name
            self._outside.journal.after(partial(self._outside.surroundings.release, group))
            return
        tasks.withdraw(live.place, live.pipeline.id + attempt)
        tasks.over(live.place, live.pipeline.id + attempt)

    def _wake(self, live: Live, name: str, event: events.Event) -> None:
        """Let an event happen at its time, unless the instance has ended by then."""
        if name in live.open:
            handle = self._outside.clock.call_at(event.at, lambda: self._happen(live, name, event))
            live.wakes.setdefault(name, []).append(handle)

    def _provide(self, live: Live, name: str, attempt: str) -> None:
        found = self._worked_out(live, name, attempt)
        if found is None:
            return

        def gone(reason: str) -> None:
            self._fail(live, name, attempt, "ResourceFailed", reason)

        def provide() -> None:
            if not _under_way(live, name, attempt):
                return
            group = live.pipeline.id + name
            self._outside.tasks.reclaim(live.place, group)
            self._outside.surroundings.provide(live.place, group, found, gone)
            self._happen(live, name, events.Taken(self._outside.clock.now(), attempt=attempt))

        self._outside.journal.after(provide)

    def _check(self, live: Live, name: str, attempt: str) -> None:
        found = self._worked_out(live, name, attempt)
        if found is None:
            return

        def begin() -> None:
            if not _under_way(live, name, attempt):
                return
            self._happen(live, name, events.Taken(self._outside.clock.now(), attempt=attempt))
            told = partial(self._checked, live, name, attempt)
            self._outside.surroundings.check(live.place, found, told)

        self._outside.journal.after(begin)

    def _checked(self, live: Live, name: str, attempt: str, told: object) -> None:
        now = self._outside.clock.now()
        if isinstance(told, BatchyardError):
            self._fail(live, name, attempt, "PreconditionFailed", str(told))
        elif told:
            self._happen(live, name, events.Succeeded(now, attempt=attempt))
        else:
            self._happen(live, name, events.NotMet(now, attempt=attempt))

    def _trigger(self, live: Live, name: str, command: commands.Trigger) -> None:
        alarm = self._handing.alarm(live, name, command.action)
        log.info("%s of %s in %s: %s", command.on, name, live.pipeline.id, command.action)
        if alarm is not None:
            publish = self._outside.surroundings.alarm
            self._outside.journal.after(partial(publish, live.place, alarm))


def _under_way(live: Live, name: str, attempt: str) -> bool:
    instance = live.instances.get(name)
    return instance is not None and instance.attempt is not None and instance.attempt.id == attempt

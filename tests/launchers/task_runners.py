"""Offered attempts, with a scripted machine that polls for them: a world of the conformance suite.

Time stands still, but for the silence of a machine that is lost. What is kept of tasks is what
would be on disk: the end of a task is, once the end of its attempt is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, cast

from batchyard.batch.ids import Place
from batchyard.engine.tasks import Result, Runner, Tasks
from batchyard.launchers.offered import SERVICE, Offered
from batchyard.launchers.offers import SILENCE
from batchyard.launchers.seam import Held, Launch, Offer, Receive
from batchyard.pipelines.instances import Failure
from batchyard.pipelines.tasks import Taken
from batchyard.testing import FakeClock

HERE = Place("123456789012", "eu-west-1")
GROUP = "workers"


def offer(attempt: str) -> Offer:
    """To whom a test's attempt would be offered."""
    return Offer(
        HERE, GROUP, f"job of {attempt}", "job", "/aws/batch/job", f"job/default/{attempt}"
    )


class Kept:
    """A journal: what is on disk of tasks."""

    def __init__(self) -> None:
        self.tasks: dict[str, Taken] = {}
        self._gone: dict[str, str] = {}

    def task(self, taken: Taken) -> None:
        self.tasks[taken.id] = taken

    def task_gone(self, task_id: str) -> None:
        self._gone[self.tasks[task_id].task.attempt] = task_id

    def settled(self, attempt: str) -> None:
        """The end of an attempt is on disk."""
        self.tasks.pop(self._gone.pop(attempt, ""), None)


class Machine:
    """A task runner that plays what the commands of `worlds` would do.

    It reports when there is reason to, says again what was not answered, and kills nothing at once:
    task runners have a grace of their own.
    """

    def __init__(self) -> None:
        self.tasks: Tasks | None = None
        self._running: dict[str, Taken] = {}
        self._unanswered: dict[str, tuple[Taken, Result, Failure]] = {}
        self._polling: asyncio.Task[None] | None = None

    def attach(self, tasks: Tasks) -> None:
        """Find a yard, after a restart also for what was begun before."""
        self.tasks = tasks
        self._polling = asyncio.ensure_future(self._poll(tasks))
        for said in list(self._unanswered.values()):
            self._settle(*said)
        self.report()

    def detach(self) -> None:
        """Lose sight of the yard."""
        self.tasks = None
        if self._polling is not None:
            self._polling.cancel()

    def report(self) -> None:
        """Report progress of everything, and stop what is to stop."""
        for taken in list(self._running.values()):
            if self.tasks is not None and self.tasks.report(HERE, taken.id).answer.canceled:
                self._settle(taken, "FAILED", Failure("ExitCode:143"))

    def answered(self, attempt: str) -> None:
        """The status of an attempt has been answered."""
        self._unanswered.pop(attempt, None)

    def die(self) -> None:
        """Lose everything; a new machine of that name polls on."""
        self._running.clear()
        self._unanswered.clear()

    async def _poll(self, tasks: Tasks) -> None:
        while True:
            taken = await tasks.poll(HERE, GROUP, Runner("machine"), 90)
            objects = None if taken is None else tasks.objects(taken)
            if taken is not None and objects is not None:
                self._play(tasks, taken, objects[taken.task.attempt].strings("command"))

    def _play(self, tasks: Tasks, taken: Taken, command: Sequence[str]) -> None:
        if command[0] == "no-such-program":
            self._settle(taken, "FAILED", Failure("NotStarted", f"There is no {command[0]}"))
            return
        self._running[taken.task.attempt] = taken
        canceled = tasks.report(HERE, taken.id).answer.canceled
        if command[0] == "sh" or canceled:
            code = 143 if canceled else int(command[2].removeprefix("exit "))
            self._settle(taken, "FAILED" if code else "FINISHED", Failure(f"ExitCode:{code}"))

    def _settle(self, taken: Taken, result: Result, failure: Failure) -> None:
        self._running.pop(taken.task.attempt, None)
        self._unanswered[taken.task.attempt] = taken, result, failure
        assert self.tasks is not None
        self.tasks.settle(HERE, taken.id, result, failure)


class Watched(Offered):
    """The launcher, with the machine and the disk beside it."""

    def __init__(self, world: TaskRunners, tasks: Tasks) -> None:
        super().__init__(tasks, world.clock.now, patience=30)
        tasks.serve(SERVICE, self)
        self._world = world
        self._tasks = tasks

    async def start(self, held: Sequence[Held], report: Receive) -> Sequence[str]:
        unheard = await super().start(held, report)
        asyncio.get_running_loop().call_soon(self._world.found, self._tasks)
        return unheard

    def launch(self, launches: Sequence[Launch]) -> None:
        super().launch(launches)
        asyncio.get_running_loop().call_soon(self._world.machine.report)

    def end(self, attempt: str, grace: float) -> None:
        super().end(attempt, grace)
        asyncio.get_running_loop().call_soon(self._world.machine.report)

    def acknowledge(self, attempts: Sequence[str]) -> None:
        super().acknowledge(attempts)
        for attempt in attempts:
            self._world.kept.settled(attempt)
            self._world.machine.answered(attempt)

    async def stop(self, *, jobs: bool = False) -> None:
        asyncio.get_running_loop().call_soon(self._world.machine.report)
        await super().stop(jobs=jobs)
        self._world.machine.detach()


@dataclass
class TaskRunners:
    """Task runners on another machine."""

    outlives: bool = True
    kills: bool = False
    kept: Kept = field(default_factory=Kept)
    machine: Machine = field(default_factory=Machine)
    clock: FakeClock = field(default_factory=lambda: FakeClock(1_000_000))
    _ids: count[int] = field(default_factory=lambda: count(1))
    _lost: bool = False

    def launcher(self) -> Watched:
        self.clock = FakeClock(self.clock.now())
        journal = cast("Any", self.kept)
        tasks = Tasks(journal, self.clock, lambda: f"t{next(self._ids)}", lambda: None)
        tasks.restore(self.kept.tasks.values())
        return Watched(self, tasks)

    def lose(self) -> None:
        self.machine.die()
        self._lost = True
        if self.machine.tasks is not None:
            self._fall_silent()

    def found(self, tasks: Tasks) -> None:
        """The machine finds a yard, or is lost and finds none."""
        self.machine.attach(tasks)
        if self._lost:
            self._fall_silent()

    def _fall_silent(self) -> None:
        self._lost = False
        self.clock.advance(SILENCE * 1000 + 1)

"""The runner: polls its worker group, takes what it is handed, and leaves when it is told to.

One poll is under way at a time, whatever the number of slots, and only while a slot is free: a task
in the hands of a runner that cannot begin it is kept from others that could. Preconditions are
taken as they come and take no slot; only so many are checked at once.

Sources: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-using-task-runner.html
and https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_PollForTask.html
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from batchyard import errors
from batchyard.pipelines.model import Value
from batchyard.runner.activities import ACTIVITIES, PRECONDITIONS
from batchyard.runner.course import Course
from batchyard.runner.stops import Stop
from batchyard.runner.tasks import Polled

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchyard.runner.counting import Counting
    from batchyard.runner.kit import Kit
    from batchyard.runner.service import Service
    from batchyard.runner.tasks import Handed

T = TypeVar("T")

HASTY: Final = 1.0
"""Seconds: an empty answer that came sooner was not held; the next poll waits so long (ours)."""


class Identity(NamedTuple):
    """Who polls.

    Attributes:
        group: the worker group, which matches exactly.
        runner: the runner's id.
        hostname: what it calls this machine.
    """

    group: str
    runner: str
    hostname: str


class Beaten(Value, frozen=True):
    """The answer of ReportTaskRunnerHeartbeat."""

    terminate: bool = False


class Runner:
    """Takes tasks of one worker group, and runs them.

    Args:
        identity: who polls.
        service: Data Pipeline, for what is answered at once.
        polls: the same, with patience for a poll.
        kit: what activities work with; its processes are started and stopped by others.
        counting: counts what it does.
        tasks: activities that run at once.
    """

    def __init__(
        self,
        identity: Identity,
        service: Service,
        polls: Service,
        kit: Kit,
        counting: Counting,
        *,
        tasks: int,
    ) -> None:
        self._identity = identity
        self._service = service
        self._polls = polls
        self._kit = kit
        self._counting = counting
        self._slots = asyncio.Semaphore(tasks)
        self._leaving = asyncio.Event()
        self._stops: set[Stop] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self._failed: asyncio.Future[None] | None = None
        self._group = asyncio.TaskGroup()

    async def run(self) -> None:
        """Take tasks until told to leave, and then end those that are in hand.

        Raises:
            RefusedCredentials: the service does not let us.
            Refused: it does not take the worker group.
            SupervisorGone: no commands can be run any more.
        """
        self._failed = asyncio.get_running_loop().create_future()
        try:
            async with self._group:
                others = [
                    self._group.create_task(work)
                    for work in (self._poll_on(), self._beat_on(), self._fail())
                ]
                await self._leaving.wait()
                others[0].cancel()
                await self._idle.wait()
                for other in others:
                    other.cancel()
        except ExceptionGroup as many:
            raise _first(many) from many

    def leave(self, why: str) -> None:
        """Poll no more, and leave once the tasks in hand have ended."""
        if not self._leaving.is_set():
            left = f"; {_counted(self._stops)} finished first" if self._stops else ""
            self._kit.say(f"{why}: no more polls{left}")
            self._leaving.set()

    def stop(self, why: str) -> None:
        """Leave, and stop the tasks in hand: they are FAILED."""
        self.leave(why)
        if self._stops:
            self._kit.say(f"{why}: {_counted(self._stops)} stopped")
        for stop in self._stops:
            stop.end()

    def fail(self, error: errors.BatchyardError) -> None:
        """Leave at once, because of an error; what runs is ended."""
        if self._failed is not None and not self._failed.done():
            self._failed.set_exception(error)

    async def _fail(self) -> None:
        if self._failed is not None:
            await self._failed

    async def _poll_on(self) -> None:
        loop = asyncio.get_running_loop()
        tries = 0
        while True:
            await self._slots.acquire()
            began = loop.time()
            try:
                handed = await self._poll()
            except (errors.ServiceError, errors.NotFound) as error:
                self._slots.release()
                self._counting.polled("failed", loop.time() - began)
                tries += 1
                if tries == 1:
                    self._kit.say(f"cannot poll for now, and go on trying: {error}")
                await asyncio.sleep(self._kit.pace.patience.delay(tries, self._kit.chance()))
                continue
            if tries:
                self._kit.say("polling again")
            tries = 0
            took = loop.time() - began
            self._counting.polled("empty" if handed is None else "task", took)
            if handed is not None:
                self._take(handed)
                continue
            self._slots.release()
            if took < HASTY:
                await asyncio.sleep(HASTY)

    async def _poll(self) -> Handed | None:
        """Poll once. Told to leave, we go on without waiting; a task that still comes is taken."""
        members = {"workerGroup": self._identity.group, "hostname": self._identity.hostname}
        call = partial(self._polls.call, "PollForTask", members, Polled)
        polling = in_background(call)
        try:
            return (await asyncio.shield(polling)).task_object
        except asyncio.CancelledError:
            polling.add_done_callback(self._take_late)
            raise

    def _take_late(self, polling: asyncio.Future[Polled]) -> None:
        if polling.cancelled() or polling.exception() is not None:
            return
        handed = polling.result().task_object
        if handed is not None and not self._idle.is_set():
            self._take(handed)

    def _take(self, handed: Handed) -> None:
        """Begin a task; it has the slot that its poll was made for."""
        if handed.work.type in PRECONDITIONS:
            self._slots.release()
        else:
            self._counting.running += 1
        stop = Stop()
        self._stops.add(stop)
        self._idle.clear()
        self._group.create_task(self._follow(handed, stop))

    async def _follow(self, handed: Handed, stop: Stop) -> None:
        self._kit.say(f"took {handed.label}")
        try:
            ending = await Course(handed, stop, self._service, self._kit, ACTIVITIES).run()
        finally:
            self._stops.discard(stop)
            if handed.work.type not in PRECONDITIONS:
                self._slots.release()
                self._counting.running -= 1
            if not self._stops:
                self._idle.set()
        self._counting.ended(None if ending is None else ending.task_status)
        if ending is not None:
            told = f": {ending.error_message}" if ending.error_message else ""
            self._kit.say(f"{ending.task_status} {handed.label}{told}")

    async def _beat_on(self) -> None:
        """Send heartbeats; they only tell that we live, and hear whether we are to leave."""
        members = {
            "taskrunnerId": self._identity.runner,
            "workerGroup": self._identity.group,
            "hostname": self._identity.hostname,
        }
        call = partial(self._service.call, "ReportTaskRunnerHeartbeat", members, Beaten)
        while True:
            try:
                answer = await asyncio.to_thread(call)
            except errors.BatchyardError as error:
                self._kit.say(f"a heartbeat was not taken: {error}")
                self._counting.beaten(taken=False)
            else:
                self._counting.beaten(taken=True)
                if answer.terminate:
                    self.leave("the service terminates this runner")
            await asyncio.sleep(self._kit.pace.heartbeat)


def in_background(work: Callable[[], T]) -> asyncio.Future[T]:
    """Do something on a thread that nobody waits for at the end of the process, such as a poll."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def do() -> None:
        done: Future[T] = Future()
        try:
            done.set_result(work())
        except Exception as error:  # noqa: BLE001 - whoever waits for it gets it
            done.set_exception(error)
        with suppress(RuntimeError):  # the loop is gone, and so is whoever waited
            loop.call_soon_threadsafe(_settle, future, done)

    threading.Thread(target=do, name="poll", daemon=True).start()
    return future


def _settle(waiting: asyncio.Future[T], done: Future[T]) -> None:
    if waiting.cancelled():
        return
    if (error := done.exception()) is not None:
        waiting.set_exception(error)
    else:
        waiting.set_result(done.result())


def _counted(tasks: set[Stop]) -> str:
    return f"{len(tasks)} task{' is' if len(tasks) == 1 else 's are'}"


def _first(many: ExceptionGroup[Exception]) -> Exception:
    """Give the first of errors that came together, ours before others."""
    ours = many.subgroup(errors.BatchyardError)
    first: Exception = (ours or many).exceptions[0]
    return _first(first) if isinstance(first, ExceptionGroup) else first

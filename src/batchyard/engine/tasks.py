"""Tasks in the hands of task runners: one dispatch for every service that has work for them.

The queues decide (`batchyard.pipelines.tasks`); here polls wait, leases run out by the clock, and
who holds what is journalled, so that a task answered before a crash is still held after it.

Sources: https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_PollForTask.html,
API_ReportTaskProgress.html and API_SetTaskStatus.html beside it
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from functools import partial
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from msgspec.structs import replace

from batchyard.batch.ids import Place
from batchyard.engine.roster import Roster
from batchyard.pipelines.tasks import Leases, Taken, Task, TaskQueue

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping

    from batchyard.engine.clock import Clock, Handle
    from batchyard.engine.journal import Journal
    from batchyard.engine.roster import Known
    from batchyard.pipelines.instances import Failure
    from batchyard.pipelines.model import PipelineObject
    from batchyard.pipelines.tasks import Answer, Handed

Result = Literal["FINISHED", "FAILED", "FALSE"]
"""What a runner can say of a task (TaskStatus in botocore's model)."""

REMEMBERED = 10_000
"""Ended tasks of which is remembered who held them (ours): late reports are told so."""


class Runner(NamedTuple):
    """Who polls, as it says itself: recorded and shown, never checked.

    Attributes:
        hostname: its machine.
        document: of an EC2 instance, who it is, as JSON.
        signature: of that.
    """

    hostname: str = ""
    document: str = ""
    signature: str = ""


class Service(Protocol):
    """Whose work it is: told what becomes of its tasks, in the same turn."""

    def objects(self, owner: str, attempt: str) -> Mapping[str, PipelineObject] | None:
        """Give what a runner is handed; None when there is nothing to do any more."""

    def taken(self, owner: str, attempt: str, runner: Runner) -> None:
        """A runner has taken the attempt."""

    def begun(self, owner: str, attempt: str) -> None:
        """The runner has reported for the first time, or the first time since a restart."""

    def ended(self, owner: str, attempt: str, result: Result, failure: Failure) -> None:
        """The runner has set a status; of a canceled attempt too."""

    def lost(self, owner: str, attempt: str) -> None:
        """The attempt, of a task that is not `Task.again`, is in nobody's hands any more."""


class Held(NamedTuple):
    """What a report comes to.

    Attributes:
        taken: the task; None when nobody knows it.
        answer: what the queue says.
    """

    taken: Taken | None
    answer: Answer


class _Poll:
    """A poll that waits; it is its own place in the line."""

    __slots__ = ("future", "runner")

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        self.future: asyncio.Future[Taken | None] | None = None


class Tasks:
    """The worker groups' queues of every place. Lives on the engine's thread.

    Args:
        journal: makes who holds what durable.
        clock: when leases run out.
        new_id: forms a new task's id.
        wake: has the turn end soon, and changes written.
        leases: how long silence is borne.

    Attributes:
        roster: which runners there are.
    """

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        new_id: Callable[[], str],
        wake: Callable[[], None],
        leases: Leases | None = None,
    ) -> None:
        """Begin without tasks."""
        self._journal = journal
        self._clock = clock
        self._new_id = new_id
        self._wake = wake
        self._leases = leases or Leases()
        self._services: dict[str, Service] = {}
        self._queues: dict[Place, TaskQueue] = {}
        self._offered: dict[str, tuple[str, str]] = {}
        self._taken: dict[str, Taken] = {}
        self._settled: OrderedDict[str, Result] = OrderedDict()
        self._over: OrderedDict[tuple[Place, str], None] = OrderedDict()
        self._timer: tuple[float, Handle] | None = None
        self._open = True
        self.roster = Roster()

    def serve(self, name: str, service: Service) -> None:
        """Let a service offer tasks."""
        self._services[name] = service

    def restore(self, taken: Iterable[Taken]) -> None:
        """Take up who held what before a restart."""
        places: dict[Place, list[Taken]] = {}
        for each in taken:
            places.setdefault(Place(each.account, each.region), []).append(each)
            self._taken[each.id] = each
            if not each.stale:
                self._offered[each.task.attempt] = (each.service, each.owner)
        for place, all_of_it in places.items():
            held = [(t.task, t.id) for t in all_of_it if not t.stale]
            stale = [(t.task, t.id) for t in all_of_it if t.stale]
            self._queue(place).restore(held, self._now(), stale)
        self._watch()

    def stop(self) -> None:
        """Send every poller away empty-handed, now and from now on, and let leases be."""
        self._open = False
        if self._timer is not None:
            self._timer[1].cancel()
            self._timer = None
        for queue in self._queues.values():
            for poller in queue.dismiss():
                _tell(_poll(poller), None)

    # -- what services do ----------------------------------------------------------------------

    def offer(self, place: Place, service: str, owner: str, task: Task) -> None:
        """Put an attempt's task into its worker group's queue; one that is in it, or held, stays.

        Args:
            place: whose worker group.
            service: the service's name.
            owner: the pipeline or the job.
            task: the task; attempts of different owners have different names.
        """
        self._offered[task.attempt] = (service, owner)
        self._hand(place, self._queue(place).offer(task, self._now()))

    def withdraw(self, place: Place, attempt: str) -> bool:
        """An attempt is over for another reason; its holder, if any, is told to stop.

        Returns:
            Whether somebody holds it.
        """
        return self._queue(place).withdraw(attempt)

    def held(self, service: str) -> list[Taken]:
        """Give the tasks of a service that somebody holds."""
        return [t for t in self._taken.values() if t.service == service and not t.stale]

    def reclaim(self, place: Place, group: str) -> None:
        """Offer again what is held in a worker group: all of its runners are gone.

        Tasks that are their holders' are lost when these have been silent for long enough.
        """
        for taken in list(self._taken.values()):
            mine = Place(taken.account, taken.region) == place and taken.task.group == group
            if mine and taken.task.again and not taken.stale:
                self._stale(taken.id)
                self._hand(place, self._queue(place).returned(taken.id, self._now()))

    def over(self, place: Place, attempt: str) -> None:
        """Nothing more is to come of an attempt: who held it is forgotten in the end."""
        self._offered.pop(attempt, None)
        self._over[place, attempt] = None
        while len(self._over) > REMEMBERED:
            (where, oldest), _ = self._over.popitem(last=False)
            for task_id in self._queue(where).forget(oldest):
                self._drop(task_id)

    # -- what runners do -----------------------------------------------------------------------

    def ready(self, place: Place, group: str, runner: Runner) -> Taken | None:
        """Take a task that need not be waited for.

        Returns:
            The task that was taken; None when none is ready.
        """
        self.roster.heard(place, group, runner.hostname, self._clock.now())
        poll, queue = _Poll(runner), self._queue(place)
        handed = queue.poll(poll, group, self._new_id(), self._now())
        if handed is None:
            queue.gone(poll)
            return None
        return self._take(place, handed)

    async def poll(self, place: Place, group: str, runner: Runner, hold: float) -> Taken | None:
        """Wait for a task.

        Args:
            place: whose worker group.
            group: its name, exactly.
            runner: who asks.
            hold: for how long, in seconds.

        Returns:
            The task that was taken; None when none came. If this is cancelled, the poller has left
            the queue, and a task that was on its way is offered again.
        """
        taken = self.ready(place, group, runner)
        if taken is not None or not self._open:
            return taken
        poll, queue = _Poll(runner), self._queue(place)
        queue.poll(poll, group, self._new_id(), self._now())
        poll.future = asyncio.get_running_loop().create_future()
        due = self._clock.now() + int(hold * 1000)
        timer = self._clock.call_at(due, partial(_over, queue, poll))
        self.roster.waits(place, group, runner.hostname)
        try:
            return await poll.future
        except asyncio.CancelledError:
            self._give_back(place, poll.future)
            raise
        finally:
            timer.cancel()
            queue.gone(poll)
            self.roster.left(place, group, runner.hostname)

    def objects(self, taken: Taken) -> Mapping[str, PipelineObject] | None:
        """Give what the task that was taken is made of; None when it is over already."""
        return self._services[taken.service].objects(taken.owner, taken.task.attempt)

    def report(self, place: Place, task_id: str) -> Held:
        """A runner reports progress."""
        answer = self._queue(place).report(task_id, self._now())
        if answer.first:
            self._watch()  # it may have to report again before it had to report at all
        taken = self._find(place, task_id)
        if taken is not None and answer.held and answer.first and not answer.canceled:
            self._services[taken.service].begun(taken.owner, taken.task.attempt)
        return Held(taken, answer)

    def settle(self, place: Place, task_id: str, result: Result, failure: Failure) -> Held:
        """A runner sets a status; the same one again, after a lost answer, is fine."""
        taken, answer = self._find(place, task_id), self._queue(place).settle(task_id)
        if taken is None:
            again = answer.attempt is not None and self._settled.get(task_id) == result
            return Held(None, answer._replace(held=again))
        if taken.stale:
            return Held(taken, answer)
        self._settled[task_id] = result
        while len(self._settled) > REMEMBERED:
            self._settled.popitem(last=False)
        self._drop(task_id)
        self._services[taken.service].ended(taken.owner, taken.task.attempt, result, failure)
        return Held(taken, answer)

    def depths(self, place: Place) -> dict[str, tuple[int, int]]:
        """Count, by worker group, the tasks that are ready and the pollers that wait."""
        return self._queue(place).depths()

    def runners(self, place: Place) -> list[Known]:
        """Give the task runners of a place: who polls, who holds what, when each was heard."""
        return self.roster.shown(place, self._taken.values(), self._clock.now())

    # -- within --------------------------------------------------------------------------------

    def _now(self) -> float:
        return self._clock.now() / 1000

    def _queue(self, place: Place) -> TaskQueue:
        queue = self._queues.get(place)
        if queue is None:
            queue = self._queues[place] = TaskQueue(self._leases)
        return queue

    def _find(self, place: Place, task_id: str) -> Taken | None:
        taken = self._taken.get(task_id)
        if taken is None or Place(taken.account, taken.region) != place:
            return None
        self.roster.heard(place, taken.task.group, taken.hostname, self._clock.now())
        return taken

    def _hand(self, place: Place, handed: Handed | None) -> None:
        """Put a task into the hands of a poller that has waited, or of the next, if it has left."""
        while handed is not None:
            poll = _poll(handed.poller)
            if poll.future is None or not poll.future.done():
                _tell(poll, self._take(place, handed))
                return
            handed = self._queue(place).returned(handed.task_id, self._now())

    def _take(self, place: Place, handed: Handed) -> Taken:
        runner, task = _poll(handed.poller).runner, handed.task
        service, owner = self._offered[task.attempt]
        taken = Taken(
            id=handed.task_id,
            task=task,
            service=service,
            owner=owner,
            account=place.account,
            region=place.region,
            hostname=runner.hostname,
            at=self._clock.now(),
        )
        self._taken[taken.id] = taken
        self._journal.task(taken)
        self._services[service].taken(owner, task.attempt, runner)
        self._watch()
        self._wake()
        return taken

    def _give_back(self, place: Place, future: asyncio.Future[Taken | None]) -> None:
        """Offer a task again that was on its way to a poller who hung up."""
        taken = future.result() if future.done() and not future.cancelled() else None
        if taken is None:
            return
        handed = self._queue(place).returned(taken.id, self._now())
        self._stale(taken.id)
        self._hand(place, handed)
        if not taken.task.again:
            self._services[taken.service].lost(taken.owner, taken.task.attempt)

    def _stale(self, task_id: str) -> None:
        taken = self._taken.get(task_id)
        if taken is not None and not taken.stale:
            self._taken[task_id] = stale = replace(taken, stale=True)
            self._journal.task(stale)
            self._wake()

    def _drop(self, task_id: str) -> None:
        if self._taken.pop(task_id, None) is not None:
            self._journal.task_gone(task_id)
            self._wake()

    def _watch(self) -> None:
        """See to it that leases run out when they do."""
        dues = [due for queue in self._queues.values() if (due := queue.next_expiry()) is not None]
        if not dues or (self._timer is not None and self._timer[0] <= min(dues)):
            return
        if self._timer is not None:
            self._timer[1].cancel()
        due = min(dues)
        self._timer = (due, self._clock.call_at(int(due * 1000) + 1, self._expire))

    def _expire(self) -> None:
        self._timer = None
        for place, queue in list(self._queues.items()):
            expired = queue.expire(self._now())
            for lapsed in expired.lapsed:
                self._stale(lapsed.task_id)
            for handed in expired.handed:
                self._hand(place, handed)
            for lapsed in expired.lapsed:
                taken = self._taken.get(lapsed.task_id)
                if lapsed.lost and taken is not None:
                    self._services[taken.service].lost(taken.owner, taken.task.attempt)
        self._watch()


def _poll(poller: Hashable) -> _Poll:
    assert isinstance(poller, _Poll)  # noqa: S101 - nobody else polls
    return poller


def _over(queue: TaskQueue, poll: _Poll) -> None:
    queue.gone(poll)
    _tell(poll, None)


def _tell(poll: _Poll, taken: Taken | None) -> None:
    if poll.future is not None and not poll.future.done():
        poll.future.set_result(taken)

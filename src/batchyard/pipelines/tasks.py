"""Tasks in worker groups' queues, pollers in line, and the leases of those who took one.

Worker groups match exactly, case and all. The first task that becomes ready goes to the poller that
has waited longest. Whoever takes a task holds it on a lease: it must report within two minutes, and
then again within its reportProgressTimeout; otherwise the task is offered anew, under a new id, and
what the old holder reports from then on changes nothing, and is told so.

Nothing here knows a clock: times are seconds of one that only goes forward, and ids are handed in.

Sources: https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_PollForTask.html,
API_ReportTaskProgress.html and API_SetTaskStatus.html beside it
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

from batchyard.pipelines.model import Value

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable


ROOM = 1_000
"""Deadlines that are no longer any task's, of which so many may lie about (ours)."""


class Leases(Value, frozen=True):
    """How long silence is borne, in seconds.

    Attributes:
        acknowledge: until a task that was handed out is first reported about.
        progress: between two reports, where the task says nothing of its own. (The guide says 15
            minutes in one place and 5 in another.)
    """

    acknowledge: float = 120
    progress: float = 900


class Task(Value, frozen=True):
    """A piece of work.

    Attributes:
        attempt: the attempt that it is; a task is offered again as the same attempt.
        group: the worker group.
        progress: seconds between two reports; None: as the leases say.
        again: whether it is offered again when a holder who has begun falls silent. Else it is
            its holder's, who alone can tell how it ended, also when told to stop, and it is lost
            when the holder falls silent.
    """

    attempt: str
    group: str
    progress: float | None = None
    again: bool = True


class Taken(Value, frozen=True, kw_only=True):
    """Who holds a task, or once held it: what outlives a restart.

    Attributes:
        id: the task's id.
        task: the task.
        service: whose it is: ``pipelines`` or ``batch``.
        owner: the pipeline or the job.
        account: in whose worker group it was offered.
        region: where.
        hostname: what the holder calls its machine.
        at: when it was taken, epoch milliseconds.
        stale: whether it was taken from the holder, or is over.
    """

    id: str
    task: Task
    service: str
    owner: str
    account: str
    region: str
    hostname: str = ""
    at: int = 0
    stale: bool = False


class Handed(NamedTuple):
    """A task in a poller's hands."""

    poller: Hashable
    task: Task
    task_id: str


class Lapsed(NamedTuple):
    """A task that was taken from its holder.

    Attributes:
        task_id: the id under which it was held.
        task: the task.
        lost: whether it ends with its holder, who had begun or was to stop: it is not offered
            again.
    """

    task_id: str
    task: Task
    lost: bool


class Expired(NamedTuple):
    """What has come of silence: tasks that were taken from holders, and who has them now."""

    lapsed: tuple[Lapsed, ...]
    handed: tuple[Handed, ...]


class Answer(NamedTuple):
    """What a report comes to.

    Attributes:
        attempt: the attempt it is about; None when nobody knows such a task.
        held: whether the reporter (still) holds it; if not, nothing has changed.
        canceled: whether the reporter should stop.
        first: whether the holder reports for the first time, or for the first time since a
            restart: what it said before may not have been kept.
    """

    attempt: str | None
    held: bool = False
    canceled: bool = False
    first: bool = False


@dataclass(slots=True)
class _Holding:
    """A task that somebody took; ``acknowledged`` before a restart, it need not be ``heard`` of."""

    task: Task
    due: float
    acknowledged: bool = False
    canceled: bool = False
    heard: bool = False


@dataclass(slots=True)
class _Group:
    """A worker group: tasks in the order they became ready, pollers in the order they came."""

    tasks: OrderedDict[str, Task] = field(default_factory=OrderedDict)
    pollers: OrderedDict[Hashable, str] = field(default_factory=OrderedDict)


class TaskQueue:
    """All worker groups' queues of an account.

    Args:
        leases: how long silence is borne.
    """

    def __init__(self, leases: Leases | None = None) -> None:
        self._leases = leases or Leases()
        self._groups: dict[str, _Group] = {}
        self._waiting: dict[Hashable, str] = {}
        self._ready: dict[str, str] = {}
        self._held: dict[str, _Holding] = {}
        self._holders: dict[str, str] = {}
        self._stale: dict[str, str] = {}
        self._past: dict[str, list[str]] = {}
        self._deadlines: list[tuple[float, str]] = []

    def offer(self, task: Task, now: float) -> Handed | None:
        """A task is ready; one that is ready or held already is left as it is.

        Returns:
            Into whose hands it goes at once; None when nobody waits.
        """
        if task.attempt in self._ready or task.attempt in self._holders:
            return None
        group = self._group(task.group)
        group.tasks[task.attempt] = task
        self._ready[task.attempt] = task.group
        return self._match(task.group, now)

    def poll(self, poller: Hashable, group: str, task_id: str, now: float) -> Handed | None:
        """Somebody asks for a task.

        Args:
            poller: the poll itself, such as its connection: each waits in a place of its own.
            group: the worker group.
            task_id: the id under which a task would be handed out: new, never used before.
            now: when.

        Returns:
            What is in the poller's hands at once; None: it waits, until `gone` or a task comes.
        """
        self.gone(poller)
        self._group(group).pollers[poller] = task_id
        self._waiting[poller] = group
        return self._match(group, now)

    def gone(self, poller: Hashable) -> bool:
        """A poller no longer waits: it hung up, or its time is over.

        Returns:
            Whether it was waiting.
        """
        group = self._waiting.pop(poller, None)
        if group is None:
            return False
        del self._groups[group].pollers[poller]
        self._tidy(group)
        return True

    def report(self, task_id: str, now: float) -> Answer:
        """A runner reports progress (ReportTaskProgress)."""
        holding = self._held.get(task_id)
        if holding is None:
            return Answer(self._stale.get(task_id), canceled=task_id in self._stale)
        first = not holding.heard
        holding.acknowledged = holding.heard = True
        self._extend(task_id, holding, now)
        return Answer(holding.task.attempt, held=True, canceled=holding.canceled, first=first)

    def settle(self, task_id: str) -> Answer:
        """A runner reports the end (SetTaskStatus); its hold on the task ends."""
        holding = self._held.get(task_id)
        if holding is None:
            return Answer(self._stale.get(task_id), canceled=task_id in self._stale)
        self._drop(task_id, holding)
        return Answer(
            holding.task.attempt,
            held=not (holding.canceled and holding.task.again),
            canceled=holding.canceled,
            first=not holding.heard,
        )

    def withdraw(self, attempt: str) -> bool:
        """An attempt is over for another reason: it is not handed out; its holder is told to stop.

        Returns:
            Whether somebody holds it.
        """
        group = self._ready.pop(attempt, None)
        if group is not None:
            del self._groups[group].tasks[attempt]
            self._tidy(group)
        holder = self._holders.get(attempt)
        if holder is not None:
            self._held[holder].canceled = True
        return holder is not None

    def returned(self, task_id: str, now: float) -> Handed | None:
        """A task never reached its poller, who hung up meanwhile: it is offered at once.

        Returns:
            Into whose hands it goes; None when nobody waits.
        """
        holding = self._held.get(task_id)
        if holding is None:
            return None
        self._drop(task_id, holding)
        return None if holding.canceled else self.offer(holding.task, now)

    def expire(self, now: float) -> Expired:
        """Take back the tasks whose holders were silent for too long, and offer them again.

        Returns:
            What was taken back, and into whose hands it goes at once; what goes into nobody's
            waits in its queue.
        """
        lapsed: list[Lapsed] = []
        handed: list[Handed] = []
        while self._deadlines and self._deadlines[0][0] <= now:
            due, task_id = heappop(self._deadlines)
            holding = self._held.get(task_id)
            if holding is None or holding.due != due:
                continue
            self._drop(task_id, holding)
            begun = holding.acknowledged or holding.canceled
            lost = begun and not holding.task.again
            lapsed.append(Lapsed(task_id, holding.task, lost))
            given = None if holding.canceled or lost else self.offer(holding.task, now)
            handed += [] if given is None else [given]
        return Expired(tuple(lapsed), tuple(handed))

    def next_expiry(self) -> float | None:
        """Tell when `expire` has something to do next, should nobody report until then."""
        while self._deadlines:
            due, task_id = self._deadlines[0]
            holding = self._held.get(task_id)
            if holding is not None and holding.due == due:
                return due
            heappop(self._deadlines)
        return None

    def restore(
        self, held: Iterable[tuple[Task, str]], now: float, stale: Iterable[tuple[Task, str]] = ()
    ) -> None:
        """Take up what was held before a restart: each holder has its full time again.

        Args:
            held: tasks, each with the id under which it is held.
            now: when.
            stale: tasks, each with an id under which it was held once.
        """
        for task, task_id in held:
            self._hold(task, task_id, now, acknowledged=True)
        for task, task_id in stale:
            self._leave(task.attempt, task_id)

    def forget(self, attempt: str) -> list[str]:
        """Forget who once held an attempt that is long over; nobody knows their tasks then.

        Returns:
            The ids of these tasks.
        """
        past = self._past.pop(attempt, [])
        for task_id in past:
            del self._stale[task_id]
        return past

    def dismiss(self) -> list[Hashable]:
        """Let nobody wait any more.

        Returns:
            Whoever waited.
        """
        waiting = list(self._waiting)
        for poller in waiting:
            self.gone(poller)
        return waiting

    def depths(self) -> dict[str, tuple[int, int]]:
        """Count, by worker group, the tasks that are ready and the pollers that wait."""
        return {name: (len(g.tasks), len(g.pollers)) for name, g in self._groups.items()}

    def _group(self, name: str) -> _Group:
        return self._groups.setdefault(name, _Group())

    def _tidy(self, name: str) -> None:
        group = self._groups[name]
        if not group.tasks and not group.pollers:
            del self._groups[name]

    def _match(self, name: str, now: float) -> Handed | None:
        """Hand the first task to the first poller, if there is one of each."""
        group = self._groups[name]
        if not group.tasks or not group.pollers:
            return None
        attempt, task = group.tasks.popitem(last=False)
        poller, task_id = group.pollers.popitem(last=False)
        del self._ready[attempt], self._waiting[poller]
        self._tidy(name)
        self._hold(task, task_id, now, acknowledged=False)
        return Handed(poller, task, task_id)

    def _hold(self, task: Task, task_id: str, now: float, *, acknowledged: bool) -> None:
        holding = _Holding(task, now, acknowledged)
        self._held[task_id] = holding
        self._holders[task.attempt] = task_id
        self._extend(task_id, holding, now)

    def _extend(self, task_id: str, holding: _Holding, now: float) -> None:
        progress = self._leases.progress if holding.task.progress is None else holding.task.progress
        holding.due = now + (progress if holding.acknowledged else self._leases.acknowledge)
        heappush(self._deadlines, (holding.due, task_id))
        if len(self._deadlines) > ROOM + 2 * len(self._held):
            self._deadlines = [(held.due, name) for name, held in self._held.items()]
            heapify(self._deadlines)

    def _drop(self, task_id: str, holding: _Holding) -> None:
        del self._held[task_id], self._holders[holding.task.attempt]
        self._leave(holding.task.attempt, task_id)

    def _leave(self, attempt: str, task_id: str) -> None:
        self._stale[task_id] = attempt
        self._past.setdefault(attempt, []).append(task_id)

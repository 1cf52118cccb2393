"""Attempts that task runners run, on whatever machine they poll from.

An attempt is offered as a task of a worker group. Whoever takes it reports as soon as it runs,
then every while, and sets its status in the end. A runner that has begun and falls silent is a
lost machine; one that never began has lost nothing: the attempt is offered again.

Nothing is kept here: who holds which task is, by those who hand tasks out, and the end of an
attempt is kept together with the end of its task. A status that was not kept was not answered
either, and comes again.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from batchyard.batch.ids import Place
from batchyard.launchers.offers import end_of, object_of, task_of
from batchyard.launchers.seam import Exited, Lost, Started, StartFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from batchyard.launchers.seam import Held, Launch, Offer, Receive
    from batchyard.pipelines.instances import Failure
    from batchyard.pipelines.model import PipelineObject
    from batchyard.pipelines.tasks import Taken, Task

SERVICE: Final = "batch"
"""The name under which attempts are offered."""

PATIENCE: Final = 45.0
"""Seconds for runners to hear of a stop (10), to carry it out (30), and to say so."""

NOT_TAKEN: Final = "It was stopped before a task runner began it"


class Board(Protocol):
    """Where tasks are offered: `batchyard.engine.tasks.Tasks`."""

    def offer(self, place: Place, service: str, owner: str, task: Task) -> None:
        """Offer a task; one that is offered already, or held, stays."""

    def withdraw(self, place: Place, attempt: str) -> bool:
        """Take an attempt back, or tell its holder to stop; tell whether it has one."""

    def over(self, place: Place, attempt: str) -> None:
        """Nothing more is to come of an attempt."""

    def held(self, service: str) -> Sequence[Taken]:
        """List who holds tasks."""


class Named(Protocol):
    """A task runner."""

    @property
    def hostname(self) -> str:
        """What it calls its machine."""


@dataclass(slots=True)
class _Attempt:
    """An attempt until its end is acknowledged.

    ``said`` is the report that it runs, if this process has heard so; ``begun_at`` is its time,
    perhaps from before.
    """

    launch: Launch
    offer: Offer
    begun_at: int | None = None
    said: Started | None = None
    end: Exited | StartFailed | Lost | None = None
    ending: bool = False
    host: str = ""


class Offered:
    """The launcher for attempts that are offered; see `batchyard.launchers.seam.Launcher`.

    It is also the service that is told what becomes of tasks (`batchyard.engine.tasks.Service`).

    Args:
        board: where tasks are offered.
        now: tells the time, epoch milliseconds.
        patience: seconds that `stop` with jobs waits for task runners.
    """

    def __init__(self, board: Board, now: Callable[[], int], *, patience: float = PATIENCE) -> None:
        self._board = board
        self._now = now
        self._patience = patience
        self._known: dict[str, _Attempt] = {}
        self._report: Receive | None = None
        self._quiet = asyncio.Event()

    async def start(self, held: Sequence[Held], report: Receive) -> Sequence[str]:
        """Take up what is offered or held; see `Launcher.start`.

        Of an attempt that somebody holds nothing is known before its runner reports.
        """
        self._report = report
        holders = {taken.task.attempt: taken for taken in self._board.held(SERVICE)}
        unheard = []
        for each in held:
            taken = holders.pop(each.attempt, None)
            if taken is None and each.at is None:
                unheard.append(each.attempt)
                continue
            attempt = self._take(each.launch, each.at)
            attempt.host = taken.hostname if taken is not None else ""
            if taken is None:
                self._end(attempt, Lost(each.attempt, self._now()))
        for name, taken in holders.items():
            self._board.withdraw(Place(taken.account, taken.region), name)
        return unheard

    def launch(self, launches: Sequence[Launch]) -> None:
        """Offer attempts; see `Launcher.launch`."""
        for each in launches:
            known = self._known.get(each.attempt)
            if known is None:
                self._offer(self._take(each))
            elif known.end is not None:
                self._say(known.end)

    def end(self, attempt: str, grace: float) -> None:  # noqa: ARG002 - runners have their own
        """Take an attempt back, or have its runner stop it; see `Launcher.end`."""
        known = self._known.get(attempt)
        if known is None or known.end is not None:
            return
        known.ending = True
        if not self._board.withdraw(known.offer.place, attempt):
            self._end(known, StartFailed(attempt, NOT_TAKEN, self._now()))

    def acknowledge(self, attempts: Sequence[str]) -> None:
        """Forget attempts whose end is durable; see `Launcher.acknowledge`."""
        for name in attempts:
            known = self._known.get(name)
            if known is not None and known.end is not None:
                del self._known[name]
                self._board.over(known.offer.place, name)

    async def stop(self, *, jobs: bool = False) -> None:
        """Let go; see `Launcher.stop`.

        With ``jobs``, attempts whose runners do not say in time that they have stopped are lost;
        of those that nobody has taken nothing runs, and the next start offers them again.
        """
        if jobs and self._report is not None:
            await self._end_all()
        self._report = None

    # -- what becomes of tasks -----------------------------------------------------------------

    def objects(self, owner: str, attempt: str) -> Mapping[str, PipelineObject] | None:  # noqa: ARG002 - attempts have names of their own
        """Give what a task runner is handed; None when the attempt is over."""
        known = self._known.get(attempt)
        if known is None or known.end is not None:
            return None
        return {attempt: object_of(known.launch, known.offer)}

    def taken(self, owner: str, attempt: str, runner: Named) -> None:  # noqa: ARG002 - as `objects`
        """Note who has an attempt; it does not run yet."""
        if known := self._known.get(attempt):
            known.host = runner.hostname

    def begun(self, owner: str, attempt: str) -> None:  # noqa: ARG002 - as `objects`
        """Say that an attempt runs."""
        known = self._known.get(attempt)
        if known is not None and known.end is None:
            self._begin(known)

    def ended(self, owner: str, attempt: str, result: str, failure: Failure) -> None:  # noqa: ARG002 - as `objects`
        """Say how an attempt ended; see `batchyard.launchers.offers.end_of`."""
        known = self._known.get(attempt)
        if known is None or known.end is not None:
            return
        now, begun = self._now(), known.begun_at is not None
        end = end_of(attempt, result, failure, now, begun=begun)
        if isinstance(end, Exited) and known.said is None:
            self._begin(known)
        self._end(known, end)

    def lost(self, owner: str, attempt: str) -> None:  # noqa: ARG002 - as `objects`
        """Say that an attempt is lost; offer it again if it never began."""
        known = self._known.get(attempt)
        if known is None or known.end is not None:
            return
        if known.begun_at is not None:
            self._end(known, Lost(attempt, self._now()))
        elif known.ending:
            self._end(known, StartFailed(attempt, NOT_TAKEN, self._now()))
        else:
            self._offer(known)

    # -- within --------------------------------------------------------------------------------

    def _take(self, launch: Launch | None, begun_at: int | None = None) -> _Attempt:
        assert launch is not None and launch.offer is not None  # noqa: S101, PT018 - others are not brought here
        known = self._known[launch.attempt] = _Attempt(launch, launch.offer, begun_at)
        return known

    def _offer(self, known: _Attempt) -> None:
        task = task_of(known.launch, known.offer)
        self._board.offer(known.offer.place, SERVICE, known.offer.job, task)

    def _begin(self, known: _Attempt) -> None:
        if known.begun_at is None:
            known.begun_at = self._now()
        known.said = Started(known.launch.attempt, None, None, known.begun_at, known.host)
        self._say(known.said)

    def _end(self, known: _Attempt, end: Exited | StartFailed | Lost) -> None:
        known.end = end
        self._say(end)
        if not any(self._living()):
            self._quiet.set()

    def _say(self, report: Started | Exited | StartFailed | Lost) -> None:
        if self._report is not None:
            self._report([report])

    def _living(self) -> Iterable[_Attempt]:
        return (known for known in self._known.values() if known.end is None)

    async def _end_all(self) -> None:
        self._quiet.clear()
        for name, known in list(self._known.items()):
            known.ending = True
            if known.end is None and not self._board.withdraw(known.offer.place, name):
                del self._known[name]
        if any(self._living()):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._quiet.wait(), self._patience)
        for known in list(self._living()):
            self._end(known, Lost(known.launch.attempt, self._now()))

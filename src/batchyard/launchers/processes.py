"""Attempts as processes of this machine, under the supervisor.

`Processes` uses the supervisor of a state directory, which outlives this process and is taken up
again by the next; `Embedded` starts one of its own, which ends every attempt when this process
goes.

Every attempt's environment gets the variable ``BATCHYARD_ATTEMPT`` with the attempt's id: by it
its processes are told from all others, should the supervisor be killed.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress

from batchyard.errors import BatchyardError, SupervisorGone
from batchyard.launchers.ledger import Ledger
from batchyard.launchers.leftovers import end_leftovers
from batchyard.launchers.link import Link, connect
from batchyard.launchers.messages import HasStarted, Hello, Told
from batchyard.launchers.seam import Held, Launch, Lost, Receive, Report
from batchyard.launchers.summons import Detached, Folders, Piped, Place

_LOSSES = 5
"""So many supervisors may be lost in a minute; more, and something is wrong with the machine."""
_MINUTE = 60.0
_PAUSE = 0.1
"""Seconds before the next try, when a supervisor cannot be started."""
_PATIENCE = 30.0
"""Seconds for attempts to be gone, beyond their grace."""


class Processes:
    """The launcher for processes; see `batchyard.launchers.seam.Launcher`.

    When the supervisor is lost, what is left of its attempts is ended, they are reported `Lost`,
    and a new one is started.

    Args:
        folders: where the supervisor works.
        gone: is told when the supervisor is lost for good: nothing runs any more.
        grace: seconds between SIGTERM and SIGKILL for `stop` with jobs.
        linger: seconds the supervisor stays when it has nothing to do and no server.
        options: further arguments of the supervisor's program.
        place: another way to a supervisor.
    """

    def __init__(
        self,
        folders: Folders,
        *,
        gone: Callable[[BatchyardError], None] | None = None,
        grace: float = 10.0,
        linger: float = 10.0,
        options: Sequence[str] = (),
        place: Place | None = None,
    ) -> None:
        self._folders = folders
        self._place = place or Detached(folders, ["--linger", str(linger), *options])
        self._gone = gone
        self._grace = grace
        self._ledger = Ledger()
        self._report: Receive | None = None
        self._link: Link | None = None
        self._ready = False
        self._mending: asyncio.Task[None] | None = None
        self._losses: deque[float] = deque(maxlen=_LOSSES)
        self._quiet = asyncio.Event()
        self.supervisor: Hello | None = None
        """Who serves us: its incarnation's id and its pid."""

    async def start(self, held: Sequence[Held], report: Receive) -> Sequence[str]:
        """Connect, starting the supervisor when none lives; see `Launcher.start`."""
        self._ledger = Ledger(held)
        self._report = report
        await asyncio.to_thread(self._folders.make)
        try:
            return await self._attach()
        except BaseException:
            await self.stop()
            raise

    def launch(self, launches: Sequence[Launch]) -> None:
        """Start attempts; see `Launcher.launch`."""
        for each in launches:
            end = self._ledger.launch(each)
            if end is not None:
                asyncio.get_running_loop().call_soon(self._pass_on, [end])
            elif self._ready:
                self._say_launch(each)

    def end(self, attempt: str, grace: float) -> None:
        """Ask an attempt to stop; see `Launcher.end`."""
        if self._ledger.end(attempt, grace) and self._ready and self._link:
            self._link.say("end", attempt, grace)

    def acknowledge(self, attempts: Sequence[str]) -> None:
        """Forget attempts whose end is durable; see `Launcher.acknowledge`."""
        ended = self._ledger.acknowledge(attempts)
        if ended and self._ready and self._link:
            self._link.say("acknowledge", ended)

    async def stop(self, *, jobs: bool = False) -> None:
        """Let go, after ending every attempt if asked to; see `Launcher.stop`."""
        if jobs and self._report is not None:
            await self._end_all()
        self._report = None
        if self._mending is not None:
            self._mending.cancel()
            await asyncio.gather(self._mending, return_exceptions=True)
        self._ready = False
        if self._link is not None:
            await self._link.close()
        await self._place.close()

    async def _attach(self) -> list[str]:
        """Connect, and account for every attempt; return those that nobody ever heard of."""
        self._link, self.supervisor = await connect(self._place, self._take)
        self._link.say("list")
        listed = await self._link.listed
        if listed is None:
            raise SupervisorGone("the supervisor went away while it was asked for its attempts")
        await self._lose(self._ledger.missing(listed.attempts))
        unknown = self._ledger.forget(h.attempt for h in self._ledger.missing(listed.attempts))
        self._ready = True
        for each in self._ledger.unsaid(listed.attempts):
            if isinstance(each, Launch):
                self._say_launch(each)
            else:
                self._link.say("end", *each)
        self._link.gone.add_done_callback(self._on_gone)
        return unknown

    async def _lose(self, missing: Sequence[Held]) -> None:
        """End what is left of attempts that the supervisor does not know, and report them."""
        if missing:
            folders = self._folders
            started = await asyncio.to_thread(end_leftovers, missing, folders.state, folders.work)
            now = time.time_ns() // 1_000_000
            self._pass_on([Lost(each.attempt, now) for each in missing if each.attempt in started])

    def _on_gone(self, _gone: asyncio.Future[None]) -> None:
        self._ready = False
        if self._report is not None:
            self._mending = asyncio.get_running_loop().create_task(self._mend())

    async def _mend(self) -> None:
        """Connect again, to a new supervisor if need be; a limited number of times."""
        loop = asyncio.get_running_loop()
        last = ""
        while len(self._losses) < _LOSSES or loop.time() - self._losses[0] > _MINUTE:
            self._losses.append(loop.time())
            try:
                await self._attach()
                return
            except BatchyardError as failed:
                last = f": {failed}"
                await asyncio.sleep(_PAUSE)
        if self._gone is not None:
            self._gone(SupervisorGone(f"the supervisor was lost {_LOSSES} times in a minute{last}"))

    async def _end_all(self) -> None:
        self._quiet.clear()
        for attempt in self._ledger.living():
            self.end(attempt, self._grace)
        if self._ledger.living():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._quiet.wait(), self._grace + _PATIENCE)

    def _take(self, told: Sequence[Told]) -> None:
        """Pass on what is told of our attempts, and put an end to all others."""
        ours = []
        for each in told:
            report = each.report()
            if self._ledger.knows(report.attempt):
                ours.append(report)
            elif self._link is not None and isinstance(each, HasStarted):
                self._link.say("end", each.attempt, self._grace)
            elif self._link is not None:
                self._link.say("acknowledge", [each.attempt])
        self._pass_on(ours)

    def _pass_on(self, reports: Sequence[Report]) -> None:
        for each in reports:
            self._ledger.hear(each)
        if reports and self._report is not None:
            self._report(reports)
        if not self._ledger.living():
            self._quiet.set()

    def _say_launch(self, each: Launch) -> None:
        if self._link is not None:
            self._link.say(
                "start", each.attempt, each.command, each.environment, each.directory, each.memory
            )


class Embedded(Processes):
    """As `Processes`, with a supervisor of its own that ends every attempt when we go.

    Args:
        folders: where the supervisor works; nobody else may use them.
        gone: as for `Processes`.
        grace: as for `Processes`.
        options: as for `Processes`.
    """

    def __init__(
        self,
        folders: Folders,
        *,
        gone: Callable[[BatchyardError], None] | None = None,
        grace: float = 10.0,
        options: Sequence[str] = (),
    ) -> None:
        place = Piped(folders, options)
        super().__init__(folders, gone=gone, grace=grace, place=place)

"""A launcher for tests: it runs nothing, and does what the test says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from batchyard.launchers.seam import (
    Exited,
    Held,
    Launch,
    Lost,
    Receive,
    Report,
    Started,
    StartFailed,
)

_R = TypeVar("_R", Started, StartFailed, Exited, Lost)


class FakeLauncher:
    """A launcher whose attempts start and end when a test says so.

    It outlives the engine under test: stop one engine, start another on the same launcher, and
    the second finds the attempts of the first, as with a real supervisor.

    Args:
        now: the time in epoch milliseconds, for reports that are given none.

    Attributes:
        launched: every launch that was new, by attempt, in order.
        ended: the grace of every attempt that was asked to end.
        acknowledged: every attempt whose end was acknowledged, in order.
    """

    def __init__(self, now: Callable[[], int] = lambda: 0) -> None:
        self.launched: dict[str, Launch] = {}
        self.ended: dict[str, float] = {}
        self.acknowledged: list[str] = []
        self._now = now
        self._known: dict[str, list[Report]] = {}
        self._report: Receive | None = None
        self._lost = False
        self._pids = 1000

    async def start(self, held: Sequence[Held], report: Receive) -> Sequence[str]:
        """Attach an engine; see `Launcher.start`."""
        self._report = report
        heard = set(self._known)
        for attempt in heard.difference(each.attempt for each in held):
            self.end(attempt, 0)
            del self._known[attempt]
        for each in held:
            if each.pid is not None or each.attempt in heard:
                said = self._known.setdefault(each.attempt, [])
                if self._lost or not (said or each.attempt in heard):
                    said[:] = [Lost(each.attempt, self._now())]
        self._lost = False
        self._repeat([each.attempt for each in held])
        return [each.attempt for each in held if each.attempt not in self._known]

    def launch(self, launches: Sequence[Launch]) -> None:
        """Record launches; see `Launcher.launch`."""
        again = []
        for each in launches:
            if each.attempt in self._known:
                again.append(each.attempt)
            else:
                self._known[each.attempt] = []
                self.launched[each.attempt] = each
        self._repeat(again)

    def end(self, attempt: str, grace: float) -> None:
        """Record that an attempt was asked to end; see `Launcher.end`."""
        if attempt in self.running():
            self.ended[attempt] = min(grace, self.ended.get(attempt, grace))

    def acknowledge(self, attempts: Sequence[str]) -> None:
        """Forget attempts; see `Launcher.acknowledge`."""
        for attempt in attempts:
            if attempt in self._known and attempt not in self.running():
                del self._known[attempt]
                self.acknowledged.append(attempt)

    async def stop(self, *, jobs: bool = False) -> None:
        """Detach the engine; see `Launcher.stop`."""
        if jobs:
            for attempt in self.running():
                self.exits(attempt, 143)
        self._report = None

    def running(self) -> list[str]:
        """Return the attempts that have neither ended nor failed to start, in order of launch."""
        over = (Exited, StartFailed, Lost)
        return [a for a, said in self._known.items() if not (said and isinstance(said[-1], over))]

    def starts(self, attempt: str, *, at: int | None = None) -> Started:
        """Let an attempt's process start, under a made-up pid."""
        self._pids += 1
        return self._say(Started(attempt, self._pids, self._pids * 7, self._at(at)))

    def fails_to_start(
        self, attempt: str, reason: str = "no such program", *, at: int | None = None
    ) -> StartFailed:
        """Let an attempt's start fail."""
        return self._say(StartFailed(attempt, reason, self._at(at)))

    def exits(
        self, attempt: str, exit_code: int = 0, reason: str | None = None, *, at: int | None = None
    ) -> Exited:
        """Let an attempt end."""
        return self._say(Exited(attempt, exit_code, reason, self._at(at)))

    def dies(self) -> None:
        """Lose the place with every attempt in it, as when a supervisor is killed.

        An attached engine is told at once; otherwise the next one is told what it held.
        """
        self._lost = self._report is None
        for attempt in self.running():
            self._say(Lost(attempt, self._now()))

    def _say(self, report: _R) -> _R:
        self._known[report.attempt].append(report)
        if self._report is not None:
            self._report([report])
        return report

    def _repeat(self, attempts: Sequence[str]) -> None:
        said = [report for each in attempts for report in self._known.get(each, ())]
        if said and self._report is not None:
            self._report(said)

    def _at(self, at: int | None) -> int:
        return self._now() if at is None else at

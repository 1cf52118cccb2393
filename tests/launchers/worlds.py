"""The launchers under test, each with what a test needs to steer it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Protocol, TypeVar
from uuid import uuid4

from batchyard.launchers.fake import FakeLauncher
from batchyard.launchers.processes import Embedded, Processes
from batchyard.launchers.seam import Held, Launch, Launcher, Report, Started
from batchyard.launchers.summons import Folders
from tests.launchers.task_runners import offer

PATIENCE = 30
"""Seconds after which a report is not coming."""

R = TypeVar("R", bound=Report)


@dataclass
class Heard:
    """Every report, and a way to wait for one."""

    reports: list[Report] = field(default_factory=list)
    more: asyncio.Event = field(default_factory=asyncio.Event)

    def __call__(self, reports: Sequence[Report]) -> None:
        self.reports.extend(reports)
        self.more.set()

    def of(self, attempt: str) -> list[Report]:
        return [report for report in self.reports if report.attempt == attempt]

    async def get(self, attempt: str, kind: type[R]) -> R:
        """Wait for the first report of a kind."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for report in self.of(attempt):
                    if isinstance(report, kind):
                        return report
                self.more.clear()
                await self.more.wait()


class World(Protocol):
    """One launcher, and how to make things happen to it.

    Attributes:
        outlives: whether attempts outlive the process of the launcher.
        kills: whether an attempt can be killed without a grace.
    """

    outlives: bool
    kills: bool

    def launcher(self) -> Launcher:
        """Another launcher on the same place, as after a restart of the server."""

    def lose(self) -> None:
        """Kill the place where attempts run."""


def _until(happened: Callable[[], bool]) -> None:
    until = monotonic() + PATIENCE
    while not happened():
        assert monotonic() < until, "it never happened"


def _grouped(told: Path) -> Path | None:
    _until(lambda: "/batchyard-" in told.read_text())
    line = next(line for line in told.read_text().splitlines() if "/batchyard-" in line)
    folder = line[line.index("/batchyard-") + 1 :]
    return next(Path("/sys/fs/cgroup").rglob(folder), None)


def launch(*command: str, **environment: str) -> Launch:
    """An attempt with a name of its own."""
    name, own = f"{uuid4().hex}:1", {"PATH": os.environ["PATH"], **environment}
    return Launch(name, command, own, memory=256, offer=offer(name))


def exits(code: int) -> Launch:
    return launch("sh", "-c", f"exit {code}")


def lasts() -> Launch:
    return launch("sleep", "1000")


def missing() -> Launch:
    return launch("no-such-program")


def held(launched: Launch, started: Started | None = None) -> Held:
    """What an engine remembers of an attempt."""
    if started is None:
        return Held(launched.attempt, launch=launched)
    return Held(launched.attempt, started.pid, started.ticks, started.at, launched)


def pid_of(started: Started) -> int:
    """The process of an attempt that runs on this machine."""
    assert started.pid is not None
    return started.pid


@dataclass
class Detached:
    """The supervisor of a state directory."""

    folders: Folders
    options: tuple[str, ...] = ()
    outlives: bool = True
    kills: bool = True
    made: list[Processes] = field(default_factory=list)

    def launcher(self, gone: Callable[[Exception], None] | None = None) -> Processes:
        self.made.append(Processes(self.folders, options=self.options, gone=gone))
        return self.made[-1]

    def lose(self) -> None:
        os.kill(self.supervisor, signal.SIGKILL)

    async def printed(self, launched: Launch, ending: bytes) -> bytes:
        """Wait until an attempt's log ends with something."""
        return await asyncio.to_thread(self._printed, launched, ending)

    def _printed(self, launched: Launch, ending: bytes) -> bytes:
        path = self.folders.logs / f"{launched.attempt}.log"
        _until(lambda: path.exists() and path.read_bytes().endswith(ending))
        return path.read_bytes()

    async def exists(self, path: Path) -> None:
        """Wait until there is such a file."""
        await asyncio.to_thread(_until, path.exists)

    async def grouped(self, pid: int) -> Path | None:
        """Wait until a process is in a control group of the supervisor's; None without groups."""
        if "--no-groups" in self.options:
            return None
        return await asyncio.to_thread(_grouped, Path(f"/proc/{pid}/cgroup"))

    def terminate(self) -> None:
        """Ask the supervisor to end."""
        os.kill(self.supervisor, signal.SIGTERM)

    @property
    def supervisor(self) -> int:
        """The pid of the supervisor that was found last."""
        found = [made.supervisor.pid for made in self.made if made.supervisor]
        return found[-1]


@dataclass
class Owned:
    """An embedded supervisor: each launcher has its own."""

    folders: Folders
    outlives: bool = False
    kills: bool = True
    made: list[Embedded] = field(default_factory=list)

    def launcher(self) -> Embedded:
        self.made.append(Embedded(self.folders))
        return self.made[-1]

    def lose(self) -> None:
        supervisor = self.made[-1].supervisor
        assert supervisor is not None
        os.kill(supervisor.pid, signal.SIGKILL)


class Played(FakeLauncher):
    """The fake, playing what the commands of this module would do."""

    def launch(self, launches: Sequence[Launch]) -> None:
        new = {each.attempt: each for each in launches if each.attempt not in self._known}
        super().launch(launches)
        for each in new.values():
            asyncio.get_running_loop().call_soon(self._play, each)

    def end(self, attempt: str, grace: float) -> None:
        if attempt in self.running():
            code = 137 if grace == 0 else 143
            asyncio.get_running_loop().call_soon(self._stop, attempt, code)
        super().end(attempt, grace)

    def _play(self, each: Launch) -> None:
        if each.command[0] == "no-such-program":
            self.fails_to_start(each.attempt, "no program 'no-such-program' in PATH")
            return
        self.starts(each.attempt)
        if each.command[0] == "sh":
            self.exits(each.attempt, int(each.command[2].removeprefix("exit ")))

    def _stop(self, attempt: str, code: int) -> None:
        if attempt in self.running():
            self.exits(attempt, code)


@dataclass
class Pretended:
    """The fake."""

    outlives: bool = True
    kills: bool = True
    made: Played = field(default_factory=Played)

    def launcher(self) -> Played:
        return self.made

    def lose(self) -> None:
        self.made.dies()


def folders(below: Path) -> Folders:
    return Folders(below / "state", below / "logs", below / "work")

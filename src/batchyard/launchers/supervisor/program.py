"""The supervisor as a program: what it is told on its command line, and how it is put together.

::

    supervisor STATE_DIR LOGS_DIR WORK_DIR [--linger SECONDS] [--pipe FD]
               [--no-pidfd] [--no-groups]

Without ``--pipe`` it leaves its parent, takes the lock of the state directory, listens there, and
prints one line: ``ready``, ``locked PID`` or ``failed REASON``. It outlives the servers that
connect, and ends by itself after lingering idle.

With ``--pipe`` it serves the one connection it was started with, and ends with it: every attempt
gets a SIGTERM, and two seconds later a SIGKILL.

SIGTERM ends every attempt likewise, with five seconds, and then the supervisor; a second one
does so at once. None of it is told to the server: to it, its host was shut down.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

from batchyard.launchers.supervisor import door, proc
from batchyard.launchers.supervisor.attempt import Attempt
from batchyard.launchers.supervisor.attempts import Attempts
from batchyard.launchers.supervisor.children import ByPidfd, BySignal, Children
from batchyard.launchers.supervisor.ending import Ending
from batchyard.launchers.supervisor.hierarchy import find
from batchyard.launchers.supervisor.kin import Kin
from batchyard.launchers.supervisor.loop import Loop
from batchyard.launchers.supervisor.memory import Memory
from batchyard.launchers.supervisor.open_files import raise_limit
from batchyard.launchers.supervisor.places import Places
from batchyard.launchers.supervisor.roster import Roster
from batchyard.launchers.supervisor.service import Service
from batchyard.launchers.supervisor.wakes import Wakes

_ABANDONED = 2.0
"""Seconds between SIGTERM and SIGKILL when the owner of an embedded supervisor is gone."""
_SHUTDOWN = 5.0
"""The same when this process is asked to end."""


class Settings(NamedTuple):
    """The command line."""

    state_dir: str
    logs_dir: str
    work_dir: str
    linger: float = 10.0
    pipe: int | None = None
    pidfd: bool = True
    groups: bool = True


def read_settings(arguments: list[str]) -> Settings:
    """Read the command line; argparse alone would double the time to start."""
    folders, rest = arguments[:3], iter(arguments[3:])
    state_dir, logs_dir, work_dir = folders
    settings = Settings(state_dir, logs_dir, work_dir)
    for name in rest:
        if name == "--linger":
            settings = settings._replace(linger=float(next(rest)))
        elif name == "--pipe":
            settings = settings._replace(pipe=int(next(rest)))
        elif name == "--no-pidfd":
            settings = settings._replace(pidfd=False)
        elif name == "--no-groups":
            settings = settings._replace(groups=False)
        else:
            raise SystemExit(f"unknown argument {name!r}")
    return settings


def main(arguments: list[str]) -> None:
    """Run the program."""
    settings = read_settings(arguments)
    if settings.pipe is None:
        _detached(settings)
    else:
        _embedded(settings, socket.socket(fileno=settings.pipe))


def _detached(settings: Settings) -> None:
    if os.fork():
        os._exit(0)
    os.setsid()
    log = os.open(f"{settings.state_dir}/{door.LOG}", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 2)
    os.close(log)
    try:
        held = door.lock(settings.state_dir)
        entrance = door.listen(settings.state_dir)
        supervisor = Supervisor(settings, settings.linger)
    except door.Locked as locked:
        _answer(f"locked {locked}")
        return
    except OSError as error:
        _answer(f"failed {error}")
        return
    supervisor.service.listen(entrance)
    _answer("ready")
    supervisor.run(lambda: door.close(settings.state_dir))
    os.close(held)


def _embedded(settings: Settings, connection: socket.socket) -> None:
    os.set_inheritable(connection.fileno(), False)  # noqa: FBT003 - the function takes no name
    os.setsid()
    supervisor = Supervisor(settings, None)
    supervisor.service.adopt(connection, lambda: supervisor.service.close(_ABANDONED))
    supervisor.run(lambda: None)


def _answer(line: str) -> None:
    """Tell whoever started this program, and let go of that file."""
    os.write(1, f"{line}\n".encode())
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1)
    os.close(null)


def note(text: str) -> None:
    """Write a line to the supervisor's own log."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    os.write(2, f"{now} supervisor[{os.getpid()}] {text}\n".encode())


class Supervisor:
    """The parts, put together.

    Args:
        settings: the command line.
        linger: seconds to stay when idle; None never ends for that.

    Raises:
        OSError: the state directory cannot be written.
    """

    def __init__(self, settings: Settings, linger: float | None) -> None:
        raise_limit()
        loop = Loop()
        wakes = Wakes(loop)
        incarnation = os.urandom(8).hex()
        self.service = Service(loop, incarnation, linger, note)
        mains: dict[int, Attempt] = {}
        children: Children = ByPidfd(loop) if settings.pidfd and _has_pidfd() else BySignal(wakes)
        self._places = places = Places(settings.work_dir, children, note)
        kin = Kin(lambda pid: pid in mains or pid in places.removing)
        groups = find(_group_name(settings.state_dir)) if settings.groups else None
        self._memory = Memory(loop, groups, partial(_processes, kin))
        self._roster = Roster(settings.state_dir, incarnation, self._running)
        self._attempts = Attempts(
            settings.logs_dir, places, self._memory, self._roster, self.service.say
        )
        self._ending = Ending(
            loop=loop,
            children=children,
            kin=kin,
            memory=self._memory,
            mains=mains,
            over=self._attempts.over,
        )
        wakes.on(signal.SIGTERM, lambda: self.service.close(_SHUTDOWN))

    def _running(self) -> Iterable[tuple[str, int, int]]:
        return self._attempts.running()

    def run(self, leave: Callable[[], None]) -> None:
        """Run until the end.

        Args:
            leave: is called when nobody shall find this supervisor any more.
        """
        gc.collect()
        gc.freeze()
        if self.service.run(self._attempts, self._ending):
            self._roster.end()
        leave()
        self._memory.close()
        self._places.close()


def _has_pidfd() -> bool:
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):
        return False
    return True


def _group_name(state_dir: str) -> str:
    """Name the control groups of one state directory, so that no two share any."""
    found = os.stat(state_dir)  # noqa: PTH116 - pathlib costs its import
    return f"batchyard-{found.st_dev:x}-{found.st_ino:x}"


def _processes(kin: Kin, attempt: Attempt) -> list[int]:
    """List all processes of a running attempt."""
    return proc.tree([attempt.pid, *kin.of(attempt.launch.attempt, attempt.pid)])

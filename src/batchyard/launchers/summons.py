"""Starting the supervisor's program, and reaching one that runs.

Two ways: `Detached`, one for each state directory, which outlives this process; and `Piped`, our
own, which ends with us.
"""

from __future__ import annotations

import asyncio
import os
import select
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import batchyard
from batchyard.errors import SupervisorGone
from batchyard.launchers.supervisor import open_files
from batchyard.launchers.supervisor.door import LOG, SOCKET

# Isolated, and without site: it needs nothing that is installed but its own package, whose place
# it is told last in line, so that nothing beside it shadows the standard library.
# Before that it takes back what its server raised for itself: attempts get what is left.
_BOOT = (
    "import resource as r, sys; files = r.RLIMIT_NOFILE; "
    "r.setrlimit(files, (int(sys.argv.pop(1)), r.getrlimit(files)[1])); "
    "sys.path.append(sys.argv.pop(1)); "
    "from batchyard.launchers.supervisor.program import main; main(sys.argv[1:])"
)
_ROOT = str(Path(batchyard.__file__).resolve().parents[1])
_LONGEST_ADDRESS = 100
"""Bytes of a socket's path that are safe everywhere: Linux has 108, macOS 104."""
_TRIES = 100
_PAUSE = 0.05
"""Seconds between tries while another supervisor comes or goes: five seconds in all."""
_STOP = 15
"""Seconds an embedded supervisor has to end its attempts and itself: it takes three."""
_START = 30
"""Seconds within which the program must have started."""


@dataclass(frozen=True)
class Folders:
    """Where a supervisor works; made when missing, for this user alone.

    Args:
        state: its lock, socket, list and log.
        logs: the output of attempts.
        work: the attempts' own working directories.
    """

    state: Path
    logs: Path
    work: Path

    def make(self) -> None:
        """Make them.

        Raises:
            SupervisorGone: they cannot be made.
        """
        for folder in (self.state, self.logs, self.work):
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                raise SupervisorGone(f"cannot make the directory {folder}: {error}") from error


class Place(Protocol):
    """A supervisor to connect to."""

    async def open(self) -> socket.socket:
        """Return a new connection, starting the program when none runs.

        Raises:
            SupervisorGone: it cannot be started or reached.
        """

    async def close(self) -> None:
        """Wait for what ends with the connection, after that ended."""


class Detached:
    """The supervisor of a state directory, whoever started it.

    Args:
        folders: where it works.
        options: further arguments of the program.
    """

    def __init__(self, folders: Folders, options: Sequence[str]) -> None:
        self._folders = folders
        self._options = options

    async def open(self) -> socket.socket:
        """See `Place.open`."""
        for _ in range(_TRIES):
            try:
                return connect(self._folders.state)
            except (FileNotFoundError, ConnectionRefusedError):
                answer = await asyncio.to_thread(self._summon)
            if answer.startswith("locked"):  # it comes or goes at this moment
                await asyncio.sleep(_PAUSE)
            elif answer != "ready":
                raise SupervisorGone(self._explain(answer))
        raise SupervisorGone(self._explain(f"its lock is held ({answer}), but nobody answers"))

    async def close(self) -> None:
        """See `Place.close`: it lives on."""

    def _summon(self) -> str:
        """Start the program; return the line it answers with."""
        with subprocess.Popen(
            _command(self._folders, self._options),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as program:
            if program.stdout is None:  # never: it was asked for
                return ""
            waiting = select.poll()
            waiting.register(program.stdout, select.POLLIN)
            if not waiting.poll(_START * 1000):
                program.kill()
            return program.stdout.readline().decode(errors="replace").strip()

    def _explain(self, answer: str) -> str:
        log = self._folders.state / LOG
        return f"the supervisor did not start: {answer or 'it said nothing'}; see {log}"


class Piped:
    """A supervisor of our own, for one connection.

    Args:
        folders: where it works.
        options: further arguments of the program.
    """

    def __init__(self, folders: Folders, options: Sequence[str]) -> None:
        self._folders = folders
        self._options = options
        self._program: subprocess.Popen[bytes] | None = None

    async def open(self) -> socket.socket:
        """See `Place.open`."""
        await self.close()
        ours, theirs = socket.socketpair()
        with theirs, (self._folders.state / LOG).open("ab") as log:
            pipe = theirs.fileno()
            try:
                self._program = subprocess.Popen(  # noqa: ASYNC220 - it takes a millisecond
                    _command(self._folders, [*self._options, "--pipe", str(pipe)]),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=log,
                    pass_fds=[pipe],
                )
            except OSError as error:
                ours.close()
                raise SupervisorGone(f"cannot start the supervisor: {error}") from error
        return ours

    async def close(self) -> None:
        """See `Place.close`."""
        if self._program is not None:
            program, self._program = self._program, None
            await asyncio.to_thread(_wait, program)


def _wait(program: subprocess.Popen[bytes]) -> None:
    try:
        program.wait(_STOP)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()


def connect(state_dir: Path) -> socket.socket:
    """Connect to the supervisor of a state directory, however long its path is.

    Raises:
        FileNotFoundError: none was ever there, or it ended in order.
        ConnectionRefusedError: it was killed.
    """
    path = str(state_dir / SOCKET)
    if len(os.fsencode(path)) <= _LONGEST_ADDRESS:
        return _connect(path)
    # A private directory with a short name, and in it a link to the long one.
    with tempfile.TemporaryDirectory(dir=_short_folder()) as folder:
        link = Path(folder) / "s"
        link.symlink_to(state_dir.resolve())
        return _connect(str(link / SOCKET))


def _connect(path: str) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(path)
    except OSError:
        connection.close()
        raise
    return connection


def _short_folder() -> str:
    usual = tempfile.gettempdir()
    return usual if len(os.fsencode(usual)) < _LONGEST_ADDRESS // 2 else "/tmp"  # noqa: S108 - private below


def _command(folders: Folders, options: Sequence[str]) -> list[str]:
    places = [str(folder.resolve()) for folder in (folders.state, folders.logs, folders.work)]
    told = [str(open_files.of_others()), _ROOT]
    return [sys.executable, "-I", "-S", "-X", "utf8", "-c", _BOOT, *told, *places, *options]

"""The list of what was ever started: ``attempts.log`` in the state directory.

It is for the day the supervisor is killed: whoever comes next finds there what may still run.
Lines are appended, and not synced, since a crash of the machine leaves no processes::

    incarnation ID BOOT      a supervisor began, in that boot of the machine
    attempt ID PID TICKS     it started an attempt
    ended                    it ended in order, with nothing left to tell
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import NamedTuple

from batchyard.launchers.supervisor import proc

NAME = "attempts.log"
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
_LONG = 4 * 1024 * 1024
"""Bytes after which the list is written anew with what still runs."""


class Spawned(NamedTuple):
    """An attempt's main process; its boot is "-" where that is not known."""

    attempt: str
    pid: int
    ticks: int
    boot: str


class Past(NamedTuple):
    """What a list tells: all that was started, and whether a crash of the machine hid some.

    Attributes:
        spawned: by attempt.
        rebooted: a supervisor did not end in order, and the machine was started anew since.
    """

    spawned: dict[str, Spawned]
    rebooted: bool


def read(state_dir: str) -> Past:
    """Read a list; a line that was cut short by a crash is passed over."""
    spawned, boot, unfinished = {}, "-", set()
    for line in os.fsdecode(proc.read(f"{state_dir}/{NAME}")).splitlines():
        match line.split(" "):
            case ["incarnation", _, boot]:
                unfinished.add(boot)
            case ["attempt", attempt, pid, ticks] if pid.isdecimal() and ticks.isdecimal():
                spawned[attempt] = Spawned(attempt, int(pid), int(ticks), boot)
            case ["ended"]:
                unfinished.discard(boot)
    return Past(spawned, bool(unfinished - {proc.boot()}))


class Roster:
    """The list, as the supervisor writes it.

    Args:
        state_dir: where it is.
        incarnation: this supervisor's id.
        running: tells what runs now, as attempt, pid and ticks: all that a list that has become
            long is written anew with.

    Raises:
        OSError: it cannot be written.
    """

    def __init__(
        self,
        state_dir: str,
        incarnation: str,
        running: Callable[[], Iterable[tuple[str, int, int]]],
    ) -> None:
        self._path = f"{state_dir}/{NAME}"
        self._head = f"incarnation {incarnation} {proc.boot()}\n"
        self._running = running
        self._lines = [self._head]
        # Of a supervisor that ended in order nothing runs.
        over = proc.read(self._path).endswith(b"\nended\n")
        self._fd = os.open(self._path, _FLAGS | (os.O_TRUNC if over else 0), 0o600)
        self._size = os.fstat(self._fd).st_size
        self.flush()

    def add(self, attempt: str, pid: int, ticks: int) -> None:
        """Note that an attempt was started."""
        self._lines.append(_line(attempt, pid, ticks))

    def flush(self) -> None:
        """Write what was noted."""
        if not self._lines:
            return
        text = "".join(self._lines).encode()
        self._lines.clear()
        with suppress(OSError):  # a full disk: the marker in their environment finds them too
            self._size += os.write(self._fd, text)
            if self._size > _LONG:
                self._renew()

    def end(self) -> None:
        """Note that this supervisor ended in order: nothing runs, and all was acknowledged."""
        self._lines.append("ended\n")
        self.flush()

    def _renew(self) -> None:
        lines = [self._head, *(_line(*each) for each in self._running())]
        new = os.open(f"{self._path}.new", _FLAGS | os.O_TRUNC, 0o600)
        self._size = os.write(new, "".join(lines).encode())
        os.rename(f"{self._path}.new", self._path)  # noqa: PTH104 - pathlib costs its import
        os.close(self._fd)
        self._fd = new


def _line(attempt: str, pid: int, ticks: int) -> str:
    return f"attempt {attempt} {pid} {ticks}\n"

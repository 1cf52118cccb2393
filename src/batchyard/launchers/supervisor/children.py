"""Learning that a child process ended: by its pidfd, or by SIGCHLD where there is none.

Whichever way: when a watched child has ended, what is left of its process group is killed, the
child is reaped, and its wait status is handed on.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from batchyard.launchers.supervisor.loop import Loop
from batchyard.launchers.supervisor.wakes import Wakes

Ended = Callable[[int], None]
"""Takes a wait status."""


class Children(Protocol):
    """Calls back, once, when a watched child has ended, its group with it."""

    def watch(self, pid: int, call: Ended) -> None:
        """Call back when a child of this process has ended."""


class ByPidfd:
    """Linux 5.3 and later: a file for each child, readable when it has ended."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop

    def watch(self, pid: int, call: Ended) -> None:
        """See `Children.watch`."""
        fd = os.pidfd_open(pid)

        def ended() -> None:
            self._loop.forget(fd)
            os.close(fd)
            # Before it is reaped, the group's number cannot be given to anybody else.
            kill_group(pid)
            call(_reap(pid, 0) or 0)

        self._loop.watch(fd, ended)


class BySignal:
    """Everywhere: SIGCHLD wakes the loop, and every watched child is looked at."""

    def __init__(self, wakes: Wakes) -> None:
        self._watched: dict[int, Ended] = {}
        self._wakes = wakes
        wakes.on(signal.SIGCHLD, self._look)

    def watch(self, pid: int, call: Ended) -> None:
        """See `Children.watch`."""
        self._watched[pid] = call
        # It may have ended already, its signal with it.
        self._wakes.wake(signal.SIGCHLD)

    def _look(self) -> None:
        for pid in list(self._watched):
            status = _reap(pid, os.WNOHANG)
            if status is not None:
                kill_group(pid)
                self._watched.pop(pid)(status)


def kill_group(pid: int) -> None:
    """Kill a process group, if there is still one."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def gone(pid: int) -> bool:
    """Reap a child if it has ended; tell whether it is gone."""
    return _reap(pid, os.WNOHANG) is not None


def _reap(pid: int, options: int) -> int | None:
    """Return the wait status of a child; None when it still runs, 0 when it is no child."""
    try:
        reaped, status = os.waitpid(pid, options)
    except ChildProcessError:
        return 0
    return status if reaped else None

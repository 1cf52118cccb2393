"""How an attempt ends: whole, and with all its output.

An attempt ends as a container does: with its main process. What else is left of it is killed (its
process group, and everything that detached itself: `kin`), its pipe is read to the end, and only
then is it over.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from time import time_ns

from batchyard.launchers.supervisor.attempt import DRAINING, OVER, Attempt
from batchyard.launchers.supervisor.children import Children, kill_group
from batchyard.launchers.supervisor.kin import Kin
from batchyard.launchers.supervisor.loop import Loop
from batchyard.launchers.supervisor.memory import Memory

_CHUNK = 65536
"""Bytes read at once: what a pipe holds."""
_ALL = 1024 * 1024
"""Bytes that a pipe can be made to hold, on Linux, by whoever writes to it: fcntl(2)."""
_PATIENCE = 1.0
"""Seconds for what is left of an attempt to go, once it was killed."""


class Ending:
    """Reads attempts to their end, and ends them.

    Args:
        loop: calls back.
        children: tells of ended processes.
        kin: knows what attempts leave behind.
        memory: lets go of what is over.
        mains: the attempts with a main process, by its pid; those that ended are taken out.
        over: is told when nothing of an attempt runs any more.
    """

    def __init__(
        self,
        *,
        loop: Loop,
        children: Children,
        kin: Kin,
        memory: Memory,
        mains: dict[int, Attempt],
        over: Callable[[Attempt], None],
    ) -> None:
        self._loop = loop
        self._children = children
        self._kin = kin
        self._memory = memory
        self._mains = mains
        self._over = over

    def attend(self, attempt: Attempt) -> None:
        """Read an attempt's output, and see its main process end.

        Raises:
            OSError: there is no file left to watch it with; it has been ended.
        """
        try:
            self._children.watch(attempt.pid, partial(self._exited, attempt))
        except OSError:
            kill_group(attempt.pid)
            os.waitpid(attempt.pid, 0)
            os.close(attempt.pipe)
            raise
        self._mains[attempt.pid] = attempt
        self._loop.watch(attempt.pipe, partial(self._read, attempt))

    def ask(self, attempt: Attempt, grace: float) -> None:
        """Ask an attempt to end, and kill it after a grace in seconds, or earlier if asked so."""
        if attempt.kill is None and grace > 0:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(attempt.pid, signal.SIGTERM)
        kill = self._loop.after(grace, partial(kill_group, attempt.pid))
        if attempt.kill is not None:
            earlier, kill = sorted((attempt.kill, kill))
            kill.cancel()
            kill = earlier
        attempt.kill = kill

    def _read(self, attempt: Attempt) -> None:
        """Take one read's worth of output, now that there is some."""
        data = os.read(attempt.pipe, _CHUNK)
        if data:
            attempt.output.write(data)
        else:
            self._close_pipe(attempt)
            self._settle(attempt)

    def _exited(self, attempt: Attempt, status: int) -> None:
        attempt.status = status
        attempt.ended = time_ns() // 1_000_000
        del self._mains[attempt.pid]
        if attempt.kill is not None:
            attempt.kill.cancel()
        attempt.phase = DRAINING
        self._sweep(attempt)
        self._settle(attempt)
        if attempt.phase == DRAINING:
            attempt.kill = self._loop.after(_PATIENCE, partial(self._give_up, attempt))

    def _sweep(self, attempt: Attempt) -> None:
        """Kill what outlived the main process; what it leaves in turn is swept when it ends."""
        for pid in self._left(attempt):
            if pid not in attempt.strays:
                attempt.strays.add(pid)
                with suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
                    self._children.watch(pid, partial(self._swept, attempt, pid))

    def _left(self, attempt: Attempt) -> list[int]:
        strays = self._kin.strays()
        if not strays or not self._mains:  # nobody else is there for them to belong to
            return strays
        return self._kin.of(attempt.launch.attempt, attempt.pid) + self._memory.pids(attempt)

    def _swept(self, attempt: Attempt, pid: int, _status: int) -> None:
        attempt.strays.discard(pid)
        if attempt.phase == DRAINING:
            self._sweep(attempt)
            self._settle(attempt)

    def _settle(self, attempt: Attempt) -> None:
        if attempt.phase == DRAINING and attempt.pipe < 0 and not attempt.strays:
            self._finish(attempt)

    def _give_up(self, attempt: Attempt) -> None:
        """End without what cannot be ended, such as a process of another user's."""
        if attempt.phase != DRAINING:
            return
        if attempt.pipe >= 0:
            os.set_blocking(attempt.pipe, False)
            with suppress(BlockingIOError):
                data = os.read(attempt.pipe, _ALL)
                if data:
                    attempt.output.write(data)
            self._close_pipe(attempt)
        self._finish(attempt)

    def _close_pipe(self, attempt: Attempt) -> None:
        if attempt.pipe >= 0:
            self._loop.forget(attempt.pipe)
            os.close(attempt.pipe)
            attempt.pipe = -1

    def _finish(self, attempt: Attempt) -> None:
        attempt.phase = OVER
        if attempt.kill is not None:
            attempt.kill.cancel()
        attempt.output.close()
        self._memory.ended(attempt)
        self._over(attempt)

"""Holding attempts to their memory: control groups where they can be had, else watching.

An attempt is looked at for the first time when it is 50 ms old. Moving a process into a group in
hand costs 12 us, beside the 600 us of a whole ``/bin/true``; but after a pause the first move
waits 9 ms for the kernel (an RCU grace period), and every fork on the machine with it, which would
be in the latency of every lone job. (Measured on Linux 6.18 with version 1 groups, 500 moves.)
Most attempts of a fast queue never live that long, and cost nothing here.

What an attempt allocated before it was moved stays charged elsewhere. One that already held an
eighth of its limit is therefore also watched, as all are where there are no groups: every
250 ms the anonymous memory of its processes is added up, which overstates what forked processes
share, and only if that is over the limit are the kernel's proportional figures asked for.

That the kernel killed is proved by the group's ``oom_kill`` counter, not by the signal.
"""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

from batchyard.launchers.supervisor import proc
from batchyard.launchers.supervisor.attempt import RUNNING, Attempt
from batchyard.launchers.supervisor.groups import MEBIBYTE, Group, Groups
from batchyard.launchers.supervisor.loop import Loop

OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage"
"""The reason AWS Batch gives: docs.aws.amazon.com/batch/latest/userguide/memory-management.html"""

_FIRST_LOOK = 0.05
_EVERY = 0.25
_MUCH = 8
"""The part of its limit (one in so many) an attempt may hold elsewhere without being watched."""


class Memory:
    """Looks at every attempt that has a limit.

    Args:
        loop: gives the time to look.
        groups: control groups, or None to watch only.
        processes: lists the processes of an attempt that is in no group.
    """

    def __init__(
        self, loop: Loop, groups: Groups | None, processes: Callable[[Attempt], list[int]]
    ) -> None:
        self._loop = loop
        self._groups = groups
        self._processes = processes
        self._young: deque[tuple[float, Attempt]] = deque()
        self._grouped: dict[str, Group] = {}
        self._watched: dict[str, Attempt] = {}

    def began(self, attempt: Attempt) -> None:
        """Take note of an attempt whose main process runs."""
        if attempt.launch.memory is None:
            return
        if not self._young:
            self._loop.after(_FIRST_LOOK, self._look_at_young)
        self._young.append((monotonic() + _FIRST_LOOK, attempt))

    def ended(self, attempt: Attempt) -> None:
        """Let go of an attempt of which nothing runs any more, with the reason if this is it."""
        self._watched.pop(attempt.launch.attempt, None)
        group = self._grouped.pop(attempt.launch.attempt, None)
        if group is not None and self._groups is not None:
            if attempt.status != 0 and self._groups.killed(group):
                attempt.reason = OUT_OF_MEMORY
            self._groups.give_back(group)

    def pids(self, attempt: Attempt) -> list[int]:
        """List what runs in an attempt's group; nothing when it has none."""
        group = self._grouped.get(attempt.launch.attempt)
        return self._groups.pids(group) if group and self._groups else []

    def close(self) -> None:
        """Remove every group."""
        if self._groups is not None:
            self._groups.close()

    def _look_at_young(self) -> None:
        now = monotonic()
        while self._young and self._young[0][0] <= now:
            attempt = self._young.popleft()[1]
            if attempt.phase == RUNNING:
                self._hold(attempt)
        while self._young and self._young[0][1].phase != RUNNING:
            self._young.popleft()
        if self._young:
            self._loop.after(self._young[0][0] - now, self._look_at_young)

    def _hold(self, attempt: Attempt) -> None:
        pids = self._processes(attempt)
        held = sum(map(proc.anonymous, pids))
        grouped = self._group(attempt, pids)
        if not grouped or held > _limit(attempt) // _MUCH:
            if not self._watched:
                self._loop.after(_EVERY, self._look_at_watched)
            self._watched[attempt.launch.attempt] = attempt

    def _group(self, attempt: Attempt, pids: list[int]) -> bool:
        """Move an attempt into a group, with what it forks while it is being moved."""
        if self._groups is None:
            return False
        try:
            group = self._groups.take(attempt.launch.memory or 0)
            self._grouped[attempt.launch.attempt] = group
            moved: set[int] = set()
            while not moved.issuperset(pids):
                self._groups.add(group, [pid for pid in pids if pid not in moved])
                moved.update(pids)
                pids = self._processes(attempt)
        except OSError:
            return False
        return True

    def _look_at_watched(self) -> None:
        for attempt in self._watched.values():
            if attempt.phase == RUNNING:
                self._weigh(attempt)
        if self._watched:
            self._loop.after(_EVERY, self._look_at_watched)

    def _weigh(self, attempt: Attempt) -> None:
        pids = self.pids(attempt) or self._processes(attempt)
        limit = _limit(attempt)
        if sum(map(proc.anonymous, pids)) <= limit or sum(map(proc.proportional, pids)) <= limit:
            return
        attempt.reason = OUT_OF_MEMORY
        for pid in pids:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


def _limit(attempt: Attempt) -> int:
    return (attempt.launch.memory or 0) * MEBIBYTE

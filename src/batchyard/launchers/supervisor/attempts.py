"""Every attempt that is not yet acknowledged: taken in, started, ended, told of, forgotten."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from time import time_ns

from batchyard.launchers.supervisor.attempt import OVER, RUNNING, WAITING, Attempt
from batchyard.launchers.supervisor.ending import Ending
from batchyard.launchers.supervisor.memory import Memory
from batchyard.launchers.supervisor.output import Output
from batchyard.launchers.supervisor.places import Places
from batchyard.launchers.supervisor.protocol import Start, encode
from batchyard.launchers.supervisor.roster import Roster
from batchyard.launchers.supervisor.spawning import CannotStart, spawn

_AT_ONCE = 8
"""Attempts started in one turn of the loop: what is ready meanwhile waits some 3 ms."""
_SIGNALLED = 128
"""Added to a signal's number, as shells and containers report it."""


class Attempts:
    """The attempts, by their ids.

    Args:
        logs_dir: where output goes.
        places: makes and removes working directories.
        memory: holds attempts to their limits.
        roster: keeps the list of what was started.
        say: takes lines for the server.
    """

    def __init__(
        self,
        logs_dir: str,
        places: Places,
        memory: Memory,
        roster: Roster,
        say: Callable[[bytes], None],
    ) -> None:
        self._logs_dir = logs_dir
        self._places = places
        self._memory = memory
        self._roster = roster
        self._say = say
        self._known: dict[str, Attempt] = {}
        self._waiting: deque[Attempt] = deque()

    def __len__(self) -> int:
        return len(self._known)

    def start(self, launch: Start) -> None:
        """Take an attempt in; one that is known is only told of again."""
        known = self._known.get(launch.attempt)
        if known is not None:
            self._repeat(known)
            return
        attempt = Attempt(launch, Output(f"{self._logs_dir}/{launch.attempt}"))
        self._known[launch.attempt] = attempt
        self._waiting.append(attempt)

    def begin(self, ending: Ending) -> bool:
        """Start some of the attempts that wait; tell whether more do."""
        if not self._waiting:
            return False
        for _ in range(min(_AT_ONCE, len(self._waiting))):
            attempt = self._waiting.popleft()
            if attempt.phase == WAITING:
                self._begin(attempt, ending)
        os.chdir("/")  # so that no directory is kept busy
        self._roster.flush()
        return bool(self._waiting)

    def end(self, name: str, grace: float, ending: Ending) -> None:
        """End an attempt, also one that still waits; one that is over is passed over."""
        attempt = self._known.get(name)
        if attempt is None:
            return
        if attempt.phase == WAITING:
            self._fail(attempt, "it was ended before its process was started")
        elif attempt.phase == RUNNING:
            ending.ask(attempt, grace)

    def over(self, attempt: Attempt) -> None:
        """Tell of an attempt of which nothing runs any more."""
        if attempt.place is not None:
            self._places.remove(attempt.place)
        code = os.waitstatus_to_exitcode(attempt.status)
        self._tell(
            attempt,
            "exited",
            code if code >= 0 else _SIGNALLED - code,
            -code if code < 0 else None,
            attempt.reason,
            attempt.ended,
            attempt.output.dropped,
        )

    def acknowledge(self, names: list[str]) -> None:
        """Forget attempts, those that are over."""
        for name in names:
            attempt = self._known.get(name)
            if attempt is not None and attempt.phase == OVER:
                del self._known[name]

    def tell_all(self) -> None:
        """Tell everything anew, then what is known at all."""
        for attempt in self._known.values():
            self._repeat(attempt)
        self._say(encode("listed", list(self._known)))

    def tidied(self) -> bool:
        """Tell whether all that attempts left on the disk is removed."""
        return not self._places.removing

    def unfinished(self) -> list[str]:
        """Name the attempts that are not over."""
        return [name for name, attempt in self._known.items() if attempt.phase != OVER]

    def running(self) -> Iterator[tuple[str, int, int]]:
        """Tell attempt, pid and start time of every attempt that was started and is not over."""
        for name, attempt in self._known.items():
            if attempt.pid >= 0 and attempt.phase != OVER:
                yield name, attempt.pid, attempt.ticks

    def _begin(self, attempt: Attempt, ending: Ending) -> None:
        at = time_ns() // 1_000_000
        launch = attempt.launch
        try:
            attempt.place = self._places.make(launch)
            directory = launch.directory or attempt.place or "/"
            attempt.pid, attempt.ticks, attempt.pipe = spawn(launch, directory)
            ending.attend(attempt)
        except (CannotStart, OSError) as error:
            self._fail(attempt, str(error))
            return
        attempt.phase = RUNNING
        self._roster.add(launch.attempt, attempt.pid, attempt.ticks)
        self._memory.began(attempt)
        self._tell(attempt, "started", attempt.pid, attempt.ticks, at)

    def _fail(self, attempt: Attempt, reason: str) -> None:
        attempt.phase = OVER
        if attempt.place is not None:
            self._places.remove(attempt.place)
        self._tell(attempt, "start_failed", reason, time_ns() // 1_000_000)

    def _tell(self, attempt: Attempt, event: str, *fields: object) -> None:
        line = encode(event, attempt.launch.attempt, *fields)
        attempt.said.append(line)
        self._say(line)

    def _repeat(self, attempt: Attempt) -> None:
        for line in attempt.said:
            self._say(line)

"""Streams what jobs print while they run, from the files their output is written to."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from batchyard.batch import events
from batchyard.launchers.output import START, Position

if TYPE_CHECKING:
    from batchyard.batch.model import Job
    from batchyard.engine.engine import Engine

QUICK, SLOW = 0.01, 0.1
"""Seconds between two looks at the output: while there is news, and at most."""


class Follower:
    """Prints the output of every attempt, each byte once.

    One job's output is passed on as it comes; with ``prefixed`` it comes in lines, each with
    the child's index before it.

    Attributes:
        jobs: every job seen, as it last was.
    """

    def __init__(self, engine: Engine, *, prefixed: bool) -> None:
        """Watch an engine from now on."""
        self.jobs: dict[str, Job] = {}
        self._output = engine.output
        self._engine = engine
        self._prefixed = prefixed
        self._open: dict[str, tuple[Job, int | Position]] = {}
        self._broken = False
        engine.watchers.append(self._moved)

    def _moved(self, _: Job | None, job: Job) -> None:
        self.jobs[job.id] = job
        if job.attempts:
            latest = job.attempts[-1].id
            _, position = self._open.get(latest, (job, START if self._prefixed else 0))
            self._open[latest] = (job, position)

    async def follow(self, job_id: str, ended: asyncio.Event) -> None:
        """Print until the job has ended and everything it printed is out."""
        pause = QUICK
        while not ended.is_set():
            pause = QUICK if self._print() else min(SLOW, pause * 2)
            if self._broken:
                self._give_up(job_id)
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), pause)
        while self._print():
            pass

    def _print(self) -> bool:
        """Print what is new; tell whether there was anything."""
        found = False
        for attempt, (job, position) in list(self._open.items()):
            over = next((a.stopped_at for a in job.attempts if a.id == attempt), None) is not None
            moved = self._pass_on(attempt, job, position, over=over)
            found = found or moved != position
            self._open[attempt] = (job, moved)
            if over and moved == position:
                del self._open[attempt]
        return found

    def _pass_on(
        self, attempt: str, job: Job, position: int | Position, *, over: bool
    ) -> int | Position:
        if isinstance(position, int):
            content = self._output.read_bytes(attempt, position)
            self._write(content)
            return position + len(content)
        lines, moved = self._output.read_lines(attempt, position, ended=over)
        mark = f"[{job.index}] "
        self._write("".join(f"{mark}{line.message}\n" for line in lines).encode())
        return moved

    def _write(self, content: bytes) -> None:
        if not content or self._broken:
            return
        try:
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            self._broken = True

    def _give_up(self, job_id: str) -> None:
        """Stop a job whose output nobody reads any more, as a shell's pipe would."""
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 - what was left is not flushed
        event = events.Terminated(at=self._engine.now(), reason="Output closed")
        self._engine.apply(job_id, event)

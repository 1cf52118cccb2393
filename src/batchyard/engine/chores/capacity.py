"""Says of jobs that this machine's memory holds up what AWS says when it has no instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.batch import events, reasons
from batchyard.batch.obstacles import short_of_memory

if TYPE_CHECKING:
    from batchyard.engine.clock import Clock, Handle
    from batchyard.engine.engine import Engine

EVERY_MS = 60_000
"""How often it is looked: a job says so that was held up twice, so that none does in passing."""


class Capacity:
    """Looks every minute at the heads of the queues.

    AWS says it of the job at the head of a queue, and so does this; the others wait their turn.

    Args:
        engine: whose jobs.
        clock: wakes the chore.
    """

    def __init__(self, engine: Engine, clock: Clock) -> None:
        """Take the parts; nothing happens before `start`."""
        self._engine = engine
        self._clock = clock
        self._held_up: set[str] = set()
        self._next: Handle | None = None

    def start(self) -> None:
        """Begin with the jobs that say so already; a second start is fine."""
        if self._next is None:
            jobs = self._engine.jobs.values()
            self._held_up = {j.id for j in jobs if j.status_reason == reasons.NO_CAPACITY}
            self._next = self._clock.call_at(self._clock.now() + EVERY_MS, self._look)

    def stop(self) -> None:
        """Look no more; twice, or before the start, is fine."""
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _look(self) -> None:
        engine, now = self._engine, self._clock.now()
        held_up = set(short_of_memory(engine.placement, now))
        for job_id in sorted(held_up & self._held_up):
            self._say(job_id, reasons.NO_CAPACITY)
        for job_id in sorted(self._held_up - held_up):
            job = engine.jobs.get(job_id)
            if job is not None and job.status_reason == reasons.NO_CAPACITY:
                self._say(job_id, None)
        self._held_up = held_up
        self._next = self._clock.call_at(now + EVERY_MS, self._look)

    def _say(self, job_id: str, reason: str | None) -> None:
        self._engine.apply(job_id, events.Blocked(at=self._clock.now(), reason=reason))

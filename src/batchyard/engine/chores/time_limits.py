"""Ends jobs that have been stuck in RUNNABLE for as long as their queue lets them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.batch import time_limits
from batchyard.batch.ids import Place

if TYPE_CHECKING:
    from batchyard.batch.model import Job
    from batchyard.batch.time_limits import Due
    from batchyard.engine.clock import Clock, Handle
    from batchyard.engine.engine import Engine

EVERY_MS = 60_000
"""How often stuck jobs are looked at: maxTimeSeconds is "approximate", and 10 minutes at least."""


class TimeLimits:
    """Looks every minute at the jobs that are stuck, as long as there are any.

    Args:
        engine: whose jobs.
        clock: wakes the chore.
    """

    def __init__(self, engine: Engine, clock: Clock) -> None:
        """Take the parts; nothing happens before `start`."""
        self._engine = engine
        self._clock = clock
        self._stuck: set[str] = set()
        self._next: Handle | None = None

    def start(self) -> None:
        """Begin with the jobs that there are; a second start is fine."""
        if self._changed not in self._engine.watchers:
            self._engine.watchers.append(self._changed)
            for job in self._engine.jobs.values():
                self._changed(None, job)

    def stop(self) -> None:
        """Look no more; twice, or before the start, is fine."""
        if self._changed in self._engine.watchers:
            self._engine.watchers.remove(self._changed)
        self._stuck.clear()
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _changed(self, _: Job | None, job: Job) -> None:
        if not time_limits.stuck(job):
            self._stuck.discard(job.id)
            return
        self._stuck.add(job.id)
        if self._next is None:
            self._next = self._clock.call_at(self._clock.now() + EVERY_MS, self._look)

    def _look(self) -> None:
        self._next, now = None, self._clock.now()
        for job_id in sorted(self._stuck):
            due = self._due(job_id)
            if due and due.at <= now:
                self._engine.apply(job_id, time_limits.ended(due.limit, now))
        if self._stuck and self._next is None:
            self._next = self._clock.call_at(now + EVERY_MS, self._look)

    def _due(self, job_id: str) -> Due | None:
        spec = self._engine.jobs[job_id].spec
        queue = self._engine.shelf(Place(spec.account, spec.region)).queue(spec.queue)
        return time_limits.due(self._engine.jobs[job_id], queue) if queue else None

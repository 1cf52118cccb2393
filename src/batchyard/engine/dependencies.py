"""Who waits for whom, and what becomes of that when a job ends."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from batchyard.batch import arrays, ids
from batchyard.batch.states import ENDED, JobState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from batchyard.batch.model import Job
    from batchyard.store.seam import Store


class Heard(NamedTuple):
    """What a job hears of another that it waits for."""

    job_id: str
    name: str
    succeeded: bool


class Dependencies:
    """The jobs that wait for others.

    Args:
        jobs: every live job, by id.
        store: where the others are.
    """

    def __init__(self, jobs: Mapping[str, Job], store: Store) -> None:
        """Begin with nobody waiting."""
        self._jobs = jobs
        self._store = store
        self._waiting: dict[str, set[str]] = defaultdict(set)

    def add(self, job: Job) -> None:
        """Let a job wait for what it waits for."""
        for name in job.waits_for:
            self._waiting[name].add(job.id)

    def waiting_for(self, job_id: str) -> frozenset[str]:
        """Name the jobs that wait for a job."""
        return frozenset(self._waiting.get(job_id, ()))

    def over(self, job: Job) -> Iterator[Heard]:
        """Tell what a new job hears of what has ended already."""
        for name, state in self._states(job.waits_for).items():
            if state in ENDED:
                yield Heard(job.id, name, state is JobState.SUCCEEDED)

    def ended(self, job: Job, *, succeeded: bool) -> Iterator[Heard]:
        """Tell who hears that a job has ended, or that its children never will be."""
        for waiting in self._waiting.pop(job.id, ()):
            yield Heard(waiting, job.id, succeeded)
        if job.is_array and not arrays.spawned(job):
            for index in range(job.spec.array_size or 0):
                name = ids.child_id(job.id, index)
                for waiting in self._waiting.pop(name, ()):
                    yield Heard(waiting, name, succeeded=False)

    def _states(self, names: Iterable[str]) -> dict[str, JobState]:
        """Tell where jobs stand; one that is nowhere and never will be counts as failed."""
        live = {name: self._jobs[name].state for name in names if name in self._jobs}
        gone = [name for name in names if name not in live]
        kept = self._store.state_of(gone) if gone else {}
        never = (name for name in gone if name not in kept and not self._to_come(name))
        return live | kept | dict.fromkeys(never, JobState.FAILED)

    def _to_come(self, name: str) -> bool:
        """Whether a name is that of a child its array has yet to spawn."""
        parent = self._jobs.get(ids.parent_id(name) or "")
        return parent is not None and not parent.ended and not arrays.spawned(parent)

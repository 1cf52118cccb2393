"""Why a job does not run, asked of an engine: for an array, of the first child that waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.batch import arrays, ids
from batchyard.batch.sharing_out import why_by_quota
from batchyard.batch.states import WAITING, JobState
from batchyard.batch.why import of_array, why

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batchyard.batch.model import Job
    from batchyard.batch.why import Why
    from batchyard.engine.engine import Engine


def explain(engine: Engine, job: Job) -> Why:
    """Say why a job, an array or a child of one does not run.

    Args:
        engine: where it lives.
        job: as it is now; it may have ended.
    """
    if job.is_array and not job.ended and arrays.spawned(job):
        child = _first_that_waits(engine, job)
        found = None if child is None else explain(engine, child)
        return of_array(job, found, child.id if child else None)
    if waiting := engine.quotas.waiting.get(job.id):
        return why_by_quota(engine.quotas, waiting)
    return why(job, engine.placement, _states(engine, job.waits_for), engine.now())


def _first_that_waits(engine: Engine, parent: Job) -> Job | None:
    """Find the first child that waits for room, or else for another job."""
    names = (ids.child_id(parent.id, index) for index in range(parent.spec.array_size or 0))
    children = [job for name in names if (job := engine.jobs.get(name)) and job.state in WAITING]
    for child in children:
        if child.state is JobState.RUNNABLE:
            return child
    return children[0] if children else None


def _states(engine: Engine, names: Iterable[str]) -> dict[str, JobState]:
    live = {name: job.state for name in names if (job := engine.jobs.get(name))}
    gone = [name for name in names if name not in live]
    return live | (engine.store.state_of(gone) if gone else {})

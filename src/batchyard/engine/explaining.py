"""Why a job does not run, asked of an engine: for an array, of the first child that waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from batchyard.batch import arrays, ids
from batchyard.batch.obstacles import Cause
from batchyard.batch.sharing_out import why_by_quota
from batchyard.batch.states import WAITING, JobState
from batchyard.batch.why import of_array, offered, why
from batchyard.launchers.offered import SERVICE

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
    if job.state is JobState.STARTING and (waits := _offered(engine, job)):
        return waits
    found = why(job, engine.placement, _states(engine, job.waits_for), engine.now())
    return _behind_offers(engine, job, found)


def _offered(engine: Engine, job: Job) -> Why | None:
    """Say what an attempt waits for if it is one that task runners run."""
    attempt = job.attempts[-1]
    if attempt.worker_group is None:
        return None
    holders = (taken for taken in engine.tasks.held(SERVICE) if taken.task.attempt == attempt.id)
    holder = next(holders, None)
    depth = _depth(engine, job, attempt.worker_group)
    return offered(attempt.worker_group, holder.hostname if holder else None, *depth)


def _depth(engine: Engine, job: Job, group: str) -> tuple[int, int]:
    place = ids.Place(job.spec.account, job.spec.region)
    return engine.tasks.depths(place).get(group, (0, 0))


def _behind_offers(engine: Engine, job: Job, found: Why) -> Why:
    """Add who holds the room that a job waits for, where it is task runners that are waited for."""
    shelf = engine.shelf(ids.Place(job.spec.account, job.spec.region))
    queue = shelf.queue(job.spec.queue)
    if found.cause is not Cause.VCPUS or queue is None:
        return found
    groups = [group for arn in queue.environments if (group := shelf.worker_group(arn))]
    depths = [(group, *_depth(engine, job, group)) for group in groups]
    told = tuple(offered(group, None, *depth).sentences[0] for group, *depth in depths if depth[0])
    return replace(found, sentences=(*found.sentences, *told))


def _first_that_waits(engine: Engine, parent: Job) -> Job | None:
    """Find the first child that waits for room, or for another job, or else for a task runner."""
    names = (ids.child_id(parent.id, index) for index in range(parent.spec.array_size or 0))
    children = [job for name in names if (job := engine.jobs.get(name))]
    stages = ({JobState.RUNNABLE}, WAITING, {JobState.STARTING})
    waiting = (child for stage in stages for child in children if child.state in stage)
    return next((c for c in waiting if c.state in WAITING or c.attempts[-1].worker_group), None)


def _states(engine: Engine, names: Iterable[str]) -> dict[str, JobState]:
    live = {name: job.state for name in names if (job := engine.jobs.get(name))}
    gone = [name for name in names if name not in live]
    return live | (engine.store.state_of(gone) if gone else {})

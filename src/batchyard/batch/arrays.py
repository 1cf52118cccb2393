"""Arrays: a parent that only counts, and children that run.

The parent is SUBMITTED, PENDING, SUCCEEDED or FAILED and never anything else: PENDING from its
first RUNNABLE child (or while it waits for another job), ended when every child has ended,
FAILED if one of them failed.

Source: https://docs.aws.amazon.com/batch/latest/userguide/array_jobs.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from msgspec.structs import replace

from batchyard.batch import commands, events, reasons
from batchyard.batch.ids import child_id
from batchyard.batch.model import Stop
from batchyard.batch.states import ENDED, JobState
from batchyard.batch.story import failed, told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchyard.batch.commands import Command
    from batchyard.batch.events import Event
    from batchyard.batch.model import Job, Spec

    Step = tuple[Job, tuple[Command, ...]]

SUBMITTED, PENDING, RUNNABLE, STARTING, RUNNING, SUCCEEDED, FAILED = JobState

SMALLEST, LARGEST = 2, 10_000
"""Bounds of arrayProperties.size (UG array_jobs)."""

NOBODY: Final[frozenset[str]] = frozenset()
"""Whom most jobs wait for: one set for all, where each of their own would take 216 bytes."""

TRANSITIONS: Final[Mapping[tuple[JobState, str], frozenset[JobState]]] = {
    (SUBMITTED, "Accepted"): frozenset({SUBMITTED, PENDING}),
    (SUBMITTED, "ChildMoved"): frozenset({SUBMITTED, PENDING, FAILED}),
    (SUBMITTED, "Cancelled"): frozenset({SUBMITTED, FAILED}),
    (SUBMITTED, "Terminated"): frozenset({SUBMITTED, FAILED}),
    (SUBMITTED, "ChildrenStopped"): frozenset({SUBMITTED}),
    (PENDING, "DependencyEnded"): frozenset({PENDING, FAILED}),
    (PENDING, "ChildMoved"): frozenset({PENDING, SUCCEEDED, FAILED}),
    (PENDING, "Cancelled"): frozenset({PENDING, FAILED}),
    (PENDING, "Terminated"): frozenset({PENDING, FAILED}),
    (PENDING, "ChildrenStopped"): frozenset({PENDING}),
}
"""From which state which event leads where, for an array's parent."""


def step(job: Job, event: Event) -> Step:
    """Apply an event to an array's parent; the counterpart of ``lifecycle.step``."""
    if (job.state, type(event).__name__) not in TRANSITIONS:
        return job, ()
    match event:
        case events.ChildMoved():
            moved, done = _child_moved(job, event)
        case events.DependencyEnded():
            moved, done = _dependency_ended(job, event)
        case events.Cancelled() | events.Terminated():
            moved, done = _stopped(job, event)
        case events.ChildrenStopped():
            return _children_stopped(job, event), ()
        case _:
            moved, done = _accepted(job)
    if moved is job:
        return job, ()
    if not isinstance(event, events.ChildMoved) or moved.state is not job.state:
        moved = told(moved, event)
    heard = (commands.Announce(moved.state is SUCCEEDED),) if moved.ended else ()
    return moved, (*done, *heard)


def spawned(job: Job) -> bool:
    """Tell whether the array's children exist."""
    return job.tally is not None and sum(job.tally.values()) > 0


def _accepted(job: Job) -> Step:
    """Begin to count; a parent that counts already has been accepted before."""
    if job.tally_at is not None:
        return job, ()
    counting = replace(job, tally_at=job.created_at)
    if job.waits_for:
        return replace(counting, state=PENDING), ()
    return counting, (commands.Spawn(),)


def _dependency_ended(job: Job, event: events.DependencyEnded) -> Step:
    if event.job_id not in job.waits_for:
        return job, ()
    waiting = replace(job, waits_for=job.waits_for - {event.job_id})
    if not event.succeeded:
        return failed(waiting, event.at, reasons.DEPENDENCY_FAILED), ()
    return waiting, () if waiting.waits_for else (commands.Spawn(),)


def _child_moved(job: Job, event: events.ChildMoved) -> Step:
    tally = dict(job.tally or {})
    if event.was is not None:
        tally[event.was] -= 1
    tally[event.now] += 1
    counted = replace(job, tally=tally, tally_at=event.at)
    if sum(tally[state] for state in ENDED) == job.spec.array_size:
        return _finished(counted, event.at), ()
    if job.state is SUBMITTED and event.now is RUNNABLE:
        return replace(counted, state=PENDING), ()
    return counted, ()


def _finished(job: Job, at: int) -> Job:
    assert job.tally is not None  # noqa: S101 - counted just before
    if job.tally[FAILED]:
        return failed(job, at, job.status_reason or reasons.CHILD_FAILED)
    return replace(job, state=SUCCEEDED, stopped_at=at)


def _stopped(job: Job, event: events.Cancelled | events.Terminated) -> Step:
    terminate = isinstance(event, events.Terminated)
    marked = replace(
        job,
        cancelled=job.cancelled or not terminate,
        terminated=job.terminated or terminate,
        status_reason=event.reason,
    )
    if not spawned(job):
        return failed(marked, event.at, event.reason), ()
    how: Literal["cancel", "terminate"] = "terminate" if terminate else "cancel"
    if terminate or job.stop is None:
        marked = replace(marked, stop=Stop(how, event.reason))
    return marked, (commands.StopChildren(how, event.reason),)


def _children_stopped(job: Job, event: events.ChildrenStopped) -> Job:
    """Forget what every child was told; a termination that began meanwhile goes on."""
    told_all = job.stop is not None and job.stop.kind == event.how
    return replace(job, stop=None) if told_all else job


def resume(job: Job) -> tuple[Command, ...]:
    """Tell what must be done again for an array after a restart; see ``lifecycle.resume``."""
    if job.stop is None:
        return ()
    how: Literal["cancel", "terminate"] = "cancel" if job.stop.kind == "cancel" else "terminate"
    return (commands.StopChildren(how, job.stop.reason),)


def child_waits_for(parent: str, spec: Spec, index: int) -> frozenset[str]:
    """Name the jobs a child waits for: its forerunner, its counterparts in other arrays.

    Args:
        parent: the array's id.
        spec: what was submitted.
        index: the child's.

    Source: https://docs.aws.amazon.com/batch/latest/userguide/job_dependencies.html
    """
    waits = set()
    for dependency in spec.depends_on:
        if dependency.kind == "SEQUENTIAL" and index > 0:
            waits.add(child_id(parent, index - 1))
        elif dependency.kind == "N_TO_N" and dependency.job_id is not None:
            waits.add(child_id(dependency.job_id, index))
    return frozenset(waits) if waits else NOBODY


def parent_waits_for(spec: Spec) -> frozenset[str]:
    """Name the jobs that must end before a job (or the array as a whole) may begin."""
    waits = [d.job_id for d in spec.depends_on if d.job_id and d.kind is None]
    return frozenset(waits) if waits else NOBODY

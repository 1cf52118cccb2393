"""dependsOn, checked: whom a job waits for, and how an array's children wait.

Source: https://docs.aws.amazon.com/batch/latest/userguide/job_dependencies.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.batch.model import Dependency
from batchyard.server.operations.batch.echoes import Wire
from batchyard.server.operations.batch.refusals import refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchyard.batch.model import Job
    from batchyard.server.operations import Context

MOST = 20
"""dependsOn of SubmitJob in botocore's model."""


def dependencies_of(
    context: Context, entries: Sequence[Wire], size: int | None
) -> tuple[Dependency, ...]:
    """Read dependsOn.

    Args:
        context: where the jobs that are named must exist.
        entries: the wire's JobDependency structs.
        size: the array's size; None for a single job.

    Raises:
        Fault: there are too many, one names no known job, or its type does not go with the job.
    """
    if len(entries) > MOST:
        raise refused(f"dependsOn: a job can depend on {MOST} jobs at most, not {len(entries)}")
    return tuple(_dependency(context, entry, size) for entry in entries)


def _dependency(context: Context, entry: Wire, size: int | None) -> Dependency:
    if entry.type == "SEQUENTIAL":
        return _sequential(entry, size)
    if not entry.job_id:
        raise refused("dependsOn: an entry without jobId must have the type SEQUENTIAL")
    job = _known(context, entry.job_id)
    if entry.type == "N_TO_N":
        _check_pairs(job, size)
    return Dependency(entry.job_id, entry.type)


def _sequential(entry: Wire, size: int | None) -> Dependency:
    if size is None:
        raise refused("dependsOn: the type SEQUENTIAL is for array jobs: give arrayProperties.size")
    if entry.job_id:
        raise refused(f"dependsOn: the type SEQUENTIAL takes no jobId, {entry.job_id!r} was given")
    return Dependency(kind="SEQUENTIAL")


def _known(context: Context, job_id: str) -> Job:
    job = context.engine.job(job_id)
    if job is None or (job.spec.account, job.spec.region) != context.place:
        raise refused(f"dependsOn: job {job_id} does not exist in {context.place.region}")
    return job


def _check_pairs(job: Job, size: int | None) -> None:
    if size is None or not job.is_array:
        raise refused(
            f"dependsOn: the type N_TO_N needs two array jobs; "
            f"{'this job' if size is None else f'job {job.id}'} is not one"
        )
    if job.spec.array_size != size:
        raise refused(
            f"dependsOn: the type N_TO_N needs arrays of equal size; job {job.id} has "
            f"{job.spec.array_size} children, this one {size}"
        )

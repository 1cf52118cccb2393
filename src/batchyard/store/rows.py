"""How the rows of lists are made of what is stored: the same way in every store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from batchyard.batch import ids
from batchyard.batch.model import Attempt
from batchyard.batch.resources import ComputeEnvironment, JobDefinition, JobQueue, Resource
from batchyard.batch.states import JobState
from batchyard.store.asking import STREAM, JobSummaryRow, Stream

if TYPE_CHECKING:
    from batchyard.batch.model import Job, Spec


class Glance(Struct, frozen=True, kw_only=True):
    """The part of a `Job` that lists show; the rest of it is not even decoded."""

    id: str
    created_at: int
    state: JobState = JobState.SUBMITTED
    index: int | None = None
    attempts: tuple[Attempt, ...] = ()
    status_reason: str | None = None
    stopped_at: int | None = None
    cancelled: bool = False
    terminated: bool = False
    tally: dict[JobState, int] | None = None
    tally_at: int | None = None


class Origin(Struct, frozen=True):
    """The part of a `Spec` that lists show."""

    name: str
    queue: str
    definition: str
    array_size: int | None
    share: str | None


def summary(job: Job | Glance, spec: Spec | Origin) -> JobSummaryRow:
    """Form the row that lists a job."""
    last = job.attempts[-1] if job.attempts else None
    return JobSummaryRow(
        id=job.id,
        name=spec.name,
        queue=spec.queue,
        definition=spec.definition,
        state=job.state,
        created_at=job.created_at,
        status_reason=job.status_reason,
        started_at=last.started_at if last else None,
        stopped_at=job.stopped_at,
        exit_code=last.exit_code if last else None,
        reason=last.reason if last else None,
        index=job.index,
        array_size=spec.array_size,
        share=spec.share,
        cancelled=job.cancelled,
        terminated=job.terminated,
        tally=job.tally,
        tally_at=job.tally_at,
    )


def stream_name(definition: str, attempt: str) -> str:
    """Name the log stream of an attempt.

    Args:
        definition: the ARN (or ``name:revision``) of the job's definition.
        attempt: the attempt's id.

    Source: ContainerDetail.logStreamName in botocore's model.
    """
    name = ids.name_of(definition, ids.DEFINITION).partition(":")[0]
    return STREAM.format(definition=name, attempt=attempt)


def stream_of(job: Job | Glance, name: str) -> Stream:
    """Find the attempt that a stream of this job is named after."""
    attempt_id = name.rpartition("/")[2]
    attempt = next(each for each in job.attempts if each.id == attempt_id)
    return Stream(name, job.id, attempt)


def key_of(resource: Resource) -> tuple[str, str]:
    """Give the kind of a resource, as in its ARN, and the name that is unique in it."""
    match resource:
        case ComputeEnvironment():
            return ids.ENVIRONMENT, resource.name
        case JobQueue():
            return ids.QUEUE, resource.name
        case JobDefinition():
            return ids.DEFINITION, f"{resource.name}:{resource.revision}"

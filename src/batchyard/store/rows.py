"""How the rows of lists are made of what is stored: the same way in every store."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from batchyard.batch import ids
from batchyard.batch.model import Attempt
from batchyard.batch.resources import (
    ComputeEnvironment,
    ConsumableResource,
    JobDefinition,
    JobQueue,
    QuotaShare,
    Resource,
    SchedulingPolicy,
    ServiceEnvironment,
)
from batchyard.batch.states import JobState
from batchyard.logs.putting import size
from batchyard.store.asking import STREAM, JobSummaryRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from batchyard.batch.model import Job, Spec
    from batchyard.logs.putting import PutEvent
    from batchyard.pipelines.tasks import Taken
    from batchyard.store.asking import EventQuery

KINDS: Final[Mapping[type[Resource], str]] = {
    ComputeEnvironment: ids.ENVIRONMENT,
    JobQueue: ids.QUEUE,
    JobDefinition: ids.DEFINITION,
    SchedulingPolicy: ids.POLICY,
    ConsumableResource: ids.CONSUMABLE,
    ServiceEnvironment: ids.SERVICE_ENVIRONMENT,
    QuotaShare: ids.QUOTA_SHARE,
}
"""Every kind of resource that is kept, as ARNs have it."""


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


def attempt_of(job: Job | Glance, stream: str) -> Attempt:
    """Find the attempt that a stream of this job is named after."""
    attempt_id = attempt_named(stream)
    return next(each for each in job.attempts if each.id == attempt_id)


def attempt_named(stream: str) -> str:
    """Read the id of an attempt from the name of its stream."""
    return stream.rpartition("/")[2]


def key_of(resource: Resource) -> tuple[str, str]:
    """Give the kind of a resource, as in its ARN, and the name that is unique in it."""
    match resource:
        case JobDefinition():
            name = f"{resource.name}:{resource.revision}"
        case QuotaShare():
            name = resource.arn
        case _:
            name = resource.name
    return KINDS[type(resource)], name


def pipeline_of(taken: Taken) -> str | None:
    """Tell whose task somebody holds: a pipeline's id, or None for a job's."""
    return taken.owner if taken.service == "pipelines" else None


def fitted(events: Iterable[PutEvent], query: EventQuery) -> tuple[PutEvent, ...]:
    """Take as many events as a query has room for, and one in any case."""
    taken: list[PutEvent] = []
    room = query.room
    for event in islice(events, query.limit):
        room -= size(event.message)
        if taken and room < 0:
            break
        taken.append(event)
    return tuple(taken)

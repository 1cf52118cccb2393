"""A job as DescribeJobs shows it.

What was submitted never changes and was encoded once; only what moves is encoded anew.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from batchyard.batch import ids, reasons
from batchyard.batch.ids import Place
from batchyard.batch.states import JobState
from batchyard.server.operations.batch.echoes import Wire, amended
from batchyard.server.operations.batch.service_presenting import changed, moving_detail
from batchyard.server.operations.known import known
from batchyard.store.asking import STREAM

if TYPE_CHECKING:
    from batchyard.batch.model import Attempt, Job

_encode = msgspec.json.Encoder().encode


class JobPresenter:
    """Forms JobDetail JSON.

    Args:
        types: the Batch service's generated structs.
    """

    def __init__(self, types: Wire) -> None:
        """Bind to the structs of a model."""
        self._types = types

    def detail(self, job: Job) -> bytes:
        """Form a job's JobDetail.

        Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_JobDetail.html
        """
        if job.spec.service is not None:
            detail = joined(moving_detail(self._types, job), job.spec.detail)
            return changed(job, detail)
        latest = job.attempt
        moving = self._types.JobDetail(
            job_arn=ids.arn(Place(job.spec.account, job.spec.region), ids.JOB, job.id),
            job_id=job.id,
            job_queue=job.spec.queue,
            job_definition=job.spec.definition,
            status=job.state.value,
            attempts=[self._attempt(job, one) for one in job.attempts if one.stopped_at],
            status_reason=job.status_reason,
            created_at=job.created_at,
            started_at=latest.started_at if latest else None,
            stopped_at=job.stopped_at,
            container=msgspec.Raw(self._container(job)),
            array_properties=self._array(job),
            is_cancelled=job.cancelled,
            is_terminated=job.terminated,
        )
        detail = joined(_encode(moving), job.spec.detail)
        return detail if job.tags is None else amended(detail, tags=job.tags)

    def _container(self, job: Job) -> bytes:
        latest = job.attempt
        if latest is None:
            return job.spec.container_detail
        moving = self._types.ContainerDetail(
            container_instance_arn=instance_arn(job, latest),
            task_arn=task_arn(job, latest),
            log_stream_name=stream_name(job, latest) if latest.started_at else None,
            exit_code=latest.exit_code,
            reason=latest.reason,
        )
        return joined(_encode(moving), job.spec.container_detail)

    def _attempt(self, job: Job, attempt: Attempt) -> Wire:
        types = self._types
        return types.AttemptDetail(
            container=types.AttemptContainerDetail(
                container_instance_arn=instance_arn(job, attempt),
                task_arn=task_arn(job, attempt),
                exit_code=attempt.exit_code,
                reason=attempt.reason,
                log_stream_name=stream_name(job, attempt) if attempt.started_at else None,
                network_interfaces=[],
            ),
            started_at=attempt.started_at,
            stopped_at=attempt.stopped_at,
            status_reason=attempt.status_reason,
        )

    def _array(self, job: Job) -> Wire:
        if job.index is not None:
            return self._types.ArrayPropertiesDetail(index=job.index)
        if job.tally is None:
            return None
        shape = self._types.ArrayPropertiesDetail
        newer = {"status_summary_last_updated_at": job.tally_at}
        summary = {state.value: job.tally[state] for state in JobState}
        return known(shape, size=job.spec.array_size, status_summary=summary, **newer)


def joined(moving: bytes, fixed: bytes) -> bytes:
    """Join two JSON objects with different members into one."""
    if fixed == b"{}":
        return moving
    if moving == b"{}":
        return fixed
    return moving[:-1] + b"," + fixed[1:]


def stream_name(job: Job, attempt: Attempt) -> str:
    """Name an attempt's log stream (ContainerDetail.logStreamName in botocore's model)."""
    return STREAM.format(definition=_name(job.spec.definition), attempt=attempt.id)


@lru_cache(maxsize=1024)
def _name(definition: str) -> str:
    return ids.name_of(definition, ids.DEFINITION).partition(":")[0]


def instance_arn(job: Job, attempt: Attempt) -> str:
    """Name the container instance that stands for this machine."""
    return _ecs_arn(job, f"container-instance/{reasons.instance_of(attempt.environment)}")


def task_arn(job: Job, attempt: Attempt) -> str:
    """Name the task that stands for an attempt."""
    cluster = attempt.environment.rpartition("/")[2]
    return _ecs_arn(job, f"task/{cluster}/{attempt.id}")


def _ecs_arn(job: Job, name: str) -> str:
    spec = job.spec
    return f"arn:{ids.partition(spec.region)}:ecs:{spec.region}:{spec.account}:{name}"

"""A service job as DescribeServiceJob shows it.

Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeServiceJob.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from batchyard.batch import services
from batchyard.server.operations.batch.echoes import Wire, amended

if TYPE_CHECKING:
    from batchyard.batch.model import Attempt, Job

RECENT = 10
"""Preempted attempts that are shown; AWS does not say how many are "recent"."""


def moving_detail(types: Wire, job: Job) -> bytes:
    """Form what may change of a service job, beginning with its jobArn as a JobDetail does.

    Args:
        types: the Batch service's structs.
        job: the job.
    """
    latest = job.attempt
    detail = types.DescribeServiceJobResponse(
        job_id=job.id,
        job_queue=job.spec.queue,
        status=services.shown_state(job),
        status_reason=job.status_reason,
        attempts=[_attempt(types, job, one) for one in job.attempts if one.stopped_at],
        latest_attempt=latest and {"serviceResourceId": resource_id(job, latest)},
        created_at=job.created_at,
        scheduled_at=latest and latest.placed_at,
        started_at=latest and latest.started_at,
        stopped_at=job.stopped_at,
        is_terminated=job.terminated,
        preemption_summary=_preemptions(job),
    )
    members = msgspec.json.decode(msgspec.json.encode(detail), type=dict[str, msgspec.Raw])
    return msgspec.json.encode({"jobArn": job.arn, **members})


def changed(job: Job, detail: bytes) -> bytes:
    """Show a job's tags and priority as they were changed since."""
    return amended(detail, tags=job.tags, schedulingPriority=job.priority)


def resource_id(job: Job, attempt: Attempt) -> dict[str, str]:
    """Form the serviceResourceId of an attempt."""
    return {"name": "TrainingJobArn", "value": services.training_job_arn(job, attempt)}


def _preemptions(job: Job) -> dict[str, object] | None:
    """Sum up how often a job made room; None if it never did."""
    attempts = [
        {
            "serviceResourceId": resource_id(job, one),
            "startedAt": one.started_at,
            "stoppedAt": one.stopped_at,
            "statusReason": one.status_reason,
        }
        for one in job.preempted
    ]
    recent = attempts[-RECENT:][::-1]
    return (
        {"preemptedAttemptCount": len(attempts), "recentPreemptedAttempts": recent}
        if attempts
        else None
    )


def _attempt(types: Wire, job: Job, attempt: Attempt) -> Wire:
    return types.ServiceJobAttemptDetail(
        service_resource_id=resource_id(job, attempt),
        started_at=attempt.started_at,
        stopped_at=attempt.stopped_at,
        status_reason=attempt.status_reason,
    )

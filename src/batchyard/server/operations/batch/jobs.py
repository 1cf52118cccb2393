"""DescribeJobs, CancelJob, TerminateJob."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from batchyard.batch import events
from batchyard.server.operations.batch.refusals import refused

if TYPE_CHECKING:
    from batchyard.server.operations import Context
    from batchyard.server.operations.batch.echoes import Wire

MOST_DESCRIBED = 100
REASON_LENGTH = 1024
"""Bounds of DescribeJobs and CancelJob in botocore's model texts."""


def describe_jobs(context: Context, request: Wire) -> Wire:
    """Show up to 100 jobs, live or ended; ids that are not known are left out.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeJobs.html
    """
    wanted = list(dict.fromkeys(request.jobs))
    if len(request.jobs) > MOST_DESCRIBED:
        raise refused(
            f"jobs: at most {MOST_DESCRIBED} can be described at once, not {len(request.jobs)}"
        )
    shown = context.engine.shown.details(context.place, wanted)
    return msgspec.Raw(b'{"jobs":[' + b",".join(shown) + b"]}")


def _is_in(context: Context, spec: Wire) -> bool:
    return bool((spec.account, spec.region) == context.place)


def cancel_job(context: Context, request: Wire) -> Wire:
    """End a job that has not been placed; STARTING and RUNNING ones are left alone.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_CancelJob.html
    """
    return _end(context, request, events.Cancelled, context.types.CancelJobResponse)


def terminate_job(context: Context, request: Wire) -> Wire:
    """End a job wherever it stands; an ended one is left alone.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_TerminateJob.html
    """
    return _end(context, request, events.Terminated, context.types.TerminateJobResponse)


def _end(
    context: Context,
    request: Wire,
    event: type[events.Cancelled | events.Terminated],
    answer: Wire,
) -> Wire:
    if not request.reason.strip():
        raise refused("reason must not be empty: it becomes the job's statusReason")
    if len(request.reason) > REASON_LENGTH:
        raise refused(
            f"reason has {len(request.reason)} characters, at most {REASON_LENGTH} are allowed"
        )
    engine = context.engine
    job = engine.job(request.job_id)
    if job is None or not _is_in(context, job.spec):
        raise refused(f"Job {request.job_id} does not exist in {context.place.region}")
    engine.apply(job.id, event(at=engine.now(), reason=request.reason))
    return answer()

"""CancelJob and TerminateJob, their bulk versions, and TerminateServiceJob(s).

Sources: https://docs.aws.amazon.com/batch/latest/APIReference/API_TerminateJob.html and the texts
of CancelJobs, TerminateJobs and TerminateServiceJobs in botocore's model.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from batchyard.batch import events, ids
from batchyard.server.operations.batch.refusals import refused

if TYPE_CHECKING:
    from batchyard.batch.model import Job
    from batchyard.server.operations import Context
    from batchyard.server.operations.batch.echoes import Wire

    Ending = type[events.Cancelled | events.Terminated]

REASON_LENGTH = 1024
MOST = 50
"""Bounds of reason and jobs in botocore's model texts."""

JOB_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}([:#][0-9]+)?")
"""Ids of jobs, of an array's children and of nodes."""


def cancel_job(context: Context, request: Wire) -> Wire:
    """End a job that has not been placed; STARTING and RUNNING ones are left alone.

    Raises:
        Fault: there is no such job, or the reason is empty or too long.
    """
    _end(context, request, ids.JOB, events.Cancelled)
    return context.types.CancelJobResponse()


def terminate_job(context: Context, request: Wire) -> Wire:
    """End a job wherever it stands; an ended one is left alone.

    Raises:
        Fault: there is no such job, or the reason is empty or too long.
    """
    _end(context, request, ids.JOB, events.Terminated)
    return context.types.TerminateJobResponse()


def terminate_service_job(context: Context, request: Wire) -> Wire:
    """End a service job wherever it stands; an ended one is left alone.

    Raises:
        Fault: there is no such job, or the reason is empty or too long.
    """
    _end(context, request, ids.SERVICE_JOB, events.Terminated)
    return context.types.TerminateServiceJobResponse()


def cancel_jobs(context: Context, request: Wire) -> Wire:
    """Cancel up to 50 jobs; those that are not found have nothing left to cancel.

    Raises:
        Fault: there are too many, or the reason is empty or too long.
    """
    ended = _end_all(context, request, ids.JOB, events.Cancelled)
    return context.types.CancelJobsResponse(**ended)


def terminate_jobs(context: Context, request: Wire) -> Wire:
    """Terminate up to 50 jobs; those that are not found have nothing left to terminate.

    Raises:
        Fault: there are too many, or the reason is empty or too long.
    """
    ended = _end_all(context, request, ids.JOB, events.Terminated)
    return context.types.TerminateJobsResponse(**ended)


def terminate_service_jobs(context: Context, request: Wire) -> Wire:
    """Terminate up to 50 service jobs; those that are not found have nothing left to terminate.

    Raises:
        Fault: there are too many, or the reason is empty or too long.
    """
    ended = _end_all(context, request, ids.SERVICE_JOB, events.Terminated)
    return context.types.TerminateServiceJobsResponse(**ended)


def found_job(context: Context, kind: str, job_id: str) -> Job | None:
    """Find a job of this place, live or ended.

    Args:
        context: where.
        kind: whether it is a job or a service job, as ARNs have it.
        job_id: its id.
    """
    job = context.engine.job(job_id)
    return job if job and job.arn == ids.arn(context.place, kind, job_id) else None


def missing_job(context: Context, kind: str, job_id: str) -> Exception:
    """Say that there is no such job."""
    what = "Job" if kind == ids.JOB else "Service job"
    return refused(f"{what} {job_id} does not exist in {context.place.region}")


def _end(context: Context, request: Wire, kind: str, event: Ending) -> None:
    _check_reason(request.reason)
    job = found_job(context, kind, request.job_id)
    if job is None:
        raise missing_job(context, kind, request.job_id)
    context.engine.apply(job.id, event(at=context.engine.now(), reason=request.reason))


def _end_all(context: Context, request: Wire, kind: str, event: Ending) -> dict[str, list[Any]]:
    _check_reason(request.reason)
    if len(request.jobs) > MOST:
        raise refused(f"jobs: at most {MOST} are allowed, {len(request.jobs)} were given")
    successful: list[str] = []
    errors: list[dict[str, str]] = []
    for job_id in dict.fromkeys(request.jobs):
        if not JOB_ID.fullmatch(job_id):
            message = f"jobs: {job_id!r} is not the id of a job"
            errors.append({"job": job_id, "code": "ValidationException", "message": message})
            continue
        successful.append(job_id)
        if found_job(context, kind, job_id):
            context.engine.apply(job_id, event(at=context.engine.now(), reason=request.reason))
    return {"successful": successful, "errors": errors}


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise refused("reason must not be empty: it becomes the job's statusReason")
    if len(reason) > REASON_LENGTH:
        raise refused(f"reason has {len(reason)} characters, at most {REASON_LENGTH} are allowed")

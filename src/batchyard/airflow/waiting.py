"""Waiting for one job on behalf of a task: until it has ended, is late, or is stuck.

Tasks that share a connection share its watcher, and with it every question. What is waited for is
all in a `Waiting`, in times of the wall clock, so that whoever goes on with it later does not begin
anew.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from batchyard.client.aio_waits import wait_for_one
from batchyard.errors import BatchyardError, Unfinished
from batchyard.polling.cadence import BackOff

if TYPE_CHECKING:
    from batchyard.client.calls import Answer
    from batchyard.client.feeds import Terms
    from batchyard.client.sessions import Client
    from batchyard.polling.seen import Seen

FIRST = 0.5
"""Seconds before the second question, of a `Waiting.poll_interval` that is longer."""

MILLI = 1000


class Waiting(NamedTuple):
    """What is waited for.

    Attributes:
        job_id: the job.
        session: of its place.
        deadline: seconds since the epoch at which the wait ends; None for never.
        runnable_timeout: seconds that the job may be RUNNABLE, or an array have children that are
            RUNNABLE and none that run; None for any time.
        poll_interval: seconds between two questions at most; None as the watcher sees fit.
    """

    job_id: str
    session: Client
    deadline: float | None = None
    runnable_timeout: float | None = None
    poll_interval: float | None = None


class Ended(NamedTuple):
    """How a wait ended.

    Attributes:
        status: ``success`` or ``failed``, of the job; ``stuck``, ``timeout`` or ``error``, of the
            wait, and then the job may go on.
        job: AWS's JobDetail, as far as it is known.
        message: why it is not ``success``, unless the job tells.
        error: what went wrong with the wait, if something did.
    """

    status: str
    job: Answer
    message: str = ""
    error: BatchyardError | None = None


async def ended(waiting: Waiting) -> Ended:
    """Wait until a job has ended, is late, or is stuck; what goes wrong is told, too."""
    try:
        stuck = await _until_it_moves(waiting) if waiting.runnable_timeout is not None else None
        if stuck is not None:
            return stuck
        job = await wait_for_one(waiting.job_id, waiting.job_id, _terms(waiting))
    except Unfinished as error:
        return Ended("timeout", {"jobId": waiting.job_id}, str(error))
    except BatchyardError as error:
        told = f"{type(error).__name__}: {error}"
        return Ended("error", {"jobId": waiting.job_id}, told, error)
    return Ended("success" if job["status"] == "SUCCEEDED" else "failed", job)


async def _until_it_moves(waiting: Waiting) -> Ended | None:
    """Wait until a job has ended, or has stood still for too long."""
    while True:
        job = await _seen(waiting, _terms(waiting) | {"until": _stands_or_ended})
        if _has_ended(job):
            return None
        end = await _stood_until(waiting, job) + (waiting.runnable_timeout or 0.0)
        if waiting.deadline is not None and waiting.deadline <= end:
            return None
        try:
            await _seen(waiting, _terms(waiting, end) | {"until": _moves})
        except Unfinished:
            job = await _seen(waiting, _terms(waiting) | {"until": "exists"})
            if _stands(job):
                return Ended("stuck", job, why_stuck(job, waiting.runnable_timeout or 0.0))


async def _seen(waiting: Waiting, terms: Terms) -> Answer:
    return await wait_for_one(waiting.job_id, waiting.job_id, terms)


def _terms(waiting: Waiting, deadline: float | None = None) -> Terms:
    """Form the terms of a wait until a time, or until the deadline if that is earlier."""
    terms: Terms = {"session": waiting.session}
    ends = [at for at in (deadline, waiting.deadline) if at is not None]
    if ends:
        terms["timeout"] = max(0.0, min(ends) - time.time())
    if waiting.poll_interval is not None:
        longest = waiting.poll_interval
        terms["cadence"] = BackOff(first=min(FIRST, longest), longest=longest)
    return terms


def _stands_or_ended(seen: Seen) -> bool:
    return seen.ended or _standing(seen.status, seen.children)


def _moves(seen: Seen) -> bool:
    return not _standing(seen.status, seen.children)


def _stands(job: Answer) -> bool:
    summary = job.get("arrayProperties", {}).get("statusSummary") or {}
    return _standing(job["status"], summary)


def _standing(status: str, children: Any) -> bool:  # noqa: ANN401 - counts by state
    """Tell whether a job is RUNNABLE, or of an array children are, and none runs."""
    runs = children.get("STARTING", 0) + children.get("RUNNING", 0)
    return status == "RUNNABLE" or (
        status in {"SUBMITTED", "PENDING"} and bool(children.get("RUNNABLE")) and not runs
    )


def _has_ended(job: Answer) -> bool:
    return job["status"] in {"SUCCEEDED", "FAILED"}


async def _stood_until(waiting: Waiting, job: Answer) -> float:
    """Tell since when a job stands, in seconds since the epoch.

    AWS does not say when a job became RUNNABLE: it did when it was submitted, when its last attempt
    ended, or when the last of those that it depends on did; an array's children when its summary
    changed last. Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_JobDetail.html
    """
    moments = [job.get("createdAt", 0)]
    moments += [attempt.get("stoppedAt", 0) for attempt in job.get("attempts", ())]
    moments.append(job.get("arrayProperties", {}).get("statusSummaryLastUpdatedAt", 0))
    for one in job.get("dependsOn", ()):
        if one.get("jobId"):
            moments.append(await _stopped(waiting, one["jobId"]))
    return max(_milliseconds(one) for one in moments) / MILLI


async def _stopped(waiting: Waiting, job_id: str) -> float:
    """Tell when another job ended; that is over unless it is not known any more."""
    try:
        terms: Terms = {"session": waiting.session, "until": "exists"}
        return _milliseconds((await wait_for_one(job_id, job_id, terms)).get("stoppedAt", 0))
    except BatchyardError:
        return 0.0


def _milliseconds(moment: Any) -> float:  # noqa: ANN401 - JSON's number
    return float(moment or 0)


def why_stuck(job: Answer, seconds: float) -> str:
    """Say that a job stands still, and why as far as AWS tells.

    Source: https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable.html
    """
    reason = job.get("statusReason") or (
        "AWS Batch gives no reason; look at its job queue and the compute environments, at their "
        "vCPUs, memory, instance types, service role and subnets"
    )
    what = "children of it are RUNNABLE and none runs" if "size" in _array(job) else "is RUNNABLE"
    return f"job {job.get('jobName')} ({job['jobId']}) {what} for over {seconds:g} s: {reason}"


def _array(job: Answer) -> dict[str, Any]:
    found: dict[str, Any] = job.get("arrayProperties") or {}
    return found

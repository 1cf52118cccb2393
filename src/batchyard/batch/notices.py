"""What EventBridge is told of a job: which changes make an event of AWS's, and its exact form.

An event of AWS's is called a *notice* here, because `events` are what makes jobs change.

Sources: https://docs.aws.amazon.com/batch/latest/userguide/batch_job_events.html and, beside it,
batch-job-queue-blocked-events.html, service-job-events.html,
batch-service-job-queue-blocked-events.html and batch-service-job-preemption-events.html.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

import msgspec

from batchyard.batch.model import Value
from batchyard.batch.reasons import PREEMPTING
from batchyard.batch.states import JobState

if TYPE_CHECKING:
    from batchyard.batch.model import Job

SOURCE: Final = "aws.batch"

STUCK: Final = ("MISCONFIGURATION:", "CAPACITY:")
"""What the reasons begin with for which a job blocks its queue:
https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable.html"""

UNTOLD: Final = ("tags", "serviceRequestPayload")
"""Members of DescribeServiceJob that notices about service jobs lack."""

_IDS: Final = UUID("3a9ca1b0-5a2b-4a3f-9c38-6f5d9d8a4d11")
"""The namespace of notices' ids (RFC 9562, section 5.5); drawn once, at random."""

_PREEMPTING: Final = PREEMPTING.format("")


class Kind(StrEnum):
    """What a notice is about; the values are AWS's detail-types."""

    CHANGED = "Batch Job State Change"
    BLOCKED = "Batch Job Queue Blocked"
    SERVICE_CHANGED = "Batch Service Job State Change"
    SERVICE_BLOCKED = "Batch Service Job Queue Blocked"
    PREEMPTING = "Batch Service Job Preemption Started"
    PREEMPTED = "Batch Service Job Preemption Completed"


class Notice(Value, frozen=True):
    """A notice as it is kept until every target has it.

    Attributes:
        number: its place among all notices; later ones have higher numbers.
        job_id: whose change it tells: those of one job are delivered in their order.
        body: the event's JSON.
    """

    number: int
    job_id: str
    body: bytes


def kinds(was: Job | None, now: Job) -> tuple[Kind, ...]:
    """Say which notices a change makes.

    None is made of a submission, nor of a change that moves neither state nor a reason that AWS
    tells of (tags, say).

    Args:
        was: the job before; None if it is new.
        now: the job after.
    """
    if was is None or (was.state is now.state and was.status_reason == now.status_reason):
        return ()
    service = now.spec.service is not None
    made = []
    if was.state is not now.state:
        made.append(Kind.SERVICE_CHANGED if service else Kind.CHANGED)
    if _blocks(now) and not (_blocks(was) and was.status_reason == now.status_reason):
        made.append(Kind.SERVICE_BLOCKED if service else Kind.BLOCKED)
    if service:
        made += _preemptions(was, now)
    return tuple(made)


def _blocks(job: Job) -> bool:
    return job.state is JobState.RUNNABLE and (job.status_reason or "").startswith(STUCK)


def _preemptions(was: Job, now: Job) -> list[Kind]:
    begun = not (was.status_reason or "").startswith(_PREEMPTING)
    if begun and (now.status_reason or "").startswith(_PREEMPTING):
        return [Kind.PREEMPTING]
    return [Kind.PREEMPTED] if len(now.preempted) > len(was.preempted) else []


def written(kind: Kind, job: Job, number: int, detail: bytes) -> bytes:
    """Form the JSON of a notice, as EventBridge delivers it.

    Args:
        kind: what it is about.
        job: the job as it was left by the change.
        number: the notice's; with the job it makes the event's id, the same at each delivery.
        detail: the job as DescribeJobs or DescribeServiceJob shows it, as JSON.
    """
    spec = job.spec
    resources = [job.arn, spec.queue] if kind is Kind.BLOCKED else [job.arn]
    at = job.story[-1].at if job.story else job.created_at
    head = {
        "version": "0",
        "id": str(uuid5(_IDS, f"{job.id}/{number}")),
        "detail-type": kind.value,
        "source": SOURCE,
        "account": spec.account,
        "time": _time(at // 1000),
        "region": spec.region,
        "resources": resources,
    }
    told = _told(kind, job, detail) if spec.service else detail
    return _encode(head)[:-1] + b',"detail":' + told + b"}"


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def _told(kind: Kind, job: Job, detail: bytes) -> bytes:
    """Form the detail of a notice about a service job."""
    members = _decode(detail)
    if kind in {Kind.PREEMPTING, Kind.PREEMPTED}:
        last = "statusReason" if kind is Kind.PREEMPTING else "preemptionSummary"
        wanted = {last: members[last]} if last in members else {}
        return _encode({"preemptedJobArn": job.arn, **wanted, "status": members["status"]})
    return _encode({name: value for name, value in members.items() if name not in UNTOLD})


@lru_cache(maxsize=64)
def _time(second: int) -> str:
    """Write a moment as EventBridge does: UTC, to the second."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

"""Laws of notices: which change makes which, and the form that AWS gives each.

https://docs.aws.amazon.com/batch/latest/userguide/batch_job_events.html and its neighbours.
"""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from batchyard.batch import reasons
from batchyard.batch.model import Attempt, Entry, Job, ServiceRequest
from batchyard.batch.notices import Kind, kinds, written
from batchyard.batch.states import JobState
from tests.batch.jobs_given import Moved, lives, spec

SUBMITTED, PENDING, RUNNABLE, STARTING, RUNNING, SUCCEEDED, FAILED = JobState

PLAIN = Job("a", spec(queue="arn:aws:batch:eu-west-1:123456789012:job-queue/q"), 1_641_944_200_058)
REQUEST = ServiceRequest("SAGEMAKER_TRAINING", "x", 1)
SERVICE = replace(PLAIN, spec=replace(PLAIN.spec, service=REQUEST))
BOTH = pytest.mark.parametrize(
    "job, changed, blocked",
    [
        (PLAIN, Kind.CHANGED, Kind.BLOCKED),
        (SERVICE, Kind.SERVICE_CHANGED, Kind.SERVICE_BLOCKED),
    ],
)


@given(lives())
def test_each_change_of_state_makes_one_notice_and_nothing_else_does(life: list[Moved]) -> None:
    for moved in life:
        made = [kind for kind in kinds(moved.was, moved.now) if "State Change" in kind]
        assert len(made) == (moved.was.state is not moved.now.state)


@BOTH
def test_none_is_made_of_a_submission(job: Job, changed: Kind, blocked: Kind) -> None:
    assert kinds(None, job) == ()
    stuck = replace(job, state=RUNNABLE, status_reason=reasons.TOO_LARGE)
    assert kinds(job, stuck) == (changed, blocked)


@BOTH
@pytest.mark.parametrize("reason", sorted({*reasons.MISFITS, reasons.NO_CAPACITY}))
def test_a_blocked_queue_is_told_once_for_each_reason(
    job: Job, changed: Kind, blocked: Kind, reason: str
) -> None:
    free = replace(job, state=RUNNABLE)
    stuck = replace(free, status_reason=reason)
    assert kinds(free, stuck) == (blocked,)
    assert kinds(stuck, replace(stuck, tags={"a": "b"})) == ()
    assert kinds(stuck, free) == ()
    assert kinds(stuck, replace(stuck, state=STARTING)) == (changed,)
    assert kinds(stuck, replace(stuck, status_reason="CAPACITY:OTHER")) == (blocked,)
    assert kinds(free, replace(free, status_reason="Host EC2 (instance i-1) terminated.")) == ()


def test_of_a_preemption_the_beginning_and_the_end_are_told() -> None:
    attempt = Attempt("x", "env", 1, started_at=2)
    running = replace(SERVICE, state=RUNNING, attempts=(attempt,))
    said = reasons.PREEMPTING.format(reasons.RECLAIMED)
    leaving = replace(running, status_reason=said)
    left = replace(attempt, stopped_at=3, status_reason=reasons.RECLAIMED)
    back = replace(leaving, state=RUNNABLE, attempts=(left,), status_reason=reasons.RECLAIMED)
    assert kinds(running, leaving) == (Kind.PREEMPTING,)
    assert kinds(leaving, back) == (Kind.SERVICE_CHANGED, Kind.PREEMPTED)
    shown: dict[str, Any] = {
        "jobArn": leaving.arn,
        "status": "RUNNING",
        "statusReason": said,
        "jobName": "n",
    }
    assert _read(Kind.PREEMPTING, leaving, shown)["detail"] == {
        "statusReason": said,
        "preemptedJobArn": leaving.arn,
        "status": "RUNNING",
    }
    summary: dict[str, Any] = {"preemptedAttemptCount": 1, "recentPreemptedAttempts": []}
    shown = {"jobArn": leaving.arn, "status": "RUNNABLE", "preemptionSummary": summary}
    assert _read(Kind.PREEMPTED, back, shown)["detail"] == {
        "preemptedJobArn": leaving.arn,
        "preemptionSummary": summary,
        "status": "RUNNABLE",
    }


def _read(kind: Kind, job: Job, shown: dict[str, Any], number: int = 7) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(written(kind, job, number, json.dumps(shown).encode()))
    return found


def test_a_notice_has_the_form_of_aws() -> None:
    job = replace(PLAIN, state=RUNNABLE, story=(Entry(1_641_944_200_999, "Accepted", RUNNABLE),))
    detail = {"jobId": "a", "status": "RUNNABLE", "tags": {"k": "v"}}
    event = _read(Kind.CHANGED, job, detail)
    assert UUID(event.pop("id")).version == 5
    assert event == {
        "version": "0",
        "detail-type": "Batch Job State Change",
        "source": "aws.batch",
        "account": job.spec.account,
        "time": "2022-01-11T23:36:40Z",
        "region": job.spec.region,
        "resources": [job.arn],
        "detail": detail,
    }
    assert _read(Kind.BLOCKED, job, detail)["resources"] == [job.arn, job.spec.queue]


def test_of_a_service_job_tags_and_payload_are_not_told() -> None:
    shown = {"jobId": "a", "status": "RUNNABLE", "tags": {}, "serviceRequestPayload": "{}"}
    for kind in (Kind.SERVICE_CHANGED, Kind.SERVICE_BLOCKED):
        event = _read(kind, SERVICE, shown)
        assert event["detail"] == {"jobId": "a", "status": "RUNNABLE"}
        assert event["resources"] == [SERVICE.arn]


@given(st.integers(1, 2**53), st.integers(1, 2**53))
def test_a_notice_is_known_by_its_id(one: int, other: int) -> None:
    ids = [_read(Kind.CHANGED, PLAIN, {}, number)["id"] for number in (one, other, one)]
    assert ids[0] == ids[2]
    assert (ids[0] == ids[1]) == (one == other)
    assert ids[0] != _read(Kind.CHANGED, replace(PLAIN, id="b"), {}, one)["id"]

"""What becomes of a job's attempts, through boto3, on a yard in its own process.

The oracles: https://docs.aws.amazon.com/batch/latest/userguide/job_retries.html, its neighbours
job_timeouts.html and job_states.html, and API_AttemptDetail.html of the API reference.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.yards import (
    RunningYard,
    described,
    ended,
    printed,
    reached,
    submit,
)

pytestmark = pytest.mark.xdist_group("attempts")

HOG = "x = bytearray(400 << 20); import time; time.sleep(60)"
"""Takes more than the 128 MiB that these jobs may have, and keeps it."""


@pytest.fixture(scope="module")
def batch(shared: RunningYard) -> Any:
    return shared.client("batch")


def retried(*rules: dict[str, str], attempts: int = 3) -> dict[str, Any]:
    return {"retryStrategy": {"attempts": attempts, "evaluateOnExit": list(rules)}}


def test_a_job_over_its_memory_is_137_with_awss_reason_and_rules_can_match_it(batch: Any) -> None:
    again = {"onReason": "OutOfMemoryError:*", "action": "retry"}
    rules = retried(again, {"onExitCode": "*", "action": "EXIT"}, attempts=2)
    job = ended(batch, submit(batch, "python3", "-c", HOG, **rules))
    assert (job["status"], job["statusReason"]) == ("FAILED", "Essential container in task exited")
    ends = [(a["container"]["exitCode"], a["container"]["reason"]) for a in job["attempts"]]
    assert ends == [(137, "OutOfMemoryError: Container killed due to memory usage")] * 2


def test_the_first_rule_that_matches_decides(batch: Any) -> None:
    rules = retried(
        {"onExitCode": "7", "onStatusReason": "Essential*", "action": "RETRY"},
        {"onExitCode": "*", "action": "exit"},
    )
    script = "exit $((6 + AWS_BATCH_JOB_ATTEMPT))"  # 7, then 8
    job = ended(batch, submit(batch, "sh", "-c", script, **rules))
    assert [a["container"]["exitCode"] for a in job["attempts"]] == [7, 8]


def test_what_cannot_start_is_tried_again_as_often_as_rules_say(batch: Any) -> None:
    again = {"onStatusReason": "Task failed to start", "action": "RETRY"}
    job = ended(batch, submit(batch, "no-such-program", **retried(again)))
    assert [a["statusReason"] for a in job["attempts"]] == ["Task failed to start"] * 3
    assert all("logStreamName" not in a["container"] for a in job["attempts"])


def test_every_attempt_says_where_when_and_how(batch: Any) -> None:
    job = ended(batch, submit(batch, "sh", "-c", "exit 3", **retried(attempts=2)))
    first, last = job["attempts"]
    for attempt in (first, last):
        container = attempt["container"]
        assert container["exitCode"] == 3
        assert attempt["statusReason"] == "Essential container in task exited"
        assert container["containerInstanceArn"].split(":")[5].startswith("container-instance/i-")
        assert container["logStreamName"].endswith(container["taskArn"].rpartition("/")[2])
        assert container["networkInterfaces"] == []
        assert attempt["startedAt"] <= attempt["stoppedAt"]
    assert first["stoppedAt"] <= last["startedAt"]
    assert (job["startedAt"], job["stoppedAt"]) == (last["startedAt"], last["stoppedAt"])
    for member in ("exitCode", "logStreamName", "taskArn", "containerInstanceArn"):
        assert job["container"][member] == last["container"][member]


def test_a_timeout_asks_with_sigterm_first(shared: RunningYard, batch: Any) -> None:
    script = "trap 'echo asked; exit 5' TERM; while :; do sleep 0.1; done"
    more = {"timeout": {"attemptDurationSeconds": 1}}
    job = ended(batch, submit(batch, "sh", "-c", script, **more))
    assert printed(shared.client("logs"), job) == ["asked"]
    assert job["statusReason"] == "Job attempt duration exceeded timeout"
    assert job["container"]["exitCode"] == 5
    assert not job["isTerminated"]


def test_a_running_job_cannot_be_cancelled_and_an_ended_one_not_be_changed(batch: Any) -> None:
    job = submit(batch, "sleep", "600")
    reached(batch, job, "RUNNING")
    batch.cancel_job(jobId=job, reason="too late")
    assert not described(batch, job)["isCancelled"]
    batch.terminate_job(jobId=job, reason="enough")
    over = ended(batch, job)
    assert (over["statusReason"], over["isCancelled"], over["isTerminated"]) == (
        "enough",
        False,
        True,
    )
    batch.terminate_job(jobId=job, reason="again")
    batch.cancel_job(jobId=job, reason="again")
    assert described(batch, job) == over


@pytest.mark.parametrize("how", ["cancel", "terminate"])
def test_what_waits_is_ended_without_an_attempt_and_says_by_whom(batch: Any, how: str) -> None:
    first = submit(batch, "sleep", "600")
    second = submit(batch, "true", dependsOn=[{"jobId": first}], **retried())
    third = submit(batch, "true", dependsOn=[{"jobId": second}])
    getattr(batch, f"{how}_job")(jobId=second, reason="not needed")
    job = described(batch, second)
    flags = (job["isCancelled"], job["isTerminated"])
    assert flags == (how == "cancel", how == "terminate")
    assert (job["status"], job["statusReason"]) == ("FAILED", "not needed")
    assert job["attempts"] == []
    assert "startedAt" not in job
    assert described(batch, third)["statusReason"] == "Dependent Job failed"
    batch.terminate_job(jobId=first, reason="over")


def test_one_child_is_cancelled_and_the_array_ends_with_the_others(batch: Any) -> None:
    more = {"arrayProperties": {"size": 3}, "dependsOn": [{"type": "SEQUENTIAL"}]}
    script = "test $AWS_BATCH_JOB_ARRAY_INDEX = 1 || sleep 600"
    array = submit(batch, "sh", "-c", script, **more)
    reached(batch, f"{array}:0", "RUNNING")
    batch.cancel_job(jobId=f"{array}:2", reason="not this one")
    assert described(batch, f"{array}:2")["statusReason"] == "not this one"
    assert described(batch, array)["status"] == "PENDING"
    batch.terminate_job(jobId=f"{array}:0", reason="nor this one")
    parent = ended(batch, array)
    assert parent["statusReason"] == "Array Child Job failed"
    assert parent["arrayProperties"]["statusSummary"]["FAILED"] == 3
    assert described(batch, f"{array}:1")["statusReason"] == "Dependent Job failed"

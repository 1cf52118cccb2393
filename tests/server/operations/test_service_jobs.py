"""Service jobs through botocore, on a yard in this process.

The oracles: https://docs.aws.amazon.com/batch/latest/userguide/getting-started-sagemaker.html and
https://docs.aws.amazon.com/batch/latest/userguide/service-jobs.html.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from botocore.exceptions import ClientError

from batchyard.batch import reasons, services
from batchyard.testing import yard
from tests.acceptance.yards import until

if TYPE_CHECKING:
    from collections.abc import Iterator

Client: TypeAlias = Any
"""A client of botocore, or what it is given."""

pytestmark = pytest.mark.xdist_group("service_jobs")

ARN = "arn:aws:batch:us-east-1:123456789012:"
KIND = "SAGEMAKER_TRAINING"
COMMAND = f"""{KIND}=sh -c 'echo "$EPOCHS of $TRAINING_JOB_NAME"; exit ${{FAILS:-0}}'"""


def payload(instances: int = 1, **environment: str) -> str:
    resources = {"InstanceType": "ml.m5.large", "InstanceCount": instances, "VolumeSizeInGB": 1}
    asked = {"TrainingJobName": "train", "ResourceConfig": resources, "Environment": environment}
    return json.dumps(asked)


def queue(batch: Client, name: str, capacity: int = 5, **more: Client) -> None:
    """Create a service environment and a queue on it."""
    limits = [{"maxCapacity": capacity, "capacityUnit": "NUM_INSTANCES"}]
    batch.create_service_environment(
        serviceEnvironmentName=f"{name}-environment",
        serviceEnvironmentType=KIND,
        capacityLimits=limits,
    )
    order = [{"order": 1, "serviceEnvironment": f"{name}-environment"}]
    batch.create_job_queue(
        jobQueueName=name, jobQueueType=KIND, priority=1, serviceEnvironmentOrder=order, **more
    )


def quota_queue(batch: Client, strategy: str = "RESERVE", **shares: int) -> None:
    """Create the queue ``quota`` whose shares have so many instances each."""
    idle = {"idleResourceAssignmentStrategy": "FIFO"}
    policy = batch.create_scheduling_policy(name="quota", quotaSharePolicy=idle)["arn"]
    limits = {
        name: [{"maxCapacity": n, "capacityUnit": "ml.m5.large"}] for name, n in shares.items()
    }
    batch.create_service_environment(
        serviceEnvironmentName="quota",
        serviceEnvironmentType=KIND,
        capacityLimits=[{"maxCapacity": sum(shares.values()), "capacityUnit": "ml.m5.large"}],
    )
    order = [{"order": 1, "serviceEnvironment": "quota"}]
    batch.create_job_queue(
        jobQueueName="quota",
        jobQueueType=KIND,
        priority=1,
        serviceEnvironmentOrder=order,
        schedulingPolicyArn=policy,
    )
    for name, limit in limits.items():
        batch.create_quota_share(
            quotaShareName=name,
            jobQueue="quota",
            capacityLimits=limit,
            resourceSharingConfiguration={"strategy": strategy},
            preemptionConfiguration={"inSharePreemption": "ENABLED"},
        )


def submit_to(batch: Client, share: str, **more: Client) -> str:
    """Submit a service job to a quota share; its id."""
    return submit(batch, jobQueue="quota", quotaShareName=share, **more)


def submit(batch: Client, name: str = "job", **more: Client) -> str:
    """Submit a service job; its id."""
    request = {
        "jobName": name,
        "jobQueue": "training",
        "serviceJobType": KIND,
        "serviceRequestPayload": payload(),
    }
    return str(batch.submit_service_job(**request | more)["jobId"])


def shown(batch: Client, job: str) -> dict[str, Client]:
    found: dict[str, Client] = batch.describe_service_job(jobId=job)
    del found["ResponseMetadata"]
    return found


def reached(batch: Client, job: str, status: str) -> dict[str, Client]:
    """Wait until a service job is in a status; how it is shown then."""
    until(lambda: shown(batch, job)["status"] == status)
    return shown(batch, job)


def ended(batch: Client, job: str) -> dict[str, Client]:
    """Wait until a service job has ended; how it is shown then."""
    until(lambda: "stoppedAt" in shown(batch, job))
    return shown(batch, job)


@pytest.fixture(scope="module")
def batch() -> Iterator[Client]:
    with yard(service_job_commands=(COMMAND,)) as here:
        client = here.client("batch")
        queue(client, "training")
        yield client


def test_a_service_job_runs_the_command_that_stands_for_the_service(batch: Client) -> None:
    job = submit(batch, serviceRequestPayload=payload(2, EPOCHS="7"), tags={"a": "b"})
    found = ended(batch, job)
    [attempt] = found["attempts"]
    name = attempt["serviceResourceId"]["value"].rpartition("/")[2]
    assert found == {
        "jobArn": f"{ARN}service-job/{job}",
        "jobId": job,
        "jobName": "job",
        "jobQueue": f"{ARN}job-queue/training",
        "serviceJobType": KIND,
        "serviceRequestPayload": payload(2, EPOCHS="7"),
        "status": "SUCCEEDED",
        "statusReason": reasons.TRAINED,
        "attempts": [attempt],
        "latestAttempt": {"serviceResourceId": attempt["serviceResourceId"]},
        "capacityUsage": [{"capacityUnit": "ml.m5.large", "quantity": 2.0}],
        "createdAt": found["createdAt"],
        "scheduledAt": found["scheduledAt"],
        "startedAt": attempt["startedAt"],
        "stoppedAt": attempt["stoppedAt"],
        "isTerminated": False,
        "tags": {"a": "b"},
    }
    assert attempt["statusReason"] == reasons.TRAINED
    assert attempt["serviceResourceId"] == {
        "name": "TrainingJobArn",
        "value": f"arn:aws:sagemaker:us-east-1:123456789012:training-job/{name}",
    }
    assert found["createdAt"] <= found["scheduledAt"] <= found["startedAt"] <= found["stoppedAt"]


def test_what_a_service_job_prints_is_in_the_log_group_of_training_jobs() -> None:
    with yard(service_job_commands=(COMMAND,)) as here:
        batch, logs = here.client("batch"), here.client("logs")
        queue(batch, "training")
        found = ended(batch, submit(batch, serviceRequestPayload=payload(EPOCHS="7")))
        arn = found["latestAttempt"]["serviceResourceId"]["value"]
        printed = logs.filter_log_events(logGroupName=services.LOG_GROUP)["events"]
        assert [each["message"] for each in printed] == [f"7 of {arn.rpartition('/')[2]}"]


def test_a_service_job_is_retried_as_its_strategy_says(batch: Client) -> None:
    failing, rule = payload(FAILS="3"), {"action": "EXIT", "onStatusReason": "Received status*"}
    again = ended(
        batch, submit(batch, serviceRequestPayload=failing, retryStrategy={"attempts": 2})
    )
    assert (again["status"], len(again["attempts"])) == ("FAILED", 2)
    assert again["statusReason"] == reasons.NOT_TRAINED
    strategy = {"attempts": 2, "evaluateOnExit": [rule]}
    once = ended(batch, submit(batch, serviceRequestPayload=failing, retryStrategy=strategy))
    assert (once["status"], len(once["attempts"])) == ("FAILED", 1)
    assert once["retryStrategy"] == strategy


def test_without_a_command_a_service_job_is_scheduled_and_fails_with_a_sentence() -> None:
    with yard() as here:
        batch = here.client("batch")
        queue(batch, "training")
        found = ended(batch, submit(batch, retryStrategy={"attempts": 3}))
        assert (found["status"], found["statusReason"]) == ("FAILED", reasons.no_service(KIND))
        assert "--service-job-command" in found["statusReason"]
        assert (len(found["attempts"]), "startedAt" in found) == (1, False)
        assert found["scheduledAt"] >= found["createdAt"]


def test_service_jobs_wait_for_instances_and_can_be_terminated() -> None:
    with yard(service_job_commands=(f"{KIND}=sleep 600",)) as here:
        batch = here.client("batch")
        queue(batch, "training", capacity=3)
        first = submit(batch, "first", serviceRequestPayload=payload(2))
        second = submit(batch, "second", serviceRequestPayload=payload(2))
        huge = submit(batch, "huge", serviceRequestPayload=payload(4))
        reached(batch, first, "RUNNING")
        assert shown(batch, second)["status"] == "RUNNABLE"
        assert shown(batch, huge)["statusReason"] == reasons.TOO_MANY_INSTANCES
        batch.terminate_service_job(jobId=first, reason="enough")
        over = ended(batch, first)
        assert (over["status"], over["statusReason"], over["isTerminated"]) == (
            "FAILED",
            "enough",
            True,
        )
        reached(batch, second, "RUNNING")
        answer = batch.terminate_service_jobs(jobs=[second, huge, "?"], reason="all")
        assert (answer["successful"], answer["errors"][0]["code"]) == (
            [second, huge],
            "ValidationException",
        )
        assert ended(batch, huge)["statusReason"] == "all"


def listed(batch: Client, **request: Client) -> list[str]:
    pages = batch.get_paginator("list_service_jobs").paginate(**{"jobQueue": "fair"} | request)
    return [job["jobName"] for page in pages for job in page["jobSummaryList"]]


def filtered(batch: Client, name: str, value: str, **more: Client) -> list[str]:
    return listed(batch, filters=[{"name": name, "values": [value]}], **more)


@pytest.fixture(scope="module")
def fair() -> Iterator[Client]:
    """A queue by share, where one job runs and one waits and one has ended."""
    with yard(service_job_commands=(f"{KIND}=sleep 600",)) as here:
        client = here.client("batch")
        policy = client.create_scheduling_policy(name="p", fairsharePolicy={})["arn"]
        queue(client, "fair", capacity=1, schedulingPolicyArn=policy)
        submit(client, "runs", jobQueue="fair", shareIdentifier="a")
        until(lambda: listed(client) == ["runs"])
        submit(client, "Waits", jobQueue="fair", shareIdentifier="b", schedulingPriority=3)
        gone = submit(client, "gone", jobQueue="fair", shareIdentifier="b")
        client.terminate_service_job(jobId=gone, reason="enough")
        yield client


def test_service_jobs_are_listed_by_status_or_by_one_filter(fair: Client) -> None:
    assert listed(fair) == listed(fair, jobStatus="RUNNING") == ["runs"]
    assert listed(fair, jobStatus="RUNNABLE") == ["Waits"]
    assert listed(fair, jobStatus="STARTING") == listed(fair, jobStatus="SCHEDULED") == []
    assert filtered(fair, "JOB_NAME", "WAITS") == ["Waits"]
    assert filtered(fair, "JOB_NAME", "*", jobStatus="RUNNING") == ["gone", "Waits", "runs"]
    assert filtered(fair, "SHARE_IDENTIFIER", "b") == ["gone", "Waits"]
    assert filtered(fair, "SHARE_IDENTIFIER", "b", jobStatus="FAILED") == ["gone"]
    assert filtered(fair, "BEFORE_CREATED_AT", "0") == []
    assert listed(fair, filters=[{"name": "AFTER_CREATED_AT", "values": ["0"]}]) == [
        "gone",
        "Waits",
        "runs",
    ]


def test_a_listed_job_shows_what_it_uses_and_for_whom(fair: Client) -> None:
    [job] = fair.list_service_jobs(jobQueue="fair")["jobSummaryList"]
    found = shown(fair, job["jobId"])
    assert job == {name: found[name] for name in job}
    assert {"latestAttempt", "capacityUsage", "scheduledAt", "shareIdentifier"} <= job.keys()
    [gone] = fair.list_service_jobs(jobQueue="fair", jobStatus="FAILED")["jobSummaryList"]
    assert gone["isTerminated"] is True


def test_a_waiting_jobs_priority_can_be_changed(fair: Client) -> None:
    [job] = fair.list_service_jobs(jobQueue="fair", jobStatus="RUNNABLE")["jobSummaryList"]
    assert shown(fair, job["jobId"])["schedulingPriority"] == 3
    answer = fair.update_service_job(jobId=job["jobId"], schedulingPriority=9)
    assert (answer["jobName"], answer["jobArn"]) == ("Waits", job["jobArn"])
    assert shown(fair, job["jobId"])["schedulingPriority"] == 9
    [gone] = fair.list_service_jobs(jobQueue="fair", jobStatus="FAILED")["jobSummaryList"]
    with pytest.raises(ClientError, match="has ended"):
        fair.update_service_job(jobId=gone["jobId"], schedulingPriority=9)


def test_the_same_request_is_refused_the_second_time(batch: Client) -> None:
    job = submit(batch, clientToken="once")
    with pytest.raises(ClientError, match=f"'once'.*{job}"):
        submit(batch, clientToken="once")
    ended(batch, job)
    with pytest.raises(ClientError, match=job):
        submit(batch, clientToken="once")
    other = submit(batch, clientToken="once", serviceRequestPayload=payload(A="b"))
    assert other != job


def test_service_jobs_and_other_jobs_are_told_apart(batch: Client) -> None:
    job = submit(batch)
    assert batch.describe_jobs(jobs=[job])["jobs"] == []
    for ask in (batch.cancel_job, batch.terminate_job):
        with pytest.raises(ClientError, match=f"Job {job} does not exist"):
            ask(jobId=job, reason="r")
    assert ended(batch, job)["status"] == "SUCCEEDED"
    assert batch.describe_jobs(jobs=[job])["jobs"] == []
    with pytest.raises(ClientError, match="ListServiceJobs"):
        batch.list_jobs(jobQueue="training")
    with pytest.raises(ClientError, match="use ListJobs"):
        batch.list_service_jobs(jobQueue="default")


def test_a_service_job_is_tagged_while_it_lives_and_after(batch: Client) -> None:
    job = submit(batch, tags={"own": "x"})
    arn = f"{ARN}service-job/{job}"
    before = ended(batch, job)
    batch.tag_resource(resourceArn=arn, tags={"a": "b"})
    batch.untag_resource(resourceArn=arn, tagKeys=["own"])
    assert batch.list_tags_for_resource(resourceArn=arn)["tags"] == {"a": "b"}
    assert shown(batch, job) == before | {"tags": {"a": "b"}}
    with pytest.raises(ClientError, match=f"job/{job} does not exist"):
        batch.list_tags_for_resource(resourceArn=f"{ARN}job/{job}")


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a name with a space": ({"jobName": "a b"}, "'a b'"),
    "a queue that is not there": ({"jobQueue": "nope"}, "job-queue/nope does not exist"),
    "a queue of other jobs": ({"jobQueue": "default"}, "use SubmitJob"),
    "a payload that is no JSON": ({"serviceRequestPayload": "{"}, "serviceRequestPayload"),
    "a payload without a name": (
        {"serviceRequestPayload": '{"ResourceConfig": {}}'},
        "TrainingJobName",
    ),
    "a payload without resources": (
        {"serviceRequestPayload": '{"TrainingJobName": "t"}'},
        "ResourceConfig",
    ),
    "a payload without instances": ({"serviceRequestPayload": payload(0)}, "InstanceCount"),
    "a payload that is too large": (
        {"serviceRequestPayload": payload(A="x" * 10_240)},
        "at most 10240",
    ),
    "a share where there are none": ({"shareIdentifier": "a"}, "shareIdentifier 'a'"),
    "a quota share where there are none": ({"quotaShareName": "q"}, "quotaShareName 'q'"),
    "preemption where there is none": (
        {"preemptionConfiguration": {"preemptionRetriesBeforeTermination": 1}},
        "preemptionConfiguration",
    ),
    "retries below none": (
        {"preemptionConfiguration": {"preemptionRetriesBeforeTermination": -1}},
        "-1",
    ),
    "a priority above the highest": ({"schedulingPriority": 10_000}, "10000"),
    "no attempts": ({"retryStrategy": {"attempts": 0}}, "attempts 0"),
    "eleven attempts": ({"retryStrategy": {"attempts": 11}}, "attempts 11"),
    "a rule without a condition": (
        {"retryStrategy": {"attempts": 2, "evaluateOnExit": [{"action": "EXIT"}]}},
        "onStatusReason",
    ),
    "a pattern with a star inside": (
        {
            "retryStrategy": {
                "attempts": 2,
                "evaluateOnExit": [{"action": "EXIT", "onStatusReason": "a*b"}],
            }
        },
        "a*b",
    ),
    "six rules": (
        {"retryStrategy": {"attempts": 2, "evaluateOnExit": [{"action": "EXIT"}] * 6}},
        "at most 5",
    ),
    "no time": ({"timeoutConfig": {"attemptDurationSeconds": 0}}, "attemptDurationSeconds 0"),
    "a tag of AWS's": ({"tags": {"aws:mine": "x"}}, "aws:mine"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_names_what_was_wrong(batch: Client, name: str) -> None:
    request, words = REFUSED[name]
    with pytest.raises(ClientError) as refusal:
        submit(batch, "refused", **request)
    assert refusal.value.response["Error"]["Code"] == "ClientException"
    assert words in refusal.value.response["Error"]["Message"]
    filters = [{"name": "JOB_NAME", "values": ["refused"]}]
    assert batch.list_service_jobs(jobQueue="training", filters=filters)["jobSummaryList"] == []


def test_a_share_must_be_named_where_shares_decide(fair: Client) -> None:
    with pytest.raises(ClientError, match="shareIdentifier is missing"):
        submit(fair, jobQueue="fair")
    with pytest.raises(ClientError, match="shareIdentifier 'a b' is not valid"):
        submit(fair, jobQueue="fair", shareIdentifier="a b")


def test_a_disabled_queue_takes_no_service_jobs_and_a_deleted_one_ends_them() -> None:
    with yard(service_job_commands=(f"{KIND}=sleep 600",)) as here:
        batch = here.client("batch")
        queue(batch, "training")
        job = submit(batch)
        reached(batch, job, "RUNNING")
        batch.update_job_queue(jobQueue="training", state="DISABLED")
        with pytest.raises(ClientError, match="training is DISABLED"):
            submit(batch)
        batch.delete_job_queue(jobQueue="training")
        assert ended(batch, job)["statusReason"] == "Job queue deleted"


def test_what_a_share_lent_is_taken_back_and_the_job_waits_again() -> None:
    """https://docs.aws.amazon.com/batch/latest/userguide/quota-shares.html."""
    with yard(service_job_commands=(f"{KIND}=sleep 600",)) as here:
        batch = here.client("batch")
        quota_queue(batch, "LEND_AND_BORROW", team=1, other=1)
        own, borrowed = submit_to(batch, "team"), submit_to(batch, "team")
        for job in (own, borrowed):
            reached(batch, job, "RUNNING")
        comes = submit_to(batch, "other")
        reached(batch, comes, "RUNNING")
        [left] = [job for job in (own, borrowed) if shown(batch, job)["status"] == "RUNNABLE"]
        found = shown(batch, left)
        [attempt] = found["attempts"]
        assert attempt["statusReason"] == reasons.RECLAIMED
        assert found["preemptionSummary"] == {
            "preemptedAttemptCount": 1,
            "recentPreemptedAttempts": [attempt],
        }
        batch.terminate_service_job(jobId=comes, reason="enough")
        reached(batch, left, "RUNNING")


def test_a_job_that_may_not_be_preempted_fails_when_it_is() -> None:
    with yard(service_job_commands=(f"{KIND}=sleep 600",)) as here:
        batch = here.client("batch")
        quota_queue(batch, team=1)
        never = {"preemptionRetriesBeforeTermination": 0}
        low = submit_to(batch, "team", preemptionConfiguration=never)
        reached(batch, low, "RUNNING")
        high = submit_to(batch, "team", schedulingPriority=5)
        reached(batch, high, "RUNNING")
        found = ended(batch, low)
        assert (found["status"], found["statusReason"]) == ("FAILED", reasons.OUTRANKED)
        assert found["preemptionConfiguration"] == never


def test_a_job_that_no_quota_can_hold_says_so_until_one_can() -> None:
    with yard(service_job_commands=(f"{KIND}=sleep 600",)) as here:
        batch = here.client("batch")
        quota_queue(batch, "LEND", team=1, other=1)
        job = submit_to(batch, "team", serviceRequestPayload=payload(2))
        assert shown(batch, job)["statusReason"] == reasons.OVER_QUOTA
        share = f"{ARN}job-queue/quota/quota-share/team"
        limits = [{"maxCapacity": 2, "capacityUnit": "ml.m5.large"}]
        batch.update_quota_share(quotaShareArn=share, capacityLimits=limits)
        reached(batch, job, "RUNNING")


def test_a_deleted_quota_share_ends_its_jobs() -> None:
    with yard(service_job_commands=(f"{KIND}=sleep 600",)) as here:
        batch = here.client("batch")
        quota_queue(batch, team=1)
        job, waits = submit_to(batch, "team"), submit_to(batch, "team")
        share = f"{ARN}job-queue/quota/quota-share/team"
        batch.update_quota_share(quotaShareArn=share, state="DISABLED")
        with pytest.raises(ClientError, match="team is DISABLED"):
            submit_to(batch, "team")
        batch.delete_quota_share(quotaShareArn=share)
        for each in (job, waits):
            assert ended(batch, each)["statusReason"] == "Quota share deleted"

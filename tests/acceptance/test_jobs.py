"""Jobs through boto3, on a yard in its own process."""

import json
from itertools import pairwise
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.acceptance.yards import (
    RunningYard,
    described,
    ended,
    printed,
    reached,
    register,
    submit,
    until,
)

pytestmark = pytest.mark.xdist_group("jobs")


@pytest.fixture(scope="module")
def batch(shared: RunningYard) -> Any:
    return shared.client("batch")


@pytest.fixture(scope="module")
def logs(shared: RunningYard) -> Any:
    return shared.client("logs")


def test_a_job_runs_and_its_output_is_read_whole(batch: Any, logs: Any) -> None:
    job = ended(batch, submit(batch, "sh", "-c", "echo out; echo err >&2; echo grüße"))
    assert job["status"] == "SUCCEEDED"
    assert job["container"]["exitCode"] == 0
    assert job["statusReason"] == "Essential container in task exited"
    assert printed(logs, job) == ["out", "err", "grüße"]


def test_a_job_has_the_environment_and_the_fresh_directory_of_a_batch_job(
    batch: Any, logs: Any
) -> None:
    script = "import json, os; print(json.dumps([dict(os.environ), os.getcwd(), os.listdir()]))"
    job = ended(batch, submit(batch, "python3", "-c", script))
    environment, directory, content = json.loads(printed(logs, job)[0])
    assert environment["AWS_BATCH_JOB_ID"] == job["jobId"]
    assert environment["AWS_BATCH_JOB_ATTEMPT"] == "1"
    assert environment["AWS_BATCH_JQ_NAME"] == "default"
    assert environment["AWS_BATCH_CE_NAME"] == "local"
    assert environment["AWS_EXECUTION_ENV"] == "AWS_ECS_EC2"
    assert environment["PWD"] == directory
    assert content == []


def test_a_failing_job_is_tried_again_and_keeps_every_attempt(batch: Any, logs: Any) -> None:
    script = "echo attempt $AWS_BATCH_JOB_ATTEMPT; exit $((4 - AWS_BATCH_JOB_ATTEMPT))"
    job = ended(batch, submit(batch, "sh", "-c", script, retryStrategy={"attempts": 3}))
    assert job["status"] == "FAILED"
    assert [attempt["container"]["exitCode"] for attempt in job["attempts"]] == [3, 2, 1]
    streams = {attempt["container"]["logStreamName"] for attempt in job["attempts"]}
    assert len(streams) == 3
    assert printed(logs, job) == ["attempt 3"]


def test_a_command_that_cannot_be_started_fails_with_the_reason(batch: Any) -> None:
    job = ended(batch, submit(batch, "no-such-program"))
    assert job["status"] == "FAILED"
    assert job["statusReason"] == "Task failed to start"
    assert "no-such-program" in job["container"]["reason"]
    assert "exitCode" not in job["container"]


def test_a_timeout_ends_the_attempt_and_is_not_retried(batch: Any) -> None:
    more = {"timeout": {"attemptDurationSeconds": 1}, "retryStrategy": {"attempts": 3}}
    job = ended(batch, submit(batch, "sleep", "60", **more))
    assert job["status"] == "FAILED"
    assert job["statusReason"] == "Job attempt duration exceeded timeout"
    assert len(job["attempts"]) == 1


def test_terminate_ends_a_running_job_with_the_callers_reason(batch: Any) -> None:
    job_id = submit(batch, "sleep", "60")
    reached(batch, job_id, "RUNNING")
    batch.terminate_job(jobId=job_id, reason="enough")
    job = ended(batch, job_id)
    assert (job["status"], job["statusReason"]) == ("FAILED", "enough")
    assert job["isTerminated"]
    assert job["container"]["exitCode"] == 143


def test_an_array_runs_and_what_depends_on_it_comes_after(batch: Any, logs: Any) -> None:
    array = submit(
        batch, "sh", "-c", "echo $AWS_BATCH_JOB_ARRAY_INDEX", arrayProperties={"size": 5}
    )
    after = submit(batch, "echo", "after", dependsOn=[{"jobId": array}])
    assert described(batch, after)["status"] in {"PENDING", "RUNNABLE", "STARTING", "RUNNING"}
    last, whole = ended(batch, after), described(batch, array)
    assert whole["status"] == "SUCCEEDED"
    assert whole["arrayProperties"]["statusSummary"]["SUCCEEDED"] == 5
    children = [described(batch, f"{array}:{index}") for index in range(5)]
    assert [printed(logs, child) for child in children] == [[str(index)] for index in range(5)]
    assert last["startedAt"] >= max(child["stoppedAt"] for child in children)


def test_a_sequential_array_runs_one_child_after_the_other(batch: Any) -> None:
    array = submit(batch, "true", arrayProperties={"size": 4}, dependsOn=[{"type": "SEQUENTIAL"}])
    ended(batch, array)
    children = [described(batch, f"{array}:{index}") for index in range(4)]
    for earlier, later in pairwise(children):
        assert later["startedAt"] >= earlier["stoppedAt"]


def test_a_failed_child_fails_its_array_and_whoever_waits_for_it(batch: Any) -> None:
    array = submit(
        batch, "sh", "-c", "exit $AWS_BATCH_JOB_ARRAY_INDEX", arrayProperties={"size": 2}
    )
    pairs = submit(
        batch,
        "true",
        arrayProperties={"size": 2},
        dependsOn=[{"jobId": array, "type": "N_TO_N"}],
    )
    after = submit(batch, "true", dependsOn=[{"jobId": array}])
    assert ended(batch, array)["arrayProperties"]["statusSummary"]["FAILED"] == 1
    assert ended(batch, after)["statusReason"] == "Dependent Job failed"
    assert ended(batch, pairs)["status"] == "FAILED"
    assert described(batch, f"{pairs}:0")["status"] == "SUCCEEDED"
    assert described(batch, f"{pairs}:1")["statusReason"] == "Dependent Job failed"


def test_parameters_and_overrides_change_the_command_and_the_environment(
    batch: Any, logs: Any
) -> None:
    definition = register(
        batch, "echo", "Ref::greeting", "Ref::name", name="greet", parameters={"greeting": "hello"}
    )
    answer = batch.submit_job(
        jobName="greet", jobQueue="default", jobDefinition="greet", parameters={"name": "world"}
    )
    job = ended(batch, answer["jobId"])
    assert printed(logs, job) == ["hello world"]
    assert job["jobDefinition"] == definition
    overrides = {
        "command": ["sh", "-c", "echo $COLOUR"],
        "environment": [{"name": "COLOUR", "value": "green"}],
        "resourceRequirements": [{"type": "MEMORY", "value": "64"}],
    }
    answer = batch.submit_job(
        jobName="greet", jobQueue="default", jobDefinition="greet", containerOverrides=overrides
    )
    job = ended(batch, answer["jobId"])
    assert printed(logs, job) == ["green"]
    assert {"type": "MEMORY", "value": "64"} in job["container"]["resourceRequirements"]


def test_jobs_of_one_region_are_not_seen_from_another(shared: RunningYard, batch: Any) -> None:
    job_id = submit(batch, "true")
    elsewhere = shared.client("batch", "eu-west-1")
    assert elsewhere.describe_jobs(jobs=[job_id])["jobs"] == []
    queues = elsewhere.describe_job_queues()["jobQueues"]
    assert [queue["jobQueueName"] for queue in queues] == ["default"]


def test_list_jobs_pages_through_a_queue_newest_first(batch: Any) -> None:
    names = [f"listed-{index}" for index in range(5)]
    definition = register(batch, "true")
    for name in names:
        batch.submit_job(jobName=name, jobQueue="default", jobDefinition=definition)
    request = {
        "jobQueue": "default",
        "filters": [{"name": "JOB_NAME", "values": ["LISTED-*"]}],
        "maxResults": 2,
    }
    pages = batch.get_paginator("list_jobs").paginate(**request)
    found = [job["jobName"] for page in pages for job in page["jobSummaryList"]]
    assert sorted(found) == names


REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "a job name with a space": ("submit_job", {"jobName": "a b"}, "'a b'"),
    "an unknown queue": ("submit_job", {"jobQueue": "nowhere"}, "nowhere"),
    "an unknown definition": ("submit_job", {"jobDefinition": "nothing:7"}, "nothing:7"),
    "an array of one": ("submit_job", {"arrayProperties": {"size": 1}}, "size 1"),
    "an unknown dependency": ("submit_job", {"dependsOn": [{"jobId": "gone"}]}, "gone"),
    "too many attempts": ("submit_job", {"retryStrategy": {"attempts": 11}}, "11"),
    "101 jobs": ("describe_jobs", {"jobs": ["x"] * 101}, "101"),
    "an empty reason": ("terminate_job", {"jobId": "x", "reason": ""}, "reason"),
    "an unknown job": ("cancel_job", {"jobId": "gone", "reason": "r"}, "gone"),
    "two ways to list": ("list_jobs", {"jobQueue": "default", "arrayJobId": "x"}, "exactly one"),
    "a bad page": ("list_jobs", {"jobQueue": "default", "nextToken": "x"}, "nextToken"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_refusal_is_a_client_exception_that_names_the_value(batch: Any, what: str) -> None:
    operation, members, named = REFUSED[what]
    given = {"jobName": "ok", "jobQueue": "default", "jobDefinition": register(batch, "true")}
    base = given if operation == "submit_job" else {}
    with pytest.raises(ClientError) as refusal:
        getattr(batch, operation)(**base | members)
    assert refusal.value.response["Error"]["Code"] == "ClientException"
    assert named in refusal.value.response["Error"]["Message"]


def test_an_operation_that_is_not_served_answers_one_clear_fault(shared: RunningYard) -> None:
    with pytest.raises(ClientError) as refusal:
        shared.client("logs").describe_metric_filters()
    error = refusal.value.response["Error"]
    assert error["Code"] == "UnsupportedOperationException"
    assert "DescribeMetricFilters" in error["Message"]


def test_a_queue_goes_with_its_jobs(batch: Any) -> None:
    environment = batch.describe_compute_environments(computeEnvironments=["local"])
    arn = environment["computeEnvironments"][0]["computeEnvironmentArn"]
    order = [{"order": 1, "computeEnvironment": arn}]
    batch.create_job_queue(jobQueueName="brief", priority=5, computeEnvironmentOrder=order)
    answer = batch.submit_job(
        jobName="job", jobQueue="brief", jobDefinition=register(batch, "sleep", "60")
    )
    reached(batch, answer["jobId"], "RUNNING", "RUNNABLE")
    batch.update_job_queue(jobQueue="brief", state="DISABLED")
    batch.delete_job_queue(jobQueue="brief")
    assert ended(batch, answer["jobId"])["status"] == "FAILED"
    until(lambda: not batch.describe_job_queues(jobQueues=["brief"])["jobQueues"])


def test_a_job_whose_secrets_the_yard_has_not_is_not_started(batch: Any) -> None:
    secret = {"name": "TOKEN", "valueFrom": "arn:aws:ssm:us-east-1:123456789012:parameter/t"}
    definition = batch.register_job_definition(
        jobDefinitionName="secretive",
        type="container",
        containerProperties={
            "image": "busybox",
            "command": ["true"],
            "secrets": [secret],
            "resourceRequirements": [
                {"type": "VCPU", "value": "1"},
                {"type": "MEMORY", "value": "64"},
            ],
        },
    )["jobDefinitionArn"]
    answer = batch.submit_job(jobName="job", jobQueue="default", jobDefinition=definition)
    job = ended(batch, answer["jobId"])
    assert job["statusReason"] == "Task failed to start"
    assert "TOKEN" in job["container"]["reason"]
    assert "--pass-env" in job["container"]["reason"]


def test_a_job_too_large_waits_with_the_reason_and_runs_once_there_is_room(batch: Any) -> None:
    room = {"type": "EC2", "minvCpus": 0, "maxvCpus": 1, "instanceTypes": ["optimal"]}
    resources = {**room, "subnets": ["subnet-1"], "securityGroupIds": ["sg-1"]}
    name = "small"
    arn = batch.create_compute_environment(
        computeEnvironmentName=name, type="MANAGED", computeResources=resources
    )["computeEnvironmentArn"]
    order = [{"order": 1, "computeEnvironment": arn}]
    batch.create_job_queue(jobQueueName=name, priority=1, computeEnvironmentOrder=order)
    overrides = {"resourceRequirements": [{"type": "VCPU", "value": "2"}]}
    answer = batch.submit_job(
        jobName="large",
        jobQueue=name,
        jobDefinition=register(batch, "true"),
        containerOverrides=overrides,
    )
    job = described(batch, answer["jobId"])
    assert job["status"] == "RUNNABLE"
    assert job["statusReason"].startswith("MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE")
    batch.update_compute_environment(computeEnvironment=name, computeResources={"maxvCpus": 2})
    assert ended(batch, answer["jobId"])["status"] == "SUCCEEDED"


def test_a_job_without_a_command_says_that_images_are_not_pulled(batch: Any) -> None:
    job = ended(batch, submit(batch))
    assert job["statusReason"] == "Task failed to start"
    assert "images are not pulled" in job["container"]["reason"]

"""SubmitJob on a yard in this process: what is refused, what an override says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from botocore.exceptions import ClientError

from batchyard.testing import yard
from tests.acceptance.yards import described, ended, register

if TYPE_CHECKING:
    from collections.abc import Iterator

Client: TypeAlias = Any
"""A client of botocore, or what it is given."""

pytestmark = pytest.mark.xdist_group("submit")


@pytest.fixture(scope="module")
def batch() -> Iterator[Client]:
    with yard() as here:
        yield here.client("batch")


def submit(batch: Client, *command: str, **more: Client) -> str:
    """Run a command as a job; its id."""
    request = {"jobName": "job", "jobQueue": "default", "jobDefinition": register(batch, *command)}
    return str(batch.submit_job(**request | more)["jobId"])


def test_an_empty_command_in_overrides_says_nothing(batch: Client) -> None:
    job = ended(batch, submit(batch, "true", containerOverrides={"command": []}))
    assert (job["status"], job["container"]["command"]) == ("SUCCEEDED", ["true"])


def test_an_empty_word_in_a_command_is_refused_as_aws_does(batch: Client) -> None:
    """https://github.com/boto/boto3/issues/3612 and https://github.com/kislyuk/aegea/issues/49."""
    words = "Command field cannot have empty strings"
    with pytest.raises(ClientError, match=words):
        register(batch, "sh", "")
    with pytest.raises(ClientError, match=words):
        submit(batch, "true", containerOverrides={"command": ["sh", ""]})


ARN = "arn:aws:batch:us-east-1:123456789012:"
ABSENT: dict[str, tuple[dict[str, str], str]] = {
    # https://github.com/base2genomics/batchit/issues/13
    "no such queue": ({"jobQueue": "nope"}, r"JobQueue nope not found\."),
    # https://github.com/aws-samples/aws-genomics-workflows/issues/84
    "no such definition": (
        {"jobDefinition": "nope"},
        "JobDefinition name nope does not exist or is not in ACTIVE status",
    ),
    # https://github.com/azavea/raster-vision-aws/issues/17
    "no definition of that ARN": (
        {"jobDefinition": f"{ARN}job-definition/nope"},
        rf"JobDefinition {ARN}job-definition/nope not found\.",
    ),
    # https://github.com/chanzuckerberg/single-cell-data-portal/issues/1068
    "an INACTIVE definition": (
        {"jobDefinition": f"{ARN}job-definition/old:1"},
        f"JobDefinition {ARN}job-definition/old:1 is not in ACTIVE status",
    ),
}


@pytest.mark.parametrize("asked, words", ABSENT.values(), ids=ABSENT.keys())
def test_what_is_not_there_is_refused_in_the_words_that_clients_look_for(
    batch: Client, asked: dict[str, str], words: str
) -> None:
    register(batch, "true", name="old")
    batch.deregister_job_definition(jobDefinition="old:1")
    with pytest.raises(ClientError, match=words):
        submit(batch, "true", **asked)


def test_a_job_and_a_definition_stay_below_what_aws_takes(batch: Client) -> None:
    """https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html: 30 KiB and 24 KiB."""
    words = "Job size must be less than 30 KiB, got 30 KiB"
    with pytest.raises(ClientError, match=words):
        submit(batch, "true", containerOverrides={"command": ["true", "x" * 30 * 1024]})
    with pytest.raises(ClientError, match="JobDefinition size must be less than 24 KiB, got 24"):
        register(batch, "true", "x" * 24 * 1024)
    large = {"environment": [{"name": "LARGE", "value": "x" * 29 * 1024}]}
    job = submit(batch, "true", "x" * 23 * 1024, containerOverrides=large)
    assert ended(batch, job)["status"] == "SUCCEEDED"


def test_a_queue_on_fargate_takes_definitions_for_fargate_only(batch: Client) -> None:
    """Aegea registers another one when it reads these words: aegea/batch.py of kislyuk/aegea."""
    fargate = {"type": "FARGATE", "maxvCpus": 1, "subnets": ["s"], "securityGroupIds": ["g"]}
    batch.create_compute_environment(
        computeEnvironmentName="fargate", type="MANAGED", computeResources=fargate
    )
    order = [{"order": 1, "computeEnvironment": "fargate"}]
    batch.create_job_queue(jobQueueName="fargate", priority=1, computeEnvironmentOrder=order)
    words = "Job Queue is attached to Compute Environment that can not run Jobs with capability EC2"
    with pytest.raises(ClientError, match=words):
        submit(batch, "true", jobQueue="fargate")
    container = {
        "image": "busybox",
        "command": ["true"],
        "executionRoleArn": "arn:aws:iam::123456789012:role/runs",
        "resourceRequirements": [
            {"type": "VCPU", "value": "0.25"},
            {"type": "MEMORY", "value": "512"},
        ],
    }
    registered = batch.register_job_definition(
        jobDefinitionName="light",
        type="container",
        platformCapabilities=["FARGATE"],
        containerProperties=container,
    )
    arn = registered["jobDefinitionArn"]
    for queue in ("fargate", "default"):
        job = submit(batch, jobQueue=queue, jobDefinition=arn)
        assert ended(batch, job)["status"] == "SUCCEEDED"


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a priority above the highest": ({"schedulingPriorityOverride": 10_000}, "10000"),
    "a priority below the lowest": ({"schedulingPriorityOverride": -1}, "-1"),
    "no attempts": ({"retryStrategy": {"attempts": 0}}, "attempts 0"),
    "rules without attempts": (
        {"retryStrategy": {"evaluateOnExit": [{"action": "EXIT", "onExitCode": "1"}]}},
        "RetryAttempts",
    ),
    "six rules": (
        {"retryStrategy": {"attempts": 2, "evaluateOnExit": [{"action": "EXIT"}] * 6}},
        "at most 5",
    ),
    "a rule without a condition": (
        {"retryStrategy": {"attempts": 2, "evaluateOnExit": [{"action": "EXIT"}]}},
        "no condition",
    ),
    "an exit code of letters": (
        {"retryStrategy": {"attempts": 2, "evaluateOnExit": [{"action": "X", "onExitCode": "1"}]}},
        "'X'",
    ),
    "a pattern with a star inside": (
        {
            "retryStrategy": {
                "attempts": 2,
                "evaluateOnExit": [{"action": "EXIT", "onReason": "a*b"}],
            }
        },
        "a*b",
    ),
    "no time at all": ({"timeout": {"attemptDurationSeconds": 0}}, "attemptDurationSeconds 0"),
    "51 tags": ({"tags": {f"k{n}": "" for n in range(51)}}, "tags"),
    "a tag of AWS's": ({"tags": {"aws:mine": "x"}}, "aws:mine"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_refusal_names_what_was_wrong(batch: Client, what: str) -> None:
    members, named = REFUSED[what]
    with pytest.raises(ClientError) as refusal:
        submit(batch, "true", **members)
    error = refusal.value.response["Error"]
    assert error["Code"] == "ClientException"
    assert named in error["Message"]


STUCK = {
    "VCPU": "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - CE(s) associated with the job "
    "queue cannot meet the CPU requirement of the job.",
    "MEMORY": "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - The job resource requirement "
    "(vCPU/memory/GPU) is higher than that can be met by the CE(s) attached to the job queue.",
}
"""https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable.html"""


@pytest.mark.parametrize("kind", STUCK)
def test_a_job_that_is_too_large_waits_and_says_in_what(batch: Client, kind: str) -> None:
    huge = {"resourceRequirements": [{"type": kind, "value": "999999999"}]}
    job = submit(batch, "true", containerOverrides=huge)
    found = described(batch, job)
    assert (found["status"], found["statusReason"]) == ("RUNNABLE", STUCK[kind])
    batch.cancel_job(jobId=job, reason="too large")

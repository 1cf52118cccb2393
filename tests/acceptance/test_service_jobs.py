"""Service jobs, shares and consumable resources on a served yard, over a kill and a new start.

The requests are those of AWS's own pages:
https://docs.aws.amazon.com/batch/latest/userguide/getting-started-sagemaker.html and
https://docs.aws.amazon.com/batch/latest/userguide/resource-aware-scheduling.html.
"""

import json
import signal
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.acceptance.environments import bin_of
from tests.acceptance.test_awscli import Aws
from tests.acceptance.yards import RunningYard, described, reached, register, until

KIND = "SAGEMAKER_TRAINING"
ARN = "arn:aws:batch:us-east-1:123456789012:"
TRAINS = "sh -c 'echo trained $TRAINING_JOB_NAME'"
PAYLOAD = {
    "TrainingJobName": "my-simple-training-job",
    "RoleArn": "arn:aws:iam::123456789012:role/SageMakerExecutionRole",
    "AlgorithmSpecification": {
        "TrainingInputMode": "File",
        "TrainingImage": "763104351884.dkr.ecr.us-west-2.amazonaws.com/pytorch-training:2.0.0",
        "ContainerEntrypoint": ["echo", "hello world"],
    },
    "ResourceConfig": {"InstanceType": "ml.c5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1},
    "OutputDataConfig": {"S3OutputPath": "s3://your-s3-bucket/output"},
    "StoppingCondition": {"MaxRuntimeInSeconds": 30},
}


def everything(batch: Any) -> list[Any]:
    """All that is shown of resources."""
    policies = [one["arn"] for one in batch.list_scheduling_policies()["schedulingPolicies"]]
    return [
        batch.describe_job_queues()["jobQueues"],
        batch.describe_service_environments()["serviceEnvironments"],
        batch.describe_scheduling_policies(arns=policies)["schedulingPolicies"],
        batch.list_consumable_resources()["consumableResources"],
        batch.list_quota_shares(jobQueue="quota")["quotaShares"],
    ]


@pytest.mark.timeout(600)  # the first run ever downloads what it needs
def test_the_tutorial_of_service_jobs_runs_as_it_is_written(tmp_path: Path) -> None:
    program = bin_of("awscli") / "aws"
    (tmp_path / "my_training_job.json").write_text(json.dumps(PAYLOAD))
    command = ("--service-job-command", f"{KIND}={TRAINS}")
    with RunningYard(tmp_path / "data", "--ephemeral", *command) as yard:
        aws = Aws(program, yard, tmp_path)
        name, queue = "TutorialServiceEnvironment", "my-sm-training-fifo-jq"
        limits = ("--capacity-limits", "capacityUnit=NUM_INSTANCES,maxCapacity=5")
        environment = ("--service-environment-name", name, "--service-environment-type", KIND)
        created = aws("batch", "create-service-environment", *environment, *limits)
        assert created["serviceEnvironmentArn"] == f"{ARN}service-environment/{name}"
        order = ("--service-environment-order", f"order=1,serviceEnvironment={name}")
        kind = ("--job-queue-type", KIND, "--priority", "1")
        aws("batch", "create-job-queue", "--job-queue-name", queue, *kind, *order)
        submitted = aws(
            *("batch", "submit-service-job", "--job-queue", queue),
            *("--job-name", "my-batch-sm-job", "--service-job-type", KIND),
            *("--retry-strategy", "attempts=1", "--timeout-config", "attemptDurationSeconds=60"),
            *("--service-request-payload", f"file://{tmp_path}/my_training_job.json"),
        )
        job = submitted["jobId"]
        until(lambda: "stoppedAt" in yard.client("batch").describe_service_job(jobId=job))
        shown = aws("batch", "describe-service-job", "--job-id", job)
        assert (shown["status"], shown["jobArn"]) == ("SUCCEEDED", f"{ARN}service-job/{job}")
        filters = ("--filters", "name=JOB_NAME,values=my-batch-sm-job")
        [listed] = aws("batch", "list-service-jobs", "--job-queue", queue, *filters)[
            "jobSummaryList"
        ]
        assert listed["latestAttempt"] == shown["latestAttempt"]
        logs = yard.client("logs").filter_log_events(logGroupName="/aws/sagemaker/TrainingJobs")
        trained = shown["latestAttempt"]["serviceResourceId"]["value"].rpartition("/")[2]
        assert [event["message"] for event in logs["events"]] == [f"trained {trained}"]


def test_what_was_created_and_taken_is_there_after_a_kill(tmp_path: Path) -> None:
    command = ("--service-job-command", f"{KIND}=sleep 600")
    with RunningYard(tmp_path / "data", *command) as yard:
        batch = yard.client("batch")
        idle = {"idleResourceAssignmentStrategy": "FIFO"}
        policy = batch.create_scheduling_policy(name="quota", quotaSharePolicy=idle)["arn"]
        limits = [{"capacityUnit": "ml.c5.xlarge", "maxCapacity": 1}]
        environment = {"serviceEnvironmentName": "types", "serviceEnvironmentType": KIND}
        batch.create_service_environment(**environment, capacityLimits=limits)
        batch.create_job_queue(
            jobQueueName="quota",
            priority=1,
            jobQueueType=KIND,
            schedulingPolicyArn=policy,
            serviceEnvironmentOrder=[{"order": 1, "serviceEnvironment": "types"}],
        )
        batch.create_quota_share(
            quotaShareName="team",
            jobQueue="quota",
            capacityLimits=limits,
            resourceSharingConfiguration={"strategy": "RESERVE"},
            preemptionConfiguration={"inSharePreemption": "DISABLED"},
        )
        asked = {
            "jobName": "job",
            "jobQueue": "quota",
            "quotaShareName": "team",
            "serviceJobType": KIND,
            "serviceRequestPayload": json.dumps(PAYLOAD),
        }
        trains, waits = (batch.submit_service_job(**asked)["jobId"] for _ in range(2))
        until(lambda: batch.describe_service_job(jobId=trains)["status"] == "RUNNING")
        batch.create_consumable_resource(consumableResourceName="seat", totalQuantity=1)
        batch.create_consumable_resource(
            consumableResourceName="ticket", totalQuantity=5, resourceType="NON_REPLENISHABLE"
        )
        takes = [{"consumableResource": name, "quantity": 1} for name in ("seat", "ticket")]
        register(
            batch,
            *("sleep", "600"),
            consumableResourceProperties={"consumableResourceList": takes},
        )
        jobs = [
            batch.submit_job(jobName="j", jobQueue="default", jobDefinition="job")["jobId"]
            for _ in range(2)
        ]
        reached(batch, jobs[0], "RUNNING")
        before = everything(batch)
        yard.stop(signal.SIGKILL)
        with RunningYard(tmp_path / "data", *command) as again:
            batch = again.client("batch")
            assert everything(batch) == before
            statuses = [batch.describe_service_job(jobId=job)["status"] for job in (trains, waits)]
            assert statuses == ["RUNNING", "RUNNABLE"]
            assert described(batch, jobs[1])["status"] == "RUNNABLE"
            batch.terminate_jobs(jobs=jobs[:1], reason="enough")
            batch.terminate_service_jobs(jobs=[trains], reason="enough")
            reached(batch, jobs[1], "RUNNING")
            until(lambda: batch.describe_service_job(jobId=waits)["status"] == "RUNNING")
            seat, ticket = (
                batch.describe_consumable_resource(consumableResource=name)
                for name in ("seat", "ticket")
            )
            assert (seat["inUseQuantity"], ticket["totalQuantity"]) == (1, 3)
            with pytest.raises(ClientError, match="Object already exists"):
                batch.create_consumable_resource(consumableResourceName="seat")


def test_a_type_that_is_none_is_refused_when_the_yard_is_started(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="--service-job-command BEDROCK: the types are"):
        RunningYard(tmp_path / "data", "--service-job-command", "BEDROCK=true")
    with pytest.raises(AssertionError, match=r"SAGEMAKER_TRAINING=python3 train\.py"):
        RunningYard(tmp_path / "data", "--service-job-command", KIND)

"""An everyday program with boto3, written for AWS; prints what it saw as JSON.

It runs in an environment of its own, old boto3 or new, and knows of a yard by AWS_ENDPOINT_URL.
"""

import json
import sys
import time
from typing import Any

import boto3

NAME = "everyday"
SIZES = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "64"}]

batch, logs = boto3.client("batch"), boto3.client("logs")


def prepare() -> None:
    """Make an environment, a queue on it, and wait until both can be used."""
    resources = {"type": "EC2", "minvCpus": 0, "maxvCpus": 4, "instanceTypes": ["optimal"]}
    batch.create_compute_environment(
        computeEnvironmentName=NAME,
        type="MANAGED",
        computeResources={**resources, "subnets": ["subnet-1"], "securityGroupIds": []},
        serviceRole="arn:aws:iam::123456789012:role/batch",
    )
    patiently(lambda: batch.describe_compute_environments(computeEnvironments=[NAME]), "VALID")
    order = [{"order": 1, "computeEnvironment": NAME}]
    batch.create_job_queue(jobQueueName=NAME, priority=1, computeEnvironmentOrder=order)
    patiently(lambda: batch.describe_job_queues(jobQueues=[NAME]), "VALID")


def patiently(ask: Any, *states: str) -> list[dict[str, Any]]:
    """Ask until everything that is described is in one of these states."""
    while True:
        shown = next(value for value in ask().values() if isinstance(value, list))
        if shown and all(one["status"] in states for one in shown):
            return list(shown)
        time.sleep(0.1)


def register(script: str) -> str:
    """Register a definition that runs a script with one parameter."""
    command = ["sh", "-c", script, "Ref::word"]
    container = {"image": "busybox", "command": command, "resourceRequirements": SIZES}
    answer = batch.register_job_definition(
        jobDefinitionName=NAME,
        type="container",
        parameters={"word": "default"},
        containerProperties=container,
        retryStrategy={"attempts": 2},
        timeout={"attemptDurationSeconds": 600},
    )
    return str(answer["jobDefinitionArn"])


def submit(definition: str, name: str, **more: Any) -> str:
    """Submit a job; give its id."""
    answer = batch.submit_job(jobName=name, jobQueue=NAME, jobDefinition=definition, **more)
    return str(answer["jobId"])


def ended(*ids: str) -> list[dict[str, Any]]:
    """Wait until jobs have ended; give them in the order asked for."""
    shown = patiently(lambda: batch.describe_jobs(jobs=list(ids)), "SUCCEEDED", "FAILED")
    return sorted(shown, key=lambda job: ids.index(job["jobId"]))


def printed(stream: str) -> list[str]:
    """Read a stream by FilterLogEvents' paginator."""
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName="/aws/batch/job", logStreamNames=[stream]
    )
    return [event["message"] for page in pages for event in page["events"]]


def stopped(definition: str) -> dict[str, Any]:
    """Terminate a job that would never end."""
    job_id = submit(definition, "stopped")
    patiently(lambda: batch.describe_jobs(jobs=[job_id]), "RUNNING")
    batch.terminate_job(jobId=job_id, reason="enough")
    return ended(job_id)[0]


def refusal(definition: str) -> list[Any]:
    """Submit to a queue that does not exist."""
    try:
        batch.submit_job(jobName="nowhere", jobQueue="nowhere", jobDefinition=definition)
    except batch.exceptions.ClientException as error:
        answer = error.response
        return [answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Message"]]
    return []


def taken_down() -> bool:
    """Disable and delete the queue and its environment."""
    batch.update_job_queue(jobQueue=NAME, state="DISABLED")
    batch.delete_job_queue(jobQueue=NAME)
    batch.update_compute_environment(computeEnvironment=NAME, state="DISABLED")
    batch.delete_compute_environment(computeEnvironment=NAME)
    return not batch.describe_job_queues(jobQueues=[NAME])["jobQueues"]


def main() -> None:
    """Do what people do with Batch, in order."""
    prepare()
    definition = register('echo "$0 $AWS_BATCH_JOB_ARRAY_INDEX"')
    array = submit(definition, "array", arrayProperties={"size": 3}, parameters={"word": "child"})
    after = submit(definition, "after", dependsOn=[{"jobId": array}])
    failing = submit(register("exit 3"), "failing")
    parent, last, failed, child = ended(array, after, failing, f"{array}:2")
    listed = batch.get_paginator("list_jobs").paginate(
        jobQueue=NAME, filters=[{"name": "JOB_NAME", "values": ["a*"]}]
    )
    stop = stopped(register("exec sleep 600"))
    json.dump(
        {
            "array": [parent["status"], parent["arrayProperties"]["statusSummary"]["SUCCEEDED"]],
            "child": printed(child["container"]["logStreamName"]),
            "after": [last["status"], printed(last["container"]["logStreamName"])],
            "failing": [one["container"]["exitCode"] for one in failed["attempts"]],
            "listed": [job["jobName"] for page in listed for job in page["jobSummaryList"]],
            "stopped": [stop["status"], stop["statusReason"]],
            "refused": refusal(definition),
            "gone": taken_down(),
            "boto3": boto3.__version__,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()

"""What readers of a page have on their yard already, for the comments that begin with ``first``."""

import boto3

from batchyard.client.sessions import Client


def define(name: str, *command: str, image: str = "busybox", **more: Client) -> None:
    """Register a job definition that runs a command.

    Args:
        name: its name.
        command: what it runs; without one, what its image would.
        image: its image.
        more: further members of RegisterJobDefinition.
    """
    needs = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "64"}]
    container = {"image": image, "command": command, "resourceRequirements": needs}
    boto3.client("batch").register_job_definition(
        jobDefinitionName=name, type="container", containerProperties=container, **more
    )


def queue(name: str, **more: Client) -> None:
    """Create a job queue on this machine.

    Args:
        name: its name.
        more: further members of CreateJobQueue.
    """
    order = [{"order": 1, "computeEnvironment": more.pop("environment", "local")}]
    boto3.client("batch").create_job_queue(
        jobQueueName=name, priority=1, computeEnvironmentOrder=order, **more
    )


def submit(definition: str, **more: Client) -> str:
    """Submit a job, to ``default`` unless told otherwise.

    Args:
        definition: its definition, and its name.
        more: further members of SubmitJob.

    Returns:
        Its id.
    """
    job = {"jobName": definition, "jobQueue": "default", "jobDefinition": definition} | more
    return str(boto3.client("batch").submit_job(**job)["jobId"])

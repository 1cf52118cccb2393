"""The texts AWS Batch gives for what happened to a job: retry rules match them, so they are exact.

Sources: https://docs.aws.amazon.com/batch/latest/userguide/job_retries.html,
https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable.html and the
``statusReason`` text of JobDetail in botocore's model. Where AWS documents no text, the one
seen from the service is used; docs/fidelity.md lists these.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Iterable

EXITED = "Essential container in task exited"
TRAINED = "Received status from SageMaker: Training job completed"
"""https://docs.aws.amazon.com/batch/latest/userguide/getting-started-sagemaker.html"""

NOT_TRAINED = "Received status from SageMaker: Training job failed"
NOT_STARTED = "Task failed to start"
TIMED_OUT = "Job attempt duration exceeded timeout"
DEPENDENCY_FAILED = "Dependent Job failed"
CHILD_FAILED = "Array Child Job failed"
OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage"
TOO_MANY_VCPUS = (
    "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - CE(s) associated with the job queue "
    "cannot meet the CPU requirement of the job."
)
TOO_MANY_INSTANCES = (
    "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE - Service environment(s) associated with "
    "the job queue cannot meet the capacity requirement of the job."
)
OVER_QUOTA = (
    "MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED - Job requirements exceed quota share "
    "capacity limits."
)
OVER_BORROWING = (
    "MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED - Job requirements exceed quota share "
    "capacity limits and borrow limits."
)
OVER_LENDING = (
    "MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED - Job requires borrowing that exceeds all "
    "configured borrowable capacity."
)
RECLAIMED = "Cross-share preemption triggered to reclaim borrowed capacity"
OUTRANKED = "In-share preemption triggered by a job of higher priority"
PREEMPTIONS = frozenset({RECLAIMED, OUTRANKED})
"""What is said of an attempt that was to make room.

Source: https://docs.aws.amazon.com/batch/latest/userguide/batch-service-job-preemption-events.html
(the first; the second is inferred).
"""

PREEMPTING = "PREEMPTION_IN_PROGRESS: {}"
"""What is said of a job while it makes room."""

TOO_LARGE = (
    "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - The job resource requirement (vCPU/memory/GPU) "
    "is higher than that can be met by the CE(s) attached to the job queue."
)
NO_CAPACITY = (
    "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - Service cannot fulfill the capacity requested for "
    "instance type [this machine]"
)
"""https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable_capacity.html"""

MISFITS = frozenset(
    {
        TOO_MANY_VCPUS,
        TOO_LARGE,
        TOO_MANY_INSTANCES,
        OVER_QUOTA,
        OVER_BORROWING,
        OVER_LENDING,
    }
)
"""What is said of a job that no environment of its queue can hold (UG job_stuck_in_runnable)."""

MOST_TAGS = 50
"""Most tags of a resource, and of a task (JobDetail.propagateTags in botocore's model)."""

REASON_LENGTH = 255
"""Longest container.reason (AttemptContainerDetail.reason in botocore's model)."""


@lru_cache(maxsize=1024)
def instance_of(environment: str) -> str:
    """Name the one EC2-like instance that stands for this machine in an environment."""
    return f"i-{crc32(environment.encode()):08x}{crc32(environment[::-1].encode()):08x}0"


def no_secrets(names: Iterable[str]) -> str:
    """Say that an attempt could not be given its secrets, as ECS begins to say it."""
    return (
        f"ResourceInitializationError: unable to pull secrets {', '.join(names)}: this yard has "
        "none; give it their values with --pass-env NAME"
    )


def too_many_tags(count: int) -> str:
    """Say that a task cannot have the tags of its job and job definition, as Batch's limit is."""
    return (
        f"propagateTags: the tags of the job and its definition are {count} together, and a task "
        f"has at most {MOST_TAGS}"
    )


def no_command(image: str) -> str:
    """Say that nobody knows what to run; on AWS the image's own entry point and command would."""
    return (
        "there is no command to run: images are not pulled here, so what one would run is not "
        "known; give the job a command, or the yard --image-command 'IMAGE=COMMAND'. "
        f"The image is {image or 'not named'}"
    )


def no_service(kind: str) -> str:
    """Say that nobody knows how to run a service job here."""
    return (
        f"{kind} jobs do not run on this yard: it has no SageMaker; give it a command to run in "
        f"their place with --service-job-command '{kind}=COMMAND'"
    )


def host_lost(environment: str) -> str:
    """Say that the host of an attempt was lost, as every spot retry rule expects to read it."""
    return f"Host EC2 (instance {instance_of(environment)}) terminated."

"""Service jobs: what is asked of SageMaker, and how what stands in its place is told.

Sources: https://docs.aws.amazon.com/batch/latest/userguide/service-jobs.html,
https://docs.aws.amazon.com/batch/latest/userguide/service-job-payload.html and CreateTrainingJob
of SageMaker (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from batchyard.batch import ids
from batchyard.batch.states import JobState
from batchyard.errors import Refused

if TYPE_CHECKING:
    from batchyard.batch.model import Attempt, Job

LOG_GROUP: Final = "/aws/sagemaker/TrainingJobs"
"""https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html"""

PAYLOAD: Final = "BATCHYARD_SERVICE_REQUEST_PAYLOAD"
"""The variable that a service job's command finds its serviceRequestPayload in."""

SCHEDULED: Final = "SCHEDULED"
"""The status of a service job that was handed on, and has not begun (ServiceJobStatus)."""


class Training(NamedTuple):
    """What a payload asks for.

    Attributes:
        name: its TrainingJobName.
        instance_type: the type of its instances.
        instances: how many.
        environment: the variables that it sets.
    """

    name: str
    instance_type: str
    instances: int
    environment: dict[str, str]


class _Group(msgspec.Struct, frozen=True):
    InstanceType: str
    InstanceCount: int


class _Resources(msgspec.Struct, frozen=True):
    InstanceType: str = ""
    InstanceCount: int = 1
    InstanceGroups: list[_Group] = []


class _Payload(msgspec.Struct, frozen=True):
    TrainingJobName: str
    ResourceConfig: _Resources
    Environment: dict[str, str] = {}


def training_of(payload: str) -> Training:
    """Read a SageMaker training job's payload as far as it matters here.

    Args:
        payload: the CreateTrainingJob request, as JSON.

    Raises:
        Refused: it is no JSON, or lacks a member that is needed here; the message names it.
    """
    try:
        found = msgspec.json.decode(payload.encode(), type=_Payload)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise Refused(str(error)) from None
    resources = found.ResourceConfig
    groups = resources.InstanceGroups or [_Group(resources.InstanceType, resources.InstanceCount)]
    if not all(group.InstanceType and group.InstanceCount > 0 for group in groups):
        raise Refused(
            "ResourceConfig needs InstanceType and InstanceCount, at least 1, or InstanceGroups"
        )
    count = sum(group.InstanceCount for group in groups)
    return Training(found.TrainingJobName, groups[0].InstanceType, count, found.Environment)


def shown_state(job: Job) -> str:
    """Name the status of a service job: what was placed is SCHEDULED until it runs."""
    return SCHEDULED if job.state is JobState.STARTING else job.state.value


def states_shown_as(status: str) -> frozenset[JobState]:
    """Give the states that are shown as a status; none is shown as STARTING."""
    if status == SCHEDULED:
        return frozenset({JobState.STARTING})
    return frozenset() if status == JobState.STARTING else frozenset({JobState(status)})


def training_job(job: Job, attempt: Attempt) -> str:
    """Name the training job that stands for an attempt."""
    return f"{job.spec.definition}{attempt.id}"


def training_job_arn(job: Job, attempt: Attempt) -> str:
    """Form the ARN of the training job that stands for an attempt."""
    spec = job.spec
    where = f"{ids.partition(spec.region)}:sagemaker:{spec.region}:{spec.account}"
    return f"arn:{where}:training-job/{training_job(job, attempt)}"

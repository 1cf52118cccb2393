"""The state of a compute environment or a job queue, as far as a wait needs it.

Source: status of https://docs.aws.amazon.com/batch/latest/APIReference/API_JobQueueDetail.html and
API_ComputeEnvironmentDetail.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from batchyard.client.calls import call

if TYPE_CHECKING:
    from batchyard.client.sessions import Client

ENVIRONMENT = "compute environment"
QUEUE = "job queue"

OPERATIONS = {
    ENVIRONMENT: ("describe_compute_environments", "computeEnvironments"),
    QUEUE: ("describe_job_queues", "jobQueues"),
}
GOOD = frozenset({"VALID", "DELETED"})
CHANGING = frozenset({"CREATING", "UPDATING", "DELETING"})


class Resource(NamedTuple):
    """What is waited for.

    Attributes:
        kind: `ENVIRONMENT` or `QUEUE`.
        name: its name or ARN.
        may_lack: whether one that is not there is DELETED.
    """

    kind: str
    name: str
    may_lack: bool = False


class State(NamedTuple):
    """How it is.

    Attributes:
        over: whether it stays so.
        good: whether that is what was waited for.
        message: how it is, in words.
    """

    over: bool
    good: bool
    message: str


def state_of(client: Client, resource: Resource) -> State:
    """Ask how a resource is.

    Raises:
        BatchyardError: as `call`.
    """
    operation, member = OPERATIONS[resource.kind]
    found = call(client, operation, **{member: [resource.name]})[member]
    if not found:
        message = f"AWS Batch {resource.kind} {resource.name} not found"
        return State(over=True, good=resource.may_lack, message=message)
    status, reason = found[0]["status"], found[0].get("statusReason")
    message = f"AWS Batch {resource.kind} {resource.name} is {status}"
    message += f": {reason}" if reason else ""
    return State(over=status not in CHANGING, good=status in GOOD, message=message)

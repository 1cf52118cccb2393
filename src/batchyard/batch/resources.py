"""What jobs are submitted to, and what decides about them: environments, queues, policies, shares.

Members named ``detail`` hold the resource as it was given to the service, in the service's own
JSON, so that it can be shown again without loss; this floor carries it and never looks inside.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from batchyard.batch.model import Value

Switch = Literal["ENABLED", "DISABLED"]
Kind = Literal["REPLENISHABLE", "NON_REPLENISHABLE"]
Strategy = Literal["RESERVE", "LEND", "LEND_AND_BORROW"]

SERVICE_TYPES = ("SAGEMAKER_TRAINING",)
"""The types of service jobs, their environments and their queues (ServiceJobType in the model)."""

INSTANCES = "NUM_INSTANCES"
"""The unit of a service environment's capacity, unless it is shared out by quota."""

WORKER_GROUP = "batchyard:worker-group"
"""The tag of an environment whose attempts are offered to the task runners it names (ours)."""


class ComputeEnvironment(Value, frozen=True):
    """Room for attempts: so many vCPUs (thousandths).

    With a ``worker_group``, that of the task runners who run them on machines of their own.
    """

    name: str
    arn: str
    state: Switch
    vcpus: int
    status_reason: str = "ComputeEnvironment Healthy"
    detail: bytes = b"{}"
    worker_group: str | None = None

    @property
    def room(self) -> ComputeEnvironment:
        """What it is to placement."""
        return self


class TimeLimit(Value, frozen=True):
    """An entry of jobStateTimeLimitActions: who is too long RUNNABLE at the head of its queue ends.

    Attributes:
        reason: what is logged of it.
        seconds: how long a job may be there.
        action: CANCEL, or for service jobs TERMINATE.

    Source: JobStateTimeLimitAction in botocore's model,
    https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable.html
    """

    reason: str
    seconds: int
    action: Literal["CANCEL", "TERMINATE"] = "CANCEL"


class JobQueue(Value, frozen=True):
    """Jobs wait here; environments are tried in the order given.

    Attributes:
        environments: the ARNs of its compute environments; of a queue of service jobs, of its
            service environments.
        scheduling_policy: the ARN of its policy; None: first in, first out.
        time_limits: its jobStateTimeLimitActions.
        deleting: whether it was deleted, and jobs in it are still being ended.
    """

    name: str
    arn: str
    state: Switch
    priority: int
    environments: tuple[str, ...]
    status_reason: str = "JobQueue Healthy"
    detail: bytes = b"{}"
    scheduling_policy: str | None = None
    time_limits: tuple[TimeLimit, ...] = ()
    deleting: bool = False


class JobDefinition(Value, frozen=True):
    """One revision of a job definition."""

    name: str
    arn: str
    revision: int
    status: Literal["ACTIVE", "INACTIVE"] = "ACTIVE"
    detail: bytes = b"{}"


class Weight(Value, frozen=True):
    """An entry of shareDistribution: how dear a share's use is; half the weight gets twice as much.

    Attributes:
        share: a share identifier; with a trailing ``*``, how the identifiers begin.
        factor: its weightFactor.

    Source: ShareAttributes in botocore's model.
    """

    share: str
    factor: float = 1.0


class FairShare(Value, frozen=True):
    """A fairsharePolicy.

    Attributes:
        decay_seconds: its shareDecaySeconds; 0 is the shortest window, of 600 seconds.
        compute_reservation: percent of the room that is kept for shares that are not active.
        weights: the shares that do not have a weight of 1.

    Source: FairsharePolicy in botocore's model.
    """

    decay_seconds: int = 0
    compute_reservation: int = 0
    weights: tuple[Weight, ...] = ()


class SchedulingPolicy(Value, frozen=True):
    """How queues share out their room; ``fair_share`` is None when it is by quota shares."""

    name: str
    arn: str
    fair_share: FairShare | None = None
    detail: bytes = b"{}"


class ConsumableResource(Value, frozen=True):
    """Something besides room that jobs take while they run, or use up.

    Attributes:
        total: the totalQuantity; what jobs use up of a NON_REPLENISHABLE resource is taken off.
        in_use: what jobs hold now.
        requests: updates that were carried out, and when (epoch milliseconds).

    Source: https://docs.aws.amazon.com/batch/latest/userguide/resource-aware-scheduling.html
    """

    name: str
    arn: str
    created_at: int
    total: int = 0
    in_use: int = 0
    kind: Kind = "REPLENISHABLE"
    detail: bytes = b"{}"
    requests: dict[str, int] = msgspec.field(default_factory=dict)

    @property
    def available(self) -> int:
        """How much jobs may take; less than nothing when the total was lowered meanwhile."""
        return self.total - (self.in_use if self.kind == "REPLENISHABLE" else 0)


class Capacity(Value, frozen=True):
    """An entry of capacityLimits: so much of a unit (``NUM_INSTANCES``, or an instance type)."""

    unit: str
    quantity: int


class ServiceEnvironment(Value, frozen=True):
    """Room for service jobs: so many instances."""

    name: str
    arn: str
    state: Switch
    capacity: tuple[Capacity, ...]
    kind: str = "SAGEMAKER_TRAINING"
    detail: bytes = b"{}"

    @property
    def room(self) -> ComputeEnvironment:
        """What it is to placement: an environment where each instance is a vCPU."""
        instances = sum(each.quantity for each in self.capacity if each.unit == INSTANCES)
        return ComputeEnvironment(self.name, self.arn, self.state, 1000 * instances)


class QuotaShare(Value, frozen=True):
    """A part of a service queue's capacity, as a queue within the queue.

    Attributes:
        queue: the ARN of the queue that it belongs to.
        strategy: whether it keeps capacity that is idle, lends it, or borrows as well.
        borrow_limit: how many percent of its own capacity it may borrow; -1: any amount.
        preempts: whether its jobs of higher priority take the place of others (inSharePreemption).
        deleting: whether it was deleted, and jobs in it are still being ended.

    Source: CreateQuotaShare in botocore's model.
    """

    name: str
    arn: str
    queue: str
    state: Switch
    capacity: tuple[Capacity, ...]
    strategy: Strategy
    borrow_limit: int = -1
    preempts: bool = False
    detail: bytes = b"{}"
    deleting: bool = False


Environment = ComputeEnvironment | ServiceEnvironment
"""Where jobs are placed."""

Resource = (
    ComputeEnvironment
    | JobQueue
    | JobDefinition
    | SchedulingPolicy
    | ConsumableResource
    | ServiceEnvironment
    | QuotaShare
)

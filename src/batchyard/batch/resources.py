"""What jobs are submitted to: compute environments, job queues, job definitions.

Members named ``detail`` hold the resource as it was given to the service, in the service's own
JSON, so that it can be shown again without loss; this floor carries it and never looks inside.
"""

from __future__ import annotations

from typing import Literal

from batchyard.batch.model import Value

Switch = Literal["ENABLED", "DISABLED"]

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


class JobQueue(Value, frozen=True):
    """Jobs wait here; environments are tried in the order given."""

    name: str
    arn: str
    state: Switch
    priority: int
    environments: tuple[str, ...]
    status_reason: str = "JobQueue Healthy"
    detail: bytes = b"{}"


class JobDefinition(Value, frozen=True):
    """One revision of a job definition."""

    name: str
    arn: str
    revision: int
    status: Literal["ACTIVE", "INACTIVE"] = "ACTIVE"
    detail: bytes = b"{}"


Resource = ComputeEnvironment | JobQueue | JobDefinition

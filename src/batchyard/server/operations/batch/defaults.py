"""The environment and the queue that are there before anybody creates one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.server.operations.batch.compute_environments import cluster_id, new_environment
from batchyard.server.operations.batch.job_queues import new_queue
from batchyard.server.operations.batch.queue_orders import COMPUTE, Order

if TYPE_CHECKING:
    from batchyard.batch.ids import Place
    from batchyard.batch.resources import ComputeEnvironment, JobQueue
    from batchyard.server.operations.batch.echoes import Wire

ENVIRONMENT = "local"
QUEUE = "default"


def default_resources(types: Wire, place: Place, vcpus: int) -> tuple[ComputeEnvironment, JobQueue]:
    """Form the environment ``local`` and the queue ``default`` on it.

    Args:
        types: the Batch service's structs.
        place: the account and region that they belong to.
        vcpus: the room that the environment has: the machine's, in whole vCPUs.
    """
    environment = new_environment(
        types,
        place,
        _environment(types, vcpus),
        uuid=cluster_id(place, ENVIRONMENT),
        machine=vcpus,
    )
    return environment, new_queue(types, place, _queue(types), Order(COMPUTE, {1: environment}))


def _environment(types: Wire, vcpus: int) -> Wire:
    resources = types.ComputeResource(
        type="EC2",
        minv_cpus=0,
        maxv_cpus=vcpus,
        instance_types=["optimal"],
        subnets=[],
        security_group_ids=[],
    )
    return types.CreateComputeEnvironmentRequest(
        compute_environment_name=ENVIRONMENT, type="MANAGED", compute_resources=resources
    )


def _queue(types: Wire) -> Wire:
    # The order is required by botocore's models until 2025.
    order = [types.ComputeEnvironmentOrder(order=1, compute_environment=ENVIRONMENT)]
    return types.CreateJobQueueRequest(
        job_queue_name=QUEUE, priority=1, compute_environment_order=order
    )

"""What a managed compute environment is made of: checked, updated, and read again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from batchyard.server.operations.batch.echoes import members_given, members_of
from batchyard.server.operations.batch.refusals import check_range, check_served, given, refused

if TYPE_CHECKING:
    from batchyard.batch.resources import ComputeEnvironment
    from batchyard.server.operations.batch.echoes import Wire

FARGATE = frozenset({"FARGATE", "FARGATE_SPOT"})

NOT_ON_FARGATE = {
    "allocation_strategy": "allocationStrategy",
    "minv_cpus": "minvCpus",
    "desiredv_cpus": "desiredvCpus",
    "instance_types": "instanceTypes",
    "image_id": "imageId",
    "ec2_key_pair": "ec2KeyPair",
    "instance_role": "instanceRole",
    "tags": "tags",
    "placement_group": "placementGroup",
    "bid_percentage": "bidPercentage",
    "spot_iam_fleet_role": "spotIamFleetRole",
    "launch_template": "launchTemplate",
    "ec2_configuration": "ec2Configuration",
    "scaling_policy": "scalingPolicy",
}
"""https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html"""

UNSERVED = {
    "managed_instances_provider": "computeResources.managedInstancesProvider",
    "capacity_tags": "computeResources.capacityTags",
}
"""Both belong to Amazon ECS Managed Instances."""


def check_resources(resources: Wire) -> None:
    """Check compute resources; roles, subnets and security groups are kept, never asked for.

    AWS needs those to start instances; a yard starts none.

    Args:
        resources: the wire's ComputeResource.

    Raises:
        Fault: the type is not served, a number is out of its bounds, or a member has no meaning
            for Fargate. The last one's words are AWS's.
    """
    if resources.type == "ECS_MANAGED_INSTANCES":
        raise refused(
            "computeResources.type ECS_MANAGED_INSTANCES is not served by this yard: "
            "use EC2, SPOT, FARGATE or FARGATE_SPOT"
        )
    check_served(resources, UNSERVED)
    if resources.type in FARGATE:
        _check_fargate(resources)
    _check_vcpus(resources)


def vcpus_of(environment: Wire, machine: int) -> int:
    """Tell how much room an environment has, in thousandths of a vCPU.

    A managed one has maxvCpus. An unmanaged one has the instances that its owner brings, and here
    that is this machine: all its processors, or unmanagedvCpus of them.

    Args:
        environment: the wire's CreateComputeEnvironmentRequest or ComputeEnvironmentDetail.
        machine: how many vCPUs the machine has.
    """
    if environment.type == "MANAGED":
        return int(environment.compute_resources.maxv_cpus) * 1000
    asked: int | None = environment.unmanagedv_cpus
    return (machine if asked is None else asked) * 1000


def updated(types: Wire, detail: bytes, update: Wire) -> dict[str, Any]:
    """Merge an update into an environment's compute resources: members not given stay.

    Args:
        types: the service's structs.
        detail: the environment's JSON.
        update: the wire's ComputeResourceUpdate, or None.

    Returns:
        The resources by AWS's names.

    Raises:
        Fault: the result is not valid, or would move the environment between EC2 and Fargate.

    Source: https://docs.aws.amazon.com/batch/latest/userguide/updating-compute-environments.html
    """
    old = members_of(detail)["computeResources"]
    # What is no member of ComputeResource asks for new machine images, which a yard has not.
    known = types.ComputeResource.__struct_encode_fields__
    new = {name: value for name, value in members_given(update).items() if name in known}
    if "type" in new and (new["type"] in FARGATE) != (old["type"] in FARGATE):
        raise refused(f"computeResources.type {old['type']} cannot be changed to {new['type']}")
    check_resources(msgspec.convert({**old, **new}, types.ComputeResource))
    return {**old, **new}


def platform(environment: ComputeEnvironment) -> str:
    """Tell whether jobs run on EC2 or on FARGATE there; a queue must not mix the two."""
    resources = members_of(environment.detail).get("computeResources", {})
    return "FARGATE" if resources.get("type") in FARGATE else "EC2"


def _check_fargate(resources: Wire) -> None:
    for attribute, member in NOT_ON_FARGATE.items():
        if given(getattr(resources, attribute, None)):
            raise refused(f"{member} is not applicable for Fargate.")


def _check_vcpus(resources: Wire) -> None:
    check_range("computeResources.maxvCpus", resources.maxv_cpus, 0)
    check_range("computeResources.minvCpus", resources.minv_cpus, 0, resources.maxv_cpus)
    least = resources.minv_cpus or 0
    check_range(
        "computeResources.desiredvCpus", resources.desiredv_cpus, least, resources.maxv_cpus
    )

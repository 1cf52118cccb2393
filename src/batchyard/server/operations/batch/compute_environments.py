"""Compute environments: create, describe, update, delete.

An environment is VALID as soon as it is created: there are no instances to wait for.

Source: https://docs.aws.amazon.com/batch/latest/userguide/compute_environments.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

import msgspec

from batchyard.batch import ids
from batchyard.batch.resources import WORKER_GROUP, ComputeEnvironment, Switch
from batchyard.server.operations.batch.compute_resources import check_resources, updated, vcpus_of
from batchyard.server.operations.batch.echoes import amended, echo, members_of
from batchyard.server.operations.batch.paging import Key, check_names, page
from batchyard.server.operations.batch.refusals import (
    check_disabled,
    check_name,
    check_range,
    check_served,
    check_tags,
    check_unused,
    missing,
    refused,
    taken,
)

if TYPE_CHECKING:
    from batchyard.batch.ids import Place
    from batchyard.server.operations import Context
    from batchyard.server.operations.batch.echoes import Wire

HEALTHY = "ComputeEnvironment Healthy"
UNSERVED = {"eks_configuration": "eksConfiguration (Kubernetes)"}


def create_compute_environment(context: Context, request: Wire) -> Wire:
    """Create room for attempts.

    Raises:
        Fault: the name is taken or not valid, or something is not valid or not served.
    """
    name = request.compute_environment_name
    check_name("computeEnvironmentName", name)
    if context.engine.shelf(context.place).environment(name):
        raise taken()
    made = new_environment(
        context.types,
        context.place,
        request,
        uuid=context.engine.new_id(),
        machine=context.engine.settings.vcpus,
    )
    context.engine.put(context.place, made)
    return context.types.CreateComputeEnvironmentResponse(
        compute_environment_name=made.name, compute_environment_arn=made.arn
    )


def new_environment(
    types: Wire, place: Place, request: Wire, *, uuid: str, machine: int
) -> ComputeEnvironment:
    """Form the environment that a request describes.

    Args:
        types: the service's structs.
        place: where it will be.
        request: the wire's CreateComputeEnvironmentRequest.
        uuid: its unique identifier.
        machine: how many vCPUs the machine has.

    Raises:
        Fault: something is not valid or not served.
    """
    _check(request)
    name = request.compute_environment_name
    state: Switch = request.state or "ENABLED"
    detail = echo(
        request,
        types.ComputeEnvironmentDetail,
        compute_environment_arn=(arn := ids.arn(place, ids.ENVIRONMENT, name)),
        ecs_cluster_arn=_cluster(arn, uuid),
        tags=request.tags or {},
        state=state,
        status="VALID",
        status_reason=HEALTHY,
        container_orchestration_type="ECS",
        uuid=uuid,
    )
    return ComputeEnvironment(
        name,
        arn,
        state,
        vcpus_of(request, machine),
        HEALTHY,
        detail,
        worker_group=(request.tags or {}).get(WORKER_GROUP),
    )


def describe_compute_environments(context: Context, request: Wire) -> Wire:
    """Show environments, all or those listed by name or ARN; unknown ones are left out."""
    shelf = context.engine.shelf(context.place)
    found = list(shelf.environments.values())
    if request.compute_environments:
        check_names("computeEnvironments", request.compute_environments, request)
        found = [one for name in request.compute_environments if (one := shelf.environment(name))]
    shown = page({Key(one.name): one.detail for one in found}, request)
    return context.types.DescribeComputeEnvironmentsResponse(
        compute_environments=shown.items, next_token=shown.next_token
    )


def update_compute_environment(context: Context, request: Wire) -> Wire:
    """Change an environment; what is queued and what comes feels it at once.

    Attempts that run keep running, also where the room shrinks below what they take.

    Raises:
        Fault: there is no such environment, or something is not valid or not served.
    """
    old = context.engine.shelf(context.place).environment(request.compute_environment)
    if old is None:
        raise missing(context.place, ids.ENVIRONMENT, request.compute_environment)
    made = _updated(context.types, old, request, context.engine.settings.vcpus)
    context.engine.put(context.place, made)
    return context.types.UpdateComputeEnvironmentResponse(
        compute_environment_name=made.name, compute_environment_arn=made.arn
    )


def delete_compute_environment(context: Context, request: Wire) -> Wire:
    """Delete an environment that is DISABLED and that no queue uses.

    Deleting one that is not there succeeds, so that a repeated request does.

    Raises:
        Fault: it is ENABLED, or a queue uses it: with AWS's words, that Terraform waits for.
    """
    shelf = context.engine.shelf(context.place)
    found = shelf.environment(request.compute_environment)
    if found:
        check_disabled("compute environment", found.arn, found.state)
        check_unused(shelf.queues_on(found))
        context.engine.remove(context.place, found)
    return context.types.DeleteComputeEnvironmentResponse()


def cluster_id(place: Place, name: str) -> str:
    """Form the identifier of an environment that is there before anybody asks for it."""
    return str(uuid5(NAMESPACE_URL, ids.arn(place, ids.ENVIRONMENT, name)))


def _cluster(arn: str, uuid: str) -> str:
    head, name = arn.replace(":batch:", ":ecs:").split(f":{ids.ENVIRONMENT}/")
    return f"{head}:cluster/{name}_Batch_{uuid}"


def _check(request: Wire) -> None:
    check_served(request, UNSERVED)
    check_tags(request.tags)
    check_range("unmanagedvCpus", request.unmanagedv_cpus, 0)
    _check_kind(request.type, request)
    if request.type == "MANAGED":
        if request.compute_resources is None:
            raise refused("computeResources is required for type MANAGED")
        check_resources(request.compute_resources)


def _check_kind(kind: str, request: Wire) -> None:
    """Refuse what is for the other type of environment."""
    if kind == "MANAGED" and request.unmanagedv_cpus is not None:
        raise refused(
            f"unmanagedvCpus {request.unmanagedv_cpus} is not applicable for type MANAGED: "
            "give computeResources.maxvCpus"
        )
    if kind == "UNMANAGED" and request.compute_resources is not None:
        raise refused("computeResources is not applicable for type UNMANAGED: give unmanagedvCpus")


def _updated(
    types: Wire, old: ComputeEnvironment, request: Wire, machine: int
) -> ComputeEnvironment:
    shown = members_of(old.detail)
    kind = shown["type"]
    check_served(request, UNSERVED)
    check_range("unmanagedvCpus", request.unmanagedv_cpus, 0)
    _check_kind(kind, request)
    resources = None
    if kind == "MANAGED":
        resources = updated(types, old.detail, request.compute_resources)
    detail = amended(
        old.detail,
        state=request.state,
        unmanagedvCpus=request.unmanagedv_cpus,
        computeResources=resources,
        serviceRole=request.service_role,
        updatePolicy=request.update_policy,
        context=getattr(request, "context", None),
        ecsSettings=getattr(request, "ecs_settings", None),
    )
    now = msgspec.json.decode(detail, type=types.ComputeEnvironmentDetail)
    vcpus = vcpus_of(now, machine)
    return msgspec.structs.replace(old, state=now.state, vcpus=vcpus, detail=detail)

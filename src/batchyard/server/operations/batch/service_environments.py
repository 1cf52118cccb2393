"""Service environments: create, describe, update, delete.

An environment is VALID as soon as it is created.

Source: https://docs.aws.amazon.com/batch/latest/userguide/service-environments.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from batchyard.batch import ids
from batchyard.batch.resources import INSTANCES, Capacity, ServiceEnvironment, Switch
from batchyard.server.operations.batch.capacity import capacity_of
from batchyard.server.operations.batch.echoes import amended, echo
from batchyard.server.operations.batch.paging import Key, check_names, page
from batchyard.server.operations.batch.refusals import (
    check_disabled,
    check_name,
    check_tags,
    check_unused,
    missing,
    refused,
    taken,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batchyard.server.operations import Context
    from batchyard.server.operations.batch.echoes import Wire


def create_service_environment(context: Context, request: Wire) -> Wire:
    """Create room for service jobs.

    Raises:
        Fault: the name is taken or not valid, or something else is not valid.
    """
    name = request.service_environment_name
    check_name("serviceEnvironmentName", name)
    check_tags(request.tags)
    if context.engine.shelf(context.place).service_environment(name):
        raise taken()
    capacity = capacity_of(request.capacity_limits, by_type=False)
    made = _made(context, request, capacity)
    context.engine.put(context.place, made)
    return context.types.CreateServiceEnvironmentResponse(
        service_environment_name=name, service_environment_arn=made.arn
    )


def _made(context: Context, request: Wire, capacity: tuple[Capacity, ...]) -> ServiceEnvironment:
    name: str = request.service_environment_name
    state: Switch = request.state or "ENABLED"
    arn = ids.arn(context.place, ids.SERVICE_ENVIRONMENT, name)
    detail = echo(
        request,
        context.types.ServiceEnvironmentDetail,
        service_environment_arn=arn,
        state=state,
        status="VALID",
        tags=request.tags or {},
    )
    kind = request.service_environment_type
    return ServiceEnvironment(name, arn, state, capacity, kind, detail)


def describe_service_environments(context: Context, request: Wire) -> Wire:
    """Show environments, all or those listed by name or ARN; unknown ones are left out."""
    shelf = context.engine.shelf(context.place)
    found = list(shelf.service_environments.values())
    if request.service_environments:
        check_names("serviceEnvironments", request.service_environments, request)
        named = (shelf.service_environment(name) for name in request.service_environments)
        found = [one for one in named if one]
    shown = page({Key(one.name): one.detail for one in found}, request)
    return context.types.DescribeServiceEnvironmentsResponse(
        service_environments=shown.items, next_token=shown.next_token
    )


def update_service_environment(context: Context, request: Wire) -> Wire:
    """Change an environment; waiting service jobs feel it at once, running ones run on.

    Raises:
        Fault: there is no such environment, or its capacity is not valid.
    """
    shelf = context.engine.shelf(context.place)
    old = shelf.service_environment(request.service_environment)
    if old is None:
        raise missing(context.place, ids.SERVICE_ENVIRONMENT, request.service_environment)
    capacity = old.capacity
    if request.capacity_limits is not None:
        capacity = capacity_of(request.capacity_limits, by_type=False)
        if _by_type(capacity) is not _by_type(old.capacity) and any(shelf.queues_on(old)):
            queues = sorted(queue.name for queue in shelf.queues_on(old))
            units = ", ".join(one.unit for one in old.capacity)
            raise refused(f"capacityLimits: queues {queues} need the capacityUnit {units}")
    changes = {"state": request.state, "capacityLimits": request.capacity_limits}
    state, detail = request.state or old.state, amended(old.detail, **changes)
    made = replace(old, state=state, capacity=capacity, detail=detail)
    context.engine.put(context.place, made)
    return context.types.UpdateServiceEnvironmentResponse(
        service_environment_name=made.name, service_environment_arn=made.arn
    )


def _by_type(capacity: Iterable[Capacity]) -> bool:
    return all(one.unit != INSTANCES for one in capacity)


def delete_service_environment(context: Context, request: Wire) -> Wire:
    """Delete an environment that is DISABLED and that no queue uses.

    Deleting one that is not there succeeds, so that a repeated request does.

    Raises:
        Fault: it is ENABLED, or a queue uses it.
    """
    shelf = context.engine.shelf(context.place)
    found = shelf.service_environment(request.service_environment)
    if found:
        check_disabled("service environment", found.arn, found.state)
        check_unused(shelf.queues_on(found))
        context.engine.remove(context.place, found)
    return context.types.DeleteServiceEnvironmentResponse()

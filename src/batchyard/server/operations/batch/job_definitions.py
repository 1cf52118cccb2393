"""Job definitions: register, describe, deregister.

A definition is shown exactly as it was registered: clients compare the two, and register anew for
ever when they differ.

Source: https://docs.aws.amazon.com/batch/latest/userguide/job_definitions.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from batchyard.batch import ids
from batchyard.batch.resources import JobDefinition
from batchyard.server.operations.batch.consuming import quantities
from batchyard.server.operations.batch.container_rules import check_container
from batchyard.server.operations.batch.echoes import amended, echo
from batchyard.server.operations.batch.paging import Key, check_names, page
from batchyard.server.operations.batch.refusals import (
    check_name,
    check_range,
    check_served,
    check_size,
    check_tags,
    given,
    missing,
    refused,
)
from batchyard.server.operations.batch.retry_rules import retry_of, timeout_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batchyard.engine.catalog import Shelf
    from batchyard.server.operations import Context
    from batchyard.server.operations.batch.echoes import Wire

HIGHEST_PRIORITY = 9999
"""schedulingPriority of RegisterJobDefinition and SubmitJob in botocore's model."""

LARGEST = 24
"""How many KiB a definition must stay below ("Maximum job definition size")."""

UNSERVED = {
    "node_properties": "nodeProperties (a multi-node parallel job)",
    "eks_properties": "eksProperties (Kubernetes)",
    "ecs_properties": "ecsProperties (a job of several containers)",
}

ADDED = (
    "command",
    "environment",
    "mount_points",
    "resource_requirements",
    "secrets",
    "ulimits",
    "volumes",
)
"""The lists of containerProperties that AWS shows empty when they were not given.

Sources: the example of DescribeJobDefinitions in botocore's model, and what Terraform's AWS
provider takes out again before it compares (internal/service/batch, "Prevent difference of API
response that adds an empty array").
"""


def register_job_definition(context: Context, request: Wire) -> Wire:
    """Register the next revision of a definition.

    Raises:
        Fault: something is not valid or not served.
    """
    check_definition(request, context.engine.settings.minimum_timeout)
    revisions = context.engine.shelf(context.place).definitions.get(request.job_definition_name)
    made = _new(context, request, 1 + max(revisions or (), default=0))
    context.engine.put(context.place, made)
    return context.types.RegisterJobDefinitionResponse(
        job_definition_name=made.name, job_definition_arn=made.arn, revision=made.revision
    )


def describe_job_definitions(context: Context, request: Wire) -> Wire:
    """Show definitions: those listed, those of a name, or all; the newest revisions first.

    Deregistered ones are shown too, unless the status says otherwise; unknown ones are left out.

    Raises:
        Fault: a status that there is not, or a list beside other members.
    """
    found = _asked(context.engine.shelf(context.place), request)
    shown = page({Key(one.name, -one.revision): one.detail for one in found}, request)
    return context.types.DescribeJobDefinitionsResponse(
        job_definitions=shown.items, next_token=shown.next_token
    )


def deregister_job_definition(context: Context, request: Wire) -> Wire:
    """Make one revision INACTIVE: it takes no more jobs, and its number is never used again.

    Deregistering it again changes nothing.

    Raises:
        Fault: no revision is given, or there is no such revision.
    """
    reference = request.job_definition
    if ":" not in ids.name_of(reference, ids.DEFINITION):
        raise refused(f"jobDefinition {reference!r} is not valid: give name:revision or an ARN")
    found = context.engine.shelf(context.place).definition(reference)
    if found is None:
        raise missing(context.place, ids.DEFINITION, reference)
    if found.status == "ACTIVE":
        detail = amended(found.detail, status="INACTIVE")
        made = msgspec.structs.replace(found, status="INACTIVE", detail=detail)
        context.engine.put(context.place, made)
    return context.types.DeregisterJobDefinitionResponse()


def check_definition(request: Wire, minimum_timeout: int) -> None:
    """Check a definition.

    Args:
        request: the wire's RegisterJobDefinitionRequest.
        minimum_timeout: the shortest attemptDurationSeconds this yard accepts.

    Raises:
        Fault: something is not valid or not served.
    """
    check_name("jobDefinitionName", request.job_definition_name)
    check_size("JobDefinition", msgspec.json.encode(request), LARGEST)
    if request.type != "container":
        raise refused(f"type {request.type} is not served by this yard yet: use container")
    check_served(request, UNSERVED)
    check_tags(request.tags)
    check_range("schedulingPriority", request.scheduling_priority, 0, HIGHEST_PRIORITY)
    if request.container_properties is None:  # AWS's words: hashicorp/terraform#25449
        raise refused("Container properties should not be empty: give containerProperties")
    check_container(request.container_properties, fargate=wants_fargate(request))
    retry_of(request.retry_strategy)
    timeout_of(request.timeout, minimum_timeout)
    quantities(getattr(request, "consumable_resource_properties", None))


def wants_fargate(definition: Wire) -> bool:
    """Tell whether a definition is for Fargate; unless it says so, it is for EC2.

    Args:
        definition: the wire's RegisterJobDefinitionRequest or JobDefinition.

    Raises:
        Fault: it asks for a platform that is not served.
    """
    capabilities = definition.platform_capabilities or []
    if "MANAGED_INSTANCES" in capabilities:
        raise refused("platformCapabilities MANAGED_INSTANCES is not served by this yard")
    return "FARGATE" in capabilities


def _new(context: Context, request: Wire, revision: int) -> JobDefinition:
    name = request.job_definition_name
    container = request.container_properties
    absent: dict[str, list[object]] = {
        member: [] for member in ADDED if getattr(container, member) is None
    }
    detail = echo(
        request,
        context.types.JobDefinition,
        job_definition_arn=(arn := ids.arn(context.place, ids.DEFINITION, f"{name}:{revision}")),
        revision=revision,
        status="ACTIVE",
        parameters=request.parameters or {},
        container_properties=msgspec.structs.replace(container, **absent),
        tags=request.tags or {},
        container_orchestration_type="ECS",
    )
    return JobDefinition(name, arn, revision, detail=detail)


def _asked(shelf: Shelf, request: Wire) -> Iterable[JobDefinition]:
    if request.job_definitions:
        check_names("jobDefinitions", request.job_definitions, request)
        if given(request.job_definition_name) or given(request.status):
            raise refused("jobDefinitions cannot be used with jobDefinitionName or status")
        return [one for name in request.job_definitions for one in _named(shelf, name)]
    if request.status not in {None, "", "ACTIVE", "INACTIVE"}:
        raise refused(f"status {request.status!r} is not valid: give ACTIVE or INACTIVE")
    names = [request.job_definition_name] if request.job_definition_name else shelf.definitions
    every = (one for name in list(names) for one in shelf.definitions.get(name, {}).values())
    return (one for one in every if request.status in {None, "", one.status})


def _named(shelf: Shelf, reference: str) -> Iterable[JobDefinition]:
    """Find one revision, or all of a name that comes without one."""
    name = ids.name_of(reference, ids.DEFINITION)
    if ":" not in name:
        return shelf.definitions.get(name, {}).values()
    found = shelf.definition(reference)
    return [found] if found else []

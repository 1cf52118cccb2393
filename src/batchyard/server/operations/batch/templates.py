"""What many submissions have in common: a definition, and the same asked of it.

Ten thousand jobs of a script differ in their names; the rest is worked out once.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from msgspec.structs import replace

from batchyard.batch import launching
from batchyard.batch.model import DEFAULT_LOG_GROUP, Demand, Spec
from batchyard.server.operations.batch.consuming import quantities
from batchyard.server.operations.batch.container_rules import demand_of
from batchyard.server.operations.batch.echoes import Wire, echo
from batchyard.server.operations.batch.job_definitions import HIGHEST_PRIORITY
from batchyard.server.operations.batch.overrides import overridden
from batchyard.server.operations.batch.refusals import (
    check_range,
    check_served,
    check_size,
    check_tags,
)
from batchyard.server.operations.batch.retry_rules import retry_of, timeout_of

if TYPE_CHECKING:
    from batchyard.batch.ids import Place
    from batchyard.batch.resources import JobDefinition
    from batchyard.server.operations import Context

LARGEST = 30
"""How many KiB a job must stay below ("Maximum job payload size")."""

KEPT = 1024
"""Templates remembered: each is a few kilobytes."""

UNSERVED = {
    "node_overrides": "nodeOverrides",
    "eks_properties_override": "eksPropertiesOverride",
    "ecs_properties_override": "ecsPropertiesOverride",
}


class Container(NamedTuple):
    """What a job's attempts run and take, and how DescribeJobs shows it."""

    command: list[str]
    environment: dict[str, str]
    demand: Demand
    log_group: str
    secrets: tuple[str, ...]
    image: str
    detail: bytes


def template_of(context: Context, definition: JobDefinition, request: Wire) -> Spec:
    """Resolve a definition with a submission's overrides, parameters, retries, timeout and tags.

    Args:
        context: where.
        definition: the revision that is to run.
        request: the wire's SubmitJobRequest.

    Returns:
        A spec without the job's own name, queue, dependencies and array size.

    Raises:
        Fault: an override, a tag, the priority, the retry strategy or the timeout is not valid, or
            all together are too large.
    """
    common = replace(
        request,
        job_name="",
        job_queue="",
        job_definition="",
        array_properties=None,
        depends_on=None,
    )
    asked = msgspec.json.encode(common)
    check_size("Job", asked, LARGEST)
    minimum = context.engine.settings.minimum_timeout
    return _template(context.types, context.place, definition, asked, minimum)


@lru_cache(maxsize=KEPT)
def consumed_by(types: Wire, definition: JobDefinition) -> dict[str, int]:
    """Tell which consumable resources a definition asks for, by name or ARN, and how much."""
    base = msgspec.json.decode(definition.detail, type=types.JobDefinition)
    return quantities(getattr(base, "consumable_resource_properties", None))


@lru_cache(maxsize=KEPT)
def _template(
    types: Wire, place: Place, definition: JobDefinition, asked: bytes, minimum: int
) -> Spec:
    request = msgspec.json.decode(asked, type=types.SubmitJobRequest)
    base = msgspec.json.decode(definition.detail, type=types.JobDefinition)
    check_served(request, UNSERVED)
    check_tags(request.tags)
    priority = request.scheduling_priority_override
    check_range("schedulingPriorityOverride", priority, 0, HIGHEST_PRIORITY)
    container = _container(types, base, request.container_overrides)
    parameters = {**(base.parameters or {}), **(request.parameters or {})}
    return Spec(
        account=place.account,
        region=place.region,
        name="",
        queue="",
        definition=definition.arn,
        command=launching.substituted(container.command, parameters),
        environment=container.environment,
        demand=container.demand,
        log_group=container.log_group,
        retry=retry_of(request.retry_strategy or base.retry_strategy),
        timeout=timeout_of(request.timeout or base.timeout, minimum),
        priority=_priority(request, base) or 0,
        detail=_detail(types, request, base, parameters),
        secrets=container.secrets,
        image=container.image,
        task_tags=len({**(base.tags or {}), **(request.tags or {})}) * _propagate(request, base),
        container_detail=container.detail,
    )


def _container(types: Wire, base: Wire, overrides: Wire) -> Container:
    properties = overridden(base.container_properties, overrides)
    fargate = "FARGATE" in (base.platform_capabilities or ())
    return Container(
        command=properties.command or [],
        environment={pair.name: pair.value or "" for pair in properties.environment or ()},
        demand=demand_of(properties, fargate=fargate),
        log_group=_log_group(properties),
        secrets=tuple(secret.name for secret in properties.secrets or ()),
        image=properties.image,
        detail=echo(properties, types.ContainerDetail),
    )


def _log_group(properties: Wire) -> str:
    logging = properties.log_configuration
    options = (logging.options or {}) if logging else {}
    group: str = options.get("awslogs-group", DEFAULT_LOG_GROUP)
    return group


def _detail(types: Wire, request: Wire, base: Wire, parameters: dict[str, str]) -> bytes:
    """Form what DescribeJobs shows of the submission itself, which never changes."""
    return echo(
        request,
        types.JobDetail,
        job_name=None,
        job_queue=None,
        job_definition=None,
        array_properties=None,
        depends_on=None,
        parameters=parameters,
        retry_strategy=request.retry_strategy or base.retry_strategy,
        timeout=request.timeout or base.timeout,
        scheduling_priority=_priority(request, base),
        tags=request.tags or {},
        propagate_tags=_propagate(request, base),
        platform_capabilities=base.platform_capabilities or [],
    )


def _priority(request: Wire, base: Wire) -> int | None:
    override: int | None = request.scheduling_priority_override
    default: int | None = base.scheduling_priority
    return default if override is None else override


def _propagate(request: Wire, base: Wire) -> bool:
    return bool(base.propagate_tags if request.propagate_tags is None else request.propagate_tags)

"""SubmitJob: a definition, what the job says differently, and what it waits for, made one spec.

Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from batchyard.batch import arrays, ids, launching
from batchyard.batch.model import DEFAULT_LOG_GROUP, Demand, Dependency, Retry, Spec
from batchyard.server.operations.batch.container_rules import demand_of
from batchyard.server.operations.batch.dependencies import dependencies_of
from batchyard.server.operations.batch.echoes import Wire, echo
from batchyard.server.operations.batch.overrides import overridden
from batchyard.server.operations.batch.refusals import (
    check_name,
    check_range,
    check_served,
    check_tags,
    refused,
)
from batchyard.server.operations.batch.retry_rules import retry_of, timeout_of

if TYPE_CHECKING:
    from batchyard.batch.resources import JobDefinition, JobQueue
    from batchyard.server.operations import Context

UNSERVED = {
    "node_overrides": "nodeOverrides",
    "eks_properties_override": "eksPropertiesOverride",
    "ecs_properties_override": "ecsPropertiesOverride",
    "consumable_resource_properties_override": "consumableResourcePropertiesOverride",
    "share_identifier": "shareIdentifier",
}


def submit_job(context: Context, request: Wire) -> Wire:
    """Keep a job; it is answered once it is on disk, and runs when there is room.

    Raises:
        Fault: ClientException: the name, queue, definition, array size, a dependency or an
            override is not valid; the message names it.
    """
    spec = _spec(context, request)
    job = context.engine.submit(spec)
    return context.types.SubmitJobResponse(
        job_arn=ids.arn(context.place, ids.JOB, job.id), job_name=spec.name, job_id=job.id
    )


def _spec(context: Context, request: Wire) -> Spec:
    check_name("jobName", request.job_name)
    check_served(request, UNSERVED)
    check_tags(request.tags)
    queue = _queue(context, request.job_queue)
    definition = _definition(context, request.job_definition)
    size = _array_size(request)
    depends_on = dependencies_of(context, request.depends_on or [], size)
    return _resolved(context, request, queue, definition, depends_on, size)


class Container(NamedTuple):
    """What a job's attempts run and take, and how DescribeJobs shows it."""

    command: list[str]
    environment: dict[str, str]
    demand: Demand
    log_group: str
    detail: bytes


class Base(NamedTuple):
    """A definition's revision as it was registered, and its container with nothing overridden."""

    definition: Wire
    container: Container
    retry: Retry


@lru_cache(maxsize=1024)
def _base(types: Wire, detail: bytes) -> Base:
    """Read a definition's JSON; the same revision is read once."""
    definition = msgspec.json.decode(detail, type=types.JobDefinition)
    container = _container(types, definition, definition.container_properties)
    return Base(definition, container, retry_of(definition.retry_strategy))


def _container(types: Wire, definition: Wire, properties: Wire) -> Container:
    fargate = "FARGATE" in (definition.platform_capabilities or ())
    return Container(
        command=properties.command or [],
        environment={pair.name: pair.value or "" for pair in properties.environment or ()},
        demand=demand_of(properties, fargate=fargate),
        log_group=_log_group(properties),
        detail=echo(properties, types.ContainerDetail),
    )


def _resolved(
    context: Context,
    request: Wire,
    queue: JobQueue,
    definition: JobDefinition,
    depends_on: tuple[Dependency, ...],
    size: int | None,
) -> Spec:
    base, container, retry = _base(context.types, definition.detail)
    if request.container_overrides is not None:
        properties = overridden(base.container_properties, request.container_overrides)
        container = _container(context.types, base, properties)
    parameters = {**(base.parameters or {}), **(request.parameters or {})}
    minimum = context.engine.settings.minimum_timeout
    return Spec(
        account=context.place.account,
        region=context.place.region,
        name=request.job_name,
        queue=queue.arn,
        definition=definition.arn,
        command=launching.substituted(container.command, parameters),
        environment=container.environment,
        demand=container.demand,
        log_group=container.log_group,
        retry=retry_of(request.retry_strategy) if request.retry_strategy else retry,
        timeout=timeout_of(request.timeout or base.timeout, minimum),
        depends_on=depends_on,
        array_size=size,
        detail=_static_detail(context, request, base, parameters),
        container_detail=container.detail,
    )


def _queue(context: Context, reference: str) -> JobQueue:
    queue = context.engine.shelf(context.place).queue(reference)
    if queue is None:
        raise refused(f"Job queue {reference} does not exist in {context.place.region}")
    if queue.state == "DISABLED":
        raise refused(f"Job queue {reference} is DISABLED: it does not accept jobs")
    return queue


def _definition(context: Context, reference: str) -> JobDefinition:
    definition = context.engine.shelf(context.place).definition(reference)
    if definition is None or definition.status != "ACTIVE":
        state = "does not exist" if definition is None else "is INACTIVE"
        raise refused(f"Job definition {reference} {state} in {context.place.region}")
    return definition


def _array_size(request: Wire) -> int | None:
    """Read the array's size; without one the job is a single one."""
    given = request.array_properties
    if given is None or given.size is None:
        return None
    check_range("arrayProperties.size", given.size, arrays.SMALLEST, arrays.LARGEST)
    size: int = given.size
    return size


def _log_group(container: Wire) -> str:
    logging = container.log_configuration
    options = (logging.options or {}) if logging else {}
    group: str = options.get("awslogs-group", DEFAULT_LOG_GROUP)
    return group


def _static_detail(
    context: Context, request: Wire, base: Wire, parameters: dict[str, str]
) -> bytes:
    """Form what DescribeJobs shows of the submission itself, which never changes."""
    return echo(
        request,
        context.types.JobDetail,
        job_queue=None,
        job_definition=None,
        array_properties=None,
        depends_on=request.depends_on or [],
        parameters=parameters,
        retry_strategy=request.retry_strategy or base.retry_strategy,
        timeout=request.timeout or base.timeout,
        scheduling_priority=base.scheduling_priority,
        tags=request.tags or {},
        propagate_tags=_propagate(request, base),
        platform_capabilities=base.platform_capabilities or [],
    )


def _propagate(request: Wire, base: Wire) -> bool:
    return bool(base.propagate_tags if request.propagate_tags is None else request.propagate_tags)

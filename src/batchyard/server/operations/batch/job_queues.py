"""Job queues: create, describe, update, delete.

Source: https://docs.aws.amazon.com/batch/latest/userguide/job_queues.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from batchyard.batch import ids
from batchyard.batch.resources import JobQueue, Switch
from batchyard.server.operations.batch.compute_resources import platform
from batchyard.server.operations.batch.echoes import amended, echo
from batchyard.server.operations.batch.paging import Key, check_names, page
from batchyard.server.operations.batch.refusals import (
    check_name,
    check_range,
    check_served,
    check_tags,
    missing,
    refused,
)

if TYPE_CHECKING:
    from batchyard.batch.ids import Place
    from batchyard.batch.resources import ComputeEnvironment
    from batchyard.engine.catalog import Shelf
    from batchyard.server.operations import Context
    from batchyard.server.operations.batch.echoes import Wire

HEALTHY = "JobQueue Healthy"
MOST_ENVIRONMENTS = 3
HIGHEST_PRIORITY = 1000
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-batch-jobqueue.html"""

TYPES = {"EC2": "ECS", "FARGATE": "ECS_FARGATE"}
"""jobQueueType, by where the jobs run."""

UNSERVED = {
    "scheduling_policy_arn": "schedulingPolicyArn",
    "service_environment_order": "serviceEnvironmentOrder",
    "job_state_time_limit_actions": "jobStateTimeLimitActions",
}


def create_job_queue(context: Context, request: Wire) -> Wire:
    """Create a queue on one to three environments.

    Raises:
        Fault: the name is taken or not valid, an environment does not exist, or something is not
            valid or not served.
    """
    name = request.job_queue_name
    check_name("jobQueueName", name)
    shelf = context.engine.shelf(context.place)
    if shelf.queue(name):
        raise refused(f"Object already exists: job queue {name}")
    _check(request)
    order = environments_in(context.place, shelf, request.compute_environment_order or [])
    _check_type(request, order)
    made = new_queue(context.types, context.place, request, order)
    context.engine.put(context.place, made)
    return context.types.CreateJobQueueResponse(job_queue_name=made.name, job_queue_arn=made.arn)


def new_queue(
    types: Wire, place: Place, request: Wire, order: dict[int, ComputeEnvironment]
) -> JobQueue:
    """Form the queue that a request describes, on environments that were found.

    Args:
        types: the service's structs.
        place: where it will be.
        request: the wire's CreateJobQueueRequest, checked.
        order: its environments, in their order and under its numbers.
    """
    name = request.job_queue_name
    state: Switch = request.state or "ENABLED"
    detail = echo(
        request,
        types.JobQueueDetail,
        job_queue_arn=(arn := ids.arn(place, ids.QUEUE, name)),
        state=state,
        status="VALID",
        status_reason=HEALTHY,
        compute_environment_order=_shown(order),
        job_queue_type=_type(order),
        tags=request.tags or {},
    )
    return JobQueue(name, arn, state, request.priority, _arns(order), HEALTHY, detail)


def describe_job_queues(context: Context, request: Wire) -> Wire:
    """Show queues, all or those listed by name or ARN; unknown ones are left out."""
    shelf = context.engine.shelf(context.place)
    found = list(shelf.queues.values())
    if request.job_queues:
        check_names("jobQueues", request.job_queues, request)
        found = [one for name in request.job_queues if (one := shelf.queue(name))]
    shown = page({Key(one.name): one.detail for one in found}, request)
    return context.types.DescribeJobQueuesResponse(
        job_queues=shown.items, next_token=shown.next_token
    )


def update_job_queue(context: Context, request: Wire) -> Wire:
    """Change a queue; the jobs that wait in it feel it at once.

    Raises:
        Fault: there is no such queue or environment, or something is not valid or not served.
    """
    shelf = context.engine.shelf(context.place)
    old = shelf.queue(request.job_queue)
    if old is None:
        raise missing(context.place, ids.QUEUE, request.job_queue)
    _check(request)
    made = _updated(context.place, shelf, old, request)
    context.engine.put(context.place, made)
    return context.types.UpdateJobQueueResponse(job_queue_name=made.name, job_queue_arn=made.arn)


def delete_job_queue(context: Context, request: Wire) -> Wire:
    """Delete a queue that is DISABLED; the jobs in it are terminated.

    Deleting one that is not there succeeds, so that a repeated request does.

    Raises:
        Fault: it is ENABLED.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_DeleteJobQueue.html
    """
    found = context.engine.shelf(context.place).queue(request.job_queue)
    if found:
        if found.state == "ENABLED":
            raise refused(f"Cannot delete, job queue {found.arn} is ENABLED: set state to DISABLED")
        context.engine.remove(context.place, found)
    return context.types.DeleteJobQueueResponse()


def environments_in(
    place: Place, shelf: Shelf, entries: list[Wire]
) -> dict[int, ComputeEnvironment]:
    """Find the environments of a computeEnvironmentOrder, by the numbers that order them.

    Args:
        place: where the queue is.
        shelf: what is there.
        entries: the wire's ComputeEnvironmentOrder, each naming its environment or giving its ARN.

    Raises:
        Fault: there are none or too many, one does not exist or comes twice, two have one number,
            or some run jobs on EC2 and others on Fargate.

    Source: computeEnvironmentOrder of CreateJobQueue in botocore's model.
    """
    if not 1 <= len(entries) <= MOST_ENVIRONMENTS:
        raise refused(
            f"computeEnvironmentOrder: 1 to {MOST_ENVIRONMENTS} are allowed, not {len(entries)}"
        )
    found: dict[int, ComputeEnvironment] = {}
    for entry in sorted(entries, key=lambda one: one.order):
        environment = shelf.environment(entry.compute_environment)
        if environment is None:
            raise missing(place, ids.ENVIRONMENT, entry.compute_environment)
        if entry.order in found:
            raise refused(f"computeEnvironmentOrder: order {entry.order} is given more than once")
        if environment in found.values():
            raise refused(f"computeEnvironmentOrder: {environment.arn} is given more than once")
        found[entry.order] = environment
    _check_platforms(found)
    return found


def _check_platforms(order: dict[int, ComputeEnvironment]) -> None:
    platforms = {environment.arn: platform(environment) for environment in order.values()}
    if len(set(platforms.values())) > 1:
        raise refused(f"computeEnvironmentOrder: EC2 and Fargate cannot be mixed: {platforms}")


def _check(request: Wire) -> None:
    check_served(request, UNSERVED)
    check_range("priority", request.priority, 0, HIGHEST_PRIORITY)
    check_tags(getattr(request, "tags", None))


def _check_type(request: Wire, order: dict[int, ComputeEnvironment]) -> None:
    wanted = getattr(request, "job_queue_type", None)
    if wanted not in {None, _type(order)}:
        raise refused(
            f"jobQueueType {wanted} is not valid: this yard serves {_type(order)} on these "
            "environments"
        )


def _updated(place: Place, shelf: Shelf, old: JobQueue, request: Wire) -> JobQueue:
    changes: dict[str, object] = {"state": request.state, "priority": request.priority}
    environments = old.environments
    if request.compute_environment_order is not None:
        order = environments_in(place, shelf, request.compute_environment_order)
        environments = _arns(order)
        changes |= {"computeEnvironmentOrder": _shown(order), "jobQueueType": _type(order)}
    return msgspec.structs.replace(
        old,
        state=request.state or old.state,
        priority=old.priority if request.priority is None else request.priority,
        environments=environments,
        detail=amended(old.detail, **changes),
    )


def _arns(order: dict[int, ComputeEnvironment]) -> tuple[str, ...]:
    return tuple(environment.arn for environment in order.values())


def _shown(order: dict[int, ComputeEnvironment]) -> list[dict[str, object]]:
    return [{"order": n, "computeEnvironment": found.arn} for n, found in order.items()]


def _type(order: dict[int, ComputeEnvironment]) -> str:
    return TYPES[platform(next(iter(order.values())))]

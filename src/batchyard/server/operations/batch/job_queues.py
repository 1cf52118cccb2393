"""Job queues: create, describe, update, delete.

Source: https://docs.aws.amazon.com/batch/latest/userguide/job_queues.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from batchyard.batch import ids
from batchyard.batch.resources import (
    INSTANCES,
    SERVICE_TYPES,
    ComputeEnvironment,
    JobQueue,
    Switch,
)
from batchyard.server.operations.batch import queue_orders, queue_rules
from batchyard.server.operations.batch.echoes import amended, echo, members_of
from batchyard.server.operations.batch.paging import Key, check_names, page
from batchyard.server.operations.batch.refusals import (
    check_disabled,
    check_kept,
    check_name,
    check_tags,
    queue_of,
    refused,
    taken,
)

if TYPE_CHECKING:
    from batchyard.batch.ids import Place
    from batchyard.batch.resources import SchedulingPolicy
    from batchyard.engine.catalog import Shelf
    from batchyard.server.operations import Context
    from batchyard.server.operations.batch.echoes import Wire
    from batchyard.server.operations.batch.queue_orders import Order

HEALTHY = "JobQueue Healthy"


def create_job_queue(context: Context, request: Wire) -> Wire:
    """Create a queue on one to three compute environments, or on a service environment.

    Raises:
        Fault: the name is taken or not valid, an environment or the policy does not exist, or
            something is not valid.
    """
    name = request.job_queue_name
    check_name("jobQueueName", name)
    shelf = context.engine.shelf(context.place)
    if shelf.queue(name):
        raise taken()
    made = _new(context, shelf, request)
    context.engine.put(context.place, made)
    return context.types.CreateJobQueueResponse(job_queue_name=made.name, job_queue_arn=made.arn)


def _new(context: Context, shelf: Shelf, request: Wire) -> JobQueue:
    place = context.place
    queue_rules.check_priority(request)
    check_tags(request.tags)
    order = queue_orders.order_of(place, shelf, request)
    if order is None:
        raise refused("computeEnvironmentOrder: 1 to 3 are needed, none was given")
    _check_type(request, order)
    policy = queue_rules.policy_of(place, shelf, request, order.queue_type)
    check_capacity(order, policy)
    return new_queue(context.types, place, request, order)


def new_queue(types: Wire, place: Place, request: Wire, order: Order) -> JobQueue:
    """Form the queue that a request describes, on environments that were found.

    Args:
        types: the service's structs.
        place: where it will be.
        request: the wire's CreateJobQueueRequest, checked.
        order: its environments.

    Raises:
        Fault: one of its jobStateTimeLimitActions is not valid.
    """
    name = request.job_queue_name
    arn = ids.arn(place, ids.QUEUE, name)
    state: Switch = request.state or "ENABLED"
    limits = queue_rules.time_limits_of(request, order.queue_type) or ()
    detail = echo(
        request,
        types.JobQueueDetail,
        job_queue_arn=arn,
        state=state,
        status="VALID",
        status_reason=HEALTHY,
        job_queue_type=order.queue_type,
        scheduling_policy_arn=request.scheduling_policy_arn or None,
        tags=request.tags or {},
    )
    return JobQueue(
        name=name,
        arn=arn,
        state=state,
        priority=request.priority,
        environments=order.arns,
        detail=amended(detail, **order.shown()),
        scheduling_policy=request.scheduling_policy_arn or None,
        time_limits=limits,
    )


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
        Fault: there is no such queue or environment, it is being deleted, or something is not
            valid or not served.
    """
    shelf = context.engine.shelf(context.place)
    old = queue_of(context, request.job_queue)
    check_kept("job queue", old)
    queue_rules.check_priority(request)
    made = _updated(context.place, shelf, old, request)
    context.engine.put(context.place, made)
    return context.types.UpdateJobQueueResponse(job_queue_name=made.name, job_queue_arn=made.arn)


def delete_job_queue(context: Context, request: Wire) -> Wire:
    """Delete a queue that is DISABLED; it is DELETING until every job in it was told to end.

    Deleting one that is not there, or DELETING, succeeds, so that a repeated request does.

    Raises:
        Fault: it is ENABLED, or has quota shares.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_DeleteJobQueue.html
    """
    shelf = context.engine.shelf(context.place)
    found = shelf.queue(request.job_queue)
    if found and not found.deleting:
        check_disabled("job queue", found.arn, found.state)
        if shares := sorted(share.name for share in shelf.shares_of(found)):
            raise refused(f"Cannot delete, job queue {found.arn} has quota shares: {shares}")
        shown = amended(found.detail, status="DELETING")
        context.engine.remove(context.place, replace(found, detail=shown))
    return context.types.DeleteJobQueueResponse()


def check_capacity(order: Order, policy: SchedulingPolicy | None) -> None:
    """Check that a service environment counts its room as the queue's policy shares it out.

    Raises:
        Fault: it counts instances and the policy goes by instance types, or the other way round.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_CapacityLimit.html
    """
    by_type = policy is not None and policy.fair_share is None
    for one in order.found.values():
        units = [] if isinstance(one, ComputeEnvironment) else [c.unit for c in one.capacity]
        if units and (INSTANCES in units) is by_type:
            expected = "instance types, as its quotaSharePolicy needs" if by_type else INSTANCES
            raise refused(
                f"serviceEnvironmentOrder: {one.arn} has the capacityUnit {', '.join(units)}; "
                f"in this queue it must be {expected}"
            )


def _check_type(request: Wire, order: Order) -> None:
    wanted = getattr(request, "job_queue_type", None)
    if wanted not in {None, order.queue_type}:
        raise refused(
            f"jobQueueType {wanted} is not valid: on these environments it is {order.queue_type}"
        )


def _updated(place: Place, shelf: Shelf, old: JobQueue, request: Wire) -> JobQueue:
    queue_type = members_of(old.detail)["jobQueueType"]
    order = queue_orders.order_of(place, shelf, request)
    _check_kind(old, queue_type, order)
    queue_type = order.queue_type if order else queue_type
    policy = queue_rules.policy_of(place, shelf, request, queue_type)
    queue_rules.check_exchange(shelf, old, policy)
    if order:
        check_capacity(order, policy or shelf.policies.get(old.scheduling_policy or ""))
    limits = queue_rules.time_limits_of(request, queue_type)
    changes = {
        "state": request.state,
        "priority": request.priority,
        "schedulingPolicyArn": policy and policy.arn,
        "jobQueueType": queue_type,
        "jobStateTimeLimitActions": getattr(request, "job_state_time_limit_actions", None),
        **(order.shown() if order else {}),
    }
    return replace(
        old,
        state=request.state or old.state,
        priority=old.priority if request.priority is None else request.priority,
        environments=order.arns if order else old.environments,
        scheduling_policy=policy.arn if policy else old.scheduling_policy,
        time_limits=old.time_limits if limits is None else limits,
        detail=amended(old.detail, **changes),
    )


def _check_kind(old: JobQueue, queue_type: str, order: Order | None) -> None:
    """Refuse service environments for a queue of other jobs, and the other way round."""
    if order is None:
        return
    if (queue_type in SERVICE_TYPES) is not (order.queue_type in SERVICE_TYPES):
        raise refused(f"{order.member}: {old.arn} is a queue of type {queue_type}")

"""Quota shares of queues of service jobs: create, describe, list, update, delete.

Source: https://docs.aws.amazon.com/batch/latest/userguide/quota-shares.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from batchyard.batch import ids
from batchyard.batch.resources import QuotaShare, Switch
from batchyard.server.operations.batch.capacity import capacity_of
from batchyard.server.operations.batch.echoes import amended, echo
from batchyard.server.operations.batch.paging import Key, page
from batchyard.server.operations.batch.refusals import (
    check_disabled,
    check_kept,
    check_name,
    check_range,
    check_tags,
    queue_of,
    refused,
)

if TYPE_CHECKING:
    from batchyard.batch.resources import JobQueue
    from batchyard.server.operations import Context
    from batchyard.server.operations.batch.echoes import Wire

MOST = 20
"""Quota shares of a queue (user guide, "Quota shares")."""

UNLIMITED = -1
BORROWS = "LEND_AND_BORROW"


def create_quota_share(context: Context, request: Wire) -> Wire:
    """Give a part of a queue's capacity a name, and rules for what of it is idle.

    Raises:
        Fault: the name is taken or not valid, the queue does not exist, has other jobs or enough
            shares, or something else is not valid.
    """
    name = request.quota_share_name
    check_name("quotaShareName", name)
    check_tags(request.tags)
    queue = _queue(context, request.job_queue)
    made = _made(context, request, queue)
    _check_room(context, queue, made)
    context.engine.put(context.place, made)
    return context.types.CreateQuotaShareResponse(quota_share_name=name, quota_share_arn=made.arn)


def _made(context: Context, request: Wire, queue: JobQueue) -> QuotaShare:
    sharing = _sharing(request.resource_sharing_configuration)
    state: Switch = request.state or "ENABLED"
    arn = ids.quota_share_arn(queue.arn, request.quota_share_name)
    detail = echo(
        request,
        context.types.QuotaShareDetail,
        quota_share_arn=arn,
        job_queue_arn=queue.arn,
        resource_sharing_configuration=sharing,
        state=state,
        status="VALID",
    )
    return QuotaShare(
        name=request.quota_share_name,
        arn=arn,
        queue=queue.arn,
        state=state,
        capacity=capacity_of(request.capacity_limits, by_type=True),
        strategy=sharing.strategy,
        borrow_limit=_limit(sharing),
        preempts=_preempts(request.preemption_configuration),
        detail=amended(detail, tags=request.tags or {}),
    )


def _check_room(context: Context, queue: JobQueue, made: QuotaShare) -> None:
    shares = {share.arn for share in context.engine.shelf(context.place).shares_of(queue)}
    if made.arn in shares:
        raise refused(f"Quota share {made.name} already exists in {queue.arn}")
    if len(shares) >= MOST:
        raise refused(f"{queue.arn} has {len(shares)} quota shares: more are not allowed")


def describe_quota_share(context: Context, request: Wire) -> Wire:
    """Show a quota share.

    Raises:
        Fault: there is none of that ARN.
    """
    return msgspec.Raw(_found(context, request.quota_share_arn).detail)


def list_quota_shares(context: Context, request: Wire) -> Wire:
    """List a queue's quota shares by name, a page at a time.

    Raises:
        Fault: there is no such queue.
    """
    shelf = context.engine.shelf(context.place)
    queue = queue_of(context, request.job_queue)
    shown = page({Key(one.name): _listed(one) for one in shelf.shares_of(queue)}, request)
    return context.types.ListQuotaSharesResponse(
        quota_shares=shown.items, next_token=shown.next_token
    )


def _listed(share: QuotaShare) -> bytes:
    members = msgspec.json.decode(share.detail, type=dict[str, msgspec.Raw])
    del members["tags"]  # QuotaShareDetail has none
    return msgspec.json.encode(members)


def update_quota_share(context: Context, request: Wire) -> Wire:
    """Change a quota share; waiting jobs feel it at once, running ones run on.

    Raises:
        Fault: there is none of that ARN, or something is not valid.
    """
    old = _found(context, request.quota_share_arn)
    check_kept("quota share", old)
    made = _updated(old, request)
    context.engine.put(context.place, made)
    return context.types.UpdateQuotaShareResponse(
        quota_share_name=made.name, quota_share_arn=made.arn
    )


def _updated(old: QuotaShare, request: Wire) -> QuotaShare:
    changes = {
        "state": request.state,
        "capacityLimits": request.capacity_limits,
        "preemptionConfiguration": request.preemption_configuration,
    }
    made = replace(old, state=request.state or old.state)
    if request.capacity_limits is not None:
        made = replace(made, capacity=capacity_of(request.capacity_limits, by_type=True))
    if request.resource_sharing_configuration is not None:
        sharing = _sharing(request.resource_sharing_configuration)
        changes["resourceSharingConfiguration"] = sharing
        made = replace(made, strategy=sharing.strategy, borrow_limit=_limit(sharing))
    if request.preemption_configuration is not None:
        made = replace(made, preempts=_preempts(request.preemption_configuration))
    return replace(made, detail=amended(old.detail, **changes))


def delete_quota_share(context: Context, request: Wire) -> Wire:
    """Delete a quota share that is DISABLED; it is DELETING until its jobs were told to end.

    Raises:
        Fault: it is ENABLED, or this is no ARN of a quota share.
    """
    arn = request.quota_share_arn
    found = context.engine.shelf(context.place).quota_shares.get(arn)
    if found is None:
        _check_arn(context, arn)
    elif not found.deleting:
        check_disabled("quota share", arn, found.state)
        shown = amended(found.detail, status="DELETING")
        context.engine.remove(context.place, replace(found, detail=shown))
    return context.types.DeleteQuotaShareResponse()


def _queue(context: Context, reference: str) -> JobQueue:
    shelf = context.engine.shelf(context.place)
    queue = queue_of(context, reference)
    policy = shelf.policies.get(queue.scheduling_policy or "")
    if policy is None or policy.fair_share is not None:
        raise refused(f"jobQueue: {queue.arn} has no scheduling policy with a quotaSharePolicy")
    return queue


def _found(context: Context, arn: str) -> QuotaShare:
    _check_arn(context, arn)
    found = context.engine.shelf(context.place).quota_shares.get(arn)
    if found is None:
        raise refused(f"{arn} does not exist")
    return found


def _check_arn(context: Context, arn: str) -> None:
    expected = ids.quota_share_arn(ids.arn(context.place, ids.QUEUE, "QUEUE"), "NAME")
    if not arn.startswith(expected.partition("QUEUE")[0]) or f"/{ids.QUOTA_SHARE}/" not in arn:
        raise refused(f"quotaShareArn {arn!r} is not valid: give an ARN of the form {expected}")


def _limit(sharing: Wire) -> int:
    limit: int | None = sharing.borrow_limit
    return UNLIMITED if limit is None else limit


def _sharing(given: Wire) -> Wire:
    """Read a resourceSharingConfiguration, and fill in the limit that holds if none is given."""
    borrows = given.strategy == BORROWS
    if given.borrow_limit is not None and not borrows:
        raise refused(
            f"borrowLimit {given.borrow_limit} is not valid: only the strategy {BORROWS} has one, "
            f"this is {given.strategy}"
        )
    check_range("borrowLimit", given.borrow_limit, UNLIMITED)
    return replace(given, borrow_limit=_limit(given)) if borrows else given


def _preempts(given: Wire) -> bool:
    return bool(given.in_share_preemption == "ENABLED")

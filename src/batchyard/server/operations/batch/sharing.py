"""shareIdentifier: whose share of a queue a job takes of, checked.

Source: shareIdentifier of SubmitJob and SubmitServiceJob in botocore's model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.server.operations.batch.refusals import check_share, refused

if TYPE_CHECKING:
    from batchyard.batch.resources import JobQueue
    from batchyard.server.operations import Context

MOST_ACTIVE = 500
"""Shares of a queue that are active at a time (schedulingPolicyArn of CreateJobQueue)."""


def share_of(context: Context, queue: JobQueue, share: str | None) -> str | None:
    """Check that a job names its share where shares decide, and nowhere else.

    Args:
        context: where.
        queue: what the job is submitted to.
        share: its shareIdentifier; nothing if it has none.

    Raises:
        Fault: it is missing, not valid or out of place, or there are too many already.
    """
    policy = context.engine.shelf(context.place).policies.get(queue.scheduling_policy or "")
    fair = policy is not None and policy.fair_share is not None
    if not share:
        if fair:
            raise refused(f"shareIdentifier is missing: {queue.arn} has a fair-share policy")
        return None
    if not fair:
        raise refused(
            f"shareIdentifier {share!r} is not valid: {queue.arn} has no fair-share policy"
        )
    check_share("shareIdentifier", share)
    _check_active(context, queue, share)
    return share


def _check_active(context: Context, queue: JobQueue, share: str) -> None:
    found = context.engine.placement.queues.get(queue.arn)
    if found is None:
        return
    active = found.shares.active(found.waiting, context.engine.now())
    if len(active) >= MOST_ACTIVE and share not in active:
        raise refused(
            f"shareIdentifier {share!r}: {queue.arn} has {len(active)} active shares already; at "
            f"most {MOST_ACTIVE} are allowed"
        )

"""What else a queue is given: its priority, its policy, what ends jobs that are stuck in it.

Sources: CreateJobQueue and UpdateJobQueue in botocore's model,
https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.batch import ids
from batchyard.batch.resources import SERVICE_TYPES, SchedulingPolicy, TimeLimit
from batchyard.server.operations.batch.refusals import check_range, given, missing, refused

if TYPE_CHECKING:
    from batchyard.batch.ids import Place
    from batchyard.batch.resources import JobQueue
    from batchyard.engine.catalog import Shelf
    from batchyard.server.operations.batch.echoes import Wire

HIGHEST_PRIORITY = 1000
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-batch-jobqueue.html"""

SHORTEST, LONGEST = 600, 86_400
"""Bounds of maxTimeSeconds."""


def check_priority(request: Wire) -> None:
    """Check a queue's priority.

    Raises:
        Fault: it is out of its bounds.
    """
    check_range("priority", request.priority, 0, HIGHEST_PRIORITY)


def serves_services(queue: JobQueue) -> bool:
    """Tell whether a queue is for service jobs."""
    return bool(queue.environments) and f":{ids.SERVICE_ENVIRONMENT}/" in queue.environments[0]


def policy_of(
    place: Place, shelf: Shelf, request: Wire, queue_type: str
) -> SchedulingPolicy | None:
    """Find the policy that a request names; None if it names none.

    Args:
        place: where the queue is.
        shelf: what is there.
        request: has ``scheduling_policy_arn``.
        queue_type: the queue's jobQueueType.

    Raises:
        Fault: there is no such policy, or it shares by quota and the queue's jobs are no service
            jobs.
    """
    arn = request.scheduling_policy_arn
    if not given(arn):
        return None
    found = shelf.policies.get(arn)
    if found is None:
        raise missing(place, ids.POLICY, arn)
    if found.fair_share is None and queue_type not in SERVICE_TYPES:
        raise refused(
            f"schedulingPolicyArn: {arn} has a quotaSharePolicy, which is for queues of type "
            f"{', '.join(SERVICE_TYPES)}; this one's is {queue_type}"
        )
    return found


def check_exchange(shelf: Shelf, queue: JobQueue, policy: SchedulingPolicy | None) -> None:
    """Check that a queue may be given this policy in place of what it has.

    Raises:
        Fault: it has none, or one of the other kind.
    """
    if policy is None or policy.arn == queue.scheduling_policy:
        return
    if queue.scheduling_policy is None:
        raise refused(
            f"schedulingPolicyArn: {queue.arn} was created without a scheduling policy, and none "
            f"can be added: {policy.arn}"
        )
    old = shelf.policies[queue.scheduling_policy]
    if (old.fair_share is None) is not (policy.fair_share is None):
        raise refused(f"schedulingPolicyArn: {policy.arn} is of another kind than {old.arn}")


def time_limits_of(request: Wire, queue_type: str) -> tuple[TimeLimit, ...] | None:
    """Read jobStateTimeLimitActions; None if they are not given.

    Raises:
        Fault: a time is out of its bounds, a reason is empty, or an action does not go with the
            queue's type.
    """
    entries = getattr(request, "job_state_time_limit_actions", None)
    if entries is None:
        return None
    return tuple(_time_limit(entry, queue_type) for entry in entries)


def _time_limit(entry: Wire, queue_type: str) -> TimeLimit:
    field = "jobStateTimeLimitActions"
    check_range(f"{field}: maxTimeSeconds", entry.max_time_seconds, SHORTEST, LONGEST)
    if not entry.reason.strip():
        raise refused(f"{field}: reason must not be empty: it begins the statusReason of jobs")
    expected = "TERMINATE" if queue_type in SERVICE_TYPES else "CANCEL"
    if entry.action != expected:
        raise refused(
            f"{field}: action {entry.action} is not valid: in a queue of type {queue_type} it "
            f"must be {expected}"
        )
    return TimeLimit(entry.reason, entry.max_time_seconds, entry.action)

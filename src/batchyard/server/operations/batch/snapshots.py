"""GetJobQueueSnapshot: who is next in a queue, and what its jobs hold.

Sources: GetJobQueueSnapshot in botocore's model, and
https://docs.aws.amazon.com/batch/latest/userguide/track-capacity-utilization-service-jobs.html
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from batchyard.batch.resources import INSTANCES
from batchyard.batch.states import PLACED
from batchyard.server.operations.batch.queue_rules import serves_services
from batchyard.server.operations.batch.refusals import queue_of
from batchyard.server.operations.known import known

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchyard.batch.model import Job
    from batchyard.batch.resources import JobQueue, QuotaShare
    from batchyard.engine.catalog import Shelf
    from batchyard.server.operations import Context
    from batchyard.server.operations.batch.echoes import Wire

FRONT = 100
"""Jobs that are listed at most."""

TOP = 20
"""Shares that are listed at most (topCapacityUtilization)."""


def get_job_queue_snapshot(context: Context, request: Wire) -> Wire:
    """Show the first RUNNABLE jobs of a queue in the order of dispatch, and what others hold.

    Raises:
        Fault: there is no such queue.
    """
    shelf = context.engine.shelf(context.place)
    queue = queue_of(context, request.job_queue)
    types, now = context.types, context.engine.now()
    shares = list(shelf.shares_of(queue))
    order = _order(context, queue, by_quota=bool(shares))
    return known(
        types.GetJobQueueSnapshotResponse,
        front_of_queue={"jobs": [_front(job) for job in order[:FRONT]], "lastUpdatedAt": now},
        front_of_quota_shares=_front_of_shares(shares, order, now) if shares else None,
        queue_utilization=_utilization(context, shelf, queue),
    )


def _order(context: Context, queue: JobQueue, *, by_quota: bool) -> list[Job]:
    engine = context.engine
    if by_quota:
        return [engine.jobs[each.job_id] for each in engine.quotas.order(queue.arn)]
    names = engine.placement.order(queue.arn, FRONT, engine.now())
    return [engine.jobs[job_id] for job_id in names]


def _front(job: Job) -> dict[str, object]:
    return {"jobArn": job.arn, "earliestTimeAtPosition": job.runnable_since}


def _front_of_shares(shares: list[QuotaShare], order: list[Job], now: int) -> dict[str, object]:
    firsts = {job.quota_share: job for job in reversed(order)}
    fronts = {
        share.name: [_front(firsts[share.arn])] if share.arn in firsts else [] for share in shares
    }
    return {"quotaShares": fronts, "lastUpdatedAt": now}


def _utilization(context: Context, shelf: Shelf, queue: JobQueue) -> dict[str, object]:
    policy = shelf.policies.get(queue.scheduling_policy or "")
    fair = policy is not None and policy.fair_share is not None
    total: Counter[str] = Counter()
    shares: dict[str, Counter[str]] = defaultdict(Counter)
    for job in _holders(context, queue):
        unit, quantity = _held(job, queue, fair=fair)
        total[unit] += quantity
        shares[job.spec.share or ""][unit] += quantity
    found: dict[str, object] = {
        "totalCapacityUsage": _shown(total),
        "lastUpdatedAt": context.engine.now(),
    }
    if fair:
        top = [{"shareIdentifier": name, "capacityUsage": of} for name, of in _top(shares)]
        found["fairshareUtilization"] = {
            "activeShareCount": len(shares),
            "topCapacityUtilization": top,
        }
    elif policy is not None:
        top = [{"quotaShareName": name, "capacityUsage": of} for name, of in _top(shares)]
        found["quotaShareUtilization"] = {"topCapacityUtilization": top}
    return found


def _holders(context: Context, queue: JobQueue) -> list[Job]:
    names = [*context.engine.placement.held, *context.engine.quotas.held]
    held = (context.engine.jobs.get(job_id) for job_id in names)
    return [job for job in held if job and job.spec.queue == queue.arn and job.state in PLACED]


def _held(job: Job, queue: JobQueue, *, fair: bool) -> tuple[str, int]:
    """Tell what a job holds of which unit, in thousandths."""
    if serves_services(queue) and job.spec.service is not None:
        unit = INSTANCES if fair else job.spec.service.unit
        return unit, 1000 * job.spec.service.instances
    return "VCPU", job.spec.demand.vcpus


def _top(shares: Mapping[str, Counter[str]]) -> list[tuple[str, list[dict[str, object]]]]:
    ordered = sorted(shares.items(), key=lambda each: (-each[1].total(), each[0]))
    return [(name, _shown(of)) for name, of in ordered[:TOP]]


def _shown(thousandths: Counter[str]) -> list[dict[str, object]]:
    units = sorted(thousandths)
    return [{"capacityUnit": unit, "quantity": thousandths[unit] / 1000} for unit in units]

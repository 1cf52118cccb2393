"""Why a service job with a quota share does not run, from the state of the shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.batch.obstacles import Cause, named
from batchyard.batch.why import MOST_NAMED, Why

if TYPE_CHECKING:
    from batchyard.batch.quota_lines import Waiting
    from batchyard.batch.quotas import Quotas


def why_by_quota(quotas: Quotas, waiting: Waiting) -> Why:
    """Say what its share and its environment lack, and who of its share goes first.

    Args:
        quotas: the state of all shares.
        waiting: the job.
    """
    wanted = waiting.wanted
    if misfit := quotas.misfit(wanted):
        return Why(Cause.QUOTA, (f"It can never run as things are: {misfit}",))
    use, unit = quotas.use(wanted), wanted.unit
    told = (
        f"It waits for {wanted.instances} {unit}: its quota share {named(wanted.share)} uses "
        f"{use.used} of its own {use.own}, and {use.free} are free in the service environment."
    )
    order = [
        each.job_id for each in quotas.order(wanted.queue) if each.wanted.share == wanted.share
    ]
    before = order[: order.index(waiting.job_id)]
    sentences = (told, _turn(len(before)))
    return Why(Cause.QUOTA, sentences, len(before), tuple(before[:MOST_NAMED]))


def _turn(before: int) -> str:
    if not before:
        return "It is the next of its share."
    jobs = "1 job goes" if before == 1 else f"{before} jobs go"
    return f"{jobs} before it in its share."

"""What SubmitJob names, found: its queue and its definition, and whether one can run the other.

Refusals begin with AWS's own sentences, as clients look for them: aegea makes a queue where
"JobQueue .+ not found", and another definition where a queue "can not run Jobs with capability EC2"
(https://github.com/kislyuk/aegea, aegea/batch.py).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from batchyard.server.operations.batch.echoes import members_of
from batchyard.server.operations.batch.job_definitions import wants_fargate
from batchyard.server.operations.batch.queue_orders import TYPES
from batchyard.server.operations.batch.queue_rules import serves_services
from batchyard.server.operations.batch.refusals import refused

if TYPE_CHECKING:
    from batchyard.batch.resources import JobDefinition, JobQueue
    from batchyard.server.operations import Context
    from batchyard.server.operations.batch.echoes import Wire

KEPT = 1024
"""Queues and definitions that are remembered to be of a kind."""


def queue_for(context: Context, reference: str) -> JobQueue:
    """Find the queue that a job is submitted to.

    Args:
        context: where.
        reference: its name or ARN.

    Raises:
        Fault: there is none, it is DISABLED, or it takes service jobs only. The first's sentence
            is AWS's: https://github.com/base2genomics/batchit/issues/13
    """
    queue = context.engine.shelf(context.place).queue(reference)
    if queue is None:
        raise refused(f"JobQueue {reference} not found. There is none in {context.place.region}.")
    if queue.state == "DISABLED":
        raise refused(f"Job queue {reference} is DISABLED: it does not accept jobs")
    if serves_services(queue):
        raise refused(f"Job queue {reference} takes service jobs only: use SubmitServiceJob")
    return queue


def definition_for(context: Context, reference: str, queue: JobQueue) -> JobDefinition:
    """Find the definition of a job.

    Args:
        context: where.
        reference: its name, name:revision or ARN.
        queue: where the job will wait.

    Raises:
        Fault: there is none, it is INACTIVE, or the queue's environments run on Fargate and it
            does not. The sentences are AWS's:
            https://github.com/aws-samples/aws-genomics-workflows/issues/84 (of a name),
            https://github.com/azavea/raster-vision-aws/issues/17 (of an ARN),
            https://github.com/chanzuckerberg/single-cell-data-portal/issues/1068 (INACTIVE).
    """
    definition = context.engine.shelf(context.place).definition(reference)
    if definition is None or definition.status != "ACTIVE":
        raise refused(_absent(reference, context.place.region, known=definition is not None))
    if _needs_ec2(context.types, definition) and _is_fargate(queue):
        raise refused(
            "Job Queue is attached to Compute Environment that can not run Jobs with capability "
            f"EC2: give {definition.arn} the platformCapabilities FARGATE, or take another queue "
            f"than {queue.arn}"
        )
    return definition


def _absent(reference: str, region: str, *, known: bool) -> str:
    if not reference.startswith("arn:"):
        state = "it is INACTIVE" if known else "there is none"
        return (
            f"JobDefinition name {reference} does not exist or is not in ACTIVE status: {state} in "
            f"{region}"
        )
    if known:
        return f"JobDefinition {reference} is not in ACTIVE status"
    return f"JobDefinition {reference} not found. There is none in {region}."


@lru_cache(maxsize=KEPT)
def _is_fargate(queue: JobQueue) -> bool:
    return members_of(queue.detail).get("jobQueueType") == TYPES["FARGATE"]


@lru_cache(maxsize=KEPT)
def _needs_ec2(types: Wire, definition: JobDefinition) -> bool:
    return not wants_fargate(msgspec.json.decode(definition.detail, type=types.JobDefinition))

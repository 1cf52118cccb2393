"""SubmitJob: a definition, what the job says differently, and what it waits for, made one spec.

Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from batchyard.batch import arrays, ids
from batchyard.server.operations.batch.dependencies import dependencies_of
from batchyard.server.operations.batch.presenting import joined
from batchyard.server.operations.batch.refusals import check_name, check_range, refused
from batchyard.server.operations.batch.templates import template_of

if TYPE_CHECKING:
    from batchyard.batch.model import Spec
    from batchyard.batch.resources import JobDefinition, JobQueue
    from batchyard.server.operations import Context
    from batchyard.server.operations.batch.echoes import Wire


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
    queue = _queue(context, request.job_queue)
    definition = _definition(context, request.job_definition)
    size = _array_size(request)
    depends_on = dependencies_of(context, request.depends_on or [], size)
    asked = template_of(context, definition, request)
    types = context.types
    own = types.JobDetail(job_name=request.job_name, depends_on=request.depends_on or [])
    return replace(
        asked,
        name=request.job_name,
        queue=queue.arn,
        depends_on=depends_on,
        array_size=size,
        detail=joined(msgspec.json.encode(own), asked.detail),
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

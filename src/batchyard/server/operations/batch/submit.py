"""SubmitJob: a definition, what the job says differently, and what it waits for, made one spec.

Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from batchyard.batch import arrays, ids
from batchyard.server.operations.batch import consuming
from batchyard.server.operations.batch.dependencies import dependencies_of
from batchyard.server.operations.batch.presenting import joined
from batchyard.server.operations.batch.refusals import check_name, check_range
from batchyard.server.operations.batch.sharing import share_of
from batchyard.server.operations.batch.submit_targets import definition_for, queue_for
from batchyard.server.operations.batch.templates import consumed_by, template_of
from batchyard.server.operations.known import known

if TYPE_CHECKING:
    from batchyard.batch.model import Consumed, Spec
    from batchyard.batch.resources import JobDefinition
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
    queue = queue_for(context, request.job_queue)
    definition = definition_for(context, request.job_definition, queue)
    size = _array_size(request)
    depends_on = dependencies_of(context, request.depends_on or [], size)
    asked = template_of(context, definition, request)
    consumes = _consumes(context, definition, request)
    own = known(
        context.types.JobDetail,
        job_name=request.job_name,
        depends_on=request.depends_on or [],
        consumable_resource_properties=consuming.shown(consumes),
    )
    return replace(
        asked,
        name=request.job_name,
        queue=queue.arn,
        depends_on=depends_on,
        array_size=size,
        share=share_of(context, queue, request.share_identifier),
        consumes=consumes,
        detail=joined(msgspec.json.encode(own), asked.detail),
    )


def _consumes(context: Context, definition: JobDefinition, request: Wire) -> tuple[Consumed, ...]:
    override = getattr(request, "consumable_resource_properties_override", None)
    base = consumed_by(context.types, definition)
    if not base and override is None:
        return ()
    shelf = context.engine.shelf(context.place)
    return consuming.consumed_of(context.place, shelf, base, consuming.quantities(override))


def _array_size(request: Wire) -> int | None:
    """Read the array's size; without one the job is a single one."""
    given = request.array_properties
    if given is None or given.size is None:
        return None
    check_range("arrayProperties.size", given.size, arrays.SMALLEST, arrays.LARGEST)
    size: int = given.size
    return size

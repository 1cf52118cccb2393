"""ListJobsByConsumableResource: the jobs that take of a consumable resource, newest first.

Source: ListJobsByConsumableResource in botocore's model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.batch.states import JobState
from batchyard.errors import Refused
from batchyard.server.operations.batch import consuming
from batchyard.server.operations.batch.consumable_resources import found_consumable
from batchyard.server.operations.batch.filters import chosen
from batchyard.server.operations.batch.paging import PAGE
from batchyard.server.operations.batch.refusals import check_one_of, check_range, refused
from batchyard.server.operations.known import known
from batchyard.store.asking import JobQuery

if TYPE_CHECKING:
    from batchyard.batch.model import Job
    from batchyard.server.operations import Context
    from batchyard.server.operations.batch.echoes import Wire

FILTERS = {"JOB_STATUS": "state", "JOB_NAME": "name"}


def list_jobs_by_consumable_resource(context: Context, request: Wire) -> Wire:
    """List the jobs that take of a resource, whatever queue they are in; no array's children.

    Raises:
        Fault: there is no such resource, or a filter, the page size or the token is not valid.
    """
    resource = found_consumable(context, request.consumable_resource).arn
    try:
        page = context.engine.store.list_jobs(_query(context, request, resource))
    except Refused:
        raise refused(f"nextToken {request.next_token!r} is not one of this operation") from None
    found = (context.engine.job(row.id) for row in page.rows)
    return context.types.ListJobsByConsumableResourceResponse(
        jobs=[_summary(context.types, job, resource) for job in found if job],
        next_token=page.next,
    )


def _query(context: Context, request: Wire, resource: str) -> JobQuery:
    check_range("maxResults", request.max_results, 1, PAGE)
    wanted = {name: _single(name, values) for name, values in _filters(request).items()}
    state = wanted.get("state")
    return JobQuery(
        place=context.place,
        consumes=resource,
        states=frozenset({JobState(state)}) if state else None,
        name=wanted.get("name"),
        limit=request.max_results or PAGE,
        after=request.next_token or None,
    )


def _filters(request: Wire) -> dict[str, list[str]]:
    return chosen(request.filters or [], FILTERS)


def _single(name: str, values: list[str]) -> str:
    filter_name = next(given for given, called in FILTERS.items() if called == name)
    if len(values) != 1:
        raise refused(f"filters: {filter_name} takes exactly one value, {len(values)} were given")
    if name == "state":
        check_one_of(f"filters: {filter_name}", values[0], [state.value for state in JobState])
    return values[0]


def _summary(types: Wire, job: Job, resource: str) -> Wire:
    spec, latest = job.spec, job.attempt
    return known(
        types.ListJobsByConsumableResourceSummary,
        job_arn=job.arn,
        job_queue_arn=spec.queue,
        job_name=spec.name,
        job_definition_arn=spec.definition,
        share_identifier=spec.share,
        job_status=job.state.value,
        quantity=next(one.quantity for one in spec.consumes if one.resource == resource),
        status_reason=job.status_reason,
        started_at=latest.started_at if latest else None,
        created_at=job.created_at,
        consumable_resource_properties=consuming.shown(spec.consumes),
    )

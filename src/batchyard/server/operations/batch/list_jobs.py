"""ListJobs: a queue's jobs, or the children of an array.

Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ListJobs.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.batch import ids
from batchyard.batch.states import JobState
from batchyard.errors import Refused
from batchyard.server.operations.batch.echoes import Wire
from batchyard.server.operations.batch.job_filters import conditions
from batchyard.server.operations.batch.queue_rules import serves_services
from batchyard.server.operations.batch.refusals import check_range, given, refused
from batchyard.server.operations.known import known
from batchyard.store.asking import JobQuery

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchyard.server.operations import Context
    from batchyard.store.asking import JobSummaryRow

MOST = 1000
MOST_FILTERED = 100
"""Bounds of maxResults in botocore's model text."""


def list_jobs(context: Context, request: Wire) -> Wire:
    """List the jobs of a queue or the children of an array, newest first.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ListJobs.html
    """
    try:
        page = context.engine.store.list_jobs(_query(context, request))
    except Refused:
        raise refused(f"nextToken {request.next_token!r} is not one of this operation") from None
    rows = [_summary(context, row) for row in page.rows]
    return context.types.ListJobsResponse(job_summary_list=rows, next_token=page.next)


def _query(context: Context, request: Wire) -> JobQuery:
    whose, filters = _whose(context, request), conditions(request.filters or [], FILTERS)
    if "parent" in whose:
        filters = {}  # "The filter doesn't apply to child jobs"
    most = MOST_FILTERED if filters else MOST
    check_range("maxResults", request.max_results, 1, most)
    return JobQuery(
        place=context.place,
        **whose,
        states=_states(request.job_status, filters),
        limit=request.max_results or most,
        after=request.next_token or None,
        **filters,
    )


def _whose(context: Context, request: Wire) -> dict[str, Wire]:
    named = {
        "jobQueue": request.job_queue,
        "arrayJobId": request.array_job_id,
        "multiNodeJobId": request.multi_node_job_id,
    }
    chosen = [member for member, value in named.items() if given(value)]
    if len(chosen) != 1:
        told = ", ".join(chosen) or "none"
        raise refused(f"give exactly one of {', '.join(named)}; {told} was given")
    if chosen == ["multiNodeJobId"]:
        raise refused("multiNodeJobId: this yard does not serve multi-node parallel jobs yet")
    if chosen == ["arrayJobId"]:
        return {"parent": request.array_job_id}
    queue = context.engine.shelf(context.place).queue(request.job_queue)
    if queue is None:
        raise refused(f"Job queue {request.job_queue} does not exist in {context.place.region}")
    if serves_services(queue):
        raise refused(f"jobQueue {request.job_queue} takes service jobs only: use ListServiceJobs")
    return {"queue": queue.arn}


def _states(status: str | None, filters: Mapping[str, object]) -> frozenset[JobState] | None:
    """Choose states: a filter lists all of them, and without one RUNNING is what is listed."""
    if filters and "share" not in filters:
        return None
    if filters and status is None:
        return None
    return frozenset({JobState(status or "RUNNING")})


FILTERS = {
    "JOB_NAME": "name",
    "JOB_DEFINITION": "definition",
    "BEFORE_CREATED_AT": "created_before",
    "AFTER_CREATED_AT": "created_after",
    "SHARE_IDENTIFIER": "share",
}


def _summary(context: Context, row: JobSummaryRow) -> Wire:
    types = context.types
    container = types.ContainerSummary(exit_code=row.exit_code, reason=row.reason)
    return known(
        types.JobSummary,
        job_arn=ids.arn(context.place, ids.JOB, row.id),
        job_id=row.id,
        job_name=row.name,
        created_at=row.created_at,
        status=row.state.value,
        status_reason=row.status_reason,
        started_at=row.started_at,
        stopped_at=row.stopped_at,
        container=container,
        array_properties=_array_summary(types, row),
        job_definition=row.definition,
        share_identifier=row.share,
        is_cancelled=row.cancelled or None,  # "This field is only present when the value is true"
        is_terminated=row.terminated or None,
    )


def _array_summary(types: Wire, row: JobSummaryRow) -> Wire:
    if row.index is not None:
        return types.ArrayPropertiesSummary(index=row.index)
    if row.array_size is None:
        return None
    return known(
        types.ArrayPropertiesSummary,
        size=row.array_size,
        status_summary={state.value: row.tally[state] for state in JobState} if row.tally else None,
        status_summary_last_updated_at=row.tally_at,
    )

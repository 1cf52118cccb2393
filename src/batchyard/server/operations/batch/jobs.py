"""DescribeJobs, ListJobs, CancelJob, TerminateJob."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from batchyard.batch import events, ids
from batchyard.batch.states import JobState
from batchyard.errors import Refused
from batchyard.server.operations.batch.echoes import Wire
from batchyard.server.operations.batch.refusals import check_range, given, refused
from batchyard.store.asking import JobQuery

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchyard.server.operations import Context
    from batchyard.store.asking import JobSummaryRow

MOST_DESCRIBED = 100
MOST_LISTED = 1000
MOST_FILTERED = 100
REASON_LENGTH = 1024
"""Bounds of DescribeJobs, ListJobs and CancelJob in botocore's model texts."""


def describe_jobs(context: Context, request: Wire) -> Wire:
    """Show up to 100 jobs, live or ended; ids that are not known are left out.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeJobs.html
    """
    wanted = list(dict.fromkeys(request.jobs))
    if len(request.jobs) > MOST_DESCRIBED:
        raise refused(
            f"jobs: at most {MOST_DESCRIBED} can be described at once, not {len(request.jobs)}"
        )
    shown = context.engine.shown.details(context.place, wanted)
    return msgspec.Raw(b'{"jobs":[' + b",".join(shown) + b"]}")


def _is_in(context: Context, spec: Wire) -> bool:
    return bool((spec.account, spec.region) == context.place)


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
    filters = _filters(request.filters or [])
    most = MOST_FILTERED if filters else MOST_LISTED
    check_range("maxResults", request.max_results, 1, most)
    return JobQuery(
        place=context.place,
        **_whose(context, request),
        states=_states(request.job_status, filters),
        limit=request.max_results or most,
        after=request.next_token,
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
    return {"queue": queue.arn}


def _states(status: str | None, filters: Mapping[str, object]) -> frozenset[JobState] | None:
    """Choose states: a filter lists all of them, and without one RUNNING is what is listed."""
    if filters and "share" not in filters:
        return None
    if filters and status is None:
        return None
    return frozenset({JobState(status or "RUNNING")})


def _filters(entries: list[Wire]) -> dict[str, Wire]:
    if not entries:
        return {}
    if len(entries) > 1:
        raise refused(f"filters: only one can be used at a time, {len(entries)} were given")
    name, values = entries[0].name, entries[0].values or []
    if name not in _FILTERS:
        raise refused(f"filters: {name!r} is none of {', '.join(_FILTERS)}")
    if len(values) != 1:
        raise refused(f"filters: {name} takes exactly one value, {len(values)} were given")
    member = _FILTERS[name]
    return {member: _moment(name, values[0]) if member.startswith("created") else values[0]}


_FILTERS = {
    "JOB_NAME": "name",
    "JOB_DEFINITION": "definition",
    "BEFORE_CREATED_AT": "created_before",
    "AFTER_CREATED_AT": "created_after",
    "SHARE_IDENTIFIER": "share",
}


def _moment(name: str, value: str) -> int:
    if not value.isdecimal():
        raise refused(f"filters: {name} takes milliseconds since the epoch, not {value!r}")
    return int(value)


def _summary(context: Context, row: JobSummaryRow) -> Wire:
    types = context.types
    container = types.ContainerSummary(exit_code=row.exit_code, reason=row.reason)
    return types.JobSummary(
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
    )


def _array_summary(types: Wire, row: JobSummaryRow) -> Wire:
    if row.index is not None:
        return types.ArrayPropertiesSummary(index=row.index)
    if row.array_size is not None:
        return types.ArrayPropertiesSummary(size=row.array_size)
    return None


def cancel_job(context: Context, request: Wire) -> Wire:
    """End a job that has not been placed; STARTING and RUNNING ones are left alone.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_CancelJob.html
    """
    return _end(context, request, events.Cancelled, context.types.CancelJobResponse)


def terminate_job(context: Context, request: Wire) -> Wire:
    """End a job wherever it stands; an ended one is left alone.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_TerminateJob.html
    """
    return _end(context, request, events.Terminated, context.types.TerminateJobResponse)


def _end(
    context: Context,
    request: Wire,
    event: type[events.Cancelled | events.Terminated],
    answer: Wire,
) -> Wire:
    if not request.reason.strip():
        raise refused("reason must not be empty: it becomes the job's statusReason")
    if len(request.reason) > REASON_LENGTH:
        raise refused(
            f"reason has {len(request.reason)} characters, at most {REASON_LENGTH} are allowed"
        )
    engine = context.engine
    job = engine.job(request.job_id)
    if job is None or not _is_in(context, job.spec):
        raise refused(f"Job {request.job_id} does not exist in {context.place.region}")
    engine.apply(job.id, event(at=engine.now(), reason=request.reason))
    return answer()

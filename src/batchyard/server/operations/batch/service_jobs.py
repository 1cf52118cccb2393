"""DescribeServiceJob, ListServiceJobs.

Source: https://docs.aws.amazon.com/batch/latest/userguide/service-jobs.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from batchyard.batch import ids, services
from batchyard.errors import Refused
from batchyard.server.operations.batch.ending import missing_job
from batchyard.server.operations.batch.job_filters import conditions
from batchyard.server.operations.batch.paging import PAGE
from batchyard.server.operations.batch.queue_rules import serves_services
from batchyard.server.operations.batch.refusals import check_range, given, missing, refused
from batchyard.server.operations.batch.service_presenting import resource_id
from batchyard.server.operations.known import known
from batchyard.store.asking import JobQuery

if TYPE_CHECKING:
    from batchyard.batch.model import Job
    from batchyard.server.operations import Context
    from batchyard.server.operations.batch.echoes import Wire

FILTERS = {
    "JOB_NAME": "name",
    "BEFORE_CREATED_AT": "created_before",
    "AFTER_CREATED_AT": "created_after",
    "SHARE_IDENTIFIER": "share",
    "QUOTA_SHARE_NAME": "quota",
}


def describe_service_job(context: Context, request: Wire) -> Wire:
    """Show a service job, live or ended.

    Raises:
        Fault: there is no such job.
    """
    shown = context.engine.shown.details(context.place, [request.job_id])
    arn = ids.arn(context.place, ids.SERVICE_JOB, request.job_id)
    if not shown or not shown[0].startswith(f'{{"jobArn":"{arn}"'.encode()):
        raise missing_job(context, ids.SERVICE_JOB, request.job_id)
    return msgspec.Raw(shown[0])


def list_service_jobs(context: Context, request: Wire) -> Wire:
    """List the service jobs of a queue, newest first.

    Raises:
        Fault: there is no such queue, it takes no service jobs, or a filter, the page size or
            the token is not valid.
    """
    try:
        page = context.engine.store.list_jobs(_query(context, request))
    except Refused:
        raise refused(f"nextToken {request.next_token!r} is not one of this operation") from None
    found = (context.engine.job(row.id) for row in page.rows)
    return context.types.ListServiceJobsResponse(
        job_summary_list=[_summary(context.types, job) for job in found if job],
        next_token=page.next,
    )


def _query(context: Context, request: Wire) -> JobQuery:
    check_range("maxResults", request.max_results, 1, PAGE)
    queue = _queue(context, request.job_queue)
    wanted = conditions(request.filters or [], FILTERS)
    by_share = {"share", "quota"} & wanted.keys()
    states = services.states_shown_as(request.job_status or "RUNNING")
    if "quota" in wanted:
        wanted["share"] = wanted.pop("quota")
    every = bool(wanted) and not (by_share and request.job_status)
    return JobQuery(
        place=context.place,
        queue=queue,
        states=None if every else states,
        limit=request.max_results or PAGE,
        after=request.next_token or None,
        **wanted,
    )


def _queue(context: Context, reference: str | None) -> str:
    if not given(reference):
        raise refused("jobQueue is missing: name the queue whose service jobs are wanted")
    queue = context.engine.shelf(context.place).queue(str(reference))
    if queue is None:
        raise missing(context.place, ids.QUEUE, str(reference))
    if not serves_services(queue):
        raise refused(f"jobQueue {reference} takes no service jobs: use ListJobs")
    return queue.arn


def _summary(types: Wire, job: Job) -> Wire:
    spec, service, latest = job.spec, job.spec.service, job.attempt
    detail = msgspec.json.decode(spec.detail, type=types.DescribeServiceJobResponse)
    return known(
        types.ServiceJobSummary,
        latest_attempt=latest and {"serviceResourceId": resource_id(job, latest)},
        capacity_usage=detail.capacity_usage,
        created_at=job.created_at,
        job_arn=job.arn,
        job_id=job.id,
        job_name=spec.name,
        scheduled_at=latest and latest.placed_at,
        service_job_type=service and service.kind,
        share_identifier=detail.share_identifier,
        quota_share_name=detail.quota_share_name,
        status=services.shown_state(job),
        status_reason=job.status_reason,
        started_at=latest and latest.started_at,
        stopped_at=job.stopped_at,
        is_terminated=job.terminated or None,  # "only present when the value is true"
    )

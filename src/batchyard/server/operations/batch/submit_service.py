"""SubmitServiceJob, UpdateServiceJob.

Sources: https://docs.aws.amazon.com/batch/latest/userguide/service-job-submit.html and
SubmitServiceJob in botocore's model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from batchyard.batch import events, ids, services
from batchyard.batch.model import Demand, Retry, RetryRule, ServiceRequest, Spec
from batchyard.errors import Refused
from batchyard.server.operations.batch.echoes import echo
from batchyard.server.operations.batch.ending import found_job, missing_job
from batchyard.server.operations.batch.job_definitions import HIGHEST_PRIORITY
from batchyard.server.operations.batch.queue_rules import serves_services
from batchyard.server.operations.batch.refusals import (
    check_name,
    check_range,
    check_tags,
    missing,
    refused,
)
from batchyard.server.operations.batch.retry_rules import ATTEMPTS, PATTERN_LENGTH, RULES
from batchyard.server.operations.batch.sharing import share_of

if TYPE_CHECKING:
    from batchyard.batch.resources import JobQueue, QuotaShare
    from batchyard.batch.services import Training
    from batchyard.server.operations import Context
    from batchyard.server.operations.batch.echoes import Wire

LARGEST_PAYLOAD = 10 * 1024
"""Bytes ("limited to 10 KiB"): the user guide's "What are service environments in AWS Batch"."""

SHORTEST = 60
"""Seconds: what AWS's own example asks for, and the least of other jobs."""


def submit_service_job(context: Context, request: Wire) -> Wire:
    """Keep a service job; it is answered once it is on disk, and runs when there is room.

    Raises:
        Fault: the name, queue, share, payload, retry strategy or timeout is not valid, or the
            request was sent before.
    """
    queue = _queue(context, request.job_queue)
    spec = _spec(context, queue, request)
    job = context.engine.submit(spec, _job_id(context, request))
    return context.types.SubmitServiceJobResponse(
        job_arn=job.arn, job_name=spec.name, job_id=job.id
    )


def update_service_job(context: Context, request: Wire) -> Wire:
    """Give a service job another priority within its share.

    Raises:
        Fault: there is no such job, it has ended, or the priority is out of its bounds.
    """
    check_range("schedulingPriority", request.scheduling_priority, 0, HIGHEST_PRIORITY)
    job = found_job(context, ids.SERVICE_JOB, request.job_id)
    if job is None:
        raise missing_job(context, ids.SERVICE_JOB, request.job_id)
    if job.ended:
        raise refused(f"Service job {job.id} has ended: it is {job.state}")
    engine = context.engine
    event = events.Reprioritized(at=engine.now(), priority=request.scheduling_priority)
    engine.apply(job.id, event)
    return context.types.UpdateServiceJobResponse(
        job_arn=job.arn, job_name=job.spec.name, job_id=job.id
    )


def _job_id(context: Context, request: Wire) -> str | None:
    """Form the id of a request that has a token: the same request would be given the same."""
    if not request.client_token:
        return None
    asked = (*context.place, request.client_token, request.service_request_payload)
    job_id = str(uuid5(NAMESPACE_URL, "\n".join(asked)))
    if context.engine.job(job_id):
        raise refused(
            f"clientToken {request.client_token!r}: this request was sent before, and is the "
            f"service job {job_id}"
        )
    return job_id


def _queue(context: Context, reference: str) -> JobQueue:
    queue = context.engine.shelf(context.place).queue(reference)
    if queue is None:
        raise missing(context.place, ids.QUEUE, reference)
    if not serves_services(queue):
        raise refused(f"Job queue {reference} takes no service jobs: use SubmitJob")
    if queue.state == "DISABLED":
        raise refused(f"Job queue {reference} is DISABLED: it does not accept jobs")
    return queue


def _spec(context: Context, queue: JobQueue, request: Wire) -> Spec:
    check_name("jobName", request.job_name)
    check_tags(request.tags)
    check_range("schedulingPriority", request.scheduling_priority, 0, HIGHEST_PRIORITY)
    training = _training(request.service_request_payload)
    fair = share_of(context, queue, request.share_identifier)
    share = _share(context, queue, request)
    return Spec(
        account=context.place.account,
        region=context.place.region,
        name=request.job_name,
        queue=queue.arn,
        definition=f"AWSBatch{training.name}",
        command=(),
        environment={**training.environment, services.PAYLOAD: request.service_request_payload},
        demand=Demand(vcpus=1000 * training.instances, memory=0),
        log_group=services.LOG_GROUP,
        retry=_retry(request.retry_strategy),
        timeout=_timeout(context, request.timeout_config),
        share=share.name if share else fair,
        priority=request.scheduling_priority or 0,
        image=request.service_job_type,
        detail=_detail(context.types, request, training),
        service=_service(request, training, share),
    )


def _training(payload: str) -> Training:
    field = "serviceRequestPayload"
    if (size := len(payload.encode("utf-8", "replace"))) > LARGEST_PAYLOAD:
        raise refused(f"{field} has {size} bytes, at most {LARGEST_PAYLOAD} are allowed")
    try:
        return services.training_of(payload)
    except Refused as refusal:
        raise refused(f"{field} is not a CreateTrainingJob request: {refusal}") from None


def _share(context: Context, queue: JobQueue, request: Wire) -> QuotaShare | None:
    """Find the quota share that a job names, where there are quota shares and nowhere else."""
    policy = context.engine.shelf(context.place).policies.get(queue.scheduling_policy or "")
    by_quota = policy is not None and policy.fair_share is None
    name = request.quota_share_name
    if not name:
        if by_quota:
            raise refused(f"quotaShareName is missing: {queue.arn} has a quotaSharePolicy")
        return None
    if not by_quota:
        raise refused(f"quotaShareName {name!r} is not valid: {queue.arn} has no quotaSharePolicy")
    return _quota_share(context, queue, name)


def _quota_share(context: Context, queue: JobQueue, name: str) -> QuotaShare:
    arn = ids.quota_share_arn(queue.arn, name)
    found = context.engine.shelf(context.place).quota_shares.get(arn)
    if found is None:
        raise refused(f"{arn} does not exist")
    if found.state == "DISABLED":
        raise refused(f"Quota share {arn} is DISABLED: it does not accept jobs")
    return found


def _service(request: Wire, training: Training, share: QuotaShare | None) -> ServiceRequest:
    preemption = request.preemption_configuration
    retries = preemption.preemption_retries_before_termination if preemption else None
    check_range("preemptionRetriesBeforeTermination", retries, 0)
    if preemption and not share:
        raise refused("preemptionConfiguration is for jobs with a quotaShareName only")
    return ServiceRequest(
        kind=request.service_job_type,
        unit=training.instance_type,
        instances=training.instances,
        quota_share=share.arn if share else None,
        preemption_retries=retries,
    )


def _retry(strategy: Wire | None) -> Retry:
    if strategy is None:
        return Retry()
    check_range("retryStrategy.attempts", strategy.attempts, 1, ATTEMPTS)
    rules = strategy.evaluate_on_exit or []
    if len(rules) > RULES:
        raise refused(f"evaluateOnExit: at most {RULES} entries are allowed, not {len(rules)}")
    return Retry(strategy.attempts, tuple(_rule(entry) for entry in rules))


def _rule(entry: Wire) -> RetryRule:
    pattern = entry.on_status_reason
    if not pattern or not entry.action:
        raise refused("evaluateOnExit: each entry needs action and onStatusReason")
    if len(pattern) > PATTERN_LENGTH or "*" in pattern[:-1]:
        raise refused(
            f"evaluateOnExit.onStatusReason {pattern!r} is not valid: up to {PATTERN_LENGTH} "
            "characters and one trailing '*'"
        )
    return RetryRule(entry.action, on_status_reason=pattern)


def _timeout(context: Context, timeout: Wire | None) -> int | None:
    if timeout is None or timeout.attempt_duration_seconds is None:
        return None
    seconds: int = timeout.attempt_duration_seconds
    shortest = min(SHORTEST, context.engine.settings.minimum_timeout)
    check_range("timeoutConfig.attemptDurationSeconds", seconds, shortest)
    return seconds


def _detail(types: Wire, request: Wire, training: Training) -> bytes:
    """Form what DescribeServiceJob shows of the submission itself."""
    usage = {"capacityUnit": training.instance_type, "quantity": float(training.instances)}
    return echo(
        request,
        types.DescribeServiceJobResponse,
        job_queue=None,
        capacity_usage=[usage],
        tags=request.tags or {},
    )

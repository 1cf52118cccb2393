"""Why a job on AWS does not run, as far as AWS's own operations tell.

The queue, its compute environments and the front of the queue are asked for; what the scheduler
itself thinks AWS says only in statusReason, and only of a job that blocks its queue
(https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable.html).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchyard.cli.shown import tail
from batchyard.client.calls import call
from batchyard.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchyard.client.calls import Answer
    from batchyard.client.sessions import Client

FRONT = 100
"""How many jobs GetJobQueueSnapshot lists (its frontOfQueue in botocore's model)."""

LIMITS = "AWS tells no more: what is short now, only its scheduler knows."

WAITING = frozenset({"SUBMITTED", "PENDING"})


def reasoned(batch: Client, job: Answer) -> dict[str, Any]:
    """Put together why a job does not run.

    Args:
        batch: a client of the service.
        job: its JobDetail.

    Returns:
        ``jobId``, ``jobName``, ``status``, ``statusReason``, ``sentences``, ``ahead`` (how many
        go first; None when that is not known), ``inFront`` and ``waitsFor``, as a yard answers.
    """
    found: dict[str, Any] = {name: job.get(name) for name in ("jobId", "jobName", "status")}
    found |= {"statusReason": job.get("statusReason"), "ahead": None, "inFront": [], "waitsFor": []}
    if job.get("statusReason"):
        found["sentences"] = [f"AWS says: {job['statusReason']}"]
    else:
        found["sentences"] = []
    if "statusSummary" in (job.get("arrayProperties") or {}):
        found["sentences"].append(_children(job))
    elif job["status"] in WAITING:
        _dependencies(batch, job, found)
    elif job["status"] == "RUNNABLE":
        _runnable(batch, job, found)
    else:
        found["sentences"].append(f"It waits for nothing: it is {job['status']}.")
    return found


def _children(job: Answer) -> str:
    tally = job["arrayProperties"]["statusSummary"].items()
    counts = ", ".join(f"{number} {status}" for status, number in tally if number)
    return f"It runs nothing itself. Of its children, {counts}; ask for one of them."


def _dependencies(batch: Client, job: Answer, found: dict[str, Any]) -> None:
    names = [one["jobId"] for one in job.get("dependsOn") or () if one.get("jobId")]
    if not names:
        found["sentences"].append(f"It is {job['status']}, and has not been looked at yet.")
        return
    states = {
        one["jobId"]: one["status"] for one in call(batch, "describe_jobs", jobs=names)["jobs"]
    }
    found["waitsFor"] = [name for name in names if states.get(name) != "SUCCEEDED"]
    told = ", ".join(f"{name} ({states.get(name, 'gone')})" for name in names)
    found["sentences"].append(f"It waits for what it depends on: {told}.")


def _runnable(batch: Client, job: Answer, found: dict[str, Any]) -> None:
    queues = call(batch, "describe_job_queues", jobQueues=[job["jobQueue"]])["jobQueues"]
    if not queues:
        found["sentences"].append(f"Its queue {tail(job['jobQueue'])} is not there.")
        return
    found["sentences"] += [*_queue(queues[0]), *_environments(batch, queues[0], _vcpus(job))]
    found["sentences"] += [*_front(batch, job, found), LIMITS]


def _queue(queue: Answer) -> Iterator[str]:
    if queue.get("status") not in {"VALID", None}:
        yield f"Its queue {queue['jobQueueName']} is {queue['status']}: {queue.get('statusReason')}"


def _environments(batch: Client, queue: Answer, vcpus: float) -> Iterator[str]:
    order = [one["computeEnvironment"] for one in queue.get("computeEnvironmentOrder") or ()]
    if not order:
        return
    answer = call(batch, "describe_compute_environments", computeEnvironments=order)
    environments = answer["computeEnvironments"]
    for each in environments:
        name = each["computeEnvironmentName"]
        if each.get("state") == "DISABLED":
            yield f"Compute environment {name} is DISABLED."
        elif each.get("status") not in {"VALID", None}:
            yield f"Compute environment {name} is {each['status']}: {each.get('statusReason')}"
    largest = [each.get("computeResources", {}).get("maxvCpus") for each in environments]
    if largest and all(most is not None and most < vcpus for most in largest):
        yield f"It asks for {vcpus:g} vCPUs, and no environment has more than {max(largest)}."


def _vcpus(job: Answer) -> float:
    container = job.get("container") or {}
    for need in container.get("resourceRequirements") or ():
        if need["type"] == "VCPU":
            return float(need["value"])
    return float(container.get("vcpus") or 0)


def _front(batch: Client, job: Answer, found: dict[str, Any]) -> Iterator[str]:
    """Find the job among the first of its queue; botocore may be too old to ask for them."""
    try:
        snapshot = call(batch, "get_job_queue_snapshot", jobQueue=job["jobQueue"])
    except (AttributeError, ServiceError) as error:
        yield f"The front of its queue is not known: {error}"
        return
    front = [tail(one["jobArn"]) for one in snapshot.get("frontOfQueue", {}).get("jobs", ())]
    if job["jobId"] not in front:
        yield f"It is not among the first {FRONT} of its queue."
        found["inFront"] = [{"jobId": one} for one in front[:10]]
        return
    found["ahead"] = ahead = front.index(job["jobId"])
    found["inFront"] = [{"jobId": one} for one in front[:ahead][:10]]
    yield f"It is number {ahead + 1} of its queue."

"""What of a job is handed on from a trigger to its task, and from the task to others.

AWS's JobDetail holds the job's environment and command, which may be secret and may be long; what
is kept in Airflow's database leaves them out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from batchyard.client.calls import Answer

KEPT = (
    "jobId",
    "jobName",
    "jobArn",
    "jobQueue",
    "jobDefinition",
    "status",
    "statusReason",
    "createdAt",
    "startedAt",
    "stoppedAt",
    "isCancelled",
    "isTerminated",
)
CONTAINER = ("exitCode", "reason", "logStreamName", "logConfiguration")
ATTEMPT = ("startedAt", "stoppedAt", "statusReason")


def kept_of(job: Answer) -> dict[str, Any]:
    """Give a JobDetail without what is long or secret."""
    shown = _of(job, KEPT)
    if "container" in job:
        shown["container"] = _of(job["container"], CONTAINER)
    if "arrayProperties" in job:
        shown["arrayProperties"] = dict(job["arrayProperties"])
    if job.get("attempts"):
        shown["attempts"] = [_attempt(one) for one in job["attempts"]]
    if nodes := job.get("nodeProperties"):
        ranges = [
            {"container": _of(one.get("container") or {}, ("logConfiguration",))}
            for one in nodes.get("nodeRangeProperties", ())
        ]
        shown["nodeProperties"] = {"nodeRangeProperties": ranges}
    return shown


def _attempt(attempt: Answer) -> dict[str, Any]:
    return {
        **_of(attempt, ATTEMPT),
        "container": _of(attempt.get("container") or {}, CONTAINER[:3]),
    }


def _of(shown: Answer, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: shown[name] for name in names if shown.get(name) is not None}


def summary_of(job: Answer, failed_children: list[int]) -> dict[str, Any]:
    """Tell how a job ended, for tasks that come after it.

    Args:
        job: AWS's JobDetail.
        failed_children: of an array, the indices of children that FAILED.

    Returns:
        ``job_id``, ``status``, ``status_reason``, ``exit_code``, ``attempts`` (how many),
        ``log_stream``; of an array also ``children`` (how many are in each state) and
        ``failed_children``.
    """
    container = job.get("container") or {}
    summary: dict[str, Any] = {
        "job_id": job["jobId"],
        "status": job.get("status"),
        "status_reason": job.get("statusReason"),
        "exit_code": container.get("exitCode"),
        "attempts": len(job.get("attempts") or ()),
        "log_stream": container.get("logStreamName"),
    }
    array = job.get("arrayProperties") or {}
    if "size" in array:
        summary["children"] = dict(array.get("statusSummary") or {})
        summary["failed_children"] = failed_children
    return summary

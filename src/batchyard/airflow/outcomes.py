"""What became of a task's job, in words: for its error, its XCom, its links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.providers.amazon.aws.links.batch import BatchJobDetailsLink

from batchyard.airflow.telling import summary_of
from batchyard.client.awslogs import awslogs_of
from batchyard.client.calls import call
from batchyard.client.failures import failure
from batchyard.client.sessions import connect, is_of_aws
from batchyard.errors import BatchyardError

if TYPE_CHECKING:
    from batchyard.client.calls import Answer
    from batchyard.client.sessions import Client

XCOM = "batch_job"
"""The key under which a task tells how its job ended."""

SHOWN = 20
"""Failed children of an array that an error names."""

MOST = 100
"""Failed children of an array that are listed at all: those of a page."""


def failed_children(session: Client, job: Answer) -> list[int]:
    """List the children of an array that FAILED, by index; the first hundred at most.

    Args:
        session: of the job's place.
        job: AWS's JobDetail.

    Returns:
        None of them for a job that is no array, or of which no child failed.
    """
    array = job.get("arrayProperties") or {}
    if "size" not in array or not (array.get("statusSummary") or {}).get("FAILED"):
        return []
    client = connect(session=session).client("batch")
    wanted = {"arrayJobId": job["jobId"], "jobStatus": "FAILED", "maxResults": MOST}
    try:
        found = call(client, "list_jobs", **wanted)["jobSummaryList"]
    except BatchyardError:
        return []
    return sorted(int(one["jobId"].rpartition(":")[2]) for one in found)


def told_failure(session: Client, job: Answer, children: list[int]) -> str:
    """Say why a job failed: reason, exit code, attempt, last log lines, console.

    Args:
        session: of the job's place.
        job: AWS's JobDetail.
        children: see `failed_children`.
    """
    clients = connect(session=session)
    first, *lines = str(failure(clients, job)).splitlines()
    attempts = len(job.get("attempts") or ())
    parts = [first + (f"; attempt {attempts}" if attempts else "")]
    if children:
        more = f" and {len(children) - SHOWN} more" if len(children) > SHOWN else ""
        named = ", ".join(map(str, children[:SHOWN]))
        parts.append(f"failed children: {named}{more}")
    parts += lines
    client = clients.client("batch")
    if is_of_aws(client.meta.endpoint_url):
        parts.append(f"see {console(client, job['jobId'])}")
    return "\n".join(parts)


def console(client: Client, job_id: str) -> str:
    """Give the address of a job in AWS's console."""
    domain = BatchJobDetailsLink.get_aws_domain(client.meta.partition)
    link: str = BatchJobDetailsLink().format_link(
        aws_domain=domain, region_name=client.meta.region_name, job_id=job_id
    )
    return link


def tell(
    task_instance: Any,  # noqa: ANN401 - Airflow's
    meta: Client,
    job: Answer,
    children: list[int],
) -> None:
    """Tell by XComs how a job ended, and what the Amazon provider's links are made of.

    Args:
        task_instance: whose XComs.
        meta: of a boto3 client: region and partition.
        job: AWS's JobDetail.
        children: see `failed_children`.
    """
    task_instance.xcom_push(key=XCOM, value=summary_of(job, children))
    where = {
        "region_name": meta.region_name,
        "aws_domain": BatchJobDetailsLink.get_aws_domain(meta.partition),
    }
    links: dict[str, dict[str, Any]] = {
        "batch_job_definition": {"job_definition_arn": job.get("jobDefinition")},
        "batch_job_queue": {"job_queue_arn": job.get("jobQueue")},
        "cloudwatch_events": latest_log(job, meta.region_name),
    }
    for key, parts in links.items():
        if parts and all(parts.values()):
            task_instance.xcom_push(key=key, value={**where, **parts})


def latest_log(job: Answer, region: str) -> dict[str, str]:
    """Name the log stream of a job's latest attempt; nothing if there is none that is known."""
    try:
        return (awslogs_of(job, region) or [{}])[-1]
    except BatchyardError:  # it has other containers than Batch's own
        return {}

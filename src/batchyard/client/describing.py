"""DescribeJobs for any number of jobs, a hundred a call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.client.calls import Answer, call
from batchyard.client.sessions import connect
from batchyard.errors import NotFound, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Unpack

    from batchyard.client.sessions import Client, Connection

FULL = 100
"""Most ids of one call: https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeJobs.html"""


def describe_jobs(ids: Iterable[str], **connection: Unpack[Connection]) -> list[Answer]:
    """Describe jobs, any number of them.

    Args:
        ids: whose; an id that is given twice is asked for once.
        **connection: see `Connection`.

    Returns:
        AWS's JobDetail of each, in the order asked for. As with AWS, jobs that are not known (any
        more) are left out.

    Raises:
        Refused: one text was given and not several ids.
    """
    if isinstance(ids, str):
        raise Refused(f"ids: give a list, e.g. [{ids!r}], or ask for one with describe_job")
    wanted = list(dict.fromkeys(ids))
    client = connect(**connection).client("batch")
    found: dict[str, Answer] = {}
    for start in range(0, len(wanted), FULL):
        page = call(client, "describe_jobs", jobs=wanted[start : start + FULL])
        found |= {job["jobId"]: job for job in page["jobs"]}
    return [found[one] for one in wanted if one in found]


def describe_job(job_id: str, **connection: Unpack[Connection]) -> Answer:
    """Describe a job.

    Returns:
        AWS's JobDetail.

    Raises:
        NotFound: there is no such job, or it is no longer kept.
    """
    return one_job(connect(**connection).client("batch"), job_id)


def one_job(client: Client, job_id: str) -> Answer:
    """Describe a job by a client; see `describe_job`."""
    found = call(client, "describe_jobs", jobs=[job_id])["jobs"]
    if not found:
        raise NotFound(
            f"there is no job {job_id} in {client.meta.region_name} "
            "(AWS Batch keeps ended ones for some days): is it another region's or account's?"
        )
    job: Answer = found[0]
    return job

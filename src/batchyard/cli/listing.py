"""Whole listings: every page that a service has, jobs of every queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.client.calls import Answer, every
from batchyard.client.describing import describe_jobs
from batchyard.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from batchyard.cli.target import Target
    from batchyard.client.sessions import Client


def queues(client: Client) -> list[str]:
    """Name every queue."""
    listed = every(client, "describe_job_queues", "jobQueues")
    return [queue["jobQueueName"] for queue in listed]


def known(target: Target, ids: Iterable[str]) -> list[Answer]:
    """Describe jobs, all of which must be there.

    Raises:
        NotFound: naming those that are not.
    """
    wanted = list(dict.fromkeys(ids))
    found = describe_jobs(wanted, **target.connection)
    missing = set(wanted) - {job["jobId"] for job in found}
    if missing:
        names = ", ".join(one for one in wanted if one in missing)
        raise NotFound(f"there is no job {names} here (ended ones are kept for some days)")
    return found


def named(client: Client, kind: str, names: Sequence[str]) -> list[Answer]:
    """List queues or environments by name: all of them, or those named.

    Args:
        client: of Batch.
        kind: ``jobQueue`` or ``computeEnvironment``, as AWS's members begin.
        names: their names or ARNs.

    Raises:
        NotFound: naming those that are not there.
    """
    operation = {
        "jobQueue": "describe_job_queues",
        "computeEnvironment": "describe_compute_environments",
    }[kind]
    member = f"{kind}s"
    chosen = {member: list(names)} if names else {}
    found = sorted(every(client, operation, member, **chosen), key=lambda one: one[f"{kind}Name"])
    there = {one[key] for one in found for key in (f"{kind}Name", f"{kind}Arn")}
    if missing := [name for name in names if name not in there]:
        raise NotFound(f"there is no {kind} {', '.join(missing)} here")
    return found

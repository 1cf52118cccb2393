"""``batchyard list``: the jobs of queues."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from batchyard.cli.given import HEAD
from batchyard.cli.target import targeted

if TYPE_CHECKING:
    from batchyard.cli.target import Target
    from batchyard.client.calls import Answer

STATUSES = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED")
"""https://docs.aws.amazon.com/batch/latest/userguide/job_states.html"""

COLUMNS = (HEAD, "NAME", "STATUS", "CREATED", "CHILDREN", "REASON")


@click.command(name="list")
@click.option("--queue", "-q", multiple=True, help="Only this queue.  [default: every queue]")
@click.option(
    "--status",
    "-s",
    "statuses",
    multiple=True,
    type=click.Choice(STATUSES, case_sensitive=False),
    help="Only jobs in this status.  [default: every status]",
)
@click.option("--name", help="Only jobs of this name, in any case; `*` at its end for any rest.")
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=100,
    show_default=True,
    metavar="N",
    help="So many at most.",
)
@click.option("--json", "as_json", is_flag=True, help="Print AWS's JobSummary of each as JSON.")
@targeted
def command(
    *,
    target: Target,
    queue: tuple[str, ...],
    statuses: tuple[str, ...],
    name: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """List the jobs of queues, the newest first.

    \b
    Examples:
      batchyard list
      batchyard list --queue default --status RUNNABLE --status RUNNING
      batchyard list --name 'align*' --json
    """
    from batchyard.cli.listing import queues
    from batchyard.cli.shown import show_json, show_table

    found = _newest(target, queue or tuple(queues(target.batch)), statuses, name, limit)
    if as_json:
        show_json(found[:limit])
    else:
        show_table(COLUMNS, map(row, found[:limit]))
    if len(found) > limit:
        click.echo(f"batchyard: there are more than {limit}: see --limit", err=True)


def _newest(
    target: Target,
    queues: tuple[str, ...],
    statuses: tuple[str, ...],
    name: str | None,
    limit: int,
) -> list[Answer]:
    """List one job more than the limit, to tell whether there are more."""
    from itertools import islice

    from batchyard.cli.listing import jobs

    found: list[Answer] = []
    for queue in queues:
        found += islice(jobs(target.batch, queue, statuses, name), limit + 1)
    found.sort(key=lambda job: -int(job.get("createdAt") or 0))
    return found[: limit + 1]


def row(job: Answer) -> tuple[object, ...]:
    """Form a job's row from AWS's JobSummary."""
    from batchyard.cli.shown import moment

    size = (job.get("arrayProperties") or {}).get("size")
    created, reason = moment(job.get("createdAt")), job.get("statusReason")
    return job["jobId"], job["jobName"], job["status"], created, size, reason

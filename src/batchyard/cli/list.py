"""``batchyard list``: the jobs of queues."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from batchyard.cli.completing import definitions
from batchyard.cli.completing import queues as offered_queues
from batchyard.cli.given import HEAD
from batchyard.cli.target import targeted
from batchyard.cli.times import moment_option

if TYPE_CHECKING:
    from batchyard.cli.target import Target
    from batchyard.client.calls import Answer

STATUSES = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED")
"""https://docs.aws.amazon.com/batch/latest/userguide/job_states.html"""

COLUMNS = (HEAD, "NAME", "STATUS", "CREATED", "CHILDREN", "REASON")
ON_A_TERMINAL = (HEAD, "NAME", "STATUS", "AGE", "SIZE", "REASON")


@click.command(name="list")
@click.option(
    "--queue",
    "-q",
    multiple=True,
    shell_complete=offered_queues,
    help="Only this queue.  [default: every queue]",
)
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
    "--definition",
    "-d",
    shell_complete=definitions,
    help="Only jobs of this definition: name, NAME:REV, ARN; `*` at a name's end for any rest.",
)
@click.option("--share-identifier", "share", metavar="ID", help="Only jobs of this share.")
@click.option(
    "--created-after",
    "after",
    metavar="WHEN",
    callback=moment_option,
    help="Only jobs made since: 2h (ago), or a date.",
)
@click.option(
    "--created-before",
    "before",
    metavar="WHEN",
    callback=moment_option,
    help="Only jobs made before: 2h (ago), or a date.",
)
@click.option(
    "--limit",
    "-n",
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
    limit: int,
    as_json: bool,
    **choice: Any,  # noqa: ANN401 - click's values, one for each field of Choice
) -> None:
    """List the jobs of queues, the newest first.

    Dates are ISO 8601, and local unless they have a zone. In a pipe nothing is cut; on a terminal
    each job has one line, with its age, and what does not fit is left out.

    \b
    Examples:
      batchyard list
      batchyard list --queue default --status RUNNABLE --status RUNNING
      batchyard list --name 'align*' --created-after 2h --json
      batchyard list --definition align:3 --created-before 2026-11-25T09:30
    """
    from itertools import islice

    from batchyard.cli.choosing import Choice, chosen
    from batchyard.cli.listing import queues
    from batchyard.cli.shown import show_json

    found = chosen(target.batch, queue or queues(target.batch), Choice(**choice))
    jobs = list(islice(found, limit + 1))
    if as_json:
        show_json(jobs[:limit])
    else:
        _show(jobs[:limit])
    if len(jobs) > limit:
        click.echo(f"batchyard: there are more than {limit}: see --limit", err=True)


def _show(jobs: list[Answer]) -> None:
    """Show jobs: all there is to a pipe, and to a person what fits."""
    import time

    from batchyard.cli.shown import paper, show_table

    if not paper().terminal:
        show_table(COLUMNS, map(row, jobs))
        return
    if not jobs:
        click.echo("batchyard: there are no such jobs", err=True)
        return
    now = time.time_ns() // 1_000_000
    show_table(ON_A_TERMINAL, [row(job, now) for job in jobs], cut=("NAME", "REASON"))


def row(job: Answer, now: int | None = None) -> tuple[object, ...]:
    """Form a job's row from AWS's JobSummary.

    Args:
        job: the summary.
        now: epoch milliseconds, to tell how long ago it was made; None to tell when.
    """
    from batchyard.cli.shown import moment
    from batchyard.cli.times import age

    size = (job.get("arrayProperties") or {}).get("size")
    at, reason = job.get("createdAt"), job.get("statusReason")
    created = moment(at) if now is None or at is None else age(now - at)
    return job["jobId"], job["jobName"], job["status"], created, size, reason

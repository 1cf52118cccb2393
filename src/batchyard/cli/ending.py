"""What `batchyard cancel` and `batchyard terminate` do, which differ in whom they leave alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from batchyard.cli.given import ids
from batchyard.cli.listing import known
from batchyard.cli.target import confirm
from batchyard.client.calls import call
from batchyard.polling.seen import ENDED

if TYPE_CHECKING:
    from batchyard.cli.target import Target

BEYOND_CANCEL = frozenset({"STARTING", "RUNNING"})
"""https://docs.aws.amazon.com/batch/latest/APIReference/API_CancelJob.html: "Jobs that
progressed to the STARTING or RUNNING state aren't canceled"."""


def end(target: Target, operation: str, jobs: tuple[str, ...], reason: str, *, yes: bool) -> None:
    """End jobs, all of which must be known before any is touched.

    Args:
        target: where they are.
        operation: ``cancel_job`` or ``terminate_job``.
        jobs: their ids; without any, those on standard input.
        reason: becomes their statusReason.
        yes: do not ask.

    Raises:
        NotFound: there is no such job; none was touched.
    """
    found = known(target, ids(jobs))
    confirm(target, yes=yes)
    for job in found:
        call(target.batch, operation, jobId=job["jobId"], reason=reason)
        click.echo(f"{job['jobId']} {told(operation, job['status'])}")


def told(operation: str, status: str) -> str:
    """Tell what the service makes of it for a job that was in this status."""
    if status in ENDED:
        return f"left alone: it is {status}"
    if operation == "terminate_job":
        return "terminated"
    if status in BEYOND_CANCEL:
        return f"left alone: it is {status}, which only `batchyard terminate` ends"
    return "cancelled"

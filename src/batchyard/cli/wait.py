"""``batchyard wait``: until jobs have ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from batchyard.cli.target import targeted

if TYPE_CHECKING:
    from batchyard.cli.target import Target
    from batchyard.client.calls import Answer


@click.command(name="wait")
@click.argument("jobs", nargs=-1, metavar="[JOB...]")
@click.option("--timeout", type=click.FloatRange(0), metavar="SECONDS", help="Give up after this.")
@targeted
def command(*, target: Target, jobs: tuple[str, ...], timeout: float | None) -> int:
    """Wait until jobs have ended, and print each as it ends; exit 0 only if all succeeded.

    Without a JOB, ids are read from standard input, the first word of each line. All jobs are
    asked for together, a hundred at a time.

    \b
    Examples:
      batchyard wait 2e6f0bd1-7a5c-4b71-a7b5-8d1a2a0b6c11
      batchyard submit --image busybox -- true | batchyard wait --timeout 3600
    """
    from batchyard.cli.given import ids
    from batchyard.client.waits import as_completed

    good = True
    for outcome in as_completed(ids(jobs), timeout=timeout, **target.connection):
        click.echo(outcome)
        good = good and outcome.succeeded
    return 0 if good else 1


def line(job: Answer) -> str:
    """Tell in a line how a job ended."""
    from batchyard.client.attempts import attempts_of

    last = attempts_of(job)[-1:]
    code = f"exit code {last[0].exit_code}" if last and last[0].exit_code is not None else ""
    why = (code, job.get("statusReason"), (job.get("container") or {}).get("reason"))
    told = "" if job["status"] == "SUCCEEDED" else "; ".join(text for text in why if text)
    return f"{job['jobId']} {job['jobName']} {job['status']}" + (f": {told}" if told else "")

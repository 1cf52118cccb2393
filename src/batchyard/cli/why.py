"""``batchyard why``: why a job does not run, and which jobs are in front of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from batchyard.cli.completing import jobs
from batchyard.cli.target import targeted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchyard.cli.target import Target


@click.command(name="why")
@click.argument("job", shell_complete=jobs)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@targeted
def command(*, target: Target, job: str, as_json: bool) -> None:
    """Say why a job does not run, and which jobs are in front of it.

    JOB is a job's id; a child's is its array's with a colon and its index. A yard answers from
    its scheduler's own state; of AWS, what DescribeJobs, DescribeJobQueues,
    DescribeComputeEnvironments and GetJobQueueSnapshot tell is put together.

    \b
    Examples:
      batchyard why 2e6f0bd1-7a5c-4b71-a7b5-8d1a2a0b6c11
      batchyard why 2e6f0bd1-7a5c-4b71-a7b5-8d1a2a0b6c11:3 --json
    """
    from batchyard.cli.shown import show_json

    found = reasons(target, job)
    if as_json:
        show_json(found)
        return
    for line in told(found):
        click.echo(line)


def reasons(target: Target, job: str) -> dict[str, Any]:
    """Find out why a job does not run.

    Args:
        target: where it is.
        job: its id.

    Returns:
        As the yard answers; see `batchyard.cli.reasoning.reasoned`.

    Raises:
        NotFound: there is no such job.
    """
    return _of_yard(target, job) or _of_service(target, job)


def _of_yard(target: Target, job: str) -> dict[str, Any] | None:
    """Ask a yard; None where none is, or the yard knows no such job."""
    from batchyard.cli.asking import ask, beside
    from batchyard.client.sessions import is_of_aws
    from batchyard.errors import NotFound

    if is_of_aws(target.batch.meta.endpoint_url):
        return None
    try:
        return ask(beside(target.batch), f"/_batchyard/why/{job}")
    except NotFound:
        return None


def _of_service(target: Target, job: str) -> dict[str, Any]:
    from batchyard.cli.listing import known
    from batchyard.cli.reasoning import reasoned

    return reasoned(target.batch, known(target, [job])[0])


def told(found: dict[str, Any]) -> Iterator[str]:
    """Tell in lines why a job does not run."""
    yield f"{found['jobName']}  {found['jobId']}  {found['status']}"
    yield from found["sentences"]
    if not found["inFront"]:
        return
    yield "In front of it:"
    for each in found["inFront"]:
        yield "  " + "  ".join(filter(None, (each["jobId"], each.get("jobName"))))
    ahead = found["ahead"]
    rest = ahead - len(found["inFront"]) if ahead is not None else None
    if rest is None or rest > 0:
        yield f"  and {rest or 'many'} more"

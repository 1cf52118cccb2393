"""``batchyard array``: the children of an array at a glance."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from batchyard.cli.completing import jobs
from batchyard.cli.target import targeted
from batchyard.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from batchyard.cli.target import Target
    from batchyard.client.calls import Answer

SIGNS = {
    "SUBMITTED": "s",
    "PENDING": "p",
    "RUNNABLE": "r",
    "STARTING": "t",
    "RUNNING": "R",
    "SUCCEEDED": ".",
    "FAILED": "F",
}
"""A child's sign in the grid, by its status."""

UNSEEN = "?"
"""The sign of a child that the service does not show (yet)."""

ROW = 50
"""Children in a row: with the index before it, it fits 80 columns."""


@click.command(name="array")
@click.argument("job", shell_complete=jobs)
@click.option("--failed", is_flag=True, help="Print only those that FAILED, a line each.")
@click.option("--resubmit", is_flag=True, help="With --failed: run them again, as new jobs.")
@click.option("--dry-run", is_flag=True, help="With --resubmit: print the requests, send none.")
@click.option("--json", "as_json", is_flag=True, help="Print AWS's JobDetail of each as JSON.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask before AWS is charged.")
@targeted
def command(
    *, target: Target, job: str, failed: bool, resubmit: bool, as_json: bool, **how: bool
) -> None:
    """Show the children of an array as a grid, a sign for each, by index.

    The line below the grid counts them by status and explains the signs.

    With --failed --resubmit, those that FAILED run again, as their job was submitted: as one
    smaller array, or more where AWS's limits ask for it; a single child as a single job. Each finds
    in AWS_BATCH_JOB_ARRAY_INDEX the index that it had: since AWS sets that variable, the command is
    wrapped in one of /bin/sh, which looks it up. So the image needs a /bin/sh and no entry point of
    its own, and a definition without a command is refused. Where all children failed, the whole
    array is submitted again, and nothing is wrapped. Other jobs are not waited for again. The new
    ids are printed, each with its old indices.

    \b
    Examples:
      batchyard array 2e6f0bd1-7a5c-4b71-a7b5-8d1a2a0b6c11
      batchyard array --failed 2e6f0bd1-7a5c-4b71-a7b5-8d1a2a0b6c11
      batchyard array --failed --resubmit 2e6f0bd1-7a5c-4b71-a7b5-8d1a2a0b6c11 | batchyard wait
    """
    from batchyard.cli.shown import show_json
    from batchyard.cli.wait import line

    if how["dry_run"] > resubmit or resubmit > failed:
        raise Refused("--resubmit goes with --failed, and --dry-run with both")
    parent, found = _children(target, job)
    chosen = [child for child in found if child["status"] == "FAILED" or not failed]
    if resubmit:
        _resubmit(target, parent, chosen, **how)
    elif as_json:
        show_json(chosen)
    else:
        size = parent["arrayProperties"]["size"]
        for text in map(line, chosen) if failed else grid(size, statuses(found)):
            click.echo(text)


def _resubmit(
    target: Target, parent: Answer, failed: list[Answer], *, dry_run: bool, yes: bool
) -> None:
    """Run failed children again, and print the new jobs' ids.

    Raises:
        Refused: none failed, or they cannot be run again.
    """
    from batchyard.cli.shown import show_json
    from batchyard.cli.target import confirm
    from batchyard.client import once
    from batchyard.client.resubmitting import ranges, requests

    if not failed:
        raise Refused(f"no child of {parent['jobId']} has failed: there is nothing to resubmit")
    made = requests(parent, failed, _base(target, parent["jobDefinition"]))
    if dry_run:
        show_json([one.request for one in made])
        return
    confirm(target, yes=yes)
    for one in made:
        answer = once.submit(target.batch, one.request, unique=True)
        click.echo(f"{answer['jobId']} {' '.join(ranges(one.indices))}")


def _base(target: Target, definition: str) -> Answer:
    """Ask what container a definition's revision describes; nothing if it is no longer kept."""
    from batchyard.client.calls import call

    found = call(target.batch, "describe_job_definitions", jobDefinitions=[definition])
    for one in found["jobDefinitions"]:
        properties: Answer = one.get("containerProperties") or {}
        return properties
    return {}


def _children(target: Target, job_id: str) -> tuple[Answer, list[Answer]]:
    """Describe an array, and those of its children that are there."""
    from batchyard.client.describing import describe_jobs, one_job

    parent = one_job(target.batch, job_id)
    size = (parent.get("arrayProperties") or {}).get("size")
    if not size:
        raise Refused(f"{job_id} is no array: describe it with `batchyard describe`")
    ids = (f"{job_id}:{index}" for index in range(size))
    return parent, describe_jobs(ids, **target.connection)


def statuses(children: Sequence[Answer]) -> dict[int, str]:
    """Read the status of each child by its index."""
    return {child["arrayProperties"]["index"]: child["status"] for child in children}


def grid(size: int, known: dict[int, str]) -> Iterator[str]:
    """Form the rows of signs, each after its first index, and the line that explains them.

    Args:
        size: how many children there are.
        known: the status of each by its index; those left out are not there yet.
    """
    signs = [SIGNS.get(known.get(index, ""), UNSEEN) for index in range(size)]
    width = len(str(size - 1))
    for start in range(0, size, ROW):
        row = "".join(signs[start : start + ROW])
        tens = " ".join(row[ten : ten + 10] for ten in range(0, len(row), 10))
        yield f"{start:{width}}  {tens}"
    counts = Counter(known.get(index, "not shown yet") for index in range(size))
    order = [*SIGNS, "not shown yet"]
    told = [f"{SIGNS.get(one, UNSEEN)} {counts[one]} {one}" for one in order if counts[one]]
    yield "   ".join(told)

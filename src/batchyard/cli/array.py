"""``batchyard array``: the children of an array at a glance."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

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
@click.argument("job")
@click.option("--failed", is_flag=True, help="Print only those that FAILED, a line each.")
@click.option("--json", "as_json", is_flag=True, help="Print AWS's JobDetail of each as JSON.")
@targeted
def command(*, target: Target, job: str, failed: bool, as_json: bool) -> None:
    """Show the children of an array as a grid, a sign for each, by index.

    The line below the grid counts them by status and explains the signs.

    \b
    Examples:
      batchyard array 2e6f0bd1-7a5c-4b71-a7b5-8d1a2a0b6c11
      batchyard array --failed 2e6f0bd1-7a5c-4b71-a7b5-8d1a2a0b6c11
    """
    from batchyard.cli.shown import show_json
    from batchyard.cli.wait import line

    size, found = _children(target, job)
    chosen = [child for child in found if child["status"] == "FAILED" or not failed]
    if as_json:
        show_json(chosen)
        return
    for text in map(line, chosen) if failed else grid(size, statuses(found)):
        click.echo(text)


def _children(target: Target, job_id: str) -> tuple[int, list[Answer]]:
    """Describe the children, those that are there; and tell how many there will be."""
    from batchyard.client.describing import describe_jobs, one_job

    size = (one_job(target.batch, job_id).get("arrayProperties") or {}).get("size")
    if not size:
        raise Refused(f"{job_id} is no array: describe it with `batchyard describe`")
    ids = (f"{job_id}:{index}" for index in range(size))
    return size, describe_jobs(ids, **target.connection)


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

"""``batchyard terminate``: jobs, wherever they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from batchyard.cli.completing import jobs
from batchyard.cli.ending import TERMINATE, end, ends

if TYPE_CHECKING:
    from batchyard.cli.ending import Wish
    from batchyard.cli.target import Target


@click.command(name="terminate")
@click.argument("jobs", nargs=-1, metavar="[JOB...]", shell_complete=jobs)
@ends(TERMINATE)
def command(*, target: Target, wish: Wish) -> int:
    """Terminate jobs wherever they stand; those that have ended are left alone.

    JOB is an id: of an array, whose children are all terminated, or of a child. Without one, ids
    are read from standard input, the first word of each line. None is touched when one of them is
    not known.

    With --queue, --status or --name, all jobs that have not ended and fit are meant; before more
    than one of them is terminated, you are asked.

    \b
    Examples:
      batchyard terminate 2e6f0bd1-7a5c-4b71-a7b5-8d1a2a0b6c11 --reason 'wrong input'
      batchyard terminate 2e6f0bd1-7a5c-4b71-a7b5-8d1a2a0b6c11:3
      batchyard terminate --name 'align*' --queue prod --dry-run
      batchyard terminate --status RUNNING --yes
      batchyard list --created-before 2d --status RUNNING | batchyard terminate
    """
    return end(TERMINATE, target, wish)

"""``batchyard cancel``: jobs that do not run yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from batchyard.cli.completing import jobs
from batchyard.cli.ending import CANCEL, end, ends

if TYPE_CHECKING:
    from batchyard.cli.ending import Wish
    from batchyard.cli.target import Target


@click.command(name="cancel")
@click.argument("jobs", nargs=-1, metavar="[JOB...]", shell_complete=jobs)
@ends(CANCEL)
def command(*, target: Target, wish: Wish) -> int:
    """Cancel jobs that wait; those that are STARTING or RUNNING are left alone.

    JOB is an id: of an array, whose waiting children are all cancelled, or of a child. Without one,
    ids are read from standard input, the first word of each line. None is touched when one of them
    is not known.

    With --queue, --status or --name, all jobs that wait and fit are meant; before more than one of
    them is cancelled, you are asked.

    \b
    Examples:
      batchyard cancel 2e6f0bd1-7a5c-4b71-a7b5-8d1a2a0b6c11 --reason 'wrong input'
      batchyard cancel 2e6f0bd1-7a5c-4b71-a7b5-8d1a2a0b6c11:3
      batchyard cancel --name 'align*' --queue prod --dry-run
      batchyard cancel --status RUNNABLE --yes
      batchyard list --created-before 2h --status RUNNABLE | batchyard cancel
    """
    return end(CANCEL, target, wish)

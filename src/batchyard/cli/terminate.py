"""``batchyard terminate``: jobs, wherever they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from batchyard.cli.target import targeted

if TYPE_CHECKING:
    from batchyard.cli.target import Target


@click.command(name="terminate")
@click.argument("jobs", nargs=-1, metavar="[JOB...]")
@click.option(
    "--reason",
    default="Terminated by batchyard terminate",
    show_default=True,
    help="Becomes their statusReason.",
)
@click.option("--yes", "-y", is_flag=True, help="Do not ask before a change on AWS.")
@targeted
def command(*, target: Target, jobs: tuple[str, ...], reason: str, yes: bool) -> None:
    """Terminate jobs wherever they stand; those that have ended are left alone.

    Without a JOB, ids are read from standard input, the first word of each line. None is touched
    when one of them is not known.

    \b
    Examples:
      batchyard terminate 2e6f0bd1-7a5c-4b71-a7b5-8d1a2a0b6c11 --reason 'wrong input'
      batchyard list --status RUNNING | batchyard terminate
    """
    from batchyard.cli.ending import end

    end(target, "terminate_job", jobs, reason, yes=yes)

"""``batchyard top``: a live table of queues, jobs, environments and task runners."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from batchyard.cli.completing import queues as offered_queues
from batchyard.cli.target import targeted
from batchyard.errors import Refused

if TYPE_CHECKING:
    from batchyard.cli.target import Target


@click.command(name="top")
@click.option(
    "--queue",
    "-q",
    multiple=True,
    shell_complete=offered_queues,
    help="Only this queue.  [default: every queue]",
)
@targeted
def command(*, target: Target, queue: tuple[str, ...]) -> None:
    """Watch queues, jobs, environments and task runners in a live table.

    Works on a yard and on AWS, where it asks three times a second at most and less when AWS asks
    for patience; the first line says how old what is shown is. `?` shows every key, `q` leaves.

    \b
    Examples:
      batchyard top
      batchyard top --queue prod --profile work
    """
    _check_terminal()
    try:
        from batchyard.cli.top_screen.app import Top
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "textual":
            raise
        message = (
            "batchyard top needs textual, which is not installed: pip install 'batchyard[top]'"
        )
        raise Refused(message) from None
    from batchyard.cli.top_screen.fetching import place_of

    Top(place_of(target), only=queue).run()


def _check_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM") == "dumb":
        raise Refused(
            "batchyard top needs a terminal, which this is not: use `batchyard list`, also in pipes"
        )

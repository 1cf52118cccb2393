"""``batchyard queues``: where jobs can be submitted to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from batchyard.cli.completing import queues
from batchyard.cli.target import targeted

if TYPE_CHECKING:
    from batchyard.cli.target import Target
    from batchyard.client.calls import Answer

COLUMNS = ("QUEUE", "STATE", "STATUS", "PRIORITY", "ENVIRONMENTS")


@click.command(name="queues")
@click.argument("names", nargs=-1, metavar="[NAME...]", shell_complete=queues)
@click.option("--json", "as_json", is_flag=True, help="Print AWS's JobQueueDetail of each as JSON.")
@targeted
def command(*, target: Target, names: tuple[str, ...], as_json: bool) -> None:
    """List job queues: all of them, or those named.

    \b
    Examples:
      batchyard queues
      batchyard queues default --json
    """
    from batchyard.cli.listing import named
    from batchyard.cli.shown import show_json, show_table

    found = named(target.batch, "jobQueue", names)
    if as_json:
        show_json(found)
    else:
        show_table(COLUMNS, map(row, found), cut=("ENVIRONMENTS",))


def row(queue: Answer) -> tuple[object, ...]:
    """Form a queue's row from AWS's JobQueueDetail."""
    from batchyard.cli.shown import tail

    used = sorted(queue.get("computeEnvironmentOrder") or (), key=lambda one: int(one["order"]))
    environments = " ".join(tail(one["computeEnvironment"]) for one in used)
    name, status = queue["jobQueueName"], queue.get("status")
    return name, queue.get("state"), status, queue.get("priority"), environments

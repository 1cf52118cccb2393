"""``batchyard pipeline list``: the pipelines of an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from batchyard.cli.target import targeted_pipelines

if TYPE_CHECKING:
    from batchyard.cli.target import Target

COLUMNS = ("ID", "NAME", "STATE", "HEALTH", "LAST RUN", "NEXT RUN")


@click.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print AWS's PipelineDescription of each.")
@targeted_pipelines
def command(*, target: Target, as_json: bool) -> None:
    """List pipelines with their states.

    \b
    Examples:
      batchyard pipeline list
      batchyard pipeline list --profile lab --json
    """
    from batchyard.cli.pipelines import asking
    from batchyard.cli.shown import show_json, show_table

    client = target.clients.client(asking.SERVICE)
    ids = [str(each["id"]) for each in asking.pipelines(client)]
    found = list(asking.described(client, ids))
    if as_json:
        show_json([each for each, _ in found])
        return
    rows = [
        (
            each["pipelineId"],
            each.get("name"),
            *(
                asking.one(fields, key)
                for key in ("@pipelineState", "@healthStatus", "@latestRunTime", "@nextRunTime")
            ),
        )
        for each, fields in found
    ]
    show_table(COLUMNS, rows, cut=("NAME",))

"""``batchyard environments``: where jobs run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from batchyard.cli.target import targeted

if TYPE_CHECKING:
    from batchyard.cli.target import Target
    from batchyard.client.calls import Answer

COLUMNS = ("ENVIRONMENT", "TYPE", "STATE", "STATUS", "VCPUS", "REASON")


@click.command(name="environments")
@click.argument("names", nargs=-1, metavar="[NAME...]")
@click.option("--json", "as_json", is_flag=True, help="Print AWS's details of each as JSON.")
@targeted
def command(*, target: Target, names: tuple[str, ...], as_json: bool) -> None:
    """List compute environments: all of them, or those named.

    \b
    Examples:
      batchyard environments
      batchyard environments local --json
    """
    from batchyard.cli.listing import named
    from batchyard.cli.shown import show_json, show_table

    found = named(target.batch, "computeEnvironment", names)
    if as_json:
        show_json(found)
    else:
        show_table(COLUMNS, map(row, found), cut=("REASON",))


def row(environment: Answer) -> tuple[object, ...]:
    """Form an environment's row from AWS's ComputeEnvironmentDetail."""
    vcpus = (environment.get("computeResources") or {}).get("maxvCpus")
    members = ("computeEnvironmentName", "type", "state", "status")
    return (*(environment.get(one) for one in members), vcpus, environment.get("statusReason"))

"""``batchyard definitions``: what can be submitted."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from batchyard.cli.completing import definitions
from batchyard.cli.target import targeted

if TYPE_CHECKING:
    from batchyard.cli.target import Target
    from batchyard.client.calls import Answer

COLUMNS = ("DEFINITION", "STATUS", "VCPUS", "MEMORY", "IMAGE", "COMMAND")


@click.command(name="definitions")
@click.argument("names", nargs=-1, metavar="[NAME...]", shell_complete=definitions)
@click.option("--all", "everything", is_flag=True, help="INACTIVE revisions, too.")
@click.option("--json", "as_json", is_flag=True, help="Print AWS's JobDefinition of each as JSON.")
@targeted
def command(*, target: Target, names: tuple[str, ...], everything: bool, as_json: bool) -> None:
    """List job definitions: all that are active, or the revisions of those named.

    \b
    Examples:
      batchyard definitions
      batchyard definitions align --all --json
    """
    from batchyard.cli.shown import show_json, show_table

    found = _listed(target, names, everything=everything)
    if as_json:
        show_json(found)
    else:
        show_table(COLUMNS, map(row, found), cut=("IMAGE", "COMMAND"))


def _listed(target: Target, names: tuple[str, ...], *, everything: bool) -> list[Answer]:
    """List definitions by name.

    Raises:
        NotFound: there is none of a name.
    """
    from batchyard.client.calls import every
    from batchyard.errors import NotFound

    status = {} if everything else {"status": "ACTIVE"}
    asked = [{"jobDefinitionName": name} for name in names] or [{}]
    found: list[Answer] = []
    for whose in asked:
        listed = every(
            target.batch, "describe_job_definitions", "jobDefinitions", **whose, **status
        )
        here = list(listed)
        if whose and not here:
            raise NotFound(f"there is no job definition {whose['jobDefinitionName']} here")
        found += here
    return sorted(found, key=lambda one: (one["jobDefinitionName"], -one["revision"]))


def row(definition: Answer) -> tuple[object, ...]:
    """Form a definition's row from AWS's JobDefinition."""
    container = definition.get("containerProperties") or {}
    needs = {one["type"]: one["value"] for one in container.get("resourceRequirements") or ()}
    return (
        f"{definition['jobDefinitionName']}:{definition['revision']}",
        definition.get("status"),
        needs.get("VCPU", container.get("vcpus")),
        needs.get("MEMORY", container.get("memory")),
        container.get("image"),
        shlex.join(container.get("command") or ()),
    )

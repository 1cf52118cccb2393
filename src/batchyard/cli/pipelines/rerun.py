"""``batchyard pipeline rerun``: instances run again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from batchyard.cli.target import confirm, targeted_pipelines
from batchyard.errors import NotFound, Refused

if TYPE_CHECKING:
    from batchyard.cli.target import Target

BAD = frozenset({"FAILED", "CANCELED", "CASCADE_FAILED", "TIMEDOUT"})
AT_ONCE = 100


@click.command(name="rerun")
@click.argument("pipeline")
@click.argument("instances", nargs=-1, metavar="[INSTANCE...]")
@click.option("--failed", is_flag=True, help="Every instance that failed, or was canceled.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask before a change on AWS.")
@targeted_pipelines
def command(
    *, target: Target, pipeline: str, instances: tuple[str, ...], failed: bool, yes: bool
) -> None:
    """Run instances of a pipeline again, and what AWS runs again with them.

    \b
    Examples:
      batchyard pipeline rerun nightly --failed
      batchyard pipeline rerun nightly @Load_2026-11-25T00:00:00
    """
    from batchyard.cli.pipelines import asking
    from batchyard.client.calls import call

    if failed == bool(instances):
        raise Refused("name instances, or give --failed: one of the two")
    client = target.clients.client(asking.SERVICE)
    chosen = asking.found(client, pipeline)
    found = dict(asking.objects(client, chosen, asking.instances(client, chosen)))
    if missing := [name for name in instances if name not in found]:
        raise NotFound(f"pipeline {chosen} has no instance {', '.join(missing)}")
    bad = [name for name, fields in found.items() if asking.one(fields, "@status") in BAD]
    names = list(instances) or bad
    if not names:
        click.echo("nothing has failed", err=True)
        return
    confirm(target, yes=yes, service=asking.SERVICE)
    for start in range(0, len(names), AT_ONCE):
        some = names[start : start + AT_ONCE]
        call(client, "set_status", pipelineId=chosen, objectIds=some, status="RERUN")
    for name in names:
        click.echo(name)

"""``batchyard pipeline show``: a pipeline and its instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from batchyard.cli.target import targeted_pipelines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batchyard.cli.pipelines.asking import Fields
    from batchyard.cli.target import Target

COLUMNS = ("INSTANCE", "STATUS", "STARTED", "ENDED", "ATTEMPTS", "WHY")
SHOWN = (
    ("state", "@pipelineState"),
    ("health", "@healthStatus"),
    ("created", "@creationTime"),
    ("activated", "@firstActivationTime"),
    ("next run", "@nextRunTime"),
)


@click.command(name="show")
@click.argument("pipeline")
@click.option("--json", "as_json", is_flag=True, help="Print every object as AWS shows it.")
@targeted_pipelines
def command(*, target: Target, pipeline: str, as_json: bool) -> None:
    """Show a pipeline, by id or name: its state, and where each of its instances stands.

    \b
    Examples:
      batchyard pipeline show nightly
      batchyard pipeline show df-00627471SOVYZEXAMPLE --json
    """
    from batchyard.cli.pipelines import asking
    from batchyard.cli.shown import show_json

    client = target.clients.client(asking.SERVICE)
    chosen = asking.found(client, pipeline)
    told, own = next(asking.described(client, [chosen]))
    names = asking.instances(client, chosen)
    found = dict(asking.objects(client, chosen, names))
    attempts = asking.instances(client, chosen, "ATTEMPT")
    if as_json:
        show_json({"pipeline": told, "instances": found, "attempts": attempts})
        return
    click.echo(f"{told.get('name')}  {chosen}")
    for word, key in SHOWN:
        if text := asking.one(own, key):
            click.echo(f"  {word:<9}  {text}")
    show_instances(found, attempts)


def show_instances(found: dict[str, Fields], attempts: Iterable[str]) -> None:
    """Print a table of instances."""
    from collections import Counter

    from batchyard.cli.shown import show_table

    counted = Counter(name.rpartition("_Attempt=")[0] for name in attempts)
    rows = [_row(name, fields, counted[name]) for name, fields in sorted(found.items(), key=_order)]
    if rows:
        click.echo()
        show_table(COLUMNS, rows, cut=("WHY",))


def why(fields: Fields) -> str:
    """Say why an instance stands where it does, as far as its fields tell."""
    from batchyard.cli.pipelines.asking import one

    if message := one(fields, "errorMessage"):
        return message
    if failed := one(fields, "@cascadeFailedOn"):
        return f"{failed} has ended"
    if reason := one(fields, "cancellationReason"):
        return reason
    waits = fields.get("@waitingOn") or []
    return f"waits for {', '.join(waits)}" if waits else ""


def _row(name: str, fields: Fields, attempts: int) -> tuple[object, ...]:
    from batchyard.cli.pipelines.asking import one

    times = (one(fields, "@actualStartTime"), one(fields, "@actualEndTime"))
    return (name, one(fields, "@status"), *times, attempts or "", why(fields))


def _order(item: tuple[str, Fields]) -> tuple[str, str, str]:
    from batchyard.cli.pipelines.asking import one

    name, fields = item
    return one(fields, "@scheduledStartTime"), one(fields, "@actualEndTime") or "~", name

"""``batchyard pipeline run``: a definition run here, from nothing to its end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from batchyard.cli.pipelines.given import defined

if TYPE_CHECKING:
    from datetime import datetime


@click.command(name="run")
@defined
@click.option(
    "--at",
    metavar="MOMENT",
    help="Run the interval that holds this moment (`2026-11-25T06:00:00`, UTC).  [default: now]",
)
@click.option("--as-scheduled", is_flag=True, help="Run every interval that the schedules have.")
@click.option("--retries", default=0, show_default=True, help="Where an object does not say.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep what activities print in this folder.  [default: shown when one fails]",
)
@click.option("--timeout", type=click.FloatRange(min=0), metavar="SECONDS", help="Give up then.")
def command(  # noqa: PLR0913 - one argument per option
    *,
    file: Path,
    parameters: tuple[str, ...],
    values_file: Path | None,
    at: str | None,
    as_scheduled: bool,
    retries: int,
    output: Path | None,
    timeout: float | None,
) -> int:
    """Run a definition on this machine: a yard and task runners of its own, gone at the end.

    A scheduled definition runs one interval, that of now. Resources (Ec2Resource, EmrCluster) are
    task runners on this machine. Exits with 0 if every instance finished, 1 if not, 2 if the
    definition is wrong.

    \b
    Examples:
      batchyard pipeline run nightly.json
      batchyard pipeline run nightly.json -p myDay=monday --output logs
      batchyard pipeline run nightly.json --at 2026-11-24T00:00:00
    """
    from batchyard.cli.pipelines import given, running

    given.need_server()
    definition = given.definition_of(file, parameters, values_file)
    findings = given.findings_of(definition)
    for line in given.told(findings):
        if line.startswith("error"):
            click.echo(line, err=True)
    if findings.errored:
        return 2
    wanted = running.Wanted(
        name=file.stem if str(file) != "-" else "pipeline",
        definition=definition,
        moment=_moment(at),
        as_scheduled=as_scheduled,
        retries=retries,
        output=output,
        timeout=timeout,
    )
    return running.run(wanted)


def _moment(text: str | None) -> datetime:
    from datetime import UTC, datetime

    from batchyard.errors import Refused
    from batchyard.pipelines import periods

    if text is None:
        return datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    found = periods.moment(text)
    if found is None:
        raise Refused(f"--at {text!r}: give YYYY-MM-DDTHH:MM:SS")
    return found

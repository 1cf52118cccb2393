"""``batchyard story``: a job's life, event by event."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from batchyard.cli.completing import jobs

if TYPE_CHECKING:
    from collections.abc import Iterator


@click.command(name="story")
@click.argument("job", shell_complete=jobs)
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="The yard's data directory.  [default: the user's]",
)
@click.option("--region", help="The job's region.  [default: yours, else us-east-1]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(job: str, data_dir: Path | None, region: str | None, *, as_json: bool) -> None:
    """Tell a job's life, event by event, with causes.

    JOB is a job's id; a child's is its array's with a colon and its index. The yard asked is
    the one in AWS_ENDPOINT_URL, else the one of the data directory.

    \b
    Examples:
      batchyard story 2e6f0bd1-7a5c-4b71-a7b5-8d1a2a0b6c11
      batchyard story 2e6f0bd1-7a5c-4b71-a7b5-8d1a2a0b6c11:3 --json
    """
    from batchyard.cli.asking import ask, target

    found = ask(target(data_dir, region), f"/_batchyard/stories/{job}")
    if as_json:
        import json

        click.echo(json.dumps(found, indent=2))
        return
    _tell(found)


def _tell(found: dict[str, Any]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False, width=None if os.isatty(1) else 120)
    title = Text.assemble((found["jobName"], "bold"), f"  {found['jobId']}")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in COLUMNS[:-1]:
        table.add_column(column, justify="right" if column == "after" else "left", no_wrap=True)
    table.add_column(COLUMNS[-1], overflow="fold")
    for at, after, event, state, cause in rows(found):
        table.add_row(at, after, event, Text(state, style=STYLES.get(state, "")), Text(cause))
    console.print(title)
    console.print(table)
    if found["statusReason"]:
        console.print(Text(f"{found['status']}: {found['statusReason']}"))


COLUMNS = ("time", "after", "event", "state", "cause")


def rows(found: dict[str, Any]) -> Iterator[tuple[str, str, str, str, str]]:
    """Form a story's rows, which stand below `COLUMNS`."""
    before = None
    for entry in found["story"]:
        after = "" if before is None else lapse(entry["at"] - before)
        before = entry["at"]
        yield clock(before), after, entry["event"], entry["state"], entry["cause"]


STYLES = {"SUCCEEDED": "green", "FAILED": "red", "RUNNING": "cyan"}


def clock(moment: int) -> str:
    """Write a moment (epoch milliseconds) as local time."""
    from datetime import datetime

    return datetime.fromtimestamp(moment / 1000).astimezone().strftime("%H:%M:%S.%f")[:-3]


def lapse(milliseconds: int) -> str:
    """Write how long something took, as short as can be."""
    seconds = milliseconds / 1000
    if seconds < 1:
        return f"+{milliseconds} ms"
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"+{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"+{minutes}m{rest:02d}s"

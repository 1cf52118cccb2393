"""``batchyard events show``: what a yard tells EventBridge, and goes on to tell."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from batchyard.cli.completing import queues
from batchyard.cli.target import targeted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batchyard.cli.target import Target

WAIT = 20
"""Seconds that a yard holds a question until there is something to tell."""

AGAIN = 1
"""Seconds after which a yard that is away is asked again."""


@click.command(name="show")
@click.option("--follow", "-f", is_flag=True, help="Go on as they happen.")
@click.option(
    "--queue", "-q", shell_complete=queues, help="Only of this job queue.  [default: all]"
)
@click.option(
    "--last",
    "-n",
    default=20,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="So many of what has happened.",
)
@click.option("--json", "as_json", is_flag=True, help="Print each as EventBridge delivers it.")
@targeted
def show(*, target: Target, follow: bool, queue: str | None, last: int, as_json: bool) -> None:
    """Show the latest events of a yard: changes of jobs' states, queues that are blocked.

    A yard keeps the latest 5,000 in memory; --events-to of `batchyard serve` brings all of them
    elsewhere.

    \b
    Examples:
      batchyard events
      batchyard events -f --queue default
      batchyard events -f --json | jq .detail.status
    """
    from batchyard.client.sessions import is_of_aws
    from batchyard.errors import Refused

    client = target.batch
    if is_of_aws(client.meta.endpoint_url):
        raise Refused("AWS keeps no events to show: `batchyard events install` brings them here")
    asked = {"queue": queue} if queue else {}
    answer = _ask(client, asked | {"last": last})
    _print(answer["events"], as_json=as_json)
    while follow:
        answer = _wait(client, asked | {"after": answer["after"], "wait": WAIT})
        _print(answer["events"], as_json=as_json)


def _ask(client: Any, query: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - botocore's
    from batchyard.cli.asking import ask, beside

    return ask(beside(client), "/_batchyard/events", query=query, timeout=WAIT * 2)


def _wait(client: Any, query: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - botocore's
    """Ask until there is an answer: a yard that is started again goes on where it was."""
    from batchyard.errors import Unreachable

    told = False
    while True:
        try:
            return _ask(client, query)
        except Unreachable as error:
            if not told:
                click.echo(f"batchyard: {error}; asking on", err=True)
            told = True
            time.sleep(AGAIN)


def _print(events: Iterable[dict[str, Any]], *, as_json: bool) -> None:
    import json

    for event in events:
        text = json.dumps(event, separators=(",", ":")) if as_json else _line(event)
        click.echo(text)


def _line(event: dict[str, Any]) -> str:
    """Put an event into a line: when, the status, the job, and why."""
    detail = event["detail"]
    job_id = event["resources"][0].rpartition("/")[2]
    name = detail.get("jobName", "")
    kind = event["detail-type"]
    what = "" if kind.endswith("State Change") else f"{kind.removeprefix('Batch ')}: "
    said = what + (detail.get("statusReason") or "")
    return f"{_clock(event['time'])}  {detail['status']:<9}  {job_id}  {name}  {said}".rstrip()


def _clock(moment: str) -> str:
    """Write a moment as local time."""
    from datetime import datetime

    return datetime.fromisoformat(moment).astimezone().strftime("%H:%M:%S")

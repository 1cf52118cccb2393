"""``batchyard events``: what brings state changes of jobs to a queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from batchyard.cli.events_shown import show
from batchyard.cli.list import STATUSES
from batchyard.cli.target import confirm, targeted_beyond

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from batchyard.cli.target import Target
    from batchyard.client.installing import Installation

SERVICE = "events"
"""EventBridge, as botocore calls it."""


class Showing(click.Group):
    """Shows where no command is named: `batchyard events -f` is `batchyard events show -f`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put in the command that is meant."""
        return super().parse_args(ctx, self.meant(args))

    def meant(self, args: list[str]) -> list[str]:
        """Give arguments with the command that they mean, where none is named."""
        named = args and (not args[0].startswith("-") or args[0] in {"-h", "--help"})
        return args if named else ["show", *args]


@click.group(name="events", cls=Showing)
def command() -> None:
    """Show the events of a yard, or let those of AWS come to an SQS queue.

    Without a command, `show`. The others are for AWS, and for what stands in for it: waiting needs
    no events, but with them a job's end is seen within moments, and AWS is asked less. A message
    goes to one reader only: give each waiting process a queue of its own, by --name.

    \b
    Examples:
      batchyard events -f
      batchyard events install --name nightly --profile lab
      batchyard events status --name nightly
      batchyard events uninstall --name nightly
    """


command.add_command(show)


def named(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option that names an installation."""
    return click.option(
        "--name",
        default="events",
        show_default=True,
        help="Its name: the rule and the queue are called `batchyard-NAME`.",
    )(function)


def in_json(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option for JSON."""
    return click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")(function)


def agreed(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option that agrees to a change."""
    return click.option("--yes", "-y", is_flag=True, help="Do not ask before a change on AWS.")(
        function
    )


@command.command()
@named
@click.option(
    "--status",
    "-s",
    "statuses",
    multiple=True,
    type=click.Choice(STATUSES, case_sensitive=False),
    help="Send changes to this status.  [default: `RUNNING`, `SUCCEEDED` and `FAILED`]",
)
@click.option(
    "--queue", "-q", "queues", multiple=True, help="Only jobs of this job queue.  [default: all]"
)
@in_json
@agreed
@targeted_beyond
def install(
    *,
    target: Target,
    name: str,
    statuses: tuple[str, ...],
    queues: tuple[str, ...],
    as_json: bool,
    yes: bool,
) -> None:
    """Make the EventBridge rule and the SQS queue of a name, and print the queue's URL.

    What is there already is left as it is, unless its filters or its policy are others. Only the
    rule may send to the queue; a message stays for 5 minutes.

    \b
    Examples:
      batchyard events install
      batchyard events install --name nightly --queue prod --profile lab
    """
    from batchyard.client import wiring
    from batchyard.client.installing import installation

    wanted = installation(name, target.clients)
    confirm(target, yes=yes, service=SERVICE)
    pattern = wiring.pattern(statuses or wiring.STATUSES, _arns(target, queues))
    changes = wanted.install(pattern)
    _tell(changes, "nothing to change", as_json=as_json)
    _show(wanted, changes, as_json=as_json)


@command.command()
@named
@in_json
@agreed
@targeted_beyond
def uninstall(*, target: Target, name: str, as_json: bool, yes: bool) -> None:
    """Remove what install made under a name, and nothing else.

    \b
    Examples:
      batchyard events uninstall --name nightly
    """
    from batchyard.cli.shown import show_json
    from batchyard.client.installing import installation

    wanted = installation(name, target.clients)
    confirm(target, yes=yes, service=SERVICE)
    changes = wanted.uninstall()
    _tell(changes, "nothing to remove", as_json=as_json)
    if as_json:
        show_json({"name": name, "changes": changes})


@command.command()
@named
@in_json
@targeted_beyond
def status(*, target: Target, name: str, as_json: bool) -> int:
    """Print the queue's URL, and what is missing; exit 0 only if nothing is.

    \b
    Examples:
      batchyard events status
    """
    from batchyard.client.installing import installation

    lacks = _show(installation(name, target.clients), as_json=as_json)
    if not as_json:
        for line in lacks:
            click.echo(line, err=True)
    return 1 if lacks else 0


def _arns(target: Target, queues: tuple[str, ...]) -> Iterable[str]:
    """Give the ARNs of job queues, which are what events name; all of them must be there."""
    from batchyard.cli.listing import named

    return [one["jobQueueArn"] for one in named(target.batch, "jobQueue", queues)] if queues else ()


def _tell(changes: list[str], nothing: str, *, as_json: bool) -> None:
    """Say on stderr what was done; JSON says it itself."""
    for line in () if as_json else changes or [nothing]:
        click.echo(line, err=True)


def _show(wanted: Installation, changes: list[str] | None = None, *, as_json: bool) -> list[str]:
    """Print where the queue is, and as JSON all of it; give what is missing."""
    from batchyard.cli.shown import show_json

    found = wanted.find()
    lacks = wanted.lacks(found)
    if as_json:
        rule, queue = found.rule or {}, found.queue
        known = {"name": wanted.name, "queueUrl": found.queue_url or None, "missing": lacks}
        arns = {"queueArn": queue.get("QueueArn"), "ruleArn": rule.get("Arn")}
        done = {} if changes is None else {"changes": changes}
        show_json(known | arns | {"eventPattern": rule.get("EventPattern")} | done)
    elif found.queue_url:
        click.echo(found.queue_url)
    return lacks

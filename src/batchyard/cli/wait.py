"""``batchyard wait``: until jobs have ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from batchyard.cli.completing import jobs as known_jobs
from batchyard.cli.metered import metered
from batchyard.cli.target import targeted

if TYPE_CHECKING:
    from batchyard.cli.target import Target
    from batchyard.client.calls import Answer


@click.command(name="wait")
@click.argument("jobs", nargs=-1, metavar="[JOB...]", shell_complete=known_jobs)
@click.option("--timeout", type=click.FloatRange(0), metavar="SECONDS", help="Give up after this.")
@click.option(
    "--until",
    type=click.Choice(["complete", "running", "exists"]),
    default="complete",
    show_default=True,
    help="What to wait for.",
)
@click.option(
    "--interval",
    type=click.FloatRange(0.1),
    metavar="SECONDS",
    help="Ask about each so often.  [default: quick at first, at last every 15; on a yard 1]",
)
@click.option("--events", metavar="URL", help="Of the queue made by `batchyard events install`.")
@click.option(
    "--unseen",
    type=click.FloatRange(0),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="A job that is not shown for so long is not there.",
)
@click.option(
    "--on-failure",
    type=click.Choice(["wait", "stop", "terminate"]),
    default="wait",
    show_default=True,
    help="When one fails: wait for the others, stop waiting, or terminate them.",
)
@click.option(
    "--terminate-on-interrupt",
    is_flag=True,
    help="Ctrl-C terminates them.",
)
@click.option("--json", "as_json", is_flag=True, help="Print events as JSON, one a line.")
@metered
@targeted
def command(  # noqa: PLR0913 - click passes each option
    *,
    target: Target,
    jobs: tuple[str, ...],
    timeout: float | None,
    until: str,
    interval: float | None,
    events: str | None,
    unseen: float,
    on_failure: str,
    terminate_on_interrupt: bool,
    as_json: bool,
    metrics: str | None,
    metrics_prefix: str,
    statsd: str | None,
) -> int:
    """Wait until jobs have ended; exit 0 only if all succeeded.

    Without a JOB, ids are read from standard input, the first word of each line; any number of
    them. All are asked about together, a hundred at a time. On a terminal their progress is
    shown, and those that fail; elsewhere a line for each as it ends. Ctrl-C stops waiting, and
    the jobs go on.

    \b
    Examples:
      batchyard wait 2e6f0bd1-7a5c-4b71-a7b5-8d1a2a0b6c11
      batchyard list --status RUNNING | batchyard wait --on-failure terminate
      batchyard submit --image busybox -- true | batchyard wait --timeout 3600 --json
    """
    from batchyard.cli.given import ids
    from batchyard.cli.waiting import Waiting, display
    from batchyard.polling.cadence import Fixed
    from batchyard.polling.news import Limits

    cadence = None if interval is None else Fixed(interval)
    patience = {"timeout": timeout, "limits": Limits(unseen=unseen, vanished=unseen)}
    how = {"until": until, "cadence": cadence, "events": events}
    told: Any = {**patience, **how, **target.connection}
    given: Any = on_failure
    waiting = Waiting(ids(jobs), told, display(as_json=as_json), on_failure=given)
    if metrics is None and statsd is None:
        return waiting.run(terminate=terminate_on_interrupt)
    from batchyard.client.metering import export_waits

    ways: Any = {"listen": metrics, "statsd": statsd, "prefix": metrics_prefix}
    with export_waits(**ways, say=lambda where: click.echo(f"batchyard: {where}", err=True)):
        return waiting.run(terminate=terminate_on_interrupt)


def line(job: Answer) -> str:
    """Tell in a line how a job ended."""
    from batchyard.client.attempts import attempts_of

    last = attempts_of(job)[-1:]
    code = f"exit code {last[0].exit_code}" if last and last[0].exit_code is not None else ""
    why = (code, job.get("statusReason"), (job.get("container") or {}).get("reason"))
    told = "" if job["status"] == "SUCCEEDED" else "; ".join(text for text in why if text)
    return f"{job['jobId']} {job['jobName']} {job['status']}" + (f": {told}" if told else "")

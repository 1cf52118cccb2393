"""``batchyard logs``: what jobs printed, and what they print."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from batchyard.cli.completing import jobs as known_jobs
from batchyard.cli.target import targeted
from batchyard.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from batchyard.cli.target import Target
    from batchyard.client.calls import Answer
    from batchyard.client.logs import LogEvent
    from batchyard.client.tailing import Line


@click.command(name="logs")
@click.argument("jobs", nargs=-1, metavar="[JOB...]", shell_complete=known_jobs)
@click.option("--attempt", type=click.IntRange(1), metavar="N", help="Which.  [default: the last]")
@click.option("--all", "everything", is_flag=True, help="Every attempt's, one after the other.")
@click.option("-f", "--follow", is_flag=True, help="Every attempt's, until the jobs have ended.")
@click.option("-t", "--times", is_flag=True, help="Begin each line with its local time.")
@targeted
def command(
    *,
    target: Target,
    jobs: tuple[str, ...],
    attempt: int | None,
    everything: bool,
    follow: bool,
    times: bool,
) -> None:
    """Print what jobs have printed: the last attempt of each, or others on request.

    JOB is a job's id; a child's is its array's with a colon and its index. Without a JOB, ids are
    read from standard input, the first word of each line. With --follow any number of jobs is
    followed, and of an array every child; where there are several, each line begins with whose
    it is.

    \b
    Examples:
      batchyard logs 2e6f0bd1-7a5c-4b71-a7b5-8d1a2a0b6c11
      batchyard logs --all 2e6f0bd1-7a5c-4b71-a7b5-8d1a2a0b6c11
      batchyard logs -f 2e6f0bd1-7a5c-4b71-a7b5-8d1a2a0b6c11:3
      batchyard list --status RUNNING | batchyard logs -f
    """
    from batchyard.cli.given import ids

    if attempt is not None and (everything or follow):
        raise Refused("--attempt asks for one attempt; --all and --follow print every one")
    named = list(dict.fromkeys(ids(jobs)))
    if follow:
        _follow(target, named, times=times)
        return
    for one in named:
        lines = _events(target, one, attempt, everything=everything)
        _print(lines, prefix=f"{one} " if len(named) > 1 else "", times=times)


def _events(
    target: Target, job_id: str, attempt: int | None, *, everything: bool
) -> Iterator[LogEvent]:
    from batchyard.client.logs import events_of, stream_of, streams_of

    job = _described(target, job_id)
    one = stream_of(job, attempt)
    streams = streams_of(job) if everything else [one] if one else []
    if not streams and attempt is not None:
        raise Refused(f"attempt {attempt} of {job_id} has printed nothing, or was never made")
    client = target.clients.client("logs")
    return (event for stream in streams for event in events_of(client, stream))


def _described(target: Target, job_id: str) -> Answer:
    from batchyard.client.describing import one_job

    job = one_job(target.batch, job_id)
    if size := (job.get("arrayProperties") or {}).get("size"):
        last = int(size) - 1
        raise Refused(
            f"{job_id} is an array, whose children print: name {job_id}:0 to {job_id}:{last}, "
            "or follow it with -f"
        )
    return job


def _print(events: Iterable[LogEvent], *, prefix: str, times: bool) -> None:
    for event in events:
        click.echo(f"{_time(event, times=times)}{prefix}{event.message}")


def _time(event: LogEvent, *, times: bool) -> str:
    from batchyard.cli.shown import moment

    return f"{moment(event.timestamp)}  " if times else ""


def _follow(target: Target, ids: list[str], *, times: bool) -> None:
    """Print lines as they come, with whose they are where several print."""
    from batchyard.client.following import follow_logs

    marks = Marks()
    alone = len(ids) == 1
    for line in follow_logs(ids, **target.connection):
        mark = "" if alone and line.job_id == ids[0] else marks.of(line)
        click.echo(f"{_time(line.event, times=times)}{mark}{line.event.message}")


COLOURS = ("cyan", "magenta", "yellow", "green", "blue", "bright_red", "bright_cyan")
SHORT = 8
"""How many characters of an id tell jobs apart for a person: the last ones, since the first of
a yard's tell the time."""


class Marks:
    """Tells lines of several jobs apart, each with a colour of its own where there are colours."""

    def __init__(self) -> None:
        self._colours: dict[str, str] = {}

    def of(self, line: Line) -> str:
        """Form the mark that a line begins with."""
        parent, _, index = line.job_id.partition(":")
        name = parent[-SHORT:] + (f":{index}" if index else "")
        told = name if line.attempt == 1 else f"{name}#{line.attempt}"
        colour = self._colours.setdefault(line.job_id, COLOURS[len(self._colours) % len(COLOURS)])
        return click.style(f"{told} | ", fg=colour)

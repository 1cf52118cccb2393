"""``batchyard logs``: what a job printed, and what it prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from batchyard.cli.target import targeted
from batchyard.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from batchyard.cli.target import Target
    from batchyard.client.calls import Answer
    from batchyard.client.logs import LogEvent


@click.command(name="logs")
@click.argument("job")
@click.option("--attempt", type=click.IntRange(1), metavar="N", help="Which.  [default: the last]")
@click.option("--all", "everything", is_flag=True, help="Every attempt's, one after the other.")
@click.option("-f", "--follow", is_flag=True, help="Every attempt's, until the job has ended.")
@click.option("-t", "--times", is_flag=True, help="Begin each line with its local time.")
@targeted
def command(
    *,
    target: Target,
    job: str,
    attempt: int | None,
    everything: bool,
    follow: bool,
    times: bool,
) -> None:
    """Print what a job has printed: its last attempt, or others on request.

    JOB is a job's id; a child's is its array's with a colon and its index.

    \b
    Examples:
      batchyard logs 2e6f0bd1-7a5c-4b71-a7b5-8d1a2a0b6c11
      batchyard logs --all 2e6f0bd1-7a5c-4b71-a7b5-8d1a2a0b6c11
      batchyard logs -f 2e6f0bd1-7a5c-4b71-a7b5-8d1a2a0b6c11:3
    """
    if attempt is not None and (everything or follow):
        raise Refused("--attempt asks for one attempt; --all and --follow print every one")
    _print(_events(target, job, attempt, everything=everything, follow=follow), times=times)


def _events(
    target: Target, job_id: str, attempt: int | None, *, everything: bool, follow: bool
) -> Iterable[LogEvent]:
    from batchyard.client.logs import events_of, stream_of, streams_of

    job = _described(target, job_id)
    if follow:
        return _followed(target, job)
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
        raise Refused(f"{job_id} is an array, whose children print: {job_id}:0 to {job_id}:{last}")
    return job


def _followed(target: Target, job: Answer) -> Iterator[LogEvent]:
    """Give events as they come; the last look is taken after the job has ended."""
    import time

    from batchyard.client.describing import one_job
    from batchyard.polling.seen import ENDED

    tokens: dict[str, str] = {}
    pause = SHORTEST
    while True:
        news = list(_news(target, job, tokens))
        yield from news
        if job["status"] in ENDED:
            return
        pause = SHORTEST if news else min(pause * 2, SLOWEST)
        time.sleep(pause)
        job = one_job(target.batch, job["jobId"])


SHORTEST = 0.1
SLOWEST = 5.0
"""Seconds between two looks for news of somebody who watches, at least and at most."""


def _news(target: Target, job: Answer, tokens: dict[str, str]) -> Iterator[LogEvent]:
    from batchyard.client.logs import streams_of

    for stream in streams_of(job):
        yield from events_after(target, stream.group, stream.name, tokens)


def events_after(
    target: Target, group: str, name: str, tokens: dict[str, str]
) -> Iterator[LogEvent]:
    """Read what has come into a stream since its token was kept in ``tokens``; keep the next."""
    from batchyard.client.calls import call
    from batchyard.client.logs import LogEvent
    from batchyard.errors import NotFound

    client = target.clients.client("logs")
    whose = {"logGroupName": group, "logStreamName": name, "startFromHead": True}
    while True:
        token = {"nextToken": tokens[name]} if name in tokens else {}
        try:
            page = call(client, "get_log_events", **whose, **token)
        except NotFound:
            return
        for event in page["events"]:
            yield LogEvent(event["timestamp"], event["message"], event["ingestionTime"])
        if tokens.get(name) == page["nextForwardToken"]:
            return
        tokens[name] = page["nextForwardToken"]


def _print(events: Iterable[LogEvent], *, times: bool) -> None:
    from batchyard.cli.shown import moment

    for event in events:
        click.echo(f"{moment(event.timestamp)}  {event.message}" if times else event.message)

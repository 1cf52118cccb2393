"""What a job's attempts printed: whole streams, all pages of them.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from batchyard.client.attempts import attempts_of
from batchyard.client.calls import Answer, call
from batchyard.errors import NotFound, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchyard.client.sessions import Client

GROUP = "/aws/batch/job"
"""https://docs.aws.amazon.com/batch/latest/userguide/using_awslogs.html"""


class LogEvent(NamedTuple):
    """A line that a job printed.

    Attributes:
        timestamp: when it was printed, in milliseconds since the epoch.
        message: the line, without its end.
        ingestion_time: when the log service received it, in milliseconds since the epoch.
    """

    timestamp: int
    message: str
    ingestion_time: int


class Stream(NamedTuple):
    """Where an attempt's output is."""

    group: str
    name: str


def streams_of(job: Answer) -> list[Stream]:
    """Name the streams of a job's attempts, the first attempt's first.

    Args:
        job: AWS's JobDetail. The attempt under way has its stream in ``container``, and only
            later one of ``attempts``.
    """
    container = job.get("container") or {}
    options = (container.get("logConfiguration") or {}).get("options") or {}
    held = [*(attempt.get("container") or {} for attempt in job.get("attempts", ())), container]
    names = dict.fromkeys(one.get("logStreamName") for one in held)
    return [Stream(options.get("awslogs-group", GROUP), name) for name in names if name]


def stream_of(job: Answer, attempt: int | None = None) -> Stream | None:
    """Choose the stream of an attempt, from 1, or of the latest one; None while it has none.

    Raises:
        Refused: attempts are counted from 1.
    """
    streams = streams_of(job)
    if attempt is None:
        return streams[-1] if streams else None
    if attempt < 1:
        raise Refused(f"attempt {attempt}: they are counted from 1")
    named = [one.log_stream_name for one in attempts_of(job)]
    name = named[attempt - 1] if attempt <= len(named) else None
    if name is None and attempt == len(named) + 1:
        return streams[-1] if len(streams) == attempt else None
    return next((one for one in streams if one.name == name), None)


def numbered(job: Answer) -> dict[int, Stream]:
    """Name the streams of a job's attempts by their numbers, from 1.

    Args:
        job: AWS's JobDetail; see `streams_of`.
    """
    known = {stream.name: stream for stream in streams_of(job)}
    names = [one.log_stream_name for one in attempts_of(job)]
    under_way = [name for name in known if name not in names]
    return {
        number: known[name] for number, name in enumerate([*names, *under_way], 1) if name in known
    }


def events_of(client: Client, stream: Stream) -> Iterator[LogEvent]:
    """Read a stream from its first event to its last; nothing while it is not there yet."""
    token: dict[str, str] = {}
    while True:
        page = _page(client, stream, startFromHead=True, **token)
        yield from events_in(page)
        after = page.get("nextForwardToken")
        if after is None or after == token.get("nextToken"):
            return
        token = {"nextToken": after}


def last_events(client: Client, stream: Stream, most: int) -> list[LogEvent]:
    """Read a stream's last events.

    Args:
        client: a botocore client of CloudWatch Logs.
        stream: which.
        most: how many at most.
    """
    return list(events_in(_page(client, stream, startFromHead=False, limit=most)))


def _page(client: Client, stream: Stream, **how: Any) -> Answer:  # noqa: ANN401 - AWS's members
    try:
        return call(
            client, "get_log_events", logGroupName=stream.group, logStreamName=stream.name, **how
        )
    except NotFound:
        return {"events": []}


def events_in(page: Answer) -> Iterator[LogEvent]:
    """Read the events of a page of GetLogEvents."""
    for event in page["events"]:
        yield LogEvent(event["timestamp"], event["message"], event["ingestionTime"])

"""Which streams of jobs that run are to be read next, and what they brought; nothing here waits.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from batchyard.client.calls import Answer, call
from batchyard.client.failures import own
from batchyard.client.feeds import clients_of
from batchyard.client.logs import LogEvent, Stream, events_in, numbered
from batchyard.client.sessions import is_of_aws
from batchyard.errors import NotFound, ServiceError, Throttled
from batchyard.polling import endings
from batchyard.polling.budget import Budget, Rates
from batchyard.polling.cadence import BackOff
from batchyard.polling.news import Idle, Kind, Limits, SleepUntil, Told, Trouble
from batchyard.polling.silence import Silence
from batchyard.polling.tail import Tail

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from batchyard.client.asking import Body
    from batchyard.client.feeds import Terms
    from batchyard.client.sessions import Client
    from batchyard.polling.news import News
    from batchyard.polling.seen import Seen


class Pace(NamedTuple):
    """How streams are read in a place.

    Attributes:
        rates: reads a second.
        quiet: how long a stream that brings nothing is left alone.
        settle: seconds after a job's end in which its last lines may still come in.
    """

    rates: Rates
    quiet: BackOff
    settle: float


ON_AWS = Pace(Rates(first=10.0, most=20.0), BackOff(1.0, 1.5, 10.0, 0.0), 6.0)
"""GetLogEvents takes 25 requests a second of an account, and Docker's awslogs driver sends lines
every 5 seconds: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
"""

ON_A_YARD = Pace(Rates(first=200.0, most=2000.0, burst=50.0), BackOff(0.1, 1.5, 1.0, 0.0), 0.0)
"""A yard's lines are there once they are printed, and nobody else asks for them."""


class Line(NamedTuple):
    """A line that one of several jobs printed.

    Attributes:
        job_id: the job; of an array, the child.
        attempt: which of its attempts, from 1.
        event: the line and its times.
    """

    job_id: str
    attempt: int
    event: LogEvent


class Printing(NamedTuple):
    """An attempt whose stream is read."""

    job_id: str
    attempt: int
    stream: Stream


class Reading(NamedTuple):
    """A page of a stream to be read now, by `read`."""

    client: Client
    printing: Printing
    token: str | None
    asked_at: float


class Following:
    """Which streams to read for one caller, and what they brought; nothing here waits.

    Args:
        terms: where jobs are of which only ids are known; see `Terms`.
        pace: how streams are read.
    """

    def __init__(self, terms: Terms, pace: Pace) -> None:
        self._terms = terms
        self._tail: Tail[Printing] = Tail(Budget(pace.rates), pace.quiet, pace.settle)
        self._places: dict[str, Any] = {}
        self._left: set[str] = set()
        self._open: defaultdict[str, dict[str, Printing]] = defaultdict(dict)
        self._tokens: dict[Printing, str] = {}
        self._silence = Silence()
        self.error: Exception | None = None

    def add(self, jobs: Mapping[str, Any]) -> None:
        """Follow jobs, too."""
        self._places |= jobs
        self._left |= set(jobs)

    def hear(self, news: Iterable[News], body: Body, now: float) -> dict[str, Any]:
        """Learn how jobs have changed.

        Returns:
            Children of arrays that are to be followed, too.
        """
        found: dict[str, Any] = {}
        for one in news:
            if one.seen is not None and (job := body.detail(one.seen.job_id)) is not None:
                self._opened(one.seen.job_id, job, now)
                found |= self._children(one.seen)
            if isinstance(one, Told):
                self._ended(one, now)
        return found

    def _opened(self, job_id: str, job: Answer, now: float) -> None:
        for attempt, stream in numbered(job).items():
            if stream.name not in self._open[job_id]:
                printing = Printing(job_id, attempt, stream)
                self._open[job_id][stream.name] = printing
                self._tail.open(printing, now)

    def _children(self, seen: Seen) -> dict[str, Any]:
        """Name the children of an array that has some by now."""
        array = seen.array_properties
        if array is None or array.size is None or not any(seen.children.values()):
            return {}
        ids = (f"{seen.job_id}:{index}" for index in range(array.size))
        return {one: self._places[seen.job_id] for one in ids if one not in self._places}

    def _ended(self, told: Told, now: float) -> None:
        self._left.discard(told.job_id)
        for printing in self._open.pop(told.job_id, {}).values():
            self._tail.close(printing, now)
        parent, colon, _ = told.job_id.partition(":")
        if isinstance(told.error, NotFound) and colon and parent in self._places:
            return  # a child that never came to be has printed nothing
        if told.error is not None and self.error is None:
            self.error = own(told.error)

    def next(self, now: float) -> Reading | SleepUntil | Idle | None:
        """Decide what to do now: read, sleep, wait for news, or nothing any more (None)."""
        todo = self._tail.next(now)
        if isinstance(todo, Idle):
            return todo if self._left else None
        if isinstance(todo, SleepUntil):
            return todo
        client = clients_of(self._places[todo.job_id], self._terms).client("logs")
        return Reading(client, todo, self._tokens.get(todo), now)

    def received(self, reading: Reading, page: Answer | ServiceError, now: float) -> list[Line]:
        """Learn what was read, or why nothing was.

        Raises:
            ServiceError: nothing could be read for too long; see `Limits`.
        """
        if isinstance(page, ServiceError):
            self._failed(reading, page, now)
            return []
        self._silence.end()
        printing, events = reading.printing, list(events_in(page))
        token = page.get("nextForwardToken") or reading.token
        news = bool(events) or token != reading.token  # an empty page may have others after it
        if token:
            self._tokens[printing] = token
        if self._tail.read(printing, now, asked_at=reading.asked_at, news=news):
            self._tokens.pop(printing, None)
        return [Line(printing.job_id, printing.attempt, event) for event in events]

    def _failed(self, reading: Reading, error: ServiceError, now: float) -> None:
        kind = Kind.THROTTLED if isinstance(error, Throttled) else Kind.UNREACHABLE
        self._silence.go_on(reading.asked_at, kind, now)
        limits = self._terms.get("limits") or Limits()
        limit = limits.throttled if kind is Kind.THROTTLED else limits.unreachable
        silent = now - self._silence.since
        if silent >= limit:
            raise endings.silent(Trouble(kind, error), silent) from error
        self._tail.throttled(reading.printing, now)


def pace_of(jobs: Mapping[str, Any], terms: Terms) -> Pace:
    """Choose how streams are read, by where the first of the jobs is."""
    first = next(iter(jobs.values()), "")
    client = clients_of(first, terms).client("logs")
    return ON_AWS if is_of_aws(client.meta.endpoint_url) else ON_A_YARD


def read(reading: Reading) -> Answer | ServiceError:
    """Read a page, an empty one while there is no stream; an error that may pass is given back."""
    printing, given = reading.printing, {"nextToken": reading.token} if reading.token else {}
    try:
        return call(
            reading.client,
            "get_log_events",
            logGroupName=printing.stream.group,
            logStreamName=printing.stream.name,
            startFromHead=True,
            **given,
        )
    except NotFound:
        return {"events": []}
    except ServiceError as error:
        return error

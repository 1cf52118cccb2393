"""The one thread that asks: what the plan decides is asked for, what comes is noted."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from batchyard.cli.top_screen.book import Book
from batchyard.cli.top_screen.plan import ON_A_YARD, ON_AWS, PAGE, Kind, Plan, Question
from batchyard.client.calls import call, every
from batchyard.client.sessions import is_of_aws
from batchyard.errors import BatchyardError, NotFound, Refused, Throttled, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from batchyard.cli.target import Target
    from batchyard.client.calls import Answer
    from batchyard.client.sessions import Client

RUNNERS = "/_batchyard/runners"

TIMEOUT = 20
"""Seconds to wait for an answer."""


class Place(NamedTuple):
    """A place whose jobs are looked at.

    Attributes:
        target: it, as commands choose it.
        client: of Batch, which tries each question once: the plan decides about the next.
        name: where it is, for people.
        aws: whether it is AWS.
        yard: whether it answers what only a yard is asked.
    """

    target: Target
    client: Client
    name: str
    aws: bool
    yard: bool


def place_of(target: Target) -> Place:
    """Find out what a place is.

    Raises:
        CallerError: it does not let us in, or there is no region.
    """
    from urllib.parse import urlsplit

    client = target.clients.apart(
        "batch",
        target.connection.get("endpoint"),
        connect_timeout=TIMEOUT,
        read_timeout=TIMEOUT,
        retries={"total_max_attempts": 1},
    )
    region, url = client.meta.region_name, client.meta.endpoint_url
    aws = is_of_aws(url)
    yard = not aws and _is_yard(client)
    what = "AWS" if aws else ("yard " * yard) + urlsplit(url).netloc
    return Place(target, client, f"{what} {region}", aws, yard)


def _is_yard(client: Client) -> bool:
    try:
        asked(client, RUNNERS)
    except (NotFound, Refused, Unreachable):
        return False
    return True


def asked(client: Client, path: str) -> Answer:
    """Ask what only a yard answers.

    Raises:
        NotFound: the yard does not know what was named.
        Refused: the yard does not let us in.
        Unreachable: nobody answers.
    """
    from batchyard.cli.asking import ask, beside

    return ask(beside(client), path, timeout=TIMEOUT)


class Fetcher:
    """Asks until it is stopped.

    Args:
        place: whom.
        changed: called, on this thread, whenever something has come.
        only: the queues to look at; none: all.

    Attributes:
        lock: held while plan or book change; hold it to read either.
        plan: what to ask next.
        book: what is known.
    """

    def __init__(self, place: Place, changed: Callable[[], Any], only: Iterable[str] = ()) -> None:
        self.lock = threading.Lock()
        self.plan = Plan(ON_AWS if place.aws else ON_A_YARD, yard=place.yard, only=only)
        self.book = Book()
        self._place = place
        self._changed = changed
        self._woken = threading.Event()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="batchyard-top", daemon=True)

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def stop(self) -> None:
        """Ask nothing more; an answer that is under way is not waited for."""
        self._stopped = True
        self._woken.set()

    def wake(self) -> None:
        """Look at the plan again, which has changed."""
        self._woken.set()

    def _run(self) -> None:
        while not self._stopped:
            self._woken.clear()
            with self.lock:
                todo = self.plan.next(time.monotonic())
            if isinstance(todo, float):
                self._woken.wait(todo)
            else:
                self._ask(*todo)

    def _ask(self, question: Question, token: str | None) -> None:
        began = time.monotonic()
        try:
            answer = self._answer(question, token)
        except BatchyardError as error:
            with self.lock:
                throttled = isinstance(error, Throttled)
                self.plan.failed(question, time.monotonic(), throttled=throttled)
                self.book.failed(question, str(error))
        else:
            with self.lock:
                self._note(question, answer, began)
        if not self._stopped:
            self._changed()

    def _note(self, question: Question, answer: Answer, began: float) -> None:
        token = answer.get("nextToken") if question.kind is Kind.LISTING else None
        last = self.plan.received(question, token, time.monotonic())
        self.book.received(question, answer, began, last=last, more=token is not None)
        if question.kind is Kind.QUEUES:
            self.plan.know(row.name for row in self.book.queues())

    def _answer(self, question: Question, token: str | None) -> Answer:
        client = self._place.client
        match question.kind:
            case Kind.RUNNERS:
                return asked(client, RUNNERS)
            case Kind.QUEUES:
                only = {"jobQueues": list(self.plan.only)} if self.plan.only else {}
                return _all(client, "describe_job_queues", "jobQueues", **only)
            case Kind.ENVIRONMENTS:
                return _all(client, "describe_compute_environments", "computeEnvironments")
            case Kind.ROOM:
                return _snapshot(client, question.name)
            case Kind.JOB:
                return call(client, "describe_jobs", jobs=[question.name])
            case Kind.LISTING:
                more = {"nextToken": token} if token else {}
                return call(
                    client,
                    "list_jobs",
                    jobQueue=question.name,
                    jobStatus=question.status,
                    maxResults=PAGE,
                    **more,
                )


def _all(client: Client, operation: str, member: str, **request: object) -> Answer:
    return {member: list(every(client, operation, member, **request))}


def _snapshot(client: Client, queue: str) -> Answer:
    """Ask what a queue's jobs hold; botocore may be too old to ask, or to know the answer."""
    try:
        return call(client, "get_job_queue_snapshot", jobQueue=queue)
    except AttributeError:
        return {}

"""The thread that asks, of a service that is played: patience, and what cannot be asked."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

from botocore.exceptions import ClientError

from batchyard.cli.target import Target
from batchyard.cli.top_screen.fetching import Fetcher, Place
from batchyard.cli.top_screen.plan import Kind, Question

PATIENCE = 60.0
"""Seconds: how long to wait for what must happen; no test depends on it being long."""

LISTING = Question(Kind.LISTING, "prod", "RUNNING")


class Service:
    """Answers as AWS Batch does; what is named in ``refused`` it refuses.

    The errors: https://docs.aws.amazon.com/batch/latest/APIReference/CommonErrors.html
    """

    def __init__(self) -> None:
        self.refused: dict[str, tuple[str, int]] = {}
        self.calls: Counter[str] = Counter()

    def _answer(self, operation: str, answer: dict[str, Any]) -> dict[str, Any]:
        self.calls[operation] += 1
        if (refusal := self.refused.get(operation)) is None:
            return answer
        code, status = refusal
        response: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
        raise ClientError(response, operation)

    def describe_job_queues(self, **_: object) -> dict[str, Any]:
        return self._answer("describe_job_queues", {"jobQueues": [{"jobQueueName": "prod"}]})

    def list_jobs(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - AWS's members
        job = {"jobId": "1", "jobName": "job", "status": request["jobStatus"]}
        return self._answer("list_jobs", {"jobSummaryList": [job]})


@contextmanager
def fetching(service: Service, happened: Event) -> Iterator[Fetcher]:
    """Ask a service that is no yard; the event is set with each answer."""
    place = Place(Target({}, chosen=True), service, "AWS eu-west-1", aws=True, yard=False)
    fetcher = Fetcher(place, happened.set)
    fetcher.start()
    try:
        yield fetcher
    finally:
        fetcher.stop()


def test_what_comes_is_noted_until_it_is_stopped() -> None:
    service, happened = Service(), Event()
    with fetching(service, happened) as fetcher:
        while LISTING not in fetcher.book.listings:
            assert happened.wait(PATIENCE)
            happened.clear()
        assert [row.status for row in fetcher.book.listings[LISTING].rows] == ["RUNNING"]
    assert set(service.calls) == {"describe_job_queues", "list_jobs"}


def test_a_service_that_asks_for_patience_is_given_it() -> None:
    service, happened = Service(), Event()
    service.refused["list_jobs"] = ("TooManyRequestsException", 429)
    with fetching(service, happened) as fetcher:
        while not fetcher.plan.slowed:
            assert happened.wait(PATIENCE)
            happened.clear()
        assert [error for error in fetcher.book.errors.values() if "TooMany" in error]
        assert fetcher.book.listings == {}


def test_what_may_not_be_asked_is_said_and_nobody_is_slowed() -> None:
    service, happened = Service(), Event()
    service.refused["describe_job_queues"] = ("AccessDeniedException", 403)
    with fetching(service, happened) as fetcher:
        assert happened.wait(PATIENCE)
        assert "AccessDenied" in fetcher.book.errors[Question(Kind.QUEUES)]
        assert not fetcher.plan.slowed

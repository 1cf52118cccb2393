"""Whatever answers in the place of AWS Batch: it is trouble that passes, or is told."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.awsrequest import AWSResponse, HeadersDict

from batchyard import Refused, RefusedCredentials, ServiceError, Throttled
from batchyard.client.asking import Body, ask, asker
from batchyard.client.sessions import Client, connect
from batchyard.client.watcher import trouble_of
from batchyard.polling.news import Kind
from tests.client.service import URL, Service

PAGES = [
    b"<html><body>Zugriff verweigert f\xfcr Sie</body></html>",
    b"",
    b"[]",
    b"null",
    b'"slow down"',
    b"{}",
    b"\xff\xfe",
]


class Page:
    def __init__(self, body: bytes) -> None:
        self.body = body

    def stream(self, **_: object) -> list[bytes]:
        return [self.body]


class Way:
    """All questions of a watcher's client have the same answer, whatever is on the way to Batch."""

    def __init__(self) -> None:
        self.status, self.body, self.code = 200, b"", ""
        self.client = asker(connect(client=Service(lambda *_: (200, {"jobs": []})).client))
        self.client.meta.events.register_first("before-send.batch.*", self._answer)

    def ask(self, status: int, body: bytes, code: str = "") -> None:
        self.status, self.body, self.code = status, body, code
        ask(self.client, ["x"])

    def _answer(self, **_: object) -> Client:
        page: Any = Page(self.body)
        headers: Any = HeadersDict({"x-amzn-ErrorType": self.code} if self.code else {})
        return AWSResponse(URL, self.status, headers, page)


@pytest.fixture(scope="module")
def way() -> Way:
    return Way()


@pytest.mark.parametrize("body", PAGES)
@pytest.mark.parametrize(
    "status, error",
    [
        (204, ServiceError),
        (301, ServiceError),
        (400, ServiceError),
        (401, RefusedCredentials),
        (403, RefusedCredentials),
        (404, ServiceError),
        (407, ServiceError),
        (408, ServiceError),
        (429, Throttled),
        (500, ServiceError),
        (502, ServiceError),
        (503, ServiceError),
    ],
)
def test_what_is_no_answer_of_batch_is_told_by_its_status(
    way: Way, status: int, error: type[Exception], body: bytes
) -> None:
    with pytest.raises(error) as caught:
        way.ask(status, body)
    kinds: dict[Any, Kind] = {
        RefusedCredentials: Kind.HOPELESS,
        Throttled: Kind.THROTTLED,
    }
    assert trouble_of(caught.value).kind is kinds.get(error, Kind.UNREACHABLE)


NO_ANSWERS = [b"<html>Log in</html>", b"[]", b"", b'{"jobs": 1}', b'{"jobs": [{"jobId": "\xff"}]}']


@pytest.mark.parametrize("body", NO_ANSWERS)
def test_a_page_in_the_place_of_an_answer_is_no_answer(way: Way, body: bytes) -> None:
    with pytest.raises(ServiceError, match="not one of AWS Batch"):
        way.ask(200, body)


def test_what_batch_itself_refuses_is_refused(way: Way) -> None:
    with pytest.raises(Refused):
        way.ask(400, b'{"message": "no id"}', "ClientException")


def test_other_answers_are_read_as_ever(way: Way) -> None:
    """A client for credentials may be made while ours is, with the same readers."""
    way.status, way.body = 200, b'{"jobSummaryList": [], "nextToken": "more"}'
    answer = way.client.list_jobs(jobQueue="q")
    assert (answer["jobSummaryList"], answer["nextToken"]) == ([], "more")


def test_each_job_of_an_answer_is_read_whole_by_whoever_waits_for_it() -> None:
    body = Body(b'{"jobs": [{"jobId": "a", "tags": {}}, {"tags": {"b": "a"}, "jobId": "b"}]}')
    assert body.detail("b") == {"jobId": "b", "tags": {"b": "a"}}
    assert body.detail("a") == {"jobId": "a", "tags": {}}
    assert body.detail("a") is not body.detail("a")  # each may change its own
    assert body.detail("c") is None
    assert Body().detail("a") is None

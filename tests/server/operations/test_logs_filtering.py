"""FilterLogEvents, asked by botocore's own client.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from batchyard.launchers.output import Output
from batchyard.logs.pages import SCANNED_BYTES
from batchyard.logs.source import Source
from tests.logs.logged_yard import ELSEWHERE, LoggedYard
from tests.wire.line import Line

GROUP = "/aws/batch/job"
ARN = f"arn:aws:logs:eu-west-1:123456789012:log-group:{GROUP}"


@pytest.fixture(scope="module")
def line() -> Callable[[], Line]:
    return cache(lambda: Line("logs"))


@pytest.fixture
def yard(tmp_path: Path, line: Callable[[], Line]) -> LoggedYard:
    return LoggedYard(tmp_path, line())


def pages(yard: LoggedYard, **params: Any) -> list[list[str]]:  # noqa: ANN401 - members
    """The messages of all pages."""
    found: list[list[str]] = []
    more: dict[str, str] = {}
    for _ in range(50):
        answer = yard.ask("FilterLogEvents", logGroupName=GROUP, **params, **more)
        found.append([event["message"] for event in answer["events"]])
        if "nextToken" not in answer:
            return found
        more = {"nextToken": answer["nextToken"]}
    raise AssertionError(f"no end of pages: {found}")


def messages(yard: LoggedYard, **params: Any) -> list[str]:  # noqa: ANN401 - members
    return [*chain(*pages(yard, **params))]


def test_events_of_many_streams_come_by_time_and_say_whose_they_are(yard: LoggedYard) -> None:
    one = yard.attempt((10, b"a\n"), (30, b"c\xff\n"))
    two = yard.attempt((20, b"b\n"))
    yard.attempt((15, b"x\n"), group="/other")
    yard.attempt((15, b"x\n"), place=ELSEWHERE)
    yard.attempt((15, b"x\n"), started_at=None)
    answer = yard.ask("FilterLogEvents", logGroupName=GROUP)
    ids = [event.pop("eventId") for event in answer["events"]]
    assert len(set(ids)) == 3
    assert answer["searchedLogStreams"] == []
    assert answer["events"] == [
        {"logStreamName": stream, "timestamp": at, "message": text, "ingestionTime": at}
        for stream, at, text in [(one, 10, "a"), (two, 20, "b"), (one, 30, "c\ufffd")]
    ]


def test_an_event_keeps_its_own_id(yard: LoggedYard) -> None:
    yard.attempt((10, b"a\na\na\n"))
    (whole, again) = (yard.ask("FilterLogEvents", logGroupName=GROUP)["events"] for _ in range(2))
    assert len({event["eventId"] for event in whole}) == 3
    assert whole == again


@pytest.mark.parametrize("limit", [1, 2, 3, 10_000])
def test_pages_show_every_event_once(yard: LoggedYard, limit: int) -> None:
    for definition in ("b", "a"):
        yard.attempt((1, b"1\n"), (2, b"2\n2\n"), (3, b"\n\n3\n"), definition=definition)
    found = pages(yard, limit=limit)
    assert [*chain(*found)] == ["1", "1", "2", "2", "2", "2", "3", "3"]
    assert all(len(each) <= limit for each in found)


def test_streams_are_chosen_by_name_or_prefix(yard: LoggedYard) -> None:
    one, two, _ = (yard.attempt((1, name.encode()), definition=name) for name in ("aa", "ab", "b"))
    assert messages(yard, logStreamNames=[two]) == ["ab"]
    assert messages(yard, logStreamNames=[two, one, two]) == ["aa", "ab"]
    assert messages(yard, logStreamNamePrefix="a") == ["aa", "ab"]
    assert messages(yard, logStreamNamePrefix="c") == []


def test_a_time_range_takes_both_of_its_ends(yard: LoggedYard) -> None:
    yard.attempt((10, b"a\n"), (20, b"b\n"), (30, b"c\n"))
    assert messages(yard, startTime=20) == ["b", "c"]
    assert messages(yard, endTime=20) == ["a", "b"]
    assert messages(yard, startTime=11, endTime=19) == []


def test_a_pattern_chooses_events(yard: LoggedYard) -> None:
    yard.attempt((1, b'one two\ntwo\n{"n": 5}\n'))
    assert messages(yard, filterPattern="two -one") == ["two"]
    assert messages(yard, filterPattern="{ $.n > 4 }", interleaved=True) == ['{"n": 5}']
    assert messages(yard, filterPattern="[w1=one, w2=t*]") == ["one two"]
    assert len(messages(yard, filterPattern="")) == 3


def test_a_page_holds_no_more_than_a_mebibyte(yard: LoggedYard) -> None:
    yard.attempt((1, (b"x" * (1024 - 26) + b"\n") * 1025))
    assert [len(each) for each in pages(yard)] == [1024, 1]


def test_a_page_looks_so_far_and_no_farther(yard: LoggedYard) -> None:
    yard.attempt((1, b"y" * 99 + b"\n"), (2, (b"x" * 99 + b"\n") * (SCANNED_BYTES // 50)))
    found = pages(yard, filterPattern="%y%")
    assert [len(each) for each in found] == [1, 0, 0]


@pytest.mark.parametrize(
    "params, word",
    [
        ({"logStreamNames": ["x"], "logStreamNamePrefix": "x"}, "logStreamNamePrefix"),
        ({"filterPattern": "[a, b"}, "[a, b"),
        ({"nextToken": "x"}, "nextToken"),
    ],
)
def test_what_does_not_go_together_is_refused(
    yard: LoggedYard, params: dict[str, Any], word: str
) -> None:
    yard.attempt()
    code, message = yard.refusal("FilterLogEvents", logGroupName=GROUP, **params)
    assert code == "InvalidParameterException"
    assert word in message


def test_what_does_not_exist_is_not_found(yard: LoggedYard) -> None:
    asked = {"logGroupName": GROUP, "logStreamNames": ["absent"]}
    code, message = yard.refusal("FilterLogEvents", **asked)
    assert (code, "group" in message) == ("ResourceNotFoundException", True)
    yard.attempt()
    code, message = yard.refusal("FilterLogEvents", **asked)
    assert (code, "stream" in message) == ("ResourceNotFoundException", True)


class Watched(Output):
    """Notes on which threads it is read."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.threads: set[int] = set()

    @contextmanager
    def open(self, attempt: str) -> Iterator[Source]:
        self.threads.add(threading.get_ident())
        with super().open(attempt) as source:
            yield source

    def span(self, attempt: str) -> tuple[int, int] | None:
        self.threads.add(threading.get_ident())
        return super().span(attempt)


@pytest.mark.parametrize(
    "operation, params",
    [
        ("FilterLogEvents", {"filterPattern": "%a%"}),
        ("DescribeLogStreams", {"orderBy": "LastEventTime"}),
    ],
)
def test_what_looks_at_many_streams_keeps_nobody_waiting(
    yard: LoggedYard, operation: str, params: dict[str, Any]
) -> None:
    yard.attempt((1, b"a\n"))
    watched = yard.engine.output = yard.engine.logs.output = Watched(yard.directory)
    yard.ask(operation, logGroupName=GROUP, **params)
    assert watched.threads
    assert threading.get_ident() not in watched.threads

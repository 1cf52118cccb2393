"""What following makes of pages: empty ones, failures, children that are not there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from batchyard import Limits, NotFound, ServiceError, Throttled, Unreachable
from batchyard.client.asking import Body
from batchyard.client.tailing import ON_AWS, Following, Reading
from batchyard.polling.news import Moved, SleepUntil, Told
from batchyard.polling.seen import Seen
from tests.client.service import jobs

ENDED = Seen("a", "SUCCEEDED")
BODY = Body(
    json.dumps(
        {"jobs": [{"jobId": "a", "status": "SUCCEEDED", "container": {"logStreamName": "s/1"}}]}
    ).encode()
)
EVENT = {"timestamp": 1, "message": "line", "ingestionTime": 2}


def following(**terms: Limits) -> Following:
    given: Any = {"client": jobs().client, **terms}
    made = Following(given, ON_AWS)
    made.add({"a": "a"})
    return made


def reading(here: Following, now: float) -> Reading:
    """What is read next, whenever that is to be."""
    todo = here.next(now)
    while isinstance(todo, SleepUntil):
        todo = here.next(todo.at)
    assert isinstance(todo, Reading)
    return todo


def over(here: Following) -> None:
    here.hear([Told("me", "a", ENDED)], BODY, 0.0)


def begun(here: Following) -> None:
    here.hear([Moved("me", Seen("a", "RUNNING"))], BODY, 0.0)


def test_an_empty_page_is_no_end_as_long_as_tokens_go_on() -> None:
    """AWS: partially full or empty pages don't necessarily mean that pagination is finished.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
    """
    here = following()
    begun(here)
    first = reading(here, 0.0)
    over(here)
    late = 100.0
    pages = [([], "f/1"), ([], "f/2"), ([EVENT], "f/3"), ([], "f/3")]
    lines = [*here.received(first, {"events": [EVENT], "nextForwardToken": "f/0"}, late)]
    for number, (events, token) in enumerate(pages):
        todo = reading(here, late)
        assert todo.token == f"f/{number}"
        lines += here.received(todo, {"events": events, "nextForwardToken": token}, late)
    assert len(lines) == 2
    assert here.next(late) is None


def test_a_stream_that_is_hidden_for_a_moment_is_not_read_anew() -> None:
    here = following()
    begun(here)
    here.received(reading(here, 0.0), {"events": [EVENT], "nextForwardToken": "f/0"}, 0.1)
    here.received(reading(here, 0.1), {"events": []}, 0.2)
    assert isinstance(here.next(0.2), SleepUntil)
    assert reading(here, 0.2).token == "f/0"


@pytest.mark.parametrize("error", [Unreachable("nobody"), ServiceError("500"), Throttled("429")])
def test_trouble_that_passes_costs_no_line(error: ServiceError) -> None:
    here = following()
    begun(here)
    now = 0.0
    while now < 600:
        todo = reading(here, now)
        now = todo.asked_at + 0.1
        assert here.received(todo, error, now) == []
    (line,) = here.received(reading(here, now), {"events": [EVENT]}, now)
    assert line.event.message == "line"
    assert here.received(reading(here, now), error, now + 600) == []


@pytest.mark.parametrize(
    "error, limits",
    [
        (Unreachable("nobody"), Limits(unreachable=50)),
        (Throttled("429"), Limits(throttled=50)),
    ],
)
def test_logs_that_nobody_gives_end_it_in_time(error: ServiceError, limits: Limits) -> None:
    here = following(limits=limits)
    begun(here)
    assert here.received(reading(here, 0.0), error, 1.0) == []
    with pytest.raises(type(error), match="no answer for 50 s"):
        here.received(reading(here, 1.0), error, 50.0)


def test_a_child_that_was_named_and_is_not_there_is_told_of() -> None:
    here = following()
    here.add({"b:1": "b:1"})
    here.hear([Told("me", "b:1", None, NotFound("there is no job b:1"))], Body(), 0.0)
    assert isinstance(here.error, NotFound)
    array = following()
    array.add({"a:1": "a:1"})
    array.hear([Told("me", "a:1", None, NotFound("there is no job a:1"))], Body(), 0.0)
    assert array.error is None

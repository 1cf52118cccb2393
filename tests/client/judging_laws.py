"""A wait ends, at the right answer and in the right way, whatever becomes of its jobs."""

from typing import Any

import pytest
from botocore.exceptions import WaiterError
from botocore.waiter import SingleWaiterConfig
from hypothesis import given
from hypothesis import strategies as st

from batchyard.client.judging import SLOWEST, Judge
from batchyard.client.waiter_configs import DEFAULT
from batchyard.polling.news import Limits

LIMITS = Limits(unseen=60, vanished=20, throttled=900, unreachable=800)
GOING = ["SUBMITTED", "RUNNABLE", "RUNNING"]
ENDS = {
    "JobExists": {*GOING, "SUCCEEDED", "FAILED"},
    "JobRunning": {"RUNNING", "SUCCEEDED", "FAILED"},
    "JobComplete": {"SUCCEEDED"},
}
FOREVER = 10**9


def config(matchers: tuple[str, str]) -> SingleWaiterConfig:
    """JobComplete with other matchers for success and failure."""
    ends = zip(("SUCCEEDED", "FAILED"), matchers, ("success", "failure"), strict=True)
    acceptors = [
        {"argument": "jobs[].status", "expected": state, "matcher": matcher, "state": end}
        for state, matcher, end in ends
    ]
    return SingleWaiterConfig({**DEFAULT["waiters"]["JobComplete"], "acceptors": acceptors})


CONFIGS: list[tuple[str, SingleWaiterConfig]] = [
    *((name, SingleWaiterConfig(DEFAULT["waiters"][name])) for name in ENDS),
    ("JobComplete", config(("pathAll", "pathAll"))),
]

SHOWN = st.sampled_from(["", *GOING, "SUCCEEDED", "SUCCEEDED", "FAILED"])
MOMENTS = st.tuples(st.sampled_from([1, 20, 60]), st.lists(SHOWN, min_size=3, max_size=3))
"""Seconds that passed, and what three jobs show; nothing when they are left out."""


class Said:
    """What should come of the answers, told without acceptors."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.since: dict[int, float] = {}
        self.seen: set[int] = set()

    def ends(self, now: float, states: list[str]) -> str | None:
        self.since = {
            job: self.since.get(job, now) for job, state in enumerate(states) if not state
        }
        self.seen.update(job for job, state in enumerate(states) if state)
        if self.name == "JobComplete" and "FAILED" in states:
            return "failure"
        if all(state in ENDS[self.name] for state in states):
            return "success"
        gone = any(now - at >= (20 if job in self.seen else 60) for job, at in self.since.items())
        return "failure" if gone else None


def answer(states: list[str]) -> dict[str, Any]:
    return {
        "jobs": [{"jobId": str(job), "status": state} for job, state in enumerate(states) if state]
    }


def came_of(judge: Judge, said: dict[str, Any], now: float) -> str | None:
    try:
        return "success" if judge.over(said, now) else None
    except WaiterError:
        return "failure"


@given(st.sampled_from(CONFIGS), st.lists(MOMENTS, max_size=12))
def test_a_wait_ends_at_the_first_answer_that_decides_it(
    kind: tuple[str, SingleWaiterConfig], moments: list[tuple[int, list[str]]]
) -> None:
    name, own = kind
    judge = Judge(name, own.acceptors, {"jobs": ["0", "1", "2"]}, FOREVER, LIMITS)
    should, now = Said(name), 0.0
    for seconds, states in moments:
        now += seconds
        end = should.ends(now, states)
        assert came_of(judge, answer(states), now) == end
        if end:
            break


@given(st.integers(1, 5), st.sampled_from([["RUNNABLE"], [""]]))
def test_there_are_no_more_answers_than_attempts(attempts: int, states: list[str]) -> None:
    acceptors = config(("pathAll", "pathAny")).acceptors
    judge = Judge("JobComplete", acceptors, {"jobs": ["0"]}, attempts, LIMITS)
    for _ in range(attempts - 1):
        assert not judge.over(answer(states), 0)
    with pytest.raises(WaiterError, match="Max attempts exceeded"):
        judge.over(answer(states), 0)


@given(
    st.lists(st.tuples(st.sampled_from([10, 300, 900]), st.booleans()), max_size=12),
    st.sampled_from([429, 500, 503]),
)
def test_trouble_is_borne_until_it_lasted_too_long_without_a_break(
    moments: list[tuple[int, bool]], status: int
) -> None:
    trouble = {"Error": {"Code": "X"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    acceptors = config(("pathAll", "pathAny")).acceptors
    judge = Judge("JobComplete", acceptors, {"jobs": ["0"]}, FOREVER, LIMITS)
    since: float | None = None
    now = 0.0
    for seconds, is_trouble in moments:
        now += seconds
        since = (now if since is None else since) if is_trouble else None
        ends = since is not None and now - since >= (900 if status == 429 else 800)
        said = trouble if is_trouble else answer(["RUNNING"])
        assert came_of(judge, said, now) == ("failure" if ends else None)
        if ends:
            break


@given(st.integers(0, 30), st.floats(0, 1000), st.floats(0, 1))
def test_pauses_grow_while_there_is_trouble_and_never_below_the_delay(
    troubles: int, delay: float, chance: float
) -> None:
    trouble = {"Error": {"Code": "TooManyRequestsException"}}
    judge = Judge("JobComplete", [], {"jobs": ["0"]}, FOREVER, LIMITS)
    pauses = []
    for _ in range(troubles):
        assert not judge.over(trouble, 0)
        pauses.append(judge.pause(delay, chance))
    assert pauses == sorted(pauses)
    assert all(delay <= pause <= max(delay, SLOWEST) for pause in pauses)
    assert all(pause >= min(1, SLOWEST) for pause in pauses)
    assert not judge.over(answer(["RUNNING"]), 0)
    assert judge.pause(delay, chance) == delay

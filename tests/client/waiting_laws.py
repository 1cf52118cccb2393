"""When a wait asks, and when it ends, whatever the time does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard import NotFound, Refused, Throttled, Unfinished
from batchyard.client.waiting import LONGEST, SHORTEST, UNSEEN, Patience, wait

STATES = st.sampled_from(["SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "throttled"])
SAID = {"throttled": "slow down"}


class Play:
    """A job that goes through states, each answer costing some seconds."""

    def __init__(self, states: list[str], cost: float) -> None:
        self.states = states
        self.cost = cost
        self.now = 0.0
        self.pauses: list[float] = []

    def ask(self) -> dict[str, str]:
        self.now += self.cost
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        if state == "unknown":
            raise NotFound("no such job")
        if state == "throttled":
            raise Throttled("slow down")
        return {"status": state}

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def wait(self, timeout: float | None, unseen: float = 0.0) -> dict[str, str]:
        return wait(self.ask, timeout, unseen, clock=lambda: self.now, pause=self.pause)


@given(st.lists(STATES, max_size=40), st.sampled_from(["SUCCEEDED", "FAILED"]), st.floats(0, 5))
def test_a_wait_without_an_end_lasts_until_the_job_has_ended(
    states: list[str], end: str, cost: float
) -> None:
    play = Play([*states, end], cost)
    assert play.wait(None) == {"status": end}
    assert len(play.pauses) == len(states)
    assert play.pauses[:1] == [SHORTEST][: len(states)]
    assert play.pauses == sorted(play.pauses)
    assert all(SHORTEST <= pause <= LONGEST for pause in play.pauses)


@given(STATES, st.floats(0, 10_000), st.floats(0, 5))
def test_a_wait_with_an_end_asks_at_its_end_and_no_later(
    state: str, timeout: float, cost: float
) -> None:
    play = Play([state], cost)
    with pytest.raises(Unfinished, match=SAID.get(state, state)) as caught:
        play.wait(timeout)
    assert isinstance(caught.value, TimeoutError)
    assert timeout - 1e-6 <= play.now <= timeout + cost + 1e-6


def test_a_job_that_was_just_submitted_may_be_unknown_for_a_while() -> None:
    assert Play(["unknown", "unknown", "SUCCEEDED"], 0).wait(None, UNSEEN) == {
        "status": "SUCCEEDED"
    }
    play = Play(["unknown"], 0)
    with pytest.raises(NotFound):
        play.wait(None, UNSEEN)
    assert UNSEEN <= play.now <= UNSEEN + LONGEST


def test_a_job_that_should_be_known_is_missed_at_once() -> None:
    play = Play(["unknown"], 0)
    with pytest.raises(NotFound):
        play.wait(None)
    assert play.pauses == []


def test_a_wait_cannot_end_before_it_began() -> None:
    with pytest.raises(Refused, match="-1"):
        Patience(0, -1)

"""The pace never exceeds its rate, whatever is answered, and always goes on."""

from itertools import pairwise
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard.polling.pace import DEAF, GAIN, LEAST, LULL, SLACK, Pace

RATES = st.floats(0.1, 2000)
STEPS = st.lists(
    st.tuples(st.sampled_from(["take", "take", "answered", "throttled"]), st.floats(0, 2)),
    max_size=200,
)
Steps: TypeAlias = list[tuple[str, float]]


def played(pace: Pace, steps: Steps) -> tuple[float, list[float]]:
    """The time after some steps, each so many seconds after the one before; and what left when."""
    now, left = 0.0, []
    for what, seconds in steps:
        now += seconds
        if what == "take":
            if not pace.take(now):
                left.append(now)
        else:
            getattr(pace, what)(now)
    return now, left


@given(RATES, STEPS)
def test_no_stretch_of_time_holds_more_requests_than_the_rate_allows(
    rate: float, steps: Steps
) -> None:
    _, left = played(Pace(rate), steps)
    for first, begun in enumerate(left):
        for last, ended in enumerate(left[first:], 1):
            assert last <= rate * (ended - begun + SLACK) + 1 + 1e-6


@given(RATES, STEPS)
def test_to_wait_as_told_is_enough(rate: float, steps: Steps) -> None:
    pace = Pace(rate)
    now, _ = played(pace, steps)
    seconds = [pace.take(now) for _ in range(int(2000 * SLACK) + 3)][-1]
    assert seconds > 0
    assert pace.take(now + seconds) == 0


@given(RATES, st.integers(2, 100))
def test_whoever_waits_as_told_gets_the_whole_rate(rate: float, count: int) -> None:
    pace, now = Pace(rate), 0.0
    for _ in range(count):
        seconds = pace.take(now)
        now += seconds
        assert not seconds or not pace.take(now)
    assert now == pytest.approx(max(0.0, (count - 1) / rate - SLACK))


@given(RATES, STEPS)
def test_a_429_halves_the_rate_once_for_all_that_was_under_way(rate: float, steps: Steps) -> None:
    pace = Pace(rate)
    now, _ = played(pace, steps)
    now += 2 * DEAF
    before = pace.rate
    pace.throttled(now)
    assert pace.rate == max(before / 2, min(LEAST, rate))
    pace.throttled(now + DEAF / 2)
    assert pace.rate == max(before / 2, min(LEAST, rate))


@given(RATES, STEPS)
def test_after_a_429_nothing_leaves_for_a_while_and_then_something_does(
    rate: float, steps: Steps
) -> None:
    pace = Pace(rate)
    now, _ = played(pace, steps)
    now += 2 * DEAF
    pace.throttled(now)
    assert pace.take(now + 0.99 / pace.rate) > 0
    longest = 1 / min(LEAST, rate)
    assert pace.take(now) <= longest + 1e-9
    assert pace.take(now + longest) == 0


@given(RATES, STEPS, st.lists(st.floats(0, 5), min_size=1))
def test_answers_raise_the_rate_a_little_each_second_and_never_above_the_first(
    rate: float, steps: Steps, pauses: list[float]
) -> None:
    pace = Pace(rate)
    now, _ = played(pace, [*steps, ("throttled", 1)])
    low = pace.rate
    times = [now]
    for seconds in pauses:
        times.append(times[-1] + seconds)
        pace.answered(times[-1])
    heard = sum(min(later - earlier, LULL) for earlier, later in pairwise(times))
    assert pace.rate == pytest.approx(min(rate, low + GAIN * heard))

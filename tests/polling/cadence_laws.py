"""How long a job is left alone: never under, never over, and as the originals had it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard.errors import Refused
from batchyard.polling.cadence import BackOff, Classic, Fixed, add_jitter, exponential_delay

CHANCE = st.floats(0, 1, exclude_max=True)
SECONDS = st.floats(0.001, 1000)


GROWTH = st.just(1.0) | st.floats(1.001, 10)
"""Less than that is too little to be seen in any number of tries."""


@given(SECONDS, GROWTH, SECONDS, CHANCE, st.floats(0, 0.99))
def test_a_back_off_grows_from_the_first_delay_to_the_longest(
    first: float, growth: float, more: float, chance: float, jitter: float
) -> None:
    rule = BackOff(first, growth, first + more, jitter)
    delays = [rule.delay(tries, chance) for tries in range(1, 60)]
    whole = [delay / (1 - jitter * chance) for delay in delays]
    assert whole[0] == pytest.approx(first)
    assert all(b == pytest.approx(min(a * growth, first + more)) for a, b in zip(whole, whole[1:]))  # noqa: B905, RUF007 - pairs of neighbours
    assert rule.delay(10**9, 0) == (first if growth == 1 else pytest.approx(first + more))


@given(st.integers(1, 10**6), CHANCE, SECONDS)
def test_a_fixed_delay_is_the_same_each_time(tries: int, chance: float, seconds: float) -> None:
    assert Fixed(seconds).delay(tries, chance) == seconds


@given(st.integers(0, 10**6), CHANCE)
def test_the_classic_rule_lies_between_a_third_and_the_whole(tries: int, chance: float) -> None:
    whole = min(600, 1 + (0.6 * tries) ** 2)
    assert whole / 3 <= exponential_delay(tries, chance) <= whole
    assert exponential_delay(tries, 0) == pytest.approx(whole / 3)
    assert exponential_delay(tries, 0.999999) == pytest.approx(whole, rel=1e-5)
    assert Classic().delay(tries, chance) == exponential_delay(tries, chance)


def test_the_classic_rule_reaches_its_longest_delay_at_the_41st_try() -> None:
    assert exponential_delay(40, 0.9999999) < 600 == pytest.approx(exponential_delay(41, 1))


@given(st.floats(-1000, 1000), st.floats(-100, 100), st.floats(0, 1000), CHANCE)
def test_jitter_stays_within_its_width_and_above_its_minimum(
    delay: float, width: float, minima: float, chance: float
) -> None:
    spread = add_jitter(delay, width, minima, chance=chance)
    assert spread >= minima
    assert spread >= abs(delay) - abs(width)
    assert spread <= max(minima, abs(delay) + abs(width)) * (1 + 1e-12)
    assert add_jitter(delay, 0, chance=chance) == abs(delay)


def test_jitter_spreads_evenly() -> None:
    assert [add_jitter(10, 2, chance=c) for c in (0, 0.25, 0.5, 0.75)] == [8, 9, 10, 11]
    assert [add_jitter(10, 2, 9, chance=c) for c in (0, 0.5)] == [9, 10.5]


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_no_delay_is_no_rule(seconds: float) -> None:
    with pytest.raises(Refused):
        Fixed(seconds)
    with pytest.raises(Refused):
        BackOff(first=seconds)


@pytest.mark.parametrize("wrong", [{"growth": 0.9}, {"jitter": 1}, {"longest": 0.1}])
def test_a_back_off_that_would_shrink_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(Refused):
        BackOff(**wrong)

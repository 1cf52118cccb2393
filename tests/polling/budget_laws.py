"""How often may be asked: never more than the rate, and the rate finds what the service bears."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchyard.errors import Refused
from batchyard.polling.budget import Budget, Rates


def ask_at_once(budget: Budget, now: float, seconds: float) -> list[float]:
    """Ask as often as the budget lets us, everything being answered well."""
    asked = []
    until = now + seconds
    while (ready := budget.ready_at(now)) < until:
        now = ready
        budget.take(now)
        budget.answered()
        asked.append(now)
        assert len(asked) < WITHOUT_END
    return asked


WITHOUT_END = 50_000
"""Questions that no law here comes near; a rate without a bound would go on for hours."""


@given(st.floats(0.5, 100), st.floats(1, 20), st.lists(st.floats(0, 3), min_size=1, max_size=80))
def test_a_budget_is_never_outrun(rate: float, burst: float, pauses: list[float]) -> None:
    budget = Budget(Rates(first=rate, most=rate, least=rate / 2, burst=burst))
    asked: list[float] = []
    now = 0.0
    for pause in pauses:
        now = max(now + pause, budget.ready_at(now + pause))
        budget.take(now)
        asked.append(now)
    for first, moment in enumerate(asked):
        for last in range(first, len(asked)):
            assert last - first + 1 <= burst + rate * (asked[last] - moment) + 1e-6


@given(st.floats(0.5, 50), st.floats(1, 10))
def test_what_was_promised_is_ready_then(rate: float, burst: float) -> None:
    budget = Budget(Rates(first=rate, most=rate, least=rate / 2, burst=burst))
    ask_at_once(budget, 0, 3)
    ready = budget.ready_at(3)
    assert budget.ready_at(ready) == ready
    assert ready - 3 <= 1 / rate + 1e-9


def test_a_rate_that_holds_questions_up_doubles_each_second_until_the_first_cut() -> None:
    budget = Budget(Rates(first=10, most=1000, burst=1))
    ask_at_once(budget, 0, 2)
    assert 35 <= budget.rate <= 45
    budget.throttled(2)
    cut = budget.rate
    assert cut == pytest.approx(0.7 * 40, rel=0.15)
    ask_at_once(budget, 2, 10)
    assert cut + 2 <= budget.rate <= cut + 3


def test_a_rate_that_nobody_needs_does_not_grow() -> None:
    budget = Budget(Rates(first=10, most=1000))
    for now in range(1, 100):
        assert budget.ready_at(now) == now
        budget.take(now)
        budget.answered()
    assert budget.rate == 10


@given(st.integers(1, 200))
def test_a_rate_stays_within_its_bounds(cuts: int) -> None:
    budget = Budget(Rates(first=10, most=12, least=0.5))
    ask_at_once(budget, 0, 30)
    assert budget.rate == 12
    for turn in range(cuts):
        budget.throttled(30 + 2.0 * turn)
    assert budget.rate == pytest.approx(max(0.5, 12 * 0.7**cuts))


def test_answers_of_one_moment_cut_the_rate_once() -> None:
    budget = Budget(Rates(first=10))
    for step in range(10):
        budget.throttled(step / 20)
    assert budget.rate == 7
    budget.throttled(1.0)
    assert budget.rate == pytest.approx(4.9)


def test_after_a_cut_nothing_goes_at_once() -> None:
    budget = Budget(Rates(first=10))
    budget.throttled(5)
    assert budget.ready_at(5) == pytest.approx(5 + 1 / 7)


@given(st.floats(5, 60), st.integers(3, 10))
@settings(max_examples=25)
def test_a_service_that_bears_so_much_is_seldom_asked_more(bears: float, burst: int) -> None:
    budget, tokens, now, refused, asked = Budget(), float(burst), 0.0, 0, 0
    while now < 300:
        ready = budget.ready_at(now)
        tokens, now = min(burst, tokens + (ready - now) * bears), ready
        budget.take(now)
        asked += 1
        if tokens >= 1:
            tokens -= 1
            budget.answered()
        else:
            refused += 1
            budget.throttled(now)
    assert refused <= 0.05 * asked
    assert asked - refused >= 0.7 * bears * 300


@pytest.mark.parametrize(
    "wrong",
    [
        {"first": 0},
        {"least": 0},
        {"first": 300.0},
        {"burst": 0.5},
        {"fall": 1.0},
        {"fall": 0.0},
        {"rise": -1.0},
    ],
)
def test_rates_that_contradict_each_other_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(Refused):
        Budget(Rates(**wrong))

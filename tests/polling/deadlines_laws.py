"""Whose time is up is told once, in order, by the latest deadline of each."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from batchyard.polling.deadlines import STALE, Deadlines

ACTS = st.lists(
    st.tuples(st.sampled_from(["set", "set", "forget", "passed"]), st.integers(0, 9)), max_size=120
)


def told_by(deadlines: Deadlines, now: float) -> list[int]:
    """Whose time is up, in the order in which it is told."""
    found: list[Any] = list(deadlines.passed(now))
    return found


@given(ACTS)
def test_deadlines_are_those_that_were_set_last(acts: list[tuple[str, int]]) -> None:
    deadlines, model = Deadlines(), dict[int, float]()
    for moment, (what, number) in enumerate(acts):
        if what == "set":
            model[number] = moment + number
            deadlines.set(number, moment + number)
        elif what == "forget":
            model.pop(number, None)
            deadlines.forget(number)
        else:
            over = sorted((at, one) for one, at in model.items() if at <= moment)
            told = [(model[one], one) for one in told_by(deadlines, moment)]
            assert sorted(told) == over
            assert [at for at, _ in told] == [at for at, _ in over]
            for _, one in over:
                del model[one]
        assert deadlines.first == min(model.values(), default=None)


def test_who_was_told_is_not_told_again_when_the_others_are_cleared_away() -> None:
    deadlines = Deadlines()
    deadlines.set("told", 0)
    assert list(deadlines.passed(1)) == ["told"]
    for number in range(3 * STALE):
        deadlines.set(number, 10)
    for number in range(3 * STALE):
        deadlines.forget(number)
    assert deadlines.first is None
    assert list(deadlines.passed(100)) == []

"""How often operations may be called.

The oracle: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-limits.html
"""

from hypothesis import given
from hypothesis import strategies as st

from batchyard.pipelines.quotas import BURST, Saved, called

operations = st.sampled_from([("PollForTask", 2), ("SetTaskStatus", 10), ("ListPipelines", 1)])


def allowed(operation: str, moments: list[int]) -> list[int]:
    """The moments at which calls are let through."""
    saved: Saved | None = None
    through = []
    for moment in moments:
        after = called(operation, saved, moment)
        if after is not None:
            saved = after
            through.append(moment)
    return through


@given(operations, st.lists(st.sampled_from([0, 1, 40, 500, 1000, 5000]), max_size=400))
def test_no_window_has_more_calls_than_rate_and_burst_allow(
    operation: tuple[str, int], waits: list[int]
) -> None:
    name, rate = operation
    moments = [sum(waits[: n + 1]) for n in range(len(waits))]
    through = allowed(name, moments)
    for first in range(0, len(through), 7):
        for last in range(first, len(through), 11):
            seconds = (through[last] - through[first]) / 1000
            assert last - first + 1 <= BURST + rate * seconds + 1e-6


@given(operations, st.integers(0, 10**9))
def test_a_burst_is_let_through_and_then_the_rate(operation: tuple[str, int], start: int) -> None:
    name, rate = operation
    assert len(allowed(name, [start] * (BURST + 5))) == BURST
    later = [start] * BURST + [start + 1000] * (rate + 5)
    assert len(allowed(name, later)) == BURST + rate
    rested = [start] * BURST + [start + 10**7] * (BURST + 5)
    assert len(allowed(name, rested)) == 2 * BURST


@given(operations)
def test_a_clock_that_goes_back_takes_nothing_away(operation: tuple[str, int]) -> None:
    name, _ = operation
    assert len(allowed(name, [1000] * 50 + [0] * 55)) == BURST

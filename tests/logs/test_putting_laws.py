"""Laws of what PutLogEvents takes.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard.errors import Fault
from batchyard.logs.groups import DAY_MS, LogGroup
from batchyard.logs.putting import BATCH_BYTES, NEWEST_MS, OLDEST_MS, Given, taken

NOW = 1_700_000_000_000
EDGES = [-OLDEST_MS, -7 * DAY_MS, -DAY_MS, 0, NEWEST_MS, NEWEST_MS + DAY_MS]
TIMES = st.lists(
    st.builds(int.__add__, st.sampled_from([NOW + edge for edge in EDGES]), st.integers(-2, 2)),
    max_size=8,
).map(sorted)


def given_at(times: list[int]) -> list[Given]:
    return [Given(at, "x") for at in times]


@given(TIMES, st.sampled_from([None, 1, 7]))
def test_what_is_too_old_expired_or_too_new_is_rejected_and_the_rest_taken(
    times: list[int], retention: int | None
) -> None:
    kept = LogGroup(name="g", created_at=0, retention=retention).kept_since(NOW)
    old = [at for at in times if at < NOW - 14 * 86_400_000]
    expired = [] if retention is None else [at for at in times if at < NOW - retention * 86_400_000]
    new = [at for at in times if at > NOW + 2 * 3_600_000]
    valid = [at for at in times if at not in {*old, *expired, *new}]
    if valid and valid[-1] - valid[0] > 24 * 3_600_000:
        with pytest.raises(Fault, match="cannot span more than 24 hours"):
            taken(given_at(times), NOW, kept)
        return
    found = taken(given_at(times), NOW, kept)
    assert times[found.start : found.stop] == valid
    assert found.too_old_end == (len(old) or None)
    assert found.expired_end == (len(expired) or None)
    assert found.too_new_start == (len(times) - len(new) if new else None)


@given(TIMES.filter(lambda times: len(set(times)) > 1))
def test_a_batch_that_is_not_in_order_is_refused(times: list[int]) -> None:
    with pytest.raises(Fault, match="must be in chronological order"):
        taken(given_at(times[::-1]), NOW, None)


def test_times_may_repeat() -> None:
    assert taken(given_at([NOW, NOW]), NOW, None).stop == 2


@pytest.mark.parametrize("letter", ["x", "é", "𝄞"])
def test_an_event_and_a_batch_are_counted_in_bytes_with_their_overhead(letter: str) -> None:
    fits = letter * ((BATCH_BYTES - 26) // len(letter.encode()))
    assert taken([Given(NOW, fits)], NOW, None).stop == 1
    with pytest.raises(
        Fault, match=r"Log event too large: 10485\d\d bytes exceeds limit of 1048576"
    ):
        taken([Given(NOW, fits + letter)], NOW, None)
    with pytest.raises(Fault, match=r"Upload too large: \d+ bytes exceeds limit of 1048576"):
        taken([Given(NOW, fits), Given(NOW, letter)], NOW, None)
    half = Given(NOW, "x" * (BATCH_BYTES // 2 - 26))
    assert taken([half, half], NOW, None).stop == 2


def test_a_group_without_a_retention_keeps_everything() -> None:
    assert LogGroup(name="g", created_at=0).kept_since(NOW) is None

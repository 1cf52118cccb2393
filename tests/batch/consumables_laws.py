"""What holds for consumable resources however their totals are changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard.batch import consumables
from batchyard.batch.resources import ConsumableResource
from batchyard.errors import Refused

TOTALS = st.integers(0, consumables.MOST)
UPDATES = st.sampled_from(["SET", "ADD", "REMOVE"])


def resource(total: int, in_use: int = 0) -> ConsumableResource:
    return ConsumableResource("r", "arn", 1, total, in_use)


@given(TOTALS, UPDATES, TOTALS)
def test_a_total_is_never_negative_and_never_too_large(
    total: int, operation: consumables.Operation, quantity: int
) -> None:
    wanted = {"SET": quantity, "ADD": total + quantity, "REMOVE": total - quantity}[operation]
    if 0 <= wanted <= consumables.MOST:
        assert consumables.updated(resource(total), operation, quantity) == wanted
    else:
        with pytest.raises(Refused, match=str(quantity)):
            consumables.updated(resource(total), operation, quantity)


@given(TOTALS, st.integers(0, 10), TOTALS)
def test_what_jobs_hold_stays_theirs_when_the_total_changes(
    total: int, in_use: int, wanted: int
) -> None:
    changed = consumables.changed(resource(total, in_use), wanted, "t", at=5)
    assert (changed.total, changed.in_use) == (wanted, in_use)
    assert changed.available == wanted - in_use


@given(st.lists(st.integers(0, 2 * consumables.TOKEN_LIFE), min_size=1, max_size=8).map(sorted))
def test_a_request_is_known_for_as_long_as_its_token_lives_and_no_longer(
    moments: list[int],
) -> None:
    found = resource(1)
    for moment in moments:
        found = consumables.changed(found, 1, f"t{moment}", moment)
    last = moments[-1]
    for moment in moments:
        known = last - moment < consumables.TOKEN_LIFE
        assert consumables.knows(found, f"t{moment}", last) is known
        assert (f"t{moment}" in found.requests) is known
    assert not consumables.knows(found, f"t{last}", last + consumables.TOKEN_LIFE)


def test_a_request_without_a_token_is_not_remembered() -> None:
    assert consumables.changed(resource(1), 2, "", at=5).requests == {}

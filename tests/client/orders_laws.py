"""Folding: runs of items become arrays, none is lost, moved or put where it is not equal.

https://docs.aws.amazon.com/batch/latest/userguide/array_jobs.html
"""

from itertools import chain, pairwise
from operator import length_hint
from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard import JobDefinition, Refused
from batchyard.client.orders import Fold, Item, Order, items_of, request_of, runs_of

OFFSET = Fold("shard", "OFFSET")
MOST = 4


class Shard(JobDefinition):
    name = "shard"
    shard: int | None = 0
    kind: str = "a"


class Other(Shard):
    name = "other"


Drawn: TypeAlias = Any
"""Stretches of numbers; or what is no item, or no options of one."""

Said: TypeAlias = tuple[bool, str, int | None, dict[str, Any]]

SAID = st.tuples(
    st.booleans(),
    st.sampled_from("ab"),
    st.sampled_from([None, 1]),
    st.sampled_from([{}, {}, {"retry": 2}]),
)
RUNS = st.lists(
    st.tuples(st.one_of(st.just((True, "a", None, {})), SAID), st.integers(0, 3), st.integers(1, 6))
)


def items(drawn: list[tuple[Said, int, int]]) -> list[Item]:
    """Some stretches of numbers, each said in its own way."""
    given = [
        ((Shard if plain else Other)(shard=number, kind=kind).at_revision(revision), options)
        for (plain, kind, revision, options), begin, length in drawn
        for number in range(begin, begin + length)
    ]
    return list(items_of(given, {"queue": "q"}))


def number(item: Item) -> int:
    return int(item.definition.parameters["shard"])


def said(item: Item) -> object:
    definition = item.definition
    return type(definition), definition.revision, definition.parameters["kind"], item.options


@given(RUNS)
def test_runs_hold_every_item_once_in_its_order(drawn: Drawn) -> None:
    given = items(drawn)
    assert list(chain(*runs_of(given, OFFSET, MOST))) == given


@given(RUNS)
def test_a_run_is_equal_but_for_numbers_that_follow_each_other(drawn: Drawn) -> None:
    for run in runs_of(items(drawn), OFFSET, MOST):
        assert len(run) <= MOST
        for one, after in pairwise(run):
            assert number(after) == number(one) + 1
            assert said(after) == said(one)


@given(RUNS)
def test_a_run_is_as_long_as_it_can_be(drawn: Drawn) -> None:
    for run, after in pairwise(runs_of(items(drawn), OFFSET, MOST)):
        follows = number(after[0]) == number(run[-1]) + 1 and said(after[0]) == said(run[-1])
        assert not follows or len(run) == MOST


@given(RUNS)
def test_without_an_offset_every_run_begins_at_0_or_is_refused_before_it_is_given(
    drawn: Drawn,
) -> None:
    given = items(drawn)
    begins = [run[0] for run in runs_of(given, OFFSET, MOST)]
    wrong = next((item for item in begins if number(item)), None)
    out: list[tuple[Item, ...]] = []
    if wrong is None:
        out.extend(runs_of(given, Fold("shard"), MOST))
    else:
        with pytest.raises(Refused, match=f"item {wrong.position},"):
            out.extend(runs_of(given, Fold("shard"), MOST))
    assert all(number(run[0]) == 0 for run in out)
    assert len(out) in {len(begins), max(0, begins.index(wrong) - 1 if wrong else 0)}


@given(RUNS)
def test_no_more_than_a_run_and_one_is_held(drawn: Drawn) -> None:
    given = items(drawn)
    left, out = iter(given), 0
    for run in runs_of(left, OFFSET, MOST):
        out += len(run)
        assert len(given) - length_hint(left) <= out + 1


@given(RUNS)
def test_each_child_can_tell_its_number_and_the_parameter_is_gone(drawn: Drawn) -> None:
    for run in runs_of(items(drawn), OFFSET, MOST):
        request = request_of(run, OFFSET)
        order = Order(run, request, unique=True)
        assert request["parameters"] == {"kind": run[0].definition.parameters["kind"]}
        assert request.get("arrayProperties", {}).get("size", 1) == len(run)
        [variable] = request["containerOverrides"]["environment"]
        for index, item in enumerate(run):
            assert int(variable["value"]) + index == number(item)
            child = order.job_id(index, {"jobId": "j"})
            assert child == ("j" if len(run) == 1 else f"j:{index}")


def test_the_offset_joins_the_environment_that_is_there() -> None:
    given = {"environment": [{"name": "A", "value": "1"}]}
    [item] = items_of([Shard(shard=3)], {"queue": "q", "container_overrides": given})
    request = request_of((item,), OFFSET)
    names = [one["name"] for one in request["containerOverrides"]["environment"]]
    assert names == ["A", "OFFSET"]
    assert given == {"environment": [{"name": "A", "value": "1"}]}


@pytest.mark.parametrize("number", [None, -1])
def test_what_is_no_number_cannot_count(number: int | None) -> None:
    with pytest.raises(Refused, match="whole number from 0"):
        list(runs_of(items_of([Shard(shard=number)], {}), OFFSET))


@pytest.mark.parametrize("options", [{"array_size": 3}, {"name": "n"}])
def test_what_is_folded_is_no_array_and_has_no_name(options: Drawn) -> None:
    with pytest.raises(Refused, match="as well"):
        list(runs_of(items_of([(Shard(), options)], {}), OFFSET))


@pytest.mark.parametrize("given", ["align", (Shard(),), None, ("a", {})])
def test_what_is_no_definition_is_refused_by_its_position(given: Drawn) -> None:
    with pytest.raises(Refused, match="item 1, "):
        list(items_of([Shard(), given], {}))


def test_an_items_own_options_win() -> None:
    first, second = items_of([Shard(), (Shard(), {"queue": "own"})], {"queue": "q", "retry": 2})
    assert request_of((first,), None)["jobQueue"] == "q"
    assert request_of((second,), None)["jobQueue"] == "own"
    assert request_of((second,), None)["retryStrategy"] == {"attempts": 2}


def test_an_item_without_a_queue_is_refused() -> None:
    [item] = items_of([Shard()], {"queue": None})
    with pytest.raises(Refused, match="item 0 has no queue"):
        request_of((item,), None)

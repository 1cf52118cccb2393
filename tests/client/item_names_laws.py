"""Lasting names: an item is found by what it says, whoever asks again.

https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html and, of what ListJobs can
look for, https://docs.aws.amazon.com/batch/latest/APIReference/API_ListJobs.html
"""

import re
from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard import Refused
from batchyard.client.names import attempt_name, attempt_of, check_key, item_name

Said: TypeAlias = Any
"""A request of SubmitJob, or what is no key."""

Whole: TypeAlias = tuple[str, str, Said, int]

KEYS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", fullmatch=True)
NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}", fullmatch=True)
WORDS = st.sampled_from(["a", "A", "b", "1", ""])
SAID = st.fixed_dictionaries(
    {"jobQueue": WORDS, "jobDefinition": WORDS},
    optional={
        "parameters": st.dictionaries(WORDS, WORDS, max_size=2),
        "arrayProperties": st.builds(lambda size: {"size": size}, st.integers(2, 4)),
        "containerOverrides": st.fixed_dictionaries(
            {}, optional={"command": st.lists(WORDS, max_size=2)}
        ),
    },
)
WHOLE = st.tuples(KEYS, NAMES, SAID, st.integers(1, 3))


@given(WHOLE, st.integers(1, 999_999))
def test_a_name_is_one_that_aws_takes_and_begins_with_the_key(whole: Whole, attempt: int) -> None:
    name = attempt_name(item_name(*whole), attempt)
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}", name)
    assert name.startswith(f"{whole[0]}-")


@given(KEYS, NAMES, SAID, SAID)
def test_under_one_key_items_share_a_name_in_any_case_only_if_they_say_the_same(
    key: str, name: str, said: Said, other: Said
) -> None:
    one, two = (item_name(key, name, each).casefold() for each in (said, other))
    assert (one == two) == (said == other)


def test_another_key_gives_another_digest_so_that_cut_names_never_meet() -> None:
    names = [item_name(key, "a-" * 60, {}) for key in ("a", "a-a")]
    assert len({name[-32:] for name in names}) == 2


@given(KEYS, NAMES, SAID)
def test_equal_items_are_told_apart_by_their_number(key: str, name: str, said: Said) -> None:
    assert len({item_name(key, name, said, number) for number in range(1, 5)}) == 4


@given(KEYS, st.permutations(["A", "B", "C"]), st.lists(st.booleans(), min_size=3, max_size=3))
def test_the_order_of_the_environment_and_of_members_says_nothing(
    key: str, order: list[str], turned: list[bool]
) -> None:
    plain = {name: {"name": name, "value": value} for name, value in zip("ABC", "321", strict=True)}
    other = [
        dict(reversed(plain[name].items())) if turn else plain[name]
        for name, turn in zip(order, turned, strict=True)
    ]
    said = {"jobQueue": "q", "containerOverrides": {"environment": list(plain.values())}}
    again = {"containerOverrides": {"environment": other}, "jobQueue": "q"}
    assert item_name(key, "d", said) == item_name(key, "d", again)


def test_a_long_definitions_name_is_cut_to_what_aws_takes_and_no_further() -> None:
    assert len(attempt_name(item_name("a" * 64, "d" * 128, {}), 999_999)) == 128


def test_a_name_stays_the_same_in_later_versions() -> None:
    said = {"jobQueue": "q", "jobDefinition": "align:6", "parameters": {"shard": "7"}}
    assert item_name("nightly", "align", said) == "nightly-align-52eac3aed2693d387eef6c2bfef12b68"


@given(WHOLE, st.integers(1, 999_999))
def test_a_name_is_taken_apart_again(whole: Whole, attempt: int) -> None:
    item = item_name(*whole)
    assert attempt_of(attempt_name(item, attempt)) == (item, attempt)


@pytest.mark.parametrize(
    "name", ["", "a", "a-1", f"a-{'0' * 31}-1", f"a-{'0' * 32}", f"a-{'0' * 32}-0"]
)
def test_other_names_are_nobodys_item(name: str) -> None:
    assert attempt_of(name) is None


@pytest.mark.parametrize("key", ["", "-a", "a" * 65, "a b", "a*", None])
def test_a_key_that_cannot_begin_a_name_is_refused(key: Said) -> None:
    with pytest.raises(Refused, match="resume"):
        check_key(key)


def test_what_no_json_can_say_is_refused() -> None:
    with pytest.raises(Refused, match="cannot be told"):
        item_name("key", "d", {"parameters": {"a": object()}})

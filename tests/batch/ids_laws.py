"""Ids and ARNs say what they were made of.

The oracle: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbatch.html
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard.batch import ids
from batchyard.batch.ids import Place

KINDS = st.sampled_from([ids.JOB, ids.QUEUE, ids.ENVIRONMENT, ids.DEFINITION])
NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,20}(:[1-9][0-9]{0,3})?", fullmatch=True)
PLACES = st.builds(
    Place,
    st.from_regex(r"[0-9]{12}", fullmatch=True),
    st.sampled_from(["eu-west-1", "cn-north-1", "us-gov-west-1"]),
)


@given(PLACES, KINDS, NAMES)
def test_the_name_comes_back_out_of_its_arn(place: Place, kind: str, name: str) -> None:
    assert ids.name_of(ids.arn(place, kind, name), kind) == name
    assert ids.name_of(name, kind) == name


@given(PLACES, KINDS, KINDS, NAMES)
def test_an_arn_of_another_kind_names_nothing(
    place: Place, kind: str, other: str, name: str
) -> None:
    arn = ids.arn(place, other, name)
    assert (ids.name_of(arn, kind) == name) == (kind == other)


@pytest.mark.parametrize(
    "region,expected",
    [
        ("eu-west-1", "arn:aws:batch:eu-west-1:123456789012:job-queue/q"),
        ("cn-north-1", "arn:aws-cn:batch:cn-north-1:123456789012:job-queue/q"),
        ("us-gov-east-1", "arn:aws-us-gov:batch:us-gov-east-1:123456789012:job-queue/q"),
    ],
)
def test_an_arn_lies_in_the_partition_of_its_region(region: str, expected: str) -> None:
    assert ids.arn(Place("123456789012", region), ids.QUEUE, "q") == expected


@given(st.uuids().map(str), st.integers(0, 9_999))
def test_a_child_names_its_parent(parent: str, index: int) -> None:
    child = ids.child_id(parent, index)
    assert child == f"{parent}:{index}"
    assert ids.parent_id(child) == parent
    assert ids.parent_id(parent) is None

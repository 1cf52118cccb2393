"""What leads an attempt to the yard never mixes with a way that it has of its own.

The oracle: https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
"""

from hypothesis import given
from hypothesis import strategies as st

from batchyard.batch.access import REGIONS, WAYS, fitting

METADATA = "ECS_CONTAINER_METADATA_URI_V4"
LEADING = ("AWS_ENDPOINT_URL_BATCH", "AWS_ENDPOINT_URL", "AWS_CONTAINER_CREDENTIALS_FULL_URI")
OFFERED = dict.fromkeys((*LEADING, *sorted(REGIONS), METADATA), "yard")
NAMES = st.sampled_from(sorted({*OFFERED, *WAYS, "PATH", "AWS_PAGER", "AWS_BATCH_JOB_ID"}))
OWN = st.dictionaries(NAMES, st.just("own"), max_size=4)


@given(OWN)
def test_nothing_that_an_attempt_has_is_replaced(own: dict[str, str]) -> None:
    assert fitting(OFFERED, own).keys().isdisjoint(own)


@given(OWN)
def test_a_way_of_its_own_is_left_alone_and_else_everything_is_offered(own: dict[str, str]) -> None:
    found = fitting(OFFERED, own).keys() & set(LEADING)
    assert found == (set() if own.keys() & WAYS else set(LEADING) - own.keys())


@given(OWN)
def test_a_region_is_offered_exactly_where_there_is_none(own: dict[str, str]) -> None:
    found = fitting(OFFERED, own).keys() & REGIONS
    assert found == (set() if own.keys() & REGIONS else REGIONS)


@given(OWN)
def test_metadata_is_offered_to_everybody(own: dict[str, str]) -> None:
    assert (METADATA in fitting(OFFERED, own)) == (METADATA not in own)

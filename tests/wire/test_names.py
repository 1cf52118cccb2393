"""Names are those that botocore's users know."""

import keyword

import pytest
from botocore import xform_name

from batchyard.wire.names import snake_case
from tests.wire.samples import MODELS, SERVICES


@pytest.mark.parametrize("name", SERVICES)
def test_every_member_is_named_as_botocore_names_it(name: str) -> None:
    members = {m for shape in MODELS[name]["shapes"].values() for m in shape.get("members", ())}
    assert members
    for member in members:
        expected = xform_name(member)
        assert snake_case(member) == (f"{expected}_" if keyword.iskeyword(expected) else expected)


@pytest.mark.parametrize("name", SERVICES)
def test_no_two_members_of_a_shape_share_a_name(name: str) -> None:
    for shape in MODELS[name]["shapes"].values():
        members = shape.get("members", ())
        assert len({snake_case(member) for member in members}) == len(members)


@pytest.mark.parametrize(
    "given,expected",
    [
        ("jobName", "job_name"),
        ("maxvCpus", "maxv_cpus"),
        ("S3Uri", "s3_uri"),
        ("logGroupARNs", "log_group_arns"),
        ("from", "from_"),
        ("@id", "@id"),
        ("already_so", "already_so"),
    ],
)
def test_words_are_parted_where_botocore_parts_them(given: str, expected: str) -> None:
    assert snake_case(given) == expected
    assert xform_name(given) == expected.removesuffix("_")

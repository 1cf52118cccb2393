"""S3 URIs.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
"""

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard import Refused, S3Uri

BUCKETS = st.from_regex(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", fullmatch=True)
KEYS = st.text(st.characters(codec="utf-8"), max_size=200)


@given(BUCKETS, KEYS)
def test_a_uri_gives_back_its_bucket_and_key(bucket: str, key: str) -> None:
    uri = S3Uri(f"s3://{bucket}/{key}")
    assert (uri.bucket, uri.key) == (bucket, key)
    assert uri == f"s3://{bucket}/{key}"


@given(BUCKETS, KEYS)
def test_a_uri_survives_copying_and_pickling(bucket: str, key: str) -> None:
    uri = S3Uri(f"s3://{bucket}/{key}")
    for made in (copy.deepcopy(uri), pickle.loads(pickle.dumps(uri)), S3Uri(uri)):  # noqa: S301 - our own bytes
        assert made == uri
        assert isinstance(made, S3Uri)


def test_a_bucket_alone_has_an_empty_key() -> None:
    assert (S3Uri("s3://lab").bucket, S3Uri("s3://lab").key) == ("lab", "")


@pytest.mark.parametrize(
    "text",
    ["", "lab/key", "s3:/lab/key", "s3:///key", "s3://", "S3://lab/x", "s3://a/x", "s3://-ab/x", 3],
)
def test_what_is_no_uri_is_refused(text: object) -> None:
    with pytest.raises(Refused, match="no S3 URI"):
        S3Uri(text)


def test_a_key_is_as_long_as_s3_allows_and_no_longer() -> None:
    assert S3Uri("s3://lab/" + "é" * 512).key == "é" * 512
    with pytest.raises(Refused, match="1024 bytes"):
        S3Uri("s3://lab/" + "é" * 512 + "x")

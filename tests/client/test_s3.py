"""Whether something is in S3, asked of a bucket of which the tests know all."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.session import Session

from batchyard import RefusedCredentials, S3Uri, aio
from batchyard.client.sessions import Client

OBJECTS = {"reads.fq", "folder/deep/reads.fq"}


class Raw:
    """A body as botocore reads it."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: object) -> list[bytes]:
        return [self._body]


def answer(request: Client, **_: object) -> Client:
    """Answer HEAD and list-type=2 as S3 does."""
    url = urlsplit(request.url)
    bucket = (url.hostname or "").partition(".")[0]
    key, query = url.path.lstrip("/"), parse_qs(url.query)
    status, body = (200, b"") if bucket == "lab" else (404, b"")
    if bucket == "locked":
        status = 403
    elif key:
        status = 200 if bucket == "lab" and key in OBJECTS else 404
    elif "prefix" in query:
        count = sum(name.startswith(query["prefix"][0]) for name in OBJECTS)
        body = f"<ListBucketResult><KeyCount>{count}</KeyCount></ListBucketResult>".encode()
        body = body if bucket == "lab" else b"<Error><Code>NoSuchBucket</Code></Error>"
    headers: Any = HeadersDict({})
    raw: Any = Raw(body)
    return AWSResponse(request.url, status, headers, raw)


@pytest.fixture(scope="module")
def session() -> Client:
    made: Client = Session()
    made.set_credentials("AKIAIOSFODNN7EXAMPLE", "secret")
    made.register("before-send.s3.*", answer)
    return made


@pytest.mark.parametrize(
    "uri",
    [
        "s3://lab",
        "s3://lab/reads.fq",
        "s3://lab/folder/",
        "s3://lab/folder",
        "s3://lab/folder/deep/reads.fq",
    ],
)
def test_what_is_there_exists(session: Client, uri: str) -> None:
    assert S3Uri(uri).exists(session=session, region="us-east-1")


@pytest.mark.parametrize(
    "uri", ["s3://none", "s3://none/x", "s3://lab/read", "s3://lab/fold", "s3://lab/fold/"]
)
def test_what_is_not_there_does_not(session: Client, uri: str) -> None:
    assert not S3Uri(uri).exists(client=session.create_client("s3", region_name="us-east-1"))


def test_what_one_may_not_see_is_not_said_to_be_missing(session: Client) -> None:
    with pytest.raises(RefusedCredentials, match="403"):
        S3Uri("s3://locked/x").exists(session=session, region="us-east-1")


async def test_the_twin_answers_the_same(session: Client) -> None:
    assert await aio.exists(S3Uri("s3://lab/reads.fq"), session=session, region="us-east-1")

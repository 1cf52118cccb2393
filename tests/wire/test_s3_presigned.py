"""S3's older presigned URLs and S3's words for a body: what botocore makes is taken, nothing else.

The oracle is botocore.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.config import Config
from botocore.session import Session
from hypothesis import given
from hypothesis import strategies as st

from batchyard.errors import Fault
from batchyard.wire import Request, s3_presigned
from batchyard.wire.sigv4 import Claim, Scope, parse, prove
from batchyard.wire.sigv4_payload import OPEN, check, stated
from tests.wire.sigv4_requests import ACCESS_KEY, SECRET

KEYS = {"aws_access_key_id": ACCESS_KEY, "aws_secret_access_key": SECRET}
PARAMS: list[tuple[str, dict[str, Any]]] = [
    ("get_object", {"Key": "plain"}),
    ("get_object", {"Key": "a//../ü b+c&d=e?", "VersionId": "v 1"}),
    ("get_object", {"Key": "k", "ResponseContentType": "text/plain; charset=utf-8"}),
    ("put_object", {"Key": "k", "Tagging": "a=b", "Metadata": {"who": "me"}}),
    ("upload_part", {"Key": "k", "UploadId": "abc", "PartNumber": 2}),
    ("list_objects_v2", {"Prefix": "a/ b"}),
]


@cache
def client(version: str, style: str = "path", **more: str) -> Any:  # noqa: ANN401 - as botocore has it
    more_config: Any = {"s3": {"addressing_style": style}}
    config = Config(signature_version=version, **more_config)
    create: Any = Session().create_client
    url = "http://localhost:4680"
    return create("s3", region_name="us-east-1", endpoint_url=url, config=config, **KEYS, **more)


def sent(url: str, method: str, headers: Mapping[str, str] = {}) -> Request:
    parts = urlsplit(url)
    return Request(method, parts.path, parts.query, {"host": parts.netloc, **headers}, b"")


def presigned(version: str, operation: str, params: Mapping[str, Any], **more: str) -> Request:
    made = client(version, **more)
    method = made.meta.service_model.operation_model(
        "".join(word.title() for word in operation.split("_"))
    ).http["method"]
    url = made.generate_presigned_url(operation, Params={"Bucket": "bucket1", **params})
    headers = {"x-amz-meta-who": "me", "x-amz-tagging": "a=b"} if "Metadata" in params else {}
    return sent(url, method, headers)


def proven(request: Request, now: int, bucket: str = "") -> None:
    claim = s3_presigned.claim_of(request)
    assert claim is not None
    assert s3_presigned.is_older(claim)
    s3_presigned.verify(request, claim, SECRET, now, bucket)


@pytest.mark.parametrize("token", ["", "a+token/="])
@pytest.mark.parametrize("operation, params", PARAMS)
def test_an_older_url_that_botocore_makes_is_taken(
    operation: str, params: dict[str, Any], token: str
) -> None:
    more = {"aws_session_token": token} if token else {}
    proven(presigned("s3", operation, params, **more), 0)


@pytest.mark.parametrize("operation, params", PARAMS)
def test_a_url_that_botocore_makes_with_sigv4_is_taken(
    operation: str, params: dict[str, Any]
) -> None:
    if "Metadata" in params:
        params = {"Key": "k"}
    request = presigned("s3v4", operation, params)
    claim = parse(request)
    said = stated(request, claim)
    assert said == "UNSIGNED-PAYLOAD"
    prove(request, claim, SECRET, said, claim.signed_at)


SIGNED = presigned("s3", "get_object", {"Key": "some/key", "VersionId": "v1"})


@given(st.integers(0, 10**6), st.sampled_from(["method", "path", "query", "key"]))
def test_nothing_of_an_older_url_can_be_another(at: int, part: str) -> None:
    request = SIGNED
    other = {
        "method": Request("PUT", request.path, request.query, request.headers, b""),
        "path": Request("GET", request.path + str(at), request.query, request.headers, b""),
        "query": Request(
            "GET", request.path, request.query.replace("v1", f"v2{at}"), request.headers, b""
        ),
        "key": Request("GET", request.path, f"acl&{request.query}", request.headers, b""),
    }
    with pytest.raises(Fault, match="does not match"):
        proven(other[part], 0)


def test_an_older_url_holds_until_its_time_and_no_longer() -> None:
    request = presigned("s3", "get_object", {"Key": "k"})
    until = int(dict(pair.split("=") for pair in request.query.split("&"))["Expires"]) * 1000
    proven(request, until)
    with pytest.raises(Fault) as refused:
        proven(request, until + 1)
    assert refused.value.code == "RequestExpired"


def test_a_bucket_may_stand_in_the_host() -> None:
    made = client("s3", "virtual")
    url = made.generate_presigned_url("get_object", Params={"Bucket": "my.bucket", "Key": "k"})
    assert urlsplit(url).netloc == "my.bucket.localhost:4680"
    proven(sent(url, "GET"), 0, "my.bucket")


@pytest.mark.parametrize("bucket", ["other", "some", "my"])
def test_a_url_of_one_bucket_reads_no_other_by_its_host(bucket: str) -> None:
    with pytest.raises(Fault, match="does not match"):
        proven(SIGNED, 0, bucket)


@pytest.mark.parametrize("name", ["attributes", "legal-hold", "x-amz-acl", "encryption"])
def test_a_parameter_that_was_not_signed_is_refused(name: str) -> None:
    query = f"{SIGNED.query}&{name}=x"
    with pytest.raises(Fault, match=f"'{name}' was not signed"):
        proven(Request("GET", SIGNED.path, query, SIGNED.headers, b""), 0)


@pytest.mark.parametrize("missing", ["AWSAccessKeyId", "Signature"])
def test_a_query_without_key_or_signature_is_no_claim(missing: str) -> None:
    request = presigned("s3", "get_object", {"Key": "k"})
    query = request.query.replace(missing, "Other")
    assert s3_presigned.claim_of(Request("GET", "/", query, {}, b"")) is None


def claim(service: str, expires: int | None = None) -> Claim:
    scope = Scope("20260101", "eu-west-1", service)
    return Claim(ACCESS_KEY, scope, ("host",), "x", "20260101T000000Z", 0, expires)


@pytest.mark.parametrize("word", sorted(OPEN))
def test_words_for_a_body_are_believed_for_s3_alone(word: str) -> None:
    request = Request("PUT", "/b/k", "", {"x-amz-content-sha256": word}, b"")
    assert stated(request, claim("s3")) == word
    check(word, "any")
    with pytest.raises(Fault, match="S3 alone"):
        stated(request, claim("sqs"))


@given(st.text("0123456789abcdef", min_size=64, max_size=64))
def test_a_hash_that_was_signed_must_be_that_of_the_body(hashed: str) -> None:
    request = Request("PUT", "/b/k", "", {"x-amz-content-sha256": hashed}, b"")
    said = stated(request, claim("s3"))
    assert said == hashed
    check(said, hashed)
    with pytest.raises(Fault, match="not that of the body"):
        check(said, hashed[:-1] + ("0" if hashed[-1] != "0" else "1"))


def test_without_a_word_the_hash_is_that_of_the_body() -> None:
    assert stated(Request("PUT", "/", "", {}, b""), claim("s3")) is None
    assert stated(Request("GET", "/", "", {}, b""), claim("sts", expires=60)) is None
    query = "X-Amz-Content-Sha256=UNSIGNED-PAYLOAD"
    assert stated(Request("GET", "/", query, {}, b""), claim("s3", 60)) == "UNSIGNED-PAYLOAD"

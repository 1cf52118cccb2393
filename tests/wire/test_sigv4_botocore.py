"""Ours agrees with botocore, request by request, and with the signatures AWS has published."""

import hmac
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from botocore.auth import SIGNED_HEADERS_BLACKLIST, SigV4Auth
from botocore.awsrequest import AWSPreparedRequest, AWSRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.session import Session
from hypothesis import given
from hypothesis import strategies as st

from batchyard.wire import Request
from batchyard.wire.sigv4 import parse, sign, verify
from batchyard.wire.sigv4_canonical import Scope, canonical_path, signature, signing_key
from tests.wire.sigv4_requests import (
    ACCESS_KEY,
    JSON,
    OWNER,
    REGION,
    SECRET,
    YARD,
    credentials,
    instant,
    presigned,
    received,
    signed,
)

ARN = "arn:aws:batch:eu-west-1:123456789012:job-definition/sleep über:1"
QUOTED_ARN = "/v1/tags/arn%3Aaws%3Abatch%3Aeu-west-1%3A123456789012%3Ajob-queue%2Fhigh"
URLS = [
    f"{YARD}/v1/submitjob",
    f"{YARD}{QUOTED_ARN}",
    f"{YARD}{QUOTED_ARN}?tagKeys=b&tagKeys=a",
    f"{YARD}{QUOTED_ARN}?tagKeys=a%20b&tagKeys=%C3%BC%2B%26%3D",
    f"{YARD}/?flag&empty=&x=1",
    f"{YARD}/",
    YARD,
    f"{YARD}/v1//twice/./and/../again/",
    f"{YARD}/a%2Fb/~tilde/(paren)/sp%20ace/%C3%BC",
    "http://localhost:80/v1/describejobs",
    "http://[::1]:4680/v1/describejobs",
    "https://batch.eu-west-1.amazonaws.com/v1/describejobs",
    "http://YARD.Example:4680/v1/describejobs",
]
BODIES = [b"", b"{}", '{"jobName":"größe-✓"}'.encode(), bytes(range(256))]
segments = st.text(
    st.characters(codec="utf-8", exclude_characters="/?#", exclude_categories=["Cs", "Cc"]),
    max_size=8,
)


@pytest.mark.parametrize("body", BODIES, ids=["empty", "json", "unicode", "bytes"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("url", URLS)
def test_what_botocore_signs_is_accepted_and_we_sign_the_same(
    url: str, method: str, body: bytes
) -> None:
    request = signed(url, method, body)
    claim = parse(request)
    verify(request, claim, SECRET, claim.signed_at)
    made = sign(method, url, JSON, body, **OWNER, now=claim.signed_at)
    assert made["authorization"] == request.headers["authorization"]
    assert made["x-amz-date"] == request.headers["x-amz-date"]
    assert made["host"] == request.headers["host"]


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_what_botocore_presigns_is_accepted(url: str, method: str) -> None:
    request = presigned(url, method)
    claim = parse(request)
    assert claim.expires == 3600
    verify(request, claim, SECRET, claim.signed_at)


def test_a_presigned_url_may_carry_a_token_and_signed_headers() -> None:
    request = presigned(headers={"X-Amz-Target": "DataPipeline.ListPipelines"}, token="token/+=")
    claim = parse(request)
    assert claim.signed_headers == ("host", "x-amz-target")
    verify(request, claim, SECRET, claim.signed_at)


def test_a_plus_in_the_query_is_the_space_that_botocore_signed() -> None:
    request = AWSRequest("GET", f"{YARD}/v1/tags/a", params={"tagKeys": "a b+c"})
    SigV4Auth(credentials(), "batch", REGION).add_auth(request)
    sent = received(request.prepare())
    assert sent.query == "tagKeys=a+b%2Bc"
    verify(sent, parse(sent), SECRET, parse(sent).signed_at)


def test_headers_that_change_on_the_way_are_left_unsigned_as_botocore_leaves_them() -> None:
    headers = {name.title(): "1" for name in [*SIGNED_HEADERS_BLACKLIST, "accept", "x-amz-a"]}
    request = signed(headers={**headers, "Authorization": "old"})
    now = parse(request).signed_at
    url = f"{YARD}/v1/submitjob"
    made = sign("POST", url, {**headers, "Authorization": "old"}, b"{}", **OWNER, now=now)
    assert made["authorization"] == request.headers["authorization"]


def test_a_date_header_is_what_botocore_signs_when_it_is_given_one() -> None:
    request = signed(headers={"Date": "whenever"})
    assert "x-amz-date" not in request.headers
    claim = parse(request)
    verify(request, claim, SECRET, claim.signed_at)


@given(st.dictionaries(st.from_regex(r"x-[a-z]{1,8}", fullmatch=True), segments, max_size=4))
def test_header_values_fold_as_botocore_folds_them(headers: Mapping[str, str]) -> None:
    request = signed(headers=headers)
    claim = parse(request)
    verify(request, claim, SECRET, claim.signed_at)
    url = f"{YARD}/v1/submitjob"
    made = sign("POST", url, headers, b"{}", **OWNER, now=claim.signed_at)
    assert made["authorization"] == request.headers["authorization"]


@given(st.lists(segments, max_size=5).map("/".join))
def test_paths_are_made_canonical_as_botocore_makes_them(path: str) -> None:
    request = signed(f"{YARD}/{path}", "GET", b"")
    claim = parse(request)
    verify(request, claim, SECRET, claim.signed_at)


def test_a_plain_path_takes_no_shortcut_to_another_result() -> None:
    for path in ("/v1/submitjob", "/.", "/..", "/a/..", "/a/.b", "//a", "/a/", "", "/a b", "/%41"):
        request = signed(f"{YARD}{path}", "GET", b"")
        claim = parse(request)
        verify(request, claim, SECRET, claim.signed_at)
    assert canonical_path("/%41") == "/%2541"


def calls() -> Iterator[tuple[str, str, dict[str, Any]]]:
    submit = {"jobName": "größe", "jobQueue": "default", "jobDefinition": ARN}
    yield "batch", "submit_job", submit
    yield "batch", "describe_jobs", {"jobs": ["a" * 36] * 100}
    yield "batch", "list_tags_for_resource", {"resourceArn": ARN}
    yield "batch", "tag_resource", {"resourceArn": ARN, "tags": {"a b": "+/=~"}}
    yield "batch", "untag_resource", {"resourceArn": ARN, "tagKeys": ["b c", "a+b", "ü&="]}
    yield "logs", "get_log_events", {"logGroupName": "/aws/batch/job", "logStreamName": "a/b/c"}
    yield "datapipeline", "poll_for_task", {"workerGroup": "wg-größe"}


class Empty:
    """The body of an answer that says nothing."""

    def stream(self) -> Iterator[bytes]:
        yield b"{}"


def captured(service: str, operation: str, arguments: dict[str, Any]) -> Request:
    """Take what a whole botocore client would put on the wire."""
    sent: list[AWSPreparedRequest] = []

    def keep(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        sent.append(request)
        return AWSResponse(request.url, 200, HTTPHeaders(), Empty())

    client = Session().create_client(
        service,
        region_name="eu-west-1",
        endpoint_url=YARD,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET,
        config=Config(retries={"total_max_attempts": 1}),
    )
    answer: Callable[..., Any] = keep  # the stubs do not know that a hook may answer
    client.meta.events.register("before-send", answer)
    getattr(client, operation)(**arguments)
    return received(sent[0])


@pytest.mark.parametrize("call", list(calls()), ids=lambda call: call[1])
def test_what_a_client_sends_is_accepted(call: tuple[str, str, dict[str, Any]]) -> None:
    request = captured(*call)
    claim = parse(request)
    assert (claim.region, claim.service) == ("eu-west-1", call[0])
    verify(request, claim, SECRET, claim.signed_at)


SUITE_SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
SUITE = {"access_key": "AKIDEXAMPLE", "secret": SUITE_SECRET, "region": "us-east-1"}
SUITE_TIME = instant("20150830T123600Z")
FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.text()), max_size=6))
def test_signing_one_text_leaves_nothing_for_the_next(texts: list[tuple[str, str]]) -> None:
    for secret, text in texts:
        scope = Scope("20150830", "us-east-1", "iam")
        proof = hmac.digest(signing_key(secret, scope), text.encode(), "sha256").hex()
        assert signature(secret, scope, text) == proof


def test_the_signing_key_is_the_one_aws_published() -> None:
    """https://docs.aws.amazon.com/general/latest/gr/signature-v4-examples.html (archived)."""
    key = signing_key(SUITE_SECRET, Scope("20150830", "us-east-1", "iam"))
    assert key.hex() == "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"


def test_the_signature_of_list_users_is_the_one_aws_published() -> None:
    """https://docs.aws.amazon.com/general/latest/gr/sigv4-signed-request-examples.html."""
    url = "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08"
    sent = sign("GET", url, FORM, b"", **SUITE, service="iam", now=SUITE_TIME)
    assert sent["authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date, "
        "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    )


@pytest.mark.parametrize(
    "method, query, proof",
    [
        ("GET", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        (
            "GET",
            "?Param2=value2&Param1=value1",
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
    ],
    ids=["get-vanilla", "post-vanilla", "get-vanilla-query-order-key-case"],
)
def test_the_signatures_of_aws_test_suite_come_out(method: str, query: str, proof: str) -> None:
    """aws-sig-v4-test-suite, as AWS published it."""
    url = f"https://example.amazonaws.com/{query}"
    sent = sign(method, url, {}, b"", **SUITE, service="service", now=SUITE_TIME)
    assert sent["authorization"].endswith(f"Signature={proof}")
    request = Request(method, "/", query[1:], sent, b"")
    verify(request, parse(request), SUITE_SECRET, SUITE_TIME)

"""What a claim must look like, and when it is too old, too young or about something else.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import msgspec
import pytest

from batchyard.errors import Fault
from batchyard.wire import Request
from batchyard.wire.sigv4 import SKEW, parse, sign, verify
from tests.wire.sigv4_requests import ACCESS_KEY, JSON, OWNER, SECRET, YARD, presigned, signed

SECOND = 1000
HOUR = 3600 * SECOND
NOON = 1_440_936_000 * SECOND  # 20150830T120000Z
SUBMIT = f"{YARD}/v1/submitjob"


def ours(headers: dict[str, str] | None = None, body: bytes = b"{}", now: int = NOON) -> Request:
    """Sign with our own signer, which test_sigv4_botocore holds to botocore's."""
    given = {"host": "127.0.0.1:4680", **(headers or {})}
    sent = sign("POST", SUBMIT, given, body, **OWNER, now=now)
    return Request("POST", "/v1/submitjob", "", sent, body)


def with_headers(request: Request, **changes: str | None) -> Request:
    named = {name.replace("_", "-"): value for name, value in changes.items()}
    headers = {**request.headers, **named}
    kept = {name: value for name, value in headers.items() if value is not None}
    return msgspec.structs.replace(request, headers=kept)


def rewritten(request: Request, old: str, new: str) -> Request:
    """Change the Authorization header."""
    assert old in request.headers["authorization"]
    return with_headers(request, authorization=request.headers["authorization"].replace(old, new))


def refusal(request: Request, now: int = NOON, secret: str = SECRET) -> Fault:
    with pytest.raises(Fault) as caught:
        verify(request, parse(request), secret, now)
    assert caught.value.status == 403
    return caught.value


def accept(request: Request, now: int = NOON) -> None:
    verify(request, parse(request), SECRET, now)


def test_a_claim_tells_key_day_region_service_and_time() -> None:
    claim = parse(ours(JSON))
    assert (claim.access_key, claim.region, claim.service) == (ACCESS_KEY, "eu-west-1", "batch")
    assert (claim.scope.date, claim.timestamp, claim.signed_at) == (
        "20150830",
        "20150830T120000Z",
        NOON,
    )
    assert claim.signed_headers == ("content-type", "host", "x-amz-date")
    assert claim.expires is None


def test_a_request_without_credential_is_told_that_it_has_none() -> None:
    for query in ("", "a=b&c", "X-Amz-Date=20150830T120000Z&X-Amz-Expires=1"):
        bare = Request("POST", "/v1/submitjob", query, {"host": "127.0.0.1:4680"}, b"{}")
        assert refusal(bare).code == "MissingAuthenticationTokenException"


def test_a_signature_is_good_for_a_quarter_of_an_hour_before_and_after() -> None:
    request = ours()
    accept(request, NOON + SKEW)
    accept(request, NOON - SKEW)
    late = refusal(request, NOON + SKEW + 1)
    assert late.code == "InvalidSignatureException"
    assert late.message == (
        "Signature expired: 20150830T120000Z is now earlier than 20150830T120000Z "
        "(20150830T121500Z - 15 min.)"
    )
    early = refusal(request, NOON - SKEW - SECOND)
    assert early.code == "InvalidSignatureException"
    assert early.message == (
        "Signature not yet current: 20150830T120000Z is still later than 20150830T115959Z "
        "(20150830T114459Z + 15 min.)"
    )


def test_a_request_replayed_a_day_later_is_refused() -> None:
    assert "Signature expired" in refusal(ours(), NOON + 24 * HOUR).message


def test_a_presigned_url_is_good_until_it_expires_and_not_before_it_begins() -> None:
    request = presigned(expires=60)
    begun = parse(request).signed_at
    accept(request, begun)
    accept(request, begun + 60 * SECOND)
    assert refusal(request, begun + 60 * SECOND + 1).code == "RequestExpired"
    accept(request, begun - SKEW)
    assert "not yet current" in refusal(request, begun - SKEW - 1).message


def test_a_presigned_url_lasts_seven_days_at_most() -> None:
    week = 7 * 24 * 3600
    request = presigned(expires=week)
    accept(request, parse(request).signed_at + week * SECOND)
    assert "X-Amz-Expires" in refusal(presigned(expires=week + 1)).message
    assert "X-Amz-Expires" in refusal(presigned(expires=0)).message
    assert "X-Amz-Expires" in refusal(presigned(expires=-1)).message


def test_the_scope_is_of_the_day_of_the_timestamp() -> None:
    redated = rewritten(ours(), "/20150830/", "/20150829/")
    assert "Date in Credential scope does not match" in refusal(redated).message


def test_a_redated_request_is_refused() -> None:
    redated = with_headers(ours(), x_amz_date="20150830T120001Z")
    assert "signature we calculated" in refusal(redated).message


def test_two_credentials_are_one_too_many() -> None:
    url = presigned()
    both = msgspec.structs.replace(ours(), path=url.path, query=url.query, method="GET", body=b"")
    assert "Only one auth mechanism" in refusal(both, parse(url).signed_at).message


@pytest.mark.parametrize(
    "telling", ["X-Amz-Algorithm=x", "X-Amz-Credential=x", "X%2DAmz-Signature=x"]
)
def test_any_telling_parameter_beside_the_header_is_one_too_many(telling: str) -> None:
    both = msgspec.structs.replace(ours(), query=telling)
    assert "Only one auth mechanism" in refusal(both).message


@pytest.mark.parametrize("name", ["Algorithm", "Credential", "Date", "Expires", "SignedHeaders"])
def test_a_presigned_url_needs_every_parameter_once(name: str) -> None:
    request = presigned()
    pairs = request.query.split("&")
    rest = [pair for pair in pairs if not pair.startswith(f"X-Amz-{name}=")]
    without = msgspec.structs.replace(request, query="&".join(rest))
    assert refusal(without).code == "IncompleteSignatureException"
    twice = msgspec.structs.replace(request, query="&".join([*pairs, *set(pairs) - set(rest)]))
    assert refusal(twice).code == "IncompleteSignatureException"


@pytest.mark.parametrize("name", ["Credential", "SignedHeaders", "Signature"])
def test_the_header_needs_every_field(name: str) -> None:
    short = rewritten(ours(), f"{name}=", "Else=")
    assert refusal(short).code == "IncompleteSignatureException"
    empty = with_headers(
        ours(), authorization="AWS4-HMAC-SHA256 Credential=, SignedHeaders=, Signature="
    )
    assert f"'{name}'" in refusal(empty).message


def test_a_header_sent_twice_is_not_read_as_one() -> None:
    once = ours().headers["authorization"]
    twice = with_headers(ours(), authorization=f"{once},{once}")
    assert refusal(twice).code == "IncompleteSignatureException"
    fields = with_headers(ours(), authorization=f"{once}, Signature=0")
    assert refusal(fields).code == "IncompleteSignatureException"


@pytest.mark.parametrize("algorithm", ["AWS4-HMAC-SHA1", "aws4-hmac-sha256", "Bearer", ""])
def test_another_algorithm_is_refused(algorithm: str) -> None:
    other = rewritten(ours(), "AWS4-HMAC-SHA256", algorithm)
    assert refusal(other).code == "IncompleteSignatureException"
    url = presigned()
    query = url.query.replace("AWS4-HMAC-SHA256", algorithm)
    other = msgspec.structs.replace(url, query=query)
    assert refusal(other).code == "IncompleteSignatureException"


@pytest.mark.parametrize(
    "scope",
    [
        "eu-west-1/20150830/batch/aws4_request",
        "20150830/eu-west-1/aws4_request/batch",
        "20150830/EU-WEST-1/batch/aws4_request",
        "20150830/eu_west_1/batch/aws4_request",
        "20150830/../batch/aws4_request",
        "20150830/eu-west-1/batch\n/aws4_request",
        "20150830//batch/aws4_request",
        "20150830/eu-west-1/batch",
        "20150830/eu-west-1/batch/aws4_request/aws4_request",
        "2015-08-30/eu-west-1/batch/aws4_request",
        "٢٠١٥٠٨٣٠/eu-west-1/batch/aws4_request",
    ],
)
def test_a_scope_out_of_form_or_order_is_refused_before_it_is_used(scope: str) -> None:
    request = rewritten(ours(), "20150830/eu-west-1/batch/aws4_request", scope)
    with pytest.raises(Fault) as caught:
        parse(request)
    assert caught.value.status == 403


def test_a_signature_for_one_service_or_region_is_not_good_for_another() -> None:
    for old, new in (("/batch/", "/logs/"), ("/eu-west-1/", "/eu-west-2/")):
        assert "signature we calculated" in refusal(rewritten(ours(), old, new)).message


@pytest.mark.parametrize("stamp", ["20151330T120000Z", "20150830T126000Z", "2015", "", "99999999"])
def test_a_time_that_does_not_exist_is_refused(stamp: str) -> None:
    request = with_headers(ours(), x_amz_date=stamp)
    assert refusal(request).code == "IncompleteSignatureException"


def test_a_request_that_does_not_say_when_is_refused() -> None:
    request = with_headers(ours(), x_amz_date=None)
    assert "'Date' header" in refusal(request).message


@pytest.mark.parametrize(
    "date", ["Sun, 30 Aug 2015 12:00:00 GMT", "Sun, 30 Aug 2015 12:00:00 -0000", "20150830T120000Z"]
)
def test_the_date_header_serves_where_there_is_no_x_amz_date(date: str) -> None:
    claim = parse(with_headers(ours(), x_amz_date=None, date=date))
    assert (claim.timestamp, claim.signed_at) == ("20150830T120000Z", NOON)


@pytest.mark.parametrize(
    "date", ["Sun, 30 Aug 2015 14:00:00 +0200", "Sun, 31 Feb 2015 12:00:00 GMT", "today", ""]
)
def test_a_date_that_is_no_http_date_is_refused(date: str) -> None:
    request = with_headers(ours(), x_amz_date=None, date=date)
    assert refusal(request).code == "IncompleteSignatureException"


def test_the_host_must_be_signed() -> None:
    request = rewritten(ours(), "host;x-amz-date", "x-amz-date")
    assert "'Host' must be" in refusal(request).message


def test_every_x_amz_header_must_be_signed() -> None:
    request = with_headers(ours(), x_amz_target="DataPipeline.DeletePipeline")
    assert "not signed: 'x-amz-target'" in refusal(request).message


def test_a_header_that_changes_on_the_way_need_not_be_signed() -> None:
    accept(with_headers(ours(), user_agent="curl", x_amzn_trace_id="Root=1", accept="*/*"))


def test_a_signed_header_must_be_there() -> None:
    request = with_headers(ours(JSON), content_type=None)
    assert "not in the request: 'content-type'" in refusal(request).message


def test_signed_headers_stand_in_order_each_once() -> None:
    for names in ("x-amz-date;host", "host;host;x-amz-date"):
        request = rewritten(ours(), "host;x-amz-date", names)
        assert "must be sorted" in refusal(request).message


def test_signed_headers_are_lower_case() -> None:
    upper = rewritten(ours(), "SignedHeaders=host;", "SignedHeaders=Host;")
    assert refusal(upper).code == "InvalidSignatureException"


@pytest.mark.parametrize(
    "hashed", ["UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "", "0" * 64]
)
def test_a_payload_hash_that_is_not_the_bodys_is_refused_even_when_signed(hashed: str) -> None:
    request = ours({"x-amz-content-sha256": hashed})
    assert "payload hash" in refusal(request).message


def test_a_payload_hash_that_is_the_bodys_is_accepted() -> None:
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    accept(ours({"x-amz-content-sha256": empty}, b""))


@pytest.mark.parametrize("length", [0, 1, 32, 63, 65])
def test_a_signature_cut_short_or_drawn_long_is_refused(length: int) -> None:
    request = ours()
    proof = parse(request).signature
    cut = rewritten(request, f"Signature={proof}", f"Signature={(proof + 'a')[:length]}")
    assert refusal(cut).code in {"InvalidSignatureException", "IncompleteSignatureException"}


def test_another_secret_does_not_prove_the_claim() -> None:
    assert "signature we calculated" in refusal(ours(), secret=SECRET[::-1]).message


def test_a_security_token_is_signed_and_otherwise_ignored() -> None:
    request = signed(token="a-session-token")
    accept(request, parse(request).signed_at)
    changed = with_headers(request, x_amz_security_token="another")
    assert "signature we calculated" in refusal(changed, parse(request).signed_at).message


def test_spaces_around_and_inside_a_header_fold_as_aws_folds_them() -> None:
    folded = ours({"x-amz-note": "a b c"})
    accept(with_headers(folded, x_amz_note="  a   b \t c "))


def test_separators_without_a_space_are_read_too() -> None:
    accept(rewritten(ours(), ", ", ","))


def test_what_a_stranger_sent_is_shown_short_and_printable() -> None:
    request = with_headers(ours(), authorization="é\x1b[31m" * 1000)
    assert len(refusal(request).message) < 600
    assert refusal(request).message.isascii()

"""Who is let in to a yard, and what the others are told."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard.errors import Fault, Refused
from batchyard.server.gate import HEALTH, NOBODY, Gate, check_binding, origins_of, own_hosts
from batchyard.server.keys import Keys
from batchyard.wire import Request
from batchyard.wire.sigv4 import Claim, parse, sign
from tests.wire.sigv4_requests import ACCESS_KEY, OWNER, SECRET, instant, presigned, signed

NOW = instant("20150830T120000Z")
KEYS = Keys(ACCESS_KEY, SECRET)
HOSTS = own_hosts("127.0.0.1", 4680)
STRANGER = {**OWNER, "access_key": "AKIAI44QH8DHBEXAMPLE"}
ADVICE = 'eval "$(batchyard env)"'
both_modes = pytest.mark.parametrize("auth", [True, False], ids=["auth", "no-auth"])


def gate(now: int = NOW, *, auth: bool = True) -> Gate:
    return Gate(KEYS, HOSTS, auth, origins_of(HOSTS), lambda: now)


def sent(
    host: str = "127.0.0.1:4680",
    path: str = "/v1/submitjob",
    owner: dict[str, str] = OWNER,
    **headers: str,
) -> Request:
    """Sign a request as its owner would send it to this host, with these headers beside."""
    given = {"host": host} | {name.replace("_", "-"): text for name, text in headers.items()}
    url = f"http://{host}{path}"
    return Request("POST", path, "", sign("POST", url, given, b"{}", **owner, now=NOW), b"{}")


def refusal(request: Request, by: Gate) -> Fault:
    with pytest.raises(Fault) as caught:
        by.admit(request)
    assert caught.value.status == 403
    return caught.value


@both_modes
def test_a_signed_request_is_let_in_for_its_region_and_service(*, auth: bool) -> None:
    claim = gate(auth=auth).admit(sent())
    assert (claim.access_key, claim.region, claim.service) == (ACCESS_KEY, "eu-west-1", "batch")


def test_what_botocore_signs_or_presigns_is_let_in() -> None:
    for request in (signed(), presigned()):
        claim = parse(request)
        assert gate(claim.signed_at).admit(request) == claim


@both_modes
@pytest.mark.parametrize("path", ["/v1/submitjob", "/", "/_batchyard/reset", "/_batchyard/health/"])
def test_without_a_credential_nobody_gets_in_and_is_told_how(path: str, *, auth: bool) -> None:
    bare = Request("POST", path, "", {"host": "localhost:4680"}, b"{}")
    fault = refusal(bare, gate(auth=auth))
    assert fault.code == "MissingAuthenticationTokenException"
    assert ADVICE in fault.message


def test_an_unknown_key_is_refused_and_told_how_to_get_one() -> None:
    fault = refusal(sent(owner=STRANGER), gate())
    assert fault.code == "UnrecognizedClientException"
    assert ADVICE in fault.message


def test_a_forged_signature_is_refused() -> None:
    forged = {**OWNER, "secret": SECRET[::-1]}
    fault = refusal(sent(owner=forged), gate())
    assert fault.code == "InvalidSignatureException"
    assert ADVICE in fault.message


def test_a_replay_is_refused_once_it_is_stale() -> None:
    gate(NOW + 900_000).admit(sent())
    assert "Signature expired" in refusal(sent(), gate(NOW + 900_001)).message


def test_without_authentication_any_key_and_signature_will_do() -> None:
    forged = {**STRANGER, "secret": "guessed"}
    assert gate(auth=False).admit(sent(owner=forged)).access_key == STRANGER["access_key"]
    gate(NOW + 10**10, auth=False).admit(sent())


def test_without_authentication_a_credential_must_still_be_one() -> None:
    request = sent()
    headers = {**request.headers, "authorization": "Bearer let-me-in"}
    fault = refusal(msgspec.structs.replace(request, headers=headers), gate(auth=False))
    assert fault.code == "IncompleteSignatureException"


def test_without_authentication_a_credential_in_the_query_is_none() -> None:
    """A link or a form of any page could carry it; a header needs a preflight first."""
    assert "presigned" in refusal(presigned(), gate(auth=False)).message


@both_modes
@pytest.mark.parametrize(
    "host", ["127.0.0.1:4680", "localhost:4680", "[::1]:4680", "LOCALHOST:4680"]
)
def test_the_yard_answers_to_its_own_names(host: str, *, auth: bool) -> None:
    gate(auth=auth).admit(sent(host))


@both_modes
@pytest.mark.parametrize(
    "host",
    [
        "",
        "localhost",
        "127.0.0.1",
        "localhost:80",
        "127.0.0.1:46800",
        "127.0.0.2:4680",
        "0.0.0.0:4680",
        "::1:4680",
        "localhost.:4680",
        "evil.localhost:4680",
        "localhost:4680.evil.example",
        "localhost:4680@evil.example",
        "evil.example:4680",
        "127.0.0.1:4680,127.0.0.1:4680",
        "127.0.0.1:4680,evil.example",
        "127.0.0.1:4680 ",
        "127.0.0.1:٤٦٨٠",
    ],
)
def test_the_yard_answers_to_no_other_name(host: str, *, auth: bool) -> None:
    signed_for = sent()
    headers = {**signed_for.headers, "host": host}
    for request in (
        msgspec.structs.replace(signed_for, headers=headers),
        Request("GET", HEALTH, "", {"host": host}, b""),
    ):
        fault = refusal(request, gate(auth=auth))
        assert fault.code == "AccessDeniedException"
        assert "Host" in fault.message


@both_modes
def test_a_request_without_host_is_refused(*, auth: bool) -> None:
    assert "Host" in refusal(Request("GET", HEALTH, "", {}, b""), gate(auth=auth)).message


@both_modes
def test_health_alone_needs_no_credential(*, auth: bool) -> None:
    host = {"host": "localhost:4680"}
    assert gate(auth=auth).admit(Request("GET", HEALTH, "", host, b"")) == NOBODY
    for method, path in (
        ("POST", HEALTH),
        ("HEAD", HEALTH),
        ("get", HEALTH),
        ("GET", f"{HEALTH}/"),
        ("GET", f"/{HEALTH}"),
        ("GET", f"{HEALTH}/../reset"),
        ("GET", "/_batchyard/%68ealth"),
        ("GET", "/_batchyard/jobs"),
    ):
        refusal(Request(method, path, "", host, b""), gate(auth=auth))


@both_modes
@pytest.mark.parametrize(
    "text", ["a\r\nx-amz-target: b", "a\n b", "a\x00", "a\rb", "\x7f", "a\x0bb"]
)
@pytest.mark.parametrize("name", ["accept", "host", "x-folded"])
def test_a_folded_or_smuggled_header_is_refused(name: str, text: str, *, auth: bool) -> None:
    request = sent()
    headers = {**request.headers, name: text}
    fault = refusal(msgspec.structs.replace(request, headers=headers), gate(auth=auth))
    assert fault.code == "AccessDeniedException"


def test_names_allowed_besides_count_with_their_port_this_port_or_none() -> None:
    hosts = own_hosts("0.0.0.0", 4680, ["Yard.Example", "proxy:8080", "::2"])  # noqa: S104 - an address as data
    assert {"yard.example", "yard.example:4680", "proxy:8080", "[::2]:4680", "[::2]"} < hosts
    assert "0.0.0.0:4680" in hosts
    assert not {"proxy", "proxy:4680", "yard.example:80", "localhost"} & hosts


def test_port_80_is_the_one_that_clients_leave_out() -> None:
    assert {"localhost", "localhost:80", "127.0.0.1", "[::1]", "yard"} < own_hosts("yard", 80)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "[::1]", "localhost"])
def test_on_loopback_authentication_may_be_left_out(host: str) -> None:
    check_binding(host, auth=False)
    check_binding(host, auth=True)


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "", "0", "192.168.1.2", "10.0.0.1", "yard.example", "localhost.evil", "[::]"],  # noqa: S104 - addresses as data
)
def test_beyond_loopback_authentication_may_not_be_left_out(host: str) -> None:
    check_binding(host, auth=True)
    with pytest.raises(Refused, match="beyond loopback needs authentication"):
        check_binding(host, auth=False)


hostile = st.text(st.characters(exclude_categories=[]), max_size=100)
NAMES = ["host", "origin", "authorization", "sec-fetch-site", "x-amz-date", "cookie"]


requests = st.builds(
    Request,
    method=hostile | st.sampled_from(["GET", "OPTIONS"]),
    path=hostile | st.just(HEALTH),
    query=hostile,
    headers=st.dictionaries(st.sampled_from(NAMES) | hostile, hostile, max_size=5),
    body=st.binary(max_size=50),
)


def answer(request: Request, by: Gate) -> Claim | Fault:
    try:
        return by.admit(request)
    except Fault as fault:
        return fault


@given(request=requests, at_home=st.booleans(), auth=st.booleans())
def test_hostile_requests_meet_nothing_but_a_fault(
    *, request: Request, at_home: bool, auth: bool
) -> None:
    own = {"host": "localhost:4680"} if at_home else {}
    request = msgspec.structs.replace(request, headers={**request.headers, **own})
    answered = answer(request, gate(auth=auth))
    if isinstance(answered, Fault):
        assert answered.status == 403
        assert answered.message.isascii()
    else:
        assert answered == NOBODY
        assert at_home


@both_modes
def test_a_glance_refuses_nothing_that_is_let_in(*, auth: bool) -> None:
    gate(auth=auth).glance(sent())


def test_a_glance_refuses_what_no_body_could_prove() -> None:
    for request, by in (
        (sent(owner=STRANGER), gate()),
        (sent(), gate(NOW + 3_600_000)),
        (sent("evil.example:4680"), gate()),
        (Request("POST", "/v1/submitjob", "", {"host": "127.0.0.1:4680"}, b""), gate()),
    ):
        with pytest.raises(Fault) as caught:
            by.glance(request)
        assert caught.value.status == 403

"""What a page in its owner's browser can send, and that a yard takes none of it.

Sources: https://fetch.spec.whatwg.org/#http-origin, https://www.w3.org/TR/fetch-metadata/,
https://fetch.spec.whatwg.org/#cors-safelisted-request-header
"""

import pytest

from batchyard.errors import Fault
from batchyard.server.gate import HEALTH, Gate, origins_of, own_hosts
from batchyard.server.keys import Keys
from batchyard.wire import Request
from batchyard.wire.sigv4 import sign
from tests.wire.sigv4_requests import ACCESS_KEY, OWNER, SECRET, instant

NOW = instant("20150830T120000Z")
HOST = "localhost:4680"
EVIL = "https://evil.example"
FORM = "application/x-www-form-urlencoded"
SUBMIT = b'{"jobName":"x","jobQueue":"default","jobDefinition":"x","parameters":{"a":"="}}'
# What a page can put in an address: a credential in form, though not one that proves anything.
LINK = (
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20150830T120000Z&X-Amz-Expires=3600&"
    "X-Amz-SignedHeaders=host&X-Amz-Signature=00&"
    "X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20150830%2Feu-west-1%2Fbatch%2Faws4_request"
)
both_modes = pytest.mark.parametrize("auth", [True, False], ids=["auth", "no-auth"])


def refusal(request: Request, *, auth: bool) -> Fault:
    hosts = own_hosts("127.0.0.1", 4680)
    gate = Gate(Keys(ACCESS_KEY, SECRET), hosts, auth, origins_of(hosts), lambda: NOW)
    with pytest.raises(Fault) as caught:
        gate.admit(request)
    assert caught.value.status == 403
    return caught.value


def admitted(request: Request, *, auth: bool) -> bool:
    hosts = own_hosts("127.0.0.1", 4680)
    gate = Gate(Keys(ACCESS_KEY, SECRET), hosts, auth, origins_of(hosts), lambda: NOW)
    return bool(gate.admit(request))


def page(
    method: str = "POST",
    path: str = "/v1/submitjob",
    query: str = "",
    host: str = HOST,
    **headers: str,
) -> Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(method, path, query, {"host": host, **named}, SUBMIT)


def owners(**headers: str) -> Request:
    """The owner's own signed request, which a browser gave these headers."""
    url = f"http://{HOST}/v1/submitjob"
    made = sign("POST", url, {"host": HOST}, SUBMIT, **OWNER, now=NOW)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request("POST", "/v1/submitjob", "", made | named, SUBMIT)


@both_modes
@pytest.mark.parametrize("kind", ["text/plain;charset=UTF-8", FORM, "multipart/form-data", None])
@pytest.mark.parametrize("query", ["", LINK], ids=["bare", "with a credential in its address"])
def test_a_simple_post_from_a_page_is_refused(kind: str | None, query: str, *, auth: bool) -> None:
    content = {"content_type": kind} if kind else {}
    modern = page(query=query, origin=EVIL, sec_fetch_site="cross-site", **content)
    assert refusal(modern, auth=auth).code == "AccessDeniedException"
    assert EVIL in refusal(modern, auth=auth).message
    without_origin = page(query=query, sec_fetch_site="cross-site", **content)
    assert refusal(without_origin, auth=auth).code == "AccessDeniedException"
    refusal(page(query=query, **content), auth=auth)  # a browser too old to say where from


@both_modes
@pytest.mark.parametrize(
    "origin",
    [
        EVIL,
        "null",
        "",
        "http://localhost",
        "http://localhost:3000",
        "https://localhost:4680",
        "http://localhost:4680.evil.example",
        "http://localhost:4680/",
        "http://evil.localhost:4680",
        "http://localhost:4680, https://evil.example",
        "http://localhost:4680,http://localhost:4680",
        "chrome-extension://abcdefgh",
    ],
)
def test_no_other_origin_may_speak_even_with_a_valid_signature(origin: str, *, auth: bool) -> None:
    assert refusal(owners(origin=origin), auth=auth).code == "AccessDeniedException"
    health = page("GET", HEALTH, origin=origin)
    assert refusal(health, auth=auth).code == "AccessDeniedException"


@both_modes
@pytest.mark.parametrize("site", ["cross-site", "same-site", "", "None", "none,cross-site", "new"])
def test_no_other_site_may_speak_even_with_a_valid_signature(site: str, *, auth: bool) -> None:
    assert refusal(owners(sec_fetch_site=site), auth=auth).code == "AccessDeniedException"
    assert refusal(page("GET", HEALTH, sec_fetch_site=site), auth=auth).status == 403


@both_modes
@pytest.mark.parametrize("origin", ["http://localhost:4680", "http://127.0.0.1:4680"])
def test_its_own_pages_may_speak_with_a_valid_signature(origin: str, *, auth: bool) -> None:
    assert admitted(owners(origin=origin, sec_fetch_site="same-origin"), auth=auth)
    assert admitted(owners(sec_fetch_site="none"), auth=auth)
    assert refusal(page(origin=origin), auth=auth).code == "MissingAuthenticationTokenException"


@both_modes
def test_a_preflight_is_refused_whoever_asks(*, auth: bool) -> None:
    asked = {
        "access_control_request_method": "POST",
        "access_control_request_headers": "authorization,x-amz-date",
    }
    for origin in (EVIL, "http://localhost:4680"):
        preflight = page("OPTIONS", origin=origin, **asked)
        assert refusal(preflight, auth=auth).code == "AccessDeniedException"
    assert "preflight" in refusal(page("OPTIONS", HEALTH), auth=auth).message
    signed = owners()
    options = Request("OPTIONS", signed.path, "", signed.headers, SUBMIT)
    assert "preflight" in refusal(options, auth=auth).message


@both_modes
@pytest.mark.parametrize("path", ["/v1/tags/arn", "/_batchyard/story", "/"])
def test_an_image_a_link_or_a_frame_is_refused(path: str, *, auth: bool) -> None:
    for query in ("", LINK):
        refusal(page("GET", path, query, sec_fetch_site="cross-site"), auth=auth)
        refusal(page("GET", path, query), auth=auth)


@both_modes
def test_a_name_that_was_made_to_point_here_is_refused(*, auth: bool) -> None:
    """DNS rebinding: the page is of one origin with what it calls, so only the Host tells."""
    rebound = {"origin": "http://evil.example:4680", "sec_fetch_site": "same-origin"}
    request = page(host="evil.example:4680", **rebound)
    assert "Host" in refusal(request, auth=auth).message
    assert "Host" in refusal(page("GET", HEALTH, host="evil.example:4680"), auth=auth).message
    signed = owners()
    moved = Request(
        "POST", signed.path, "", {**signed.headers, "host": "evil.example:4680"}, SUBMIT
    )
    assert "Host" in refusal(moved, auth=auth).message


@pytest.mark.parametrize(
    "origin, own",
    [
        ("https://yard.example", True),
        ("http://yard.example", True),
        ("https://yard.example:8443", False),
        ("https://localhost:4680", False),
        ("https://evil.example", False),
    ],
)
def test_a_page_that_a_proxy_serves_over_tls_is_of_a_name_that_was_given(
    origin: str, *, own: bool
) -> None:
    names = ("yard.example",)
    hosts = own_hosts("127.0.0.1", 4680, names)
    gate = Gate(Keys(ACCESS_KEY, SECRET), hosts, True, origins_of(hosts, names), lambda: NOW)  # noqa: FBT003 - as elsewhere
    asked = page(host="yard.example", origin=origin)
    if own:
        gate.check_source(asked)
    else:
        with pytest.raises(Fault):
            gate.check_source(asked)

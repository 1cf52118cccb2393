"""A signed request is accepted as it is, and refused after any change; nothing hostile gets out.

Changes insert or replace letters and digits only: two texts that differ in one of those are never
the same request, so each change must be noticed. (Spaces and dot segments may fold away.)
"""

import string

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from batchyard.errors import Fault
from batchyard.wire import Request
from batchyard.wire.sigv4 import parse, verify
from tests.wire.sigv4_requests import ACCESS_KEY, JSON, SECRET, YARD, presigned, signed

TAGS = f"{YARD}/v1/tags/arn%3Aaws%3Abatch%3Aeu-west-1%3A123456789012%3Ajob%2Fa"
SIGNED = [
    signed(body='{"jobName":"größe"}'.encode()),
    signed(f"{TAGS}?tagKeys=b&tagKeys=a%20b", "DELETE", b"", {}),
    signed(headers={**JSON, "X-Amz-Target": "DataPipeline.PollForTask"}, token="a-token"),
    presigned(f"{TAGS}?maxResults=1"),
    presigned(TAGS, headers={"X-Amz-Target": "DataPipeline.ListPipelines"}),
]
LETTERS = string.ascii_letters + string.digits
letters = st.sampled_from(LETTERS)
hostile = st.text(st.characters(exclude_categories=[]), max_size=200)


def refusal(request: Request, now: int, secret: str = SECRET) -> Fault | None:
    try:
        verify(request, parse(request), secret, now)
    except Fault as fault:
        return fault
    return None


def believed(request: Request, now: int) -> bool:
    """Whether somebody who holds the key is thought to have sent this very request."""
    fault = refusal(request, now)
    assert fault is None or fault.status == 403
    return fault is None and parse(request).access_key == ACCESS_KEY


@st.composite
def edited(draw: DrawFn, text: str) -> str:
    """Insert a letter or a digit, or put another in the place of one."""
    at = draw(st.integers(0, len(text)))
    if at < len(text) and text[at] in LETTERS and draw(st.booleans()):
        return text[:at] + draw(letters.filter(lambda letter: letter != text[at])) + text[at + 1 :]
    return text[:at] + draw(letters) + text[at:]


@st.composite
def other_body(draw: DrawFn, request: Request) -> Request:
    body = draw(st.binary(max_size=40) | st.just(request.body + b" ") | st.just(request.body[:-1]))
    return msgspec.structs.replace(request, body=body)


@st.composite
def other_line(draw: DrawFn, request: Request) -> Request:
    """Change method, path or query."""
    part = draw(st.sampled_from(["method", "path", "query"]))
    if part == "path":
        return msgspec.structs.replace(request, path="/" + draw(edited(request.path[1:])))
    return msgspec.structs.replace(request, **{part: draw(edited(getattr(request, part)))})


@st.composite
def shuffled_query(draw: DrawFn, request: Request) -> Request:
    """Drop, repeat or add a parameter."""
    pairs = [pair for pair in request.query.split("&") if pair]
    fewer = [pairs[:at] + pairs[at + 1 :] for at in range(len(pairs))]
    more = [[*pairs, pair] for pair in [*pairs, "jobQueue=b", "z"]]
    return msgspec.structs.replace(request, query="&".join(draw(st.sampled_from(fewer + more))))


def with_header(request: Request, name: str, value: str) -> Request:
    return msgspec.structs.replace(request, headers={**request.headers, name: value})


@st.composite
def other_header(draw: DrawFn, request: Request) -> Request:
    """Change, drop or add a header that is signed, or would have to be."""
    signs = parse(request).signed_headers
    name = draw(st.sampled_from([*signs, "x-amz-more"]))
    if name in signs and draw(st.booleans()):
        rest = {key: value for key, value in request.headers.items() if key != name}
        return msgspec.structs.replace(request, headers=rest)
    return with_header(request, name, draw(edited(request.headers.get(name, ""))))


@st.composite
def other_credential(draw: DrawFn, request: Request) -> Request:
    """Change a letter of the credential, or the order of the scope or of the signed headers."""
    carried = request.headers.get("authorization") or request.query
    slash, semicolon = ("/", ";") if "authorization" in request.headers else ("%2F", "%3B")
    names = semicolon.join(parse(request).signed_headers)
    scope = str(parse(request).scope).replace("/", slash)
    changed = draw(
        edited(carried)
        | st.permutations(scope.split(slash)).map(
            lambda parts: carried.replace(scope, slash.join(parts))
        )
        | st.permutations(names.split(semicolon)).map(
            lambda parts: carried.replace(names, semicolon.join(parts))
        )
    )
    if "authorization" in request.headers:
        return with_header(request, "authorization", changed)
    return msgspec.structs.replace(request, query=changed)


@st.composite
def redated(draw: DrawFn, request: Request) -> Request:
    claim = parse(request)
    stamp = claim.timestamp[:-3] + draw(st.integers(0, 59).map("{:02}Z".format))
    stamp = draw(st.just(stamp) | st.just(f"{int(claim.timestamp[:8]) + 1}{stamp[8:]}"))
    if "x-amz-date" in request.headers:
        return with_header(request, "x-amz-date", stamp)
    return msgspec.structs.replace(request, query=request.query.replace(claim.timestamp, stamp))


def changes(request: Request) -> SearchStrategy[Request]:
    return st.one_of(
        other_body(request),
        other_line(request),
        shuffled_query(request),
        other_header(request),
        other_credential(request),
        redated(request),
    )


@given(st.data(), st.sampled_from(SIGNED))
def test_one_change_to_a_signed_request_and_it_is_refused(
    data: st.DataObject, request: Request
) -> None:
    now = parse(request).signed_at
    assert believed(request, now)
    changed = data.draw(changes(request).filter(lambda changed: changed != request))
    assert not believed(changed, now)


@given(st.sampled_from(SIGNED), st.permutations(range(8)))
def test_the_order_of_the_query_is_nobodys_secret(request: Request, order: list[int]) -> None:
    """AWS sorts the query before it signs it: the order on the wire carries no meaning."""
    pairs = request.query.split("&")
    moved = "&".join(pairs[at] for at in order if at < len(pairs))
    if len(pairs) <= len(order):
        again = msgspec.structs.replace(request, query=moved)
        assert believed(again, parse(request).signed_at)


@given(st.text(LETTERS + "+/", min_size=1, max_size=60).filter(lambda secret: secret != SECRET))
def test_who_lacks_the_secret_is_not_believed(secret: str) -> None:
    assert refusal(SIGNED[0], parse(SIGNED[0]).signed_at, secret) is not None


FIELDS = st.sampled_from(
    ["authorization", "x-amz-date", "date", "host", "x-amz-content-sha256", "content-type"]
)


@given(
    st.sampled_from(SIGNED),
    st.fixed_dictionaries({}, optional={"path": hostile, "query": hostile, "method": hostile}),
    st.dictionaries(FIELDS | hostile, hostile, max_size=4),
)
def test_hostile_text_meets_nothing_but_a_fault(
    request: Request, parts: dict[str, str], headers: dict[str, str]
) -> None:
    changed = msgspec.structs.replace(request, **parts, headers={**request.headers, **headers})
    believed(changed, parse(request).signed_at)


@given(st.data(), st.sampled_from(SIGNED))
def test_a_hostile_splice_into_the_credential_meets_nothing_but_a_fault(
    data: st.DataObject, request: Request
) -> None:
    carried = request.headers.get("authorization") or request.query
    start = data.draw(st.integers(0, len(carried)))
    end = data.draw(st.integers(start, min(start + 20, len(carried))))
    spliced = carried[:start] + data.draw(hostile) + carried[end:]
    now = parse(request).signed_at
    if "authorization" in request.headers:
        believed(with_header(request, "authorization", spliced), now)
    else:
        believed(msgspec.structs.replace(request, query=spliced), now)


@given(hostile | st.text("0123456789TZ:, -+GMTonFeb", max_size=32))
def test_whatever_stands_in_date_is_a_time_or_a_fault(date: str) -> None:
    headers = {**SIGNED[0].headers, "date": date}
    del headers["x-amz-date"]
    believed(msgspec.structs.replace(SIGNED[0], headers=headers), 0)

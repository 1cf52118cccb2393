"""Reading the credential a request claims to carry: grammar only, nothing is believed yet.

Two places may hold it, never both: the Authorization header, or the query of a presigned URL.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import NoReturn
from urllib.parse import unquote_plus

import msgspec

from batchyard.errors import Fault
from batchyard.wire import Request
from batchyard.wire.sigv4_canonical import ALGORITHM, TERMINATOR, Scope, pairs, stamped

LONGEST_EXPIRY = 7 * 24 * 3600
"""X-Amz-Expires, seconds: 604800 (seven days) at most, says the page above on query parameters."""
REFUSED = 403
"""AWS answers some of these with 400; a request that is not let in gets 403 here, always."""

KEPT = 64
"""Well-formed credentials, lists of signed headers and moments whose reading is kept: clients send
the same ones again (ours)."""

_SCOPE_ELEMENTS = 5
_LONGEST_SHOWN = 100
_NAME = re.compile(r"[a-z0-9-]{1,64}")  # regions and signing names; wider than any of AWS's
_DAY = re.compile(r"[0-9]{8}")
_STAMPED = re.compile(r"[0-9]{8}T[0-9]{6}Z")
# RFC 9110's IMF-fixdate, also with the -0000 that botocore writes for GMT.
_DATED = re.compile(r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} (?:GMT|-0000)")
_SECONDS = re.compile(r"[0-9]{1,6}")
_IN_HEADER = frozenset(("Credential", "SignedHeaders", "Signature"))
_IN_QUERY = frozenset(
    f"X-Amz-{name}"
    for name in ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature")
)
# Any one of these says that the query means to authenticate.
_TELLING = frozenset(("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature"))


class Claim(msgspec.Struct, frozen=True):
    """Who a request says it comes from, and how it would prove that.

    Attributes:
        access_key: the access key id.
        scope: day, region and service the signature is good for.
        signed_headers: names of the headers signed, lower-case, in the order given.
        signature: as given, unchecked.
        timestamp: when it was signed, as it stands in the string to sign.
        signed_at: the same, epoch milliseconds.
        expires: seconds a presigned URL lasts; None for a signature in the header.
    """

    access_key: str
    scope: Scope
    signed_headers: tuple[str, ...]
    signature: str
    timestamp: str
    signed_at: int
    expires: int | None = None

    @property
    def region(self) -> str:
        """The region the request is for."""
        return self.scope.region

    @property
    def service(self) -> str:
        """The signing name of the service the request is for."""
        return self.scope.service


def parse(request: Request) -> Claim:
    """Find and read the SigV4 credential of a request.

    Args:
        request: as it came in; nothing in it is trusted.

    Returns:
        The claim, well-formed and unproven.

    Raises:
        Fault: MissingAuthenticationTokenException without a credential,
            IncompleteSignatureException or InvalidSignatureException for a bad one; all 403.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/CommonErrors.html
    """
    header = request.headers.get("authorization")
    query = _of_query(request.query)
    if header is not None and query:
        invalid("Only one auth mechanism allowed: sign the header or the query, not both.")
    if header is not None:
        return _from_header(header, request.headers)
    if query:
        return _from_query(query)
    raise Fault("MissingAuthenticationTokenException", "Missing Authentication Token.", REFUSED)


def incomplete(message: str) -> NoReturn:
    """Refuse a credential that lacks something, or cannot be read."""
    raise Fault("IncompleteSignatureException", message, REFUSED)


def invalid(message: str) -> NoReturn:
    """Refuse a credential that is readable and wrong."""
    raise Fault("InvalidSignatureException", message, REFUSED)


def shown(value: str) -> str:
    """Quote what a stranger sent: printable, plain ASCII, never long."""
    return ascii(value if len(value) <= _LONGEST_SHOWN else value[:_LONGEST_SHOWN] + "...")


def _from_header(header: str, headers: Mapping[str, str]) -> Claim:
    algorithm, _, rest = header.partition(" ")
    if algorithm != ALGORITHM:
        incomplete(f"Authorization header requires {ALGORITHM}, got {shown(algorithm)}.")
    fields: dict[str, str] = {}
    for part in rest.split(","):
        name, _, value = part.strip(" ").partition("=")
        if name not in _IN_HEADER or name in fields:
            incomplete(f"Authorization header has an unknown or repeated {shown(name)}.")
        fields[name] = value
    _require(fields, _IN_HEADER, "Authorization header requires {!r} parameter.")
    timestamp, signed_at = _dated(headers)
    return _claim(fields, timestamp, signed_at)


def _from_query(query: Mapping[str, str]) -> Claim:
    _require(query, _IN_QUERY, "AWS query-string parameters must include {!r}.")
    if query["X-Amz-Algorithm"] != ALGORITHM:
        incomplete(f"X-Amz-Algorithm must be {ALGORITHM}, got {shown(query['X-Amz-Algorithm'])}.")
    fields = {name: query[f"X-Amz-{name}"] for name in _IN_HEADER}
    timestamp = query["X-Amz-Date"]
    signed_at = _instant(timestamp)
    return _claim(fields, timestamp, signed_at, _seconds(query["X-Amz-Expires"]))


def _claim(
    fields: Mapping[str, str], timestamp: str, signed_at: int, expires: int | None = None
) -> Claim:
    access_key, scope = _credential(fields["Credential"])
    signed = _names(fields["SignedHeaders"])
    return Claim(access_key, scope, signed, fields["Signature"], timestamp, signed_at, expires)


@lru_cache(maxsize=KEPT)
def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split(";"))


def _of_query(query: str) -> dict[str, str]:
    """Collect the parameters that authenticate; empty when the query does not mean to."""
    if "=" not in query:
        return {}
    found: dict[str, str] = {}
    for name, value in pairs(query):
        if name in found:
            incomplete(f"{name} is in the query twice; it must be there once.")
        if name in _IN_QUERY:
            found[name] = unquote_plus(value)
    return found if found.keys() & _TELLING else {}


def _require(fields: Mapping[str, str], names: frozenset[str], sentence: str) -> None:
    missing = [name for name in names if not fields.get(name)]
    if missing:
        incomplete(" ".join(sentence.format(name) for name in sorted(missing)))


@lru_cache(maxsize=KEPT)
def _credential(text: str) -> tuple[str, Scope]:
    """Split access key and scope.

    The order of the elements is checked by their form: a swapped date, region or terminator
    does not pass for the other.
    """
    parts = text.split("/")
    if len(parts) != _SCOPE_ELEMENTS or not parts[0]:
        incomplete(
            "Credential must have exactly 5 slash-delimited elements, "
            f"e.g. keyid/date/region/service/term, got {shown(text)}."
        )
    access_key, date, region, service, terminator = parts
    if not _DAY.fullmatch(date):
        invalid(f"Date in Credential scope must be YYYYMMDD, got {shown(date)}.")
    if not _NAME.fullmatch(region):
        invalid(f"Credential should be scoped to a valid region, not {shown(region)}.")
    if not _NAME.fullmatch(service):
        invalid(f"Credential should be scoped to a valid service, not {shown(service)}.")
    if terminator != TERMINATOR:
        invalid(f"Credential should end in {TERMINATOR!r}, not {shown(terminator)}.")
    return access_key, Scope(date, region, service)


def _dated(headers: Mapping[str, str]) -> tuple[str, int]:
    """Read when a header was signed: X-Amz-Date, or else Date."""
    stamp = headers.get("x-amz-date")
    if stamp is None and "date" in headers:
        stamp = _stamp_of(headers["date"])
    if stamp is None:
        incomplete("Authorization header requires existence of an 'X-Amz-Date' or a 'Date' header.")
    return stamp, _instant(stamp)


def _stamp_of(date: str) -> str:
    """Rewrite a Date header (RFC 9110, or already ISO 8601) as it stands in a string to sign."""
    if not _DATED.fullmatch(date):
        return date
    from email.utils import parsedate_to_datetime  # rarely asked for, and slow to import

    try:
        moment = parsedate_to_datetime(date).replace(tzinfo=UTC)
    except ValueError:
        incomplete(f"There is no such date as {shown(date)}.")
    return stamped(int(moment.timestamp()) * 1000)


@lru_cache(maxsize=KEPT)
def _instant(stamp: str) -> int:
    """Turn a timestamp into epoch milliseconds."""
    if not _STAMPED.fullmatch(stamp):
        incomplete(f"Date must be in ISO-8601 'basic format', got {shown(stamp)}.")
    try:
        return int(datetime.fromisoformat(stamp).timestamp()) * 1000
    except ValueError:
        incomplete(f"There is no such date as {shown(stamp)}.")


def _seconds(text: str) -> int:
    if not _SECONDS.fullmatch(text) or not 0 < int(text) <= LONGEST_EXPIRY:
        incomplete(f"X-Amz-Expires must be 1 to {LONGEST_EXPIRY} seconds, got {shown(text)}.")
    return int(text)

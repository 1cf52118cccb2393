"""What a Signature Version 4 is made of: one canonical text, one key, one HMAC.

Signing and verifying share every function here, so neither can drift from the other. No input
makes any of them raise: bytes that are no text are signed as the bytes they are.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import quote, unquote_to_bytes

ALGORITHM = "AWS4-HMAC-SHA256"
TERMINATOR = "aws4_request"
"""The last element of every credential scope."""

S3: frozenset[str] = frozenset(("s3", "s3express", "s3-object-lambda", "s3-outposts"))
"""Signing names of Amazon S3, which signs a path as it is sent:
https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html"""

_UNRESERVED = "-_.~"  # beside letters and digits: RFC 3986, section 2.3, as AWS's UriEncode() wants
# A path that is its own canonical form: no encoding, no empty and no dot segment.
_PLAIN_PATH = re.compile(r"/|(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+")


class Scope(NamedTuple):
    """Where and when a credential counts.

    Attributes:
        date: the UTC day, YYYYMMDD.
        region: e.g. ``eu-west-1``.
        service: the signing name, e.g. ``batch``.
    """

    date: str
    region: str
    service: str

    def __str__(self) -> str:
        """Read as it stands in a string to sign."""
        return f"{self.date}/{self.region}/{self.service}/{TERMINATOR}"


def raw(text: str) -> bytes:
    """Encode text as UTF-8; halves of surrogate pairs, which UTF-8 lacks, pass through."""
    return text.encode("utf-8", "surrogatepass")


def canonical_path(path: str, service: str = "") -> str:
    """Form the CanonicalURI: dot and empty segments gone, then encoded once more.

    Every service but S3 wants the path of the request line encoded a second time
    (``%3A`` becomes ``%253A``); S3 takes it as it is, since an object may be named ``a//../b``.

    Args:
        path: the path as on the wire, percent-encoded.
        service: the signing name.
    """
    if service in S3:
        return path or "/"
    if _PLAIN_PATH.fullmatch(path):
        return path
    return quote(raw(_without_dots(path)), safe="/~")


def _without_dots(path: str) -> str:
    """Remove dot segments (RFC 3986, section 5.2.4) and, as AWS asks, empty ones."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in {"", "."}:
            kept.append(segment)
    return ("/" if path[:1] in {"/", ""} else "") + "/".join(kept) + _end(path, kept)


def _end(path: str, kept: list[str]) -> str:
    return "/" if kept and path.endswith("/") else ""


def pairs(query: str) -> Iterator[tuple[str, str]]:
    """Split a raw query into names and values, each in AWS's own percent-encoding.

    A plus is read as a space, as whoever decodes the query will read it.
    """
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        yield _recoded(name), _recoded(value)


def _recoded(text: str) -> str:
    return quote(unquote_to_bytes(raw(text.replace("+", " "))), safe=_UNRESERVED)


def canonical_query(query: str, without: str = "") -> str:
    """Form the CanonicalQueryString: re-encoded, sorted by name, then by value.

    Args:
        query: the query as on the wire, without its question mark.
        without: a parameter to leave out: a presigned URL does not sign its signature.
    """
    if not query:
        return ""
    kept = sorted(pair for pair in pairs(query) if pair[0] != without)
    return "&".join(f"{name}={value}" for name, value in kept)


def canonical_headers(headers: Mapping[str, str], signed: Iterable[str]) -> str:
    """Form the CanonicalHeaders: a line each, values trimmed, inner spaces folded into one."""
    return "".join([f"{name}:{' '.join(headers[name].split())}\n" for name in signed])


def canonical_request(
    method: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    signed: Sequence[str],
    hashed: str,
    service: str = "",
) -> str:
    """Form the canonical request.

    Args:
        method: as on the wire.
        path: as on the wire, percent-encoded.
        query: already canonical.
        headers: by lower-case name.
        signed: which of them are signed, sorted; all are there.
        hashed: the payload's hash, or what stands for it.
        service: the signing name.
    """
    return (
        f"{method}\n{canonical_path(path, service)}\n{query}\n"
        f"{canonical_headers(headers, signed)}\n{';'.join(signed)}\n{hashed}"
    )


def stamped(instant: int) -> str:
    """Write a moment (epoch milliseconds) as a string to sign holds it."""
    return datetime.fromtimestamp(instant // 1000, UTC).strftime("%Y%m%dT%H%M%SZ")


def payload_hash(body: bytes) -> str:
    """Hash a body as the canonical request holds it: SHA-256, lower-case hex."""
    return sha256(body).hexdigest()


def string_to_sign(timestamp: str, scope: Scope, canonical: str) -> str:
    """Form what is signed in the end.

    Args:
        timestamp: when, as ``stamped`` writes it.
        scope: the credential's scope.
        canonical: the canonical request.
    """
    digest = sha256(raw(canonical)).hexdigest()
    return f"{ALGORITHM}\n{timestamp}\n{scope}\n{digest}"


def signing_key(secret: str, scope: Scope) -> bytes:
    """Derive the key that signs within a scope; the same for a whole day."""
    key = raw(f"AWS4{secret}")
    for part in (*scope, TERMINATOR):
        key = hmac.digest(key, raw(part), "sha256")
    return key


@lru_cache(maxsize=256)  # a key serves for a day, in one region, for one service
def _keyed(secret: str, scope: Scope) -> hmac.HMAC:
    """Begin a signature: what a key does to it before any text comes is the same every time."""
    return hmac.new(signing_key(secret, scope), digestmod="sha256")


def signature(secret: str, scope: Scope, text: str) -> str:
    """Sign a string to sign: lower-case hex."""
    proof = _keyed(secret, scope).copy()
    proof.update(raw(text))
    return proof.hexdigest()

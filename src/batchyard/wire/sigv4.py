"""AWS Signature Version 4: reading, checking and making signatures. Time is passed in.

``parse`` finds the claim in a request, ``verify`` proves it with the secret, ``sign`` makes a
signature for our own command line without loading botocore.

Of what AWS lets a client leave unsigned, the body is the part a yard cannot do without: it is
what runs. So the payload's hash is always that of the body; ``UNSIGNED-PAYLOAD`` is refused. No
SDK sends it to Batch, CloudWatch Logs or Data Pipeline: their operations carry no
``unsignedPayload`` trait in botocore's models. What S3 may leave open is in
:mod:`batchyard.wire.sigv4_payload`.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlsplit

from batchyard.errors import Fault
from batchyard.wire import Request
from batchyard.wire.sigv4_canonical import (
    ALGORITHM,
    Scope,
    canonical_query,
    canonical_request,
    payload_hash,
    raw,
    signature,
    stamped,
    string_to_sign,
)
from batchyard.wire.sigv4_claim import REFUSED, Claim, invalid, parse, shown

__all__ = ["SKEW", "UNSIGNED", "Claim", "Scope", "parse", "prove", "shown", "sign", "verify"]

SKEW = 15 * 60 * 1000
"""How far a client's clock may be off, milliseconds: "more than 15 minutes after the date stamp
[…] or the date stamp on the request is more than 15 minutes in the future", says RequestExpired
in https://docs.aws.amazon.com/batch/latest/APIReference/CommonErrors.html"""
UNSIGNED = frozenset(
    (
        "authorization",
        "baggage",
        "connection",
        "expect",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "traceparent",
        "tracestate",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "x-amzn-trace-id",
    )
)
"""Headers that change on the way and are never signed: botocore's SIGNED_HEADERS_BLACKLIST."""
_DEFAULT_PORTS = {"http": 80, "https": 443}
_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method."
)


def verify(request: Request, claim: Claim, secret: str, now: int) -> None:
    """Prove a claim: return if the request is whole, fresh and signed with the secret.

    A security token is signed like any other header, and means nothing here.

    Args:
        request: as it came in.
        claim: what ``parse`` read from it.
        secret: the secret access key that belongs to the claim's access key.
        now: epoch milliseconds.

    Raises:
        Fault: InvalidSignatureException or RequestExpired, 403, saying what does not fit.
    """
    hashed = _checked_hash(request)
    prove(request, claim, secret, hashed, now)


def prove(request: Request, claim: Claim, secret: str, hashed: str, now: int) -> None:
    """Prove a claim about a request whose body is looked at by someone else.

    Args:
        request: as it came in; its body is not looked at.
        claim: what ``parse`` read from it.
        secret: the secret access key that belongs to the claim's access key.
        hashed: what was signed in place of the body.
        now: epoch milliseconds.

    Raises:
        Fault: as with `verify`.
    """
    check_time(claim, now)
    _check_headers(request.headers, claim.signed_headers)
    query = canonical_query(request.query, "" if claim.expires is None else "X-Amz-Signature")
    signed = claim.signed_headers
    canonical = canonical_request(
        request.method, request.path, query, request.headers, signed, hashed, claim.service
    )
    text = string_to_sign(claim.timestamp, claim.scope, canonical)
    wanted = signature(secret, claim.scope, text)
    if not hmac.compare_digest(raw(claim.signature), raw(wanted)):
        invalid(_MISMATCH)


def sign(  # noqa: PLR0913 - a request, a key, a scope and a time: none can be left out
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    access_key: str,
    secret: str,
    region: str,
    service: str,
    now: int,
) -> dict[str, str]:
    """Sign a request as botocore does.

    Args:
        method: e.g. ``POST``.
        url: the whole address, path and query percent-encoded as they will be sent.
        headers: what will be sent; all of it is signed but what changes on the way.
        body: what will be sent.
        access_key: the access key id.
        secret: the secret access key.
        region: the region asked for.
        service: the service's signing name.
        now: epoch milliseconds.

    Returns:
        The headers to send: those given, Host, X-Amz-Date and Authorization; lower-case names.
    """
    parts = urlsplit(url)
    stamp = stamped(now)
    sent = {name.lower(): value for name, value in headers.items()}
    sent |= {"host": sent.get("host", _host(url)), "x-amz-date": stamp}
    signed = sorted(sent.keys() - UNSIGNED)
    scope = Scope(stamp[:8], region, service)
    canonical = canonical_request(
        method.upper(),
        parts.path,
        canonical_query(parts.query),
        sent,
        signed,
        payload_hash(body),
        service,
    )
    proof = signature(secret, scope, string_to_sign(stamp, scope, canonical))
    names = ";".join(signed)
    credential = f"Credential={access_key}/{scope}, SignedHeaders={names}, Signature={proof}"
    return sent | {"authorization": f"{ALGORITHM} {credential}"}


def _host(url: str) -> str:
    """Form the Host header of an address: lower-case, without user and default port."""
    parts = urlsplit(url)
    name = parts.hostname or ""
    host = f"[{name}]" if ":" in name else name
    if parts.port in {None, _DEFAULT_PORTS.get(parts.scheme)}:
        return host
    return f"{host}:{parts.port}"


def check_time(claim: Claim, now: int) -> None:
    if claim.scope.date != claim.timestamp[:8]:
        invalid(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date "
            f"from HTTP: {claim.scope.date!r} != {claim.timestamp[:8]!r}, from {claim.timestamp!r}."
        )
    if claim.signed_at > now + SKEW:
        limit = f"{stamped(now + SKEW)} ({stamped(now)} + 15 min.)"
        invalid(f"Signature not yet current: {claim.timestamp} is still later than {limit}")
    if claim.expires is not None:
        _check_expiry(claim.signed_at + claim.expires * 1000, now)
    elif claim.signed_at < now - SKEW:
        limit = f"{stamped(now - SKEW)} ({stamped(now)} - 15 min.)"
        invalid(f"Signature expired: {claim.timestamp} is now earlier than {limit}")


def _check_expiry(until: int, now: int) -> None:
    if until < now:
        message = (
            f"Request has expired: it was signed until {stamped(until)}, now is {stamped(now)}."
        )
        raise Fault("RequestExpired", message, REFUSED)


def _check_headers(headers: Mapping[str, str], signed: tuple[str, ...]) -> None:
    """Hold the list of signed headers to AWS's rules: sorted, there, host and x-amz-* among them.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    """
    if "host" not in signed:
        invalid("'Host' must be a 'SignedHeader' in the AWS Authorization.")
    if not _ordered(signed):
        invalid("SignedHeaders must be sorted, each name once.")
    absent = [name for name in signed if name not in headers]
    if absent:
        invalid(f"Signed headers are not in the request: {shown(';'.join(absent))}.")
    open_ones = [name for name in headers if name.startswith("x-amz-") and name not in signed]
    if open_ones:
        invalid(f"Headers in the request were not signed: {shown(';'.join(open_ones))}.")


@lru_cache(maxsize=64)  # a client signs the same headers again
def _ordered(signed: tuple[str, ...]) -> bool:
    return signed == tuple(sorted(set(signed)))


def _checked_hash(request: Request) -> str:
    hashed = payload_hash(request.body)
    if request.headers.get("x-amz-content-sha256", hashed) != hashed:
        invalid("The payload hash in X-Amz-Content-Sha256 is not that of the body; it must be.")
    return hashed

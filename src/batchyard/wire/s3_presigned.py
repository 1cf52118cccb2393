"""S3's older presigned URLs, which boto3 still makes in the regions that are older than SigV4.

Their query says ``AWSAccessKeyId``, ``Expires`` and ``Signature``: an HMAC-SHA1 of method, a few
headers, path and those parameters that change what is asked. Nothing of the body is signed.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html (Query string
request authentication alternative)
"""

from __future__ import annotations

import hmac
import re
from base64 import b64encode
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, unquote_plus

from batchyard.errors import Fault
from batchyard.wire.sigv4_canonical import Scope, raw, stamped
from batchyard.wire.sigv4_claim import REFUSED, Claim, invalid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from batchyard.wire import Request

REGION: Final = "us-east-1"
"""Such a URL names no region; S3's buckets are found in any."""

SIGNED: Final = frozenset(
    (
        *("accelerate", "acl", "analytics", "cors", "defaultObjectAcl", "delete", "inventory"),
        *("lifecycle", "location", "logging", "metrics", "notification", "object-lock"),
        *("partNumber", "policy", "replication", "requestPayment", "restore", "select"),
        *("select-type", "storageClass", "tagging", "torrent", "uploadId", "uploads"),
        *("versionId", "versioning", "versions", "website"),
        *("response-cache-control", "response-content-disposition", "response-content-encoding"),
        *("response-content-language", "response-content-type", "response-expires"),
    )
)
"""Parameters that are signed: those of the page above and of botocore's HmacV1Auth."""

TOKEN: Final = "x-amz-security-token"  # noqa: S105 - the name of a parameter
_NEEDED: Final = ("AWSAccessKeyId", "Expires", "Signature")
HARMLESS: Final = frozenset(
    (
        *(*_NEEDED, TOKEN, "x-id", ""),
        *("prefix", "marker", "delimiter", "max-keys", "encoding-type", "list-type"),
        *("continuation-token", "start-after", "fetch-owner", "key-marker", "version-id-marker"),
        *("upload-id-marker", "max-uploads", "max-parts", "part-number-marker"),
    )
)
"""Parameters that nobody signs, and that only choose what a list shows."""

_SECONDS: Final = re.compile(r"[0-9]{1,12}")


def claim_of(request: Request) -> Claim | None:
    """Find the claim of an older presigned URL; None where there is none.

    Returns:
        A claim without signed headers and without a moment; it proves nothing yet.
    """
    found = dict(_parameters(request.query))
    access_key, _, signature = (unquote_plus(found.get(name, "")) for name in _NEEDED)
    if not (access_key and signature) or "authorization" in request.headers:
        return None
    return Claim(access_key, Scope("", REGION, "s3"), (), signature, "", 0, expires=0)


def is_older(claim: Claim) -> bool:
    """Tell whether a claim is that of an older presigned URL."""
    return not claim.timestamp


def verify(request: Request, claim: Claim, secret: str, now: int, bucket: str = "") -> None:
    """Prove such a claim: return if the URL was signed with the secret, and still holds.

    Args:
        request: as it came in.
        claim: what `claim_of` gave.
        secret: the secret access key that belongs to the claim's access key.
        now: epoch milliseconds.
        bucket: the one that the Host names; nothing where the path names it. The Host is not
            signed: a path that was signed for one bucket must not be read in another.

    Raises:
        Fault: InvalidSignatureException or RequestExpired, 403.
    """
    _check_parameters(request)
    until = dict(_parameters(request.query)).get("Expires", "")
    if not _SECONDS.fullmatch(until):
        invalid("Expires must be a time in seconds since 1970.")
    wanted = (_signature(secret, _text(request, until, path)) for path in _paths(request, bucket))
    if not any(hmac.compare_digest(raw(each), raw(claim.signature)) for each in wanted):
        invalid("The request signature we calculated does not match the signature you provided.")
    if int(until) * 1000 < now:
        message = f"Request has expired: it was signed until {until}, now is {stamped(now)}."
        raise Fault("RequestExpired", message, REFUSED)


def _signature(secret: str, text: str) -> str:
    return b64encode(hmac.digest(raw(secret), raw(text), "sha1")).decode()


def _text(request: Request, until: str, path: str) -> str:
    headers = request.headers
    plain = (headers.get("content-md5", "").strip(), headers.get("content-type", "").strip())
    query = dict(_parameters(request.query))
    own = {name: text.strip() for name, text in headers.items() if name.startswith("x-amz-")}
    if TOKEN in query:
        own[TOKEN] = unquote_plus(query[TOKEN])
    custom = "".join(f"{name}:{own[name]}\n" for name in sorted(own))
    lines = "\n".join((request.method, *plain, until))
    return f"{lines}\n{custom}{path}{_signed(query)}"


def _signed(query: Mapping[str, str]) -> str:
    """Write the parameters that are signed; one without a value is only named."""
    named = sorted(query.keys() & SIGNED)
    shown = (f"{name}={unquote(query[name])}" if query[name] else name for name in named)
    return "?" + "&".join(shown) if named else ""


def _check_parameters(request: Request) -> None:
    """Refuse parameters that were not signed and ask for something else.

    botocore puts headers into the query, too: what is signed is the header.
    """
    for name, value in _parameters(request.query):
        told = request.headers.get(name) == unquote_plus(value)
        if name not in SIGNED and name not in HARMLESS and not told:
            invalid(f"The parameter {name!r} was not signed.")


def _paths(request: Request, bucket: str) -> tuple[str, ...]:
    """Name the paths that may have been signed."""
    if bucket:
        return (f"/{bucket}{request.path}",)
    return request.path, f"{request.path}/"  # so is a bucket itself signed


def _parameters(query: str) -> Iterator[tuple[str, str]]:
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        yield name, value

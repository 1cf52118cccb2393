"""What is signed in place of a body: its hash, or, at S3, a word for one that is signed otherwise.

S3 takes objects that are larger than a client wants to read twice. So there a request may say that
its body is not signed, or signed piece by piece (:mod:`batchyard.wire.sigv4_chunks`). A yard
believes such words for S3 alone: what is stored there does not run.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from batchyard.wire.sigv4_canonical import S3, pairs
from batchyard.wire.sigv4_claim import invalid

if TYPE_CHECKING:
    from batchyard.wire import Request
    from batchyard.wire.sigv4_claim import Claim

UNSIGNED: Final = "UNSIGNED-PAYLOAD"
PIECES: Final = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
PIECES_AND_TRAILER: Final = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
UNSIGNED_PIECES: Final = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"

SIGNED_IN_PIECES: Final = frozenset((PIECES, PIECES_AND_TRAILER))
"""The body carries signatures of its own."""

OPEN: Final = frozenset((UNSIGNED, UNSIGNED_PIECES)) | SIGNED_IN_PIECES
"""What stands there in place of a hash of the whole body."""

HEADER: Final = "x-amz-content-sha256"


def stated(request: Request, claim: Claim) -> str | None:
    """Read what a request says was signed in place of its body; the body is not looked at.

    Args:
        request: as it came in.
        claim: what ``parse`` read from it.

    Returns:
        A hash, or one of `OPEN`; None where nothing is said: it is the body's hash.

    Raises:
        Fault: InvalidSignatureException, 403, for one of `OPEN` where the service is not S3.
    """
    said = request.headers.get(HEADER)
    if claim.service not in S3:
        if said in OPEN:
            invalid(f"{said} is taken for S3 alone; sign the hash of the body.")
        return said
    if claim.expires is None:
        return said
    return said or _in_query(request.query) or UNSIGNED


def _in_query(query: str) -> str | None:
    """Find the hash that some SDKs put into a presigned URL."""
    found = (value for name, value in pairs(query) if name == "X-Amz-Content-Sha256")
    value = next(found, None)
    return None if value is None else unquote(value)


def check(said: str, hashed: str) -> None:
    """Hold a body to what was signed in its place.

    Args:
        said: what was signed.
        hashed: the hash of the body.

    Raises:
        Fault: InvalidSignatureException, 403, if the body is another one.
    """
    if said not in OPEN and said != hashed:
        invalid("The payload hash that was signed is not that of the body; it must be.")

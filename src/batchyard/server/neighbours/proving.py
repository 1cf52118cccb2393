"""Reading a request's body and proving that it is the one that was signed.

A body that may be large is not kept in memory. What its headers say of it is proven before any of
it is read; it is passed on only when it has been read to its end and is what was signed.
"""

from __future__ import annotations

from hashlib import sha256
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple, cast

from batchyard.errors import Fault
from batchyard.wire import sigv4_payload
from batchyard.wire.sigv4_canonical import S3
from batchyard.wire.sigv4_chunks import Chunks

if TYPE_CHECKING:
    from batchyard.server.asgi import Receive
    from batchyard.server.gate import Gate
    from batchyard.wire import Request
    from batchyard.wire.sigv4 import Claim

IN_MEMORY: Final = 1024 * 1024
"""Bytes of a body that are kept in memory; the rest goes to a file without a name (ours)."""

LARGEST: Final = 64 * 1024 * 1024
"""Bytes of a request: Lambda takes a package of 50 MB as base64, and nothing is larger:
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""

LARGEST_OBJECT: Final = 5 * 1024**3
"""Bytes that S3 takes at once: https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html"""


class Left(Exception):
    """Whoever asked has hung up."""


class Body(NamedTuple):
    """A body that has been read to its end.

    Attributes:
        file: stands at the beginning.
        size: in bytes.
        hashed: its SHA-256.
    """

    file: BinaryIO
    size: int
    hashed: str


async def proven(gate: Gate, request: Request, claim: Claim, receive: Receive) -> Body:
    """Prove a request, and give its body.

    Args:
        gate: who may ask.
        request: without its body.
        claim: what it says it is.
        receive: gives the body.

    Raises:
        Fault: it is not proven, or too large.
        Left: whoever asked has hung up.
    """
    said = sigv4_payload.stated(request, claim)
    largest = LARGEST_OBJECT if claim.service in S3 else LARGEST
    if said is None:
        if claim.service in S3:
            message = f"Missing required header for this request: {sigv4_payload.HEADER}"
            raise Fault("InvalidRequest", message)
        gate.expect(claim)  # else anybody could have a body kept
        body = await _read(receive, largest, None)
        gate.prove(request, claim, body.hashed)
        return body
    secret = gate.prove(request, claim, said)
    if secret is None:
        return await _read(receive, largest, None)
    body = await _read(receive, largest, _chunks(said, claim, secret))
    sigv4_payload.check(said, body.hashed)
    return body


def _chunks(said: str, claim: Claim, secret: str) -> Chunks | None:
    if said not in sigv4_payload.SIGNED_IN_PIECES:
        return None
    return Chunks(claim, secret, trailer=said == sigv4_payload.PIECES_AND_TRAILER)


async def _read(receive: Receive, largest: int, chunks: Chunks | None) -> Body:
    file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed when it has been passed on
    digest, size, more = sha256(), 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Left
        data = message.get("body", b"")
        size, more = size + len(data), message.get("more_body", False)
        if size > largest:
            raise Fault("EntityTooLarge", f"The body is larger than {largest} bytes", 413)
        digest.update(data)
        if chunks is not None:
            chunks.feed(data)
        file.write(data)
    if chunks is not None:
        chunks.end()
    file.seek(0)
    return Body(cast("BinaryIO", file), size, digest.hexdigest())

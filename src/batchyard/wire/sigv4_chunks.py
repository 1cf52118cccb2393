"""Bodies that are signed piece by piece (``aws-chunked``): each piece proves itself as it comes.

Each signature covers the one before it, and the first covers the one of the headers, so that no
piece can be changed, left out, or put elsewhere.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from batchyard.wire.sigv4_canonical import ALGORITHM, payload_hash, raw, signature
from batchyard.wire.sigv4_claim import invalid, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchyard.wire.sigv4_claim import Claim

LONGEST_LINE: Final = 16 * 1024
"""Bytes of a chunk's first line, or of a trailer (ours)."""

_EMPTY = payload_hash(b"")
_TRAILER_SIGNATURE = "x-amz-trailer-signature"


class Chunks:
    """Checks a body while it is read.

    Args:
        claim: the proven claim of the headers; its signature begins the chain.
        secret: the secret access key.
        trailer: whether signed trailers follow the last piece.
    """

    def __init__(self, claim: Claim, secret: str, *, trailer: bool) -> None:
        """Begin before the first piece."""
        self._claim = claim
        self._secret = secret
        self._trailer = trailer
        self._previous = claim.signature
        self._wanted = ""
        self._rest = b""
        self._left = 0
        self._digest = sha256()
        self._trailers = ""
        self._step: Callable[[], bool] = self._first_line

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the body.

        Raises:
            Fault: InvalidSignatureException, 403, for a piece that does not prove itself, or cannot
                be read.
        """
        self._rest += data
        while self._step():
            pass

    def end(self) -> None:
        """Take note that the body has ended.

        Raises:
            Fault: as with `feed`; also if the last piece is missing.
        """
        if self._step != self._over:
            invalid("The body ended before its last piece.")

    def _line(self) -> bytes | None:
        line, found, rest = self._rest.partition(b"\r\n")
        if len(line) > LONGEST_LINE:
            invalid("A line in the body, before a piece of it, is too long.")
        if not found:
            return None
        self._rest = rest
        return line

    def _first_line(self) -> bool:
        line = self._line()
        if line is None:
            return False
        size, _, stated = line.decode("latin-1").partition(";chunk-signature=")
        try:
            self._left = int(size, 16)
        except ValueError:
            invalid(f"A piece of the body begins with {shown(size)}, which is no size.")
        self._wanted = stated
        self._digest = sha256()
        self._step = self._piece
        return True

    def _piece(self) -> bool:
        taken, self._rest = self._rest[: self._left], self._rest[self._left :]
        self._digest.update(taken)
        self._left -= len(taken)
        if self._left:
            return False
        hashed = self._digest.hexdigest()
        is_last = hashed == _EMPTY
        self._prove("PAYLOAD", f"{_EMPTY}\n{hashed}", self._wanted)
        self._step = self._trailer_line if is_last and self._trailer else self._end_of(is_last)
        return True

    def _end_of(self, is_last: bool) -> Callable[[], bool]:  # noqa: FBT001 - of this module alone
        def step() -> bool:
            line = self._line()
            if line is None:
                return False
            if line:
                invalid("A piece of the body is longer than it says.")
            self._step = self._over if is_last else self._first_line
            return True

        return step

    def _trailer_line(self) -> bool:
        line = self._line()
        if line is None:
            return False
        name, _, value = line.decode("latin-1").partition(":")
        if name.strip().lower() == _TRAILER_SIGNATURE:
            self._prove("TRAILER", payload_hash(raw(self._trailers)), value.strip())
            self._step = self._over
        else:
            self._trailers += f"{name.strip().lower()}:{value.strip()}\n"
        return True

    def _over(self) -> bool:
        """Pass over the empty line that may end a body; nothing else may follow."""
        if self._rest.strip(b"\r\n"):
            invalid("Something follows the last piece of the body.")
        self._rest = b""
        return False

    def _prove(self, kind: str, covered: str, stated: str) -> None:
        claim = self._claim
        text = f"{ALGORITHM}-{kind}\n{claim.timestamp}\n{claim.scope}\n{self._previous}\n{covered}"
        wanted = signature(self._secret, claim.scope, text)
        if not hmac.compare_digest(raw(stated), raw(wanted)):
            invalid("The signature of a piece of the body does not match that piece.")
        self._previous = wanted

"""New ids: from the system's randomness, and in the order of time.

Ids that follow one another stand side by side in an index, so that a batch of new jobs touches
few pages of it; purely random ones would touch one each.
"""

from __future__ import annotations

import os
import time

_VERSION, _VARIANT = 0x70, 0x80
"""Bits that say UUIDv7 of RFC 9562, section 5.7."""

_RANDOM = 10
"""Bytes of an id that are random (but for the six bits above)."""

_ASKED = 512 * _RANDOM
"""Bytes that the system is asked for at once: a call for each id would cost more than the rest."""


class Ids:
    """Forms ids. One process, one instance: a fork would form the same ones again."""

    def __init__(self) -> None:
        """Begin with no randomness at hand."""
        self._random = b""
        self._used = 0

    def uuid(self) -> str:
        """Form a UUIDv7's text: 48 bits of milliseconds since the epoch, then 74 random bits."""
        moment = (time.time_ns() // 1_000_000).to_bytes(6, "big")
        given = bytearray(moment + self._some())
        given[6] = given[6] & 0x0F | _VERSION
        given[8] = given[8] & 0x3F | _VARIANT
        text = given.hex()
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def _some(self) -> bytes:
        begin, self._used = self._used, self._used + _RANDOM
        if self._used > len(self._random):
            self._random = os.urandom(_ASKED)
            begin, self._used = 0, _RANDOM
        return self._random[begin : self._used]

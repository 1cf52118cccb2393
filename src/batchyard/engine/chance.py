"""New ids: from the system's randomness, and in the order of time.

Ids that follow one another stand side by side in an index, so that a batch of new jobs touches
few pages of it; purely random ones would touch one each.
"""

from __future__ import annotations

import os
import time

_VERSION, _VARIANT = 0x70, 0x80
"""Bits that say UUIDv7 of RFC 9562, section 5.7."""


def new_uuid() -> str:
    """Form a UUIDv7's text: 48 bits of milliseconds since the epoch, then 74 random bits."""
    text = _new().hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def new_hex() -> str:
    """Form the same without hyphens, as long as ECS's ids of tasks."""
    return _new().hex()


def _new() -> bytearray:
    moment = (time.time_ns() // 1_000_000).to_bytes(6, "big")
    given = bytearray(moment + os.urandom(10))
    given[6] = given[6] & 0x0F | _VERSION
    given[8] = given[8] & 0x3F | _VARIANT
    return given

"""Names for positions in a log that clients hand back: ``f/`` or ``b/`` and 56 digits, as AWS's.

A token says which way it goes on, and it fits its own stream only. Positions never move, so a token
stays good while the log grows, and longer than the 24 hours that AWS gives it.

Source: nextForwardToken of
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
"""

from __future__ import annotations

import re
from typing import NamedTuple, cast
from zlib import crc32

from batchyard.errors import Fault
from batchyard.logs.mixing import Position
from batchyard.logs.pages import Direction
from batchyard.logs.putting import Gap

DIGITS = 56
"""The length of AWS's own tokens, the two letters before them not counted."""

_SEAL = 2**32
_NUMBERS, _TIMES = 2**46, 2**44
"""Events that a yard can number, and milliseconds until the year 2527."""

_TOKEN = re.compile(rf"(?P<direction>[fb])/(?P<number>[0-9]{{{DIGITS}}})")


class Place(NamedTuple):
    """What a token says: which way to go on, and from where."""

    direction: Direction
    position: Position


def written(place: Place, stream: str) -> str:
    """Write a token.

    Args:
        place: what it is to say.
        stream: what only this stream has, such as the attempt's id.
    """
    offset, (at, number) = place.position
    packed = (offset * _TIMES + min(at, _TIMES - 1)) * _NUMBERS + number
    return f"{place.direction}/{packed * _SEAL + _seal(packed, stream):0{DIGITS}d}"


def read(token: str, stream: str, size: int) -> Place:
    """Read a token.

    Args:
        token: what a client handed in.
        stream: the stream that it was handed in for.
        size: how long what was printed to it is, in bytes.

    Raises:
        Fault: InvalidParameterException; it is no token, or one of another stream.
    """
    found = _TOKEN.fullmatch(token)
    packed, seal = divmod(int(found["number"]) if found else 0, _SEAL)
    rest, number = divmod(packed, _NUMBERS)
    offset, at = divmod(rest, _TIMES)
    if not found or offset > size or seal != _seal(packed, stream):
        raise invalid()
    return Place(cast("Direction", found["direction"]), Position(offset, Gap(at, number)))


def invalid() -> Fault:
    """Word the refusal of a token as AWS does."""
    return Fault("InvalidParameterException", "The specified nextToken is invalid.")


def _seal(packed: int, stream: str) -> int:
    return crc32(f"{stream} {packed}".encode())

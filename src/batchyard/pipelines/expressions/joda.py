"""Dates in Joda-Time's pattern letters, as ``format`` writes them; UTC, and in English.

Source: https://www.joda.org/joda-time/apidocs/org/joda/time/format/DateTimeFormat.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
FULL: Final = 4
"""From so many letters on a text is written in full."""

_PIECE = re.compile(r"'(?P<quoted>(?:[^']|'')*)'|(?P<letters>([A-Za-z])\3*)|(?P<rest>[^A-Za-z'])")


def shown(moment: datetime, pattern: str) -> str:
    """Write a moment.

    Args:
        moment: the moment, UTC.
        pattern: Joda's pattern, such as ``YYYY-MM-dd'T'HH:mm:ss``.

    Raises:
        ValueError: a letter that Joda does not know, or a quote that is never closed.
    """
    done, at = [], 0
    while at < len(pattern):
        piece = _PIECE.match(pattern, at)
        if piece is None:
            raise ValueError("the pattern has a quote that is never closed")
        done.append(_piece(moment, piece))
        at = piece.end()
    return "".join(done)


def _piece(moment: datetime, piece: re.Match[str]) -> str:
    if piece["quoted"] is not None:
        return piece["quoted"].replace("''", "'") or "'"
    if piece["rest"] is not None:
        return piece["rest"]
    letter, count = piece["letters"][0], len(piece["letters"])
    if letter not in _LETTERS:
        raise ValueError(f"Illegal pattern component: {piece['letters']}")
    return _LETTERS[letter](moment, count)


def _number(value: int, digits: int) -> str:
    return str(value).zfill(digits)


def _year(value: int, count: int) -> str:
    """Write a year: two letters mean its last two digits."""
    return f"{value % 100:02}" if count == len("YY") else _number(value, count)


def _text(value: str, count: int) -> str:
    return value if count >= FULL else value[:3]


def _month(moment: datetime, count: int) -> str:
    if count >= len("MMM"):
        return _text(MONTHS[moment.month - 1], count)
    return _number(moment.month, count)


def _fraction(moment: datetime, count: int) -> str:
    return f"{moment.microsecond:06}".ljust(count, "0")[:count]


_LETTERS: Final[Mapping[str, Callable[[datetime, int], str]]] = {
    "G": lambda _, __: "AD",
    "C": lambda moment, count: _number(moment.year // 100, count),
    "Y": lambda moment, count: _year(moment.year, count),
    "y": lambda moment, count: _year(moment.year, count),
    "x": lambda moment, count: _year(moment.isocalendar().year, count),
    "w": lambda moment, count: _number(moment.isocalendar().week, count),
    "e": lambda moment, count: _number(moment.isoweekday(), count),
    "E": lambda moment, count: _text(DAYS[moment.weekday()], count),
    "D": lambda moment, count: _number(moment.timetuple().tm_yday, count),
    "M": _month,
    "d": lambda moment, count: _number(moment.day, count),
    "a": lambda moment, _: "AM" if moment.hour < 12 else "PM",  # noqa: PLR2004 - noon
    "K": lambda moment, count: _number(moment.hour % 12, count),
    "h": lambda moment, count: _number(moment.hour % 12 or 12, count),
    "H": lambda moment, count: _number(moment.hour, count),
    "k": lambda moment, count: _number(moment.hour or 24, count),
    "m": lambda moment, count: _number(moment.minute, count),
    "s": lambda moment, count: _number(moment.second, count),
    "S": _fraction,
    "z": lambda _, count: "Coordinated Universal Time" if count >= FULL else "UTC",
    "Z": lambda _, count: {1: "+0000", 2: "+00:00"}.get(count, "UTC"),
}

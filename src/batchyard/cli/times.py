"""Times as people write them: `2h` for how long, `2h` ago or a date for when."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

import click

from batchyard.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
"""Seconds in each unit; a bare number is of seconds."""

LENGTH = re.compile(r"([0-9]{1,12})([smhdw]?)")


def seconds_of(text: str) -> int:
    """Read how long: a number of seconds, or of minutes, hours, days or weeks (`15m`, `2h`).

    Raises:
        Refused: it is none.
    """
    found = LENGTH.fullmatch(text.strip())
    if found is None:
        raise Refused(f"{text!r} is no length of time: give seconds, or 15m, 2h, 3d, 1w")
    return int(found[1]) * UNITS[found[2]]


def moment_of(text: str, now: int) -> int:
    """Read when: how long ago (`2h`), or a date and time in ISO 8601, local unless it has a zone.

    Args:
        text: e.g. `2h`, `2026-11-25`, `2026-11-25T09:30`, `2026-11-25T09:30Z`.
        now: milliseconds since the epoch.

    Returns:
        Milliseconds since the epoch, never before it.

    Raises:
        Refused: it is neither.
    """
    if LENGTH.fullmatch(text.strip()):
        return max(0, now - seconds_of(text) * 1000)
    try:
        return max(0, round(datetime.fromisoformat(text.strip()).timestamp() * 1000))
    except (ValueError, OverflowError):
        raise Refused(
            f"{text!r} is no time: give how long ago (15m, 2h, 3d) or a date (2026-11-25T09:30)"
        ) from None


UNIT = 2
"""A larger unit is used from two of it on: `90m` says more than `1h`."""


def age(milliseconds: int) -> str:
    """Write how long ago something was, in its one fitting unit: `45s`, `90m`, `3h`, `5d`."""
    seconds = max(0, milliseconds // 1000)
    fitting = [unit for unit in "smhd" if seconds >= UNIT * UNITS[unit]]
    unit = fitting[-1] if fitting else "s"
    return f"{seconds // UNITS[unit]}{unit}"


def told(read: Callable[[str], int]) -> Callable[..., int | None]:
    """Make a click callback of a function that reads an option; what it refuses, click reports."""

    def callback(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
        try:
            return None if value is None else read(value)
        except Refused as error:
            raise click.BadParameter(str(error), ctx, param) from None

    return callback


def _ago(text: str) -> int:
    import time

    return moment_of(text, time.time_ns() // 1_000_000)


length_option = told(seconds_of)
"""Reads `90`, `15m` or `2h` as seconds."""

moment_option = told(_ago)
"""Reads `2h` (ago) or a date as milliseconds since the epoch."""

"""What a benchmark found: values, and the words that show them."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Figure(NamedTuple):
    """One line of the table.

    Attributes:
        claim: what was measured.
        ours: what it came to here.
        peer: the same of whoever stands beside us, with its name.
        ratio: how the two compare, as `target` counts it.
        target: what the claim promises; empty where it only reports.
        met: whether it holds; None where nothing is promised.
    """

    claim: str
    ours: str
    peer: str = ""
    ratio: str = ""
    target: str = ""
    met: bool | None = None


def at_least(claim: str, ours: str, peer: str, ratio: float, least: float) -> Figure:
    """Form a line whose ratio must not be below a bound."""
    return Figure(claim, ours, peer, shown(ratio), f"at least {least:g}", ratio >= least)


def below(claim: str, value: float, peer: float, most: float, beside: str) -> Figure:
    """Form a line of a duration in seconds that must stay below a bound."""
    words = f"{duration(peer)} {beside}"
    return Figure(
        claim, duration(value), words, shown(value / peer), f"below {duration(most)}", value < most
    )


def shown(ratio: float) -> str:
    """Form a ratio with three digits that count."""
    return f"{ratio:.0f}" if ratio >= 100 else f"{ratio:.3g}"


def duration(seconds: float) -> str:
    """Form a duration in the unit that suits it."""
    if seconds >= 1:
        return f"{seconds:.2f} s"
    if seconds >= 0.01:
        return f"{seconds * 1e3:.0f} ms"
    if seconds >= 0.001:
        return f"{seconds * 1e3:.2f} ms"
    return f"{seconds * 1e6:.0f} µs"


def size(count: float) -> str:
    """Form a number of bytes in the unit that suits it."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if abs(count) >= factor:
            return f"{count / factor:.3g} {unit}"
    return f"{count:.0f} B"


def median(values: Sequence[float]) -> float:
    """Give the middle one."""
    return statistics.median(values)


def percentile(values: Sequence[float], percent: float) -> float:
    """Give the smallest value that so many percent of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]

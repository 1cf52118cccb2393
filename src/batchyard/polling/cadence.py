"""How long to leave a job alone before it is asked about again.

Chance is an argument, a number from 0 up to 1, drawn once a call: all jobs of one call go on
together, so that the next call is as full as this one.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log
from typing import Protocol

from batchyard.errors import Refused


class Cadence(Protocol):
    """A rule for the time between two questions; values, so that equal ones are one class."""

    def delay(self, tries: int, chance: float) -> float:
        """Give the seconds until the next question.

        Args:
            tries: how many have been answered.
            chance: a number from 0 up to 1.
        """


@dataclass(frozen=True)
class BackOff:
    """Quick at first, then ever slower.

    Args:
        first: seconds before the second question.
        growth: how many times longer each further delay is.
        longest: seconds; no delay is longer.
        jitter: which part of a delay chance may take off, so that many processes do not ask in
            step.

    Raises:
        Refused: the delays would not be above 0, or would shrink.
    """

    first: float = 0.5
    growth: float = 1.25
    longest: float = 15.0
    jitter: float = 0.1

    def __post_init__(self) -> None:
        """Refuse what is no rule."""
        if not (0 < self.first <= self.longest and self.growth >= 1 and 0 <= self.jitter < 1):
            raise Refused(f"{self}: give 0 < first <= longest, growth >= 1 and 0 <= jitter < 1")

    def delay(self, tries: int, chance: float) -> float:
        """Give the seconds until the next question."""
        steps = min(max(tries - 1, 0), self._steps())
        return min(self.longest, self.first * self.growth**steps) * (1 - self.jitter * chance)

    def _steps(self) -> int:
        """Count the steps to the longest delay."""
        return ceil(log(self.longest / self.first, self.growth)) if self.growth > 1 else 0


@dataclass(frozen=True)
class Fixed:
    """The same delay each time.

    Args:
        seconds: between two questions.

    Raises:
        Refused: it is not above 0.
    """

    seconds: float

    def __post_init__(self) -> None:
        """Refuse what would ask without a pause."""
        if not self.seconds > 0:
            raise Refused(f"a delay of {self.seconds!r} s: give more than 0")

    def delay(self, tries: int, chance: float) -> float:  # noqa: ARG002 - the seam's signature
        """Give the seconds until the next question."""
        return self.seconds


@dataclass(frozen=True)
class Classic:
    """The rule of Airflow's Batch client: see `exponential_delay`."""

    def delay(self, tries: int, chance: float) -> float:
        """Give the seconds until the next question."""
        return exponential_delay(tries, chance)


LONGEST = 600.0
"""Seconds; the classic rule's longest delay."""


def exponential_delay(tries: int, chance: float) -> float:
    """Give the classic rule's delay in seconds: between d/3 and d, d = min(600, 1 + (0.6 tries)²).

    Args:
        tries: how many questions there were.
        chance: a number from 0 up to 1.

    Source: ``exponential_delay`` of Airflow's BatchClientHook.
    """
    longest = min(LONGEST, 1 + (0.6 * tries) ** 2)
    return longest / 3 + (longest - longest / 3) * chance


def add_jitter(delay: float, width: float = 1, minima: float = 0, *, chance: float) -> float:
    """Spread a delay evenly over ``delay ± width``, and never below ``minima``.

    Args:
        delay: seconds; its sign is not looked at.
        width: seconds on either side; its sign is not looked at.
        minima: seconds; the least that is given. Where it lies above ``delay + width``, that is.
        chance: a number from 0 up to 1.

    Source: ``add_jitter`` of Airflow's BatchClientHook.
    """
    delay, width, minima = abs(delay), abs(width), abs(minima)
    lower = max(minima, delay - width)
    return lower + (max(lower, delay + width) - lower) * chance

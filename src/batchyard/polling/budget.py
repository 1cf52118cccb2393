"""How often a service may be asked: one budget for everybody who waits on it.

A token bucket whose rate finds out by itself what the service bears. It grows while the rate is
what holds questions up: quickly until the service first asks for patience (slow start), then
steadily; and it shrinks by a part each time that it does.

Source: AWS publishes no rate for DescribeJobs; its services limit by token buckets,
https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
"""

from __future__ import annotations

from typing import NamedTuple

from batchyard.errors import Refused


class Rates(NamedTuple):
    """What a budget may do, in questions a second.

    Attributes:
        first: the rate that it begins with.
        most: never more.
        least: never less.
        burst: questions that may go at once after a pause; not a rate.
        rise: how much the rate grows in each second in which it holds questions up.
        fall: what is left of the rate when the service asks for patience, below 1.
    """

    first: float = 20.0
    most: float = 200.0
    least: float = 0.2
    burst: float = 5.0
    rise: float = 0.25
    fall: float = 0.7


SLOW_START = 0.7
"""How much the rate grows with each answer at first: it doubles every second."""

CALM = 1.0
"""Seconds after a cut in which there is no other: questions were under way when it was made."""


class Budget:
    """A token bucket with a rate that adapts.

    Args:
        rates: what it may do.

    Raises:
        Refused: the rates contradict each other.
    """

    def __init__(self, rates: Rates = Rates()) -> None:  # noqa: B008 - a frozen value
        if not (0 < rates.least <= rates.first <= rates.most and rates.burst >= 1):
            raise Refused(f"{rates}: give 0 < least <= first <= most and burst >= 1")
        if not (rates.rise >= 0 and 0 < rates.fall < 1):
            raise Refused(f"{rates}: give rise >= 0 and 0 < fall < 1")
        self._rates = rates
        self.rate = rates.first
        self._tokens = rates.burst
        self._at: float | None = None
        self._slow_start = True
        self._cut: float | None = None
        self._short = False

    def _refill(self, now: float) -> None:
        if self._at is not None and now > self._at:
            self._tokens = min(self._rates.burst, self._tokens + (now - self._at) * self.rate)
        self._at = now if self._at is None else max(now, self._at)

    def ready_at(self, now: float) -> float:
        """Tell from when on the next question may go."""
        self._refill(now)
        if self._tokens >= 1 - EPSILON:
            return now
        self._short = True
        return now + (1 - self._tokens) / self.rate

    def take(self, now: float) -> None:
        """Count a question that goes now; only when `ready_at` says so."""
        self._refill(now)
        self._tokens = max(0.0, self._tokens - 1)

    def answered(self) -> None:
        """Learn from an answer: more may go, if it was the rate that held questions up."""
        if self._short:
            step = SLOW_START if self._slow_start else self._rates.rise / self.rate
            self.rate = min(self._rates.most, self.rate + step)
            self._short = self._tokens < 1

    def throttled(self, now: float) -> None:
        """Learn that the service asks for patience, or is breaking."""
        self._refill(now)
        self._slow_start = False
        self._tokens = min(self._tokens, 0.0)
        if self._cut is None or now - self._cut >= CALM:
            self._cut = now
            self.rate = max(self._rates.least, self.rate * self._rates.fall)


EPSILON = 1e-9
"""What rounding may take off a token."""

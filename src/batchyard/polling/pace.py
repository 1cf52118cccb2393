"""How fast requests may leave: evenly up to a rate, and more slowly for whoever is throttled.

The rate is kept as the time at which the next request is due (the "virtual scheduling" form of a
leaky bucket, ITU-T I.371), and adapts as TCP does: halved when the service says 429, a little more
with every second in which it answers.
"""

from __future__ import annotations

from math import inf

SLACK = 0.1
"""Seconds of lateness that may be made up for: nobody wakes up to the microsecond."""

LEAST = 0.5
"""Requests a second that are tried even if nothing but 429s come back."""

CUT = 0.5
GAIN = 1.0
"""The rate is halved by a 429, and grows by one request a second each second."""

DEAF = 0.25
"""Seconds after a cut in which further 429s say nothing new: they answer what was under way, and
AWS Batch answers within 50 to 200 ms."""

LULL = 1.0
"""Seconds of silence that an answer counts for at most."""

INSTANT = 1e-9
"""Seconds too short to wait for."""


class Pace:
    """When the next request may leave. Times are seconds of any clock that only goes forward.

    Args:
        rate: requests a second, at most and at first.
    """

    def __init__(self, rate: float) -> None:
        self._most = self.rate = rate
        self._due = self._cut = self._heard = -inf

    def take(self, now: float) -> float:
        """Ask to send one request now.

        Returns:
            0 when it may leave; else the seconds after which to ask again.
        """
        early = self._due - SLACK - now
        if early > INSTANT:
            return early
        self._due = max(self._due, now) + 1 / self.rate
        return 0.0

    def answered(self, now: float) -> None:
        """Learn that the service answered anything but 429."""
        self.rate = min(self._most, self.rate + GAIN * min(now - self._heard, LULL))
        self._heard = now

    def throttled(self, now: float) -> None:
        """Learn that the service answered 429."""
        self._heard = now
        if now - self._cut < DEAF:
            return
        self._cut = now
        self.rate = max(self.rate * CUT, min(LEAST, self._most))
        self._due = max(self._due, now + SLACK + 1 / self.rate)

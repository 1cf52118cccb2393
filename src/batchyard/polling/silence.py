"""How long a service has not answered, and how long to leave it alone for that."""

from __future__ import annotations

from batchyard.polling.news import Kind

SHORTEST = 0.5
LONGEST = 30.0
"""Seconds of pause when nobody answers: each is twice the last."""


class Silence:
    """The time since the last answer, while questions fail.

    Attributes:
        since: when the first question was asked that has had no answer; questions that are
            throttled are not answered either.
        until: when the service is to be asked again.
    """

    def __init__(self) -> None:
        self.end()

    def end(self) -> None:
        """Learn that there was an answer."""
        self.since = float("inf")
        self.until = float("-inf")
        self._pause = SHORTEST

    def go_on(self, asked_at: float, kind: Kind, now: float) -> None:
        """Learn that a question failed.

        Args:
            asked_at: when it was asked.
            kind: what was wrong; how often to ask when throttled is the budget's to say.
            now: the time.
        """
        self.since = min(self.since, asked_at)
        if kind is Kind.UNREACHABLE and now >= self.until:
            self.until = now + self._pause
            self._pause = min(LONGEST, 2 * self._pause)

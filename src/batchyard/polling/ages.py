"""How long ago jobs were last heard of: the one of which that is longest ago, at no cost to others.

A question's jobs share its answer, so what is kept is a line of answers, oldest first, each with
how many jobs have not been heard of since.
"""

from __future__ import annotations

from collections import deque


class Answer:
    """An answer, or the moment in which somebody began to wait.

    Attributes:
        at: when it came.
        left: the jobs that were last heard of by it.
    """

    __slots__ = ("at", "left")

    def __init__(self, at: float) -> None:
        self.at = at
        self.left = 0


class Ages:
    """The answers by which the jobs that are waited for were last heard of."""

    def __init__(self) -> None:
        """Begin without jobs."""
        self._answers: deque[Answer] = deque()

    def begin(self, at: float) -> Answer:
        """Take in an answer.

        Args:
            at: when it came; not before the last one did.
        """
        answer = Answer(at)
        self._answers.append(answer)
        return answer

    def settle(self) -> None:
        """Let go of answers by which no job was last heard of, as far as they stand in front."""
        while self._answers and not self._answers[0].left:
            self._answers.popleft()

    @property
    def oldest(self) -> float | None:
        """When the job was heard of of which that is longest ago; None without jobs.

        Another thread may ask, and is told what was so a moment ago.
        """
        try:
            return self._answers[0].at
        except IndexError:
            return None

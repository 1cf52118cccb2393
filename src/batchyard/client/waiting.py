"""Waiting for a job to end, by asking again and again; how often is decided here, without a clock.

Each waiting job asks for itself.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from batchyard.errors import NotFound, Refused, Throttled, Unfinished

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchyard.client.calls import Answer

SHORTEST = 0.1
LONGEST = 15.0
GROWTH = 1.5
"""Seconds between two questions: a yard's jobs end within moments, and later nothing hurries."""

UNSEEN = 60.0
"""Seconds after its submit in which a job may still be unknown to DescribeJobs."""

ENDED = frozenset({"SUCCEEDED", "FAILED"})


class Patience:
    """How long a wait goes on, and when it asks next.

    Args:
        now: the time, in seconds of any clock that only goes forward.
        timeout: seconds until it gives up; None for never.
        unseen: seconds in which the job may not be known yet.

    Raises:
        Refused: the timeout is below 0.
    """

    def __init__(self, now: float, timeout: float | None, unseen: float = 0.0) -> None:
        if timeout is not None and timeout < 0:
            raise Refused(f"timeout {timeout:g}: give seconds from 0, or None to wait for ever")
        self._begun = now
        self._timeout = timeout
        self._unseen = unseen
        self._pause = SHORTEST / GROWTH

    def pause(self, status: str, now: float) -> float | None:
        """Decide what to do after an answer.

        Args:
            status: the job's.
            now: the time, in seconds.

        Returns:
            Seconds until the next question; None when the job has ended.

        Raises:
            Unfinished: it has not, and the time is up.
        """
        if status in ENDED:
            return None
        return self._next(f"the job is {status}", now)

    def missed(self, error: NotFound | Throttled, now: float) -> float:
        """Decide what to do when the service does not know the job, or asks for patience.

        Returns:
            Seconds until the next question.

        Raises:
            NotFound: it should be known by now.
            Unfinished: the time is up.
        """
        if isinstance(error, NotFound) and now - self._begun >= self._unseen:
            raise error
        return self._next(f"nothing is known of the job ({error})", now)

    def _next(self, state: str, now: float) -> float:
        self._pause = min(self._pause * GROWTH, LONGEST)
        if self._timeout is None:
            return self._pause
        left = self._begun + self._timeout - now
        if left <= 0:
            raise Unfinished(f"{state} after {self._timeout:g} s of waiting; it goes on")
        return min(self._pause, left)


def wait(
    ask: Callable[[], Answer],
    timeout: float | None,
    unseen: float = 0.0,
    *,
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], object] = time.sleep,
) -> Answer:
    """Wait until a job has ended.

    Args:
        ask: describes it.
        timeout: seconds; None for ever.
        unseen: seconds in which it may not be known yet.
        clock: tells the time, in seconds.
        pause: waits for some seconds.

    Returns:
        AWS's JobDetail of the ended job.

    Raises:
        Unfinished: the time is up.
        NotFound: there is no such job.
    """
    patience = Patience(clock(), timeout, unseen)
    while True:
        try:
            job = ask()
            seconds = patience.pause(job["status"], clock())
        except (NotFound, Throttled) as error:
            seconds = patience.missed(error, clock())
        else:
            if seconds is None:
                return job
        pause(seconds)

"""Following logs: which stream to read next, and when one has been read to its end.

Every open stream is read in turn: soon again while it brings news, seldom while it is quiet, and
never faster than the budget. A stream whose job has ended is read until it brings nothing more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from batchyard.polling.news import Idle, SleepUntil

if TYPE_CHECKING:
    from collections.abc import Hashable

    from batchyard.polling.budget import Budget
    from batchyard.polling.cadence import Cadence

Key = TypeVar("Key", bound="Hashable")


@dataclass(slots=True)
class _Stream:
    """A stream that is followed.

    Attributes:
        due: when to read it.
        quiet: how many times in a row it brought nothing.
        closed_at: when its job was seen to have ended; None while it goes on.
    """

    due: float
    quiet: int = 0
    closed_at: float | None = None


class Tail(Generic[Key]):
    """The streams that are followed, by keys of the caller's.

    Times are in seconds, of a clock that only goes forward.

    Args:
        budget: how often streams may be read.
        cadence: how long a quiet stream is left alone.
        settle: seconds after the end of a job in which its last lines may still come in.
    """

    def __init__(self, budget: Budget, cadence: Cadence, settle: float) -> None:
        self._budget = budget
        self._cadence = cadence
        self._settle = settle
        self._open: dict[Key, _Stream] = {}

    def __len__(self) -> int:
        """Count the streams that are followed."""
        return len(self._open)

    def open(self, key: Key, now: float) -> None:
        """Follow a stream, from its beginning; it need not be there yet."""
        self._open.setdefault(key, _Stream(now))

    def close(self, key: Key, now: float) -> None:
        """Learn that nothing more will be printed to a stream: it is read to its end."""
        stream = self._open.get(key)
        if stream is not None and stream.closed_at is None:
            stream.closed_at = now
            stream.due = min(stream.due, now)

    def next(self, now: float) -> Key | SleepUntil | Idle:
        """Decide which stream to read now."""
        if not self._open:
            return Idle()
        key = min(self._open, key=lambda one: self._open[one].due)
        due = max(self._open[key].due, now)
        if due <= now:
            due = self._budget.ready_at(now)
        if due > now:
            return SleepUntil(due)
        self._budget.take(now)
        return key

    def read(self, key: Key, now: float, *, asked_at: float, news: bool) -> bool:
        """Learn what reading a stream brought.

        Args:
            key: which.
            now: the time.
            asked_at: when it was asked for.
            news: whether it brought anything, or says that there is more.

        Returns:
            Whether it has been read to its end, and is not followed any more.
        """
        self._budget.answered()
        stream = self._open[key]
        if news:
            stream.quiet, stream.due = 0, now
            return False
        closed = stream.closed_at
        if closed is not None and asked_at >= closed + self._settle:
            del self._open[key]
            return True
        stream.quiet += 1
        stream.due = now + self._cadence.delay(stream.quiet, 0.0)
        if closed is not None:
            stream.due = min(stream.due, max(now, closed + self._settle))
        return False

    def throttled(self, key: Key, now: float) -> None:
        """Learn that a stream could not be read: too often asked for, or the service failed."""
        self._budget.throttled(now)
        self._open[key].due = now

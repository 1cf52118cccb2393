"""What a watch keeps of each job that is waited for, and of each who waits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from batchyard.errors import Refused
from batchyard.polling.news import Moved

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from batchyard.polling.ages import Answer
    from batchyard.polling.cadence import Cadence
    from batchyard.polling.news import Wish
    from batchyard.polling.seen import Seen


@dataclass(slots=True)
class Job:
    """A job that somebody waits for.

    Attributes:
        waiters: who does, and what they want to know.
        tries: how many questions about it were answered since somebody came.
        seen: it as it last was; None if it never was seen.
        missing_since: since when it is not shown; None while it is.
        asked: the number of the question about it that is under way.
        again: whether somebody has wanted to know since that was sent.
        doubts: how many answers without news are not believed, since an event has told of some.
        unheard: who came when it had been seen already, and has not heard how it stands.
        answer: by which it was last heard of; before that, when somebody came.
    """

    answer: Answer

    waiters: dict[Hashable, Wish] = field(default_factory=dict)
    tries: int = 0
    seen: Seen | None = None
    missing_since: float | None = None
    asked: int | None = None
    again: bool = False
    doubts: int = 0
    unheard: tuple[Hashable, ...] = ()

    def join(self, waiter: Hashable, wish: Wish) -> None:
        """Let somebody wait for it, too."""
        self.waiters[waiter] = wish
        self.tries = 0
        if wish.moves and self.seen is not None:
            self.unheard += (waiter,)

    def heard(self, answer: Answer) -> None:
        """Note by which answer it was heard of."""
        self.answer.left -= 1
        self.answer = answer
        answer.left += 1

    def changed(self, seen: Seen) -> Iterator[Moved]:
        """Keep what was seen of it; tell those who want to hear of every change."""
        before, self.seen, self.missing_since = self.seen, seen, None
        unheard, self.unheard = self.unheard, ()
        if before is None or before.marks != seen.marks:
            self.doubts = 0
            yield from (Moved(waiter, seen) for waiter, wish in self.waiters.items() if wish.moves)
        else:
            yield from (Moved(waiter, seen) for waiter in unheard if waiter in self.waiters)


@dataclass(slots=True)
class Waiter:
    """Somebody who waits.

    Attributes:
        wish: what it wants to know.
        since: since when it waits.
        left: for which jobs, still.
        overdue: whether its time is up, and the last questions are asked.
    """

    wish: Wish
    since: float
    left: dict[str, None]
    overdue: bool = False


def delay_of(cadence: Cadence, tries: int, chance: float) -> float:
    """Ask a cadence, which may be anybody's own, for its delay.

    Raises:
        Refused: it gives no seconds above 0.
        Exception: it fails, or gives no number.
    """
    delay = cadence.delay(tries, chance)
    if not delay > 0:
        raise Refused(f"{cadence!r}: a delay of {delay!r} s: give more than 0")
    return delay

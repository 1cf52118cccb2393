"""Which jobs are shown, and in which order."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from batchyard.cli.top_screen.plan import STATUSES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from batchyard.cli.top_screen.book import Listing
    from batchyard.cli.top_screen.plan import Question
    from batchyard.cli.top_screen.rows import JobRow

GROUPS: Mapping[str, frozenset[str]] = {
    "all": frozenset(STATUSES),
    "live": frozenset(STATUSES[:5]),
    "waiting": frozenset(STATUSES[:3]),
    "running": frozenset(STATUSES[3:5]),
    "ended": frozenset(STATUSES[5:]),
    "failed": frozenset({"FAILED"}),
}
"""Statuses that are looked at together."""

ORDERS = ("created", "name", "status", "ran", "queue")
"""By what jobs are put in order; the first one puts the newest first, `ran` the longest."""


class Choice(NamedTuple):
    """Which jobs, and in which order.

    Attributes:
        group: one of `GROUPS`.
        words: all of them must stand somewhere in a row, in any case; with ``!`` before it, a word
            must not.
        order: one of `ORDERS`.
        reverse: the other way round.
    """

    group: str = "all"
    words: str = ""
    order: str = "created"
    reverse: bool = False


def chosen(listings: Iterable[Listing], choice: Choice, now: int) -> list[JobRow]:
    """Choose jobs and put them in order.

    Args:
        listings: what is known; of a job that moved from one to another in between, the later
            look counts.
        choice: which.
        now: epoch milliseconds, to tell how long a job has run.
    """
    statuses, holds = GROUPS[choice.group], _matcher(choice.words)
    found: dict[str, JobRow] = {}
    for listing in sorted(listings, key=lambda one: one.at):
        for row in listing.rows:
            found[row.id] = row
    rows = [row for row in found.values() if row.status in statuses and holds(row)]
    rows.sort(key=lambda row: (-row.created, row.id))
    if choice.order != ORDERS[0]:
        rows.sort(key=_key(choice.order, now))
    if choice.reverse:
        rows.reverse()
    return rows


def _matcher(words: str) -> Callable[[JobRow], bool]:
    given = words.casefold().split()
    wanted = [word for word in given if not word.startswith("!")]
    unwanted = [word[1:] for word in given if word.startswith("!") and word != "!"]
    if not wanted and not unwanted:
        return lambda _: True

    def holds(row: JobRow) -> bool:
        text = f"{row.id}\n{row.name}\n{row.status}\n{row.queue}\n{row.reason}".casefold()
        return all(word in text for word in wanted) and not any(word in text for word in unwanted)

    return holds


def _key(order: str, now: int) -> Callable[[JobRow], Any]:
    keys: dict[str, Callable[[JobRow], Any]] = {
        "name": lambda row: row.name.casefold(),
        "status": lambda row: STATUSES.index(row.status) if row.status in STATUSES else -1,
        "ran": lambda row: -(row.ran(now) or 0),
        "queue": lambda row: row.queue,
    }
    return keys[order]


class Count(NamedTuple):
    """How many jobs there are; ``more`` when that is only how many were read."""

    number: int
    more: bool

    def __str__(self) -> str:
        return f"{self.number:,}{'+' if self.more else ''}"


def counts(listings: Iterable[tuple[Question, Listing]]) -> dict[str, Count]:
    """Count jobs by status, in the order of their lives; statuses without any are left out."""
    numbers: dict[str, int] = defaultdict(int)
    more: set[str] = set()
    for question, listing in listings:
        numbers[question.status] += len(listing.rows)
        if listing.more:
            more.add(question.status)
    return {one: Count(numbers[one], one in more) for one in STATUSES if numbers[one]}

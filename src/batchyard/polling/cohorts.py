"""Jobs that are asked about together, in the order in which they are due.

A cohort is what one question asked about, less what has ended since. Cohorts that shrink are
joined when they are due, so that questions stay full.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING

from batchyard.polling.news import FULL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(eq=False)
class Cohort:
    """Jobs that are due together.

    Attributes:
        ids: the jobs, in order; the values say nothing.
        due: when to ask.
        early: from when on they may fill a question that has room.
        usual: when they would be due without events.
        alone: whether no others may join them.
    """

    ids: dict[str, None]
    due: float
    early: float
    usual: float
    alone: bool = False

    @classmethod
    def sized(cls, ids: Iterable[str], due: float, early: float, usual: float) -> Iterator[Cohort]:
        """Form cohorts of which each fits a question."""
        whole = list(ids)
        for start in range(0, len(whole), FULL):
            yield cls(dict.fromkeys(whole[start : start + FULL]), due, early, usual)


_DUE = attrgetter("due")


@dataclass
class Cohorts:
    """All jobs that wait for their next question. Every job is in one cohort at most.

    Attributes:
        of: each job's cohort.
    """

    of: dict[str, Cohort] = field(default_factory=dict)
    _line: list[Cohort] = field(default_factory=list)

    def put(self, cohort: Cohort, near: float = 0.0) -> None:
        """Let jobs wait; none of them may be waiting already.

        Args:
            cohort: the jobs; it may be joined to one that is due a little earlier.
            near: seconds that count as a little.
        """
        at = bisect_left(self._line, cohort.due, key=_DUE)
        before = self._line[at - 1] if at else None
        if before is not None and _may_join(before, cohort, near):
            before.ids |= cohort.ids
            before.early = min(before.early, cohort.early)
            before.usual = min(before.usual, cohort.usual)
        else:
            before = cohort
            insort(self._line, cohort, key=_DUE)
        self.of.update(dict.fromkeys(cohort.ids, before))

    def remove(self, ids: Iterable[str]) -> list[str]:
        """Take jobs out; give those that were waiting."""
        found = []
        for one in ids:
            cohort = self.of.pop(one, None)
            if cohort is None:
                continue
            del cohort.ids[one]
            found.append(one)
            if not cohort.ids:
                self._drop(cohort)
        return found

    def _drop(self, cohort: Cohort) -> None:
        at = bisect_left(self._line, cohort.due, key=_DUE)
        while self._line[at] is not cohort:
            at += 1
        del self._line[at]

    @property
    def first(self) -> Cohort | None:
        """The cohort that is due first; None if nobody waits."""
        return self._line[0] if self._line else None

    def is_full(self, now: float) -> bool:
        """Tell whether there is a whole question's worth of jobs that may be asked about."""
        if self._line and self._line[0].alone:
            return True
        count = 0
        for cohort in self._line:
            if cohort.due > now and cohort.early > now:
                break
            count += 0 if cohort.alone else len(cohort.ids)
            if count >= FULL:
                return True
        return False

    def take(self, now: float) -> tuple[str, ...]:
        """Take the jobs of a question: those that are due, then those that may be asked early."""
        first = self._line[0]
        if first.alone:
            return tuple(self.remove(list(first.ids)))
        taken: list[str] = []
        for cohort in list(self._line):
            if cohort.due > now and cohort.early > now:
                break
            if not cohort.alone:
                taken += self.remove(list(cohort.ids)[: FULL - len(taken)])
            if len(taken) == FULL:
                break
        return tuple(taken)

    def as_usual(self, now: float) -> None:
        """Let every cohort be due when it usually would, the past being now."""
        for cohort in self._line:
            cohort.due = max(cohort.usual, min(cohort.due, now))
        self._line.sort(key=_DUE)


def _may_join(before: Cohort, cohort: Cohort, near: float) -> bool:
    return (
        not (before.alone or cohort.alone)
        and cohort.due - before.due <= near
        and len(before.ids) + len(cohort.ids) <= FULL
    )

"""What to bring to a target next, and how far it has come.

Notices of one job are brought one after the other, each once the one before it has arrived;
those of different jobs side by side. So a notice that is refused holds up its own job's only,
whatever a target does with a batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batchyard.batch.notices import Notice


class Deliveries:
    """The notices that a target does not have yet, as far as they have been taken in.

    Args:
        mark: the number up to which it has every notice.
    """

    def __init__(self, mark: int) -> None:
        """Begin with nothing to bring."""
        self._last = mark
        self._waiting: dict[int, Notice] = {}
        self._under_way: dict[int, str] = {}
        self._busy: set[str] = set()

    @property
    def last(self) -> int:
        """The number of the latest notice that was taken in."""
        return self._last

    @property
    def mark(self) -> int:
        """The number up to which the target has every notice."""
        return next(iter(self._waiting), self._last + 1) - 1

    def __len__(self) -> int:
        """How many it does not have."""
        return len(self._waiting)

    def take_in(self, notices: Iterable[Notice]) -> None:
        """Add what is to be brought, in the order of the numbers; what is known is passed over."""
        for notice in notices:
            if notice.number > self._last:
                self._waiting[notice.number] = notice
                self._last = notice.number

    def next(self, most: int, *, in_order: bool = False) -> list[Notice]:
        """Choose what to bring now: it is under way from here on.

        Args:
            most: how many at most.
            in_order: whether the target takes a batch in its order, all of it or none: then a
                batch may hold several notices of a job, and no other is brought meanwhile.

        Returns:
            Notices in their order; none while there is nothing that may be brought.
        """
        found: list[Notice] = []
        if in_order and self._under_way:
            return found
        passed = set(self._busy)
        for notice in self._waiting.values():
            if len(found) == most:
                break
            if in_order or notice.job_id not in passed:
                found.append(notice)
                passed.add(notice.job_id)
        self._under_way.update((each.number, each.job_id) for each in found)
        self._busy.update(each.job_id for each in found)
        return found

    def arrived(self, numbers: Iterable[int]) -> None:
        """Note what the target has now."""
        for number in numbers:
            self._back(number)
            self._waiting.pop(number, None)

    def failed(self, numbers: Iterable[int]) -> None:
        """Note what it did not take: it is brought again."""
        for number in numbers:
            self._back(number)

    def _back(self, number: int) -> None:
        job_id = self._under_way.pop(number, None)
        if job_id is not None:
            self._busy.discard(job_id)

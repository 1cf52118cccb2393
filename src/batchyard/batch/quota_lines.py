"""Who waits in quota shares, in lines of jobs that ask for the same.

What does not fit once does not fit later in the same decision either, so that a decision looks at
the head of each line, and further only while jobs begin: it costs what changed and the number of
lines, never the number of waiting jobs.
"""

from __future__ import annotations

import heapq
from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Wanted(NamedTuple):
    """What a service job asks for, and in whose name.

    Attributes:
        queue: the queue's ARN.
        share: the quota share's ARN.
        unit: the type of its instances.
        instances: how many.
        priority: its scheduling priority within the share.
    """

    queue: str
    share: str
    unit: str
    instances: int
    priority: int = 0


class Waiting(NamedTuple):
    """A waiting job; within a share they are in this order."""

    rank: int
    number: int
    job_id: str
    wanted: Wanted


class Lines:
    """The waiting jobs of all quota shares.

    Attributes:
        waiting: each of them, by id, in the order they came.
    """

    def __init__(self) -> None:
        """Begin with nobody waiting."""
        self.waiting: dict[str, Waiting] = {}
        self._shares: dict[str, dict[Wanted, OrderedDict[str, Waiting]]] = {}

    def add(self, place: Waiting) -> None:
        """Let a job wait, behind everybody who asks for the same: its number is the highest."""
        self.waiting[place.job_id] = place
        lines = self._shares.setdefault(place.wanted.share, {})
        lines.setdefault(place.wanted, OrderedDict())[place.job_id] = place

    def remove(self, job_id: str) -> None:
        """Let a job wait no more; one that does not wait is none to remove."""
        place = self.waiting.pop(job_id, None)
        if place is None:
            return
        lines = self._shares[place.wanted.share]
        del lines[place.wanted][job_id]
        if not lines[place.wanted]:
            del lines[place.wanted]
        if not lines:
            del self._shares[place.wanted.share]

    def order(self, queue: str | None = None) -> Iterator[Waiting]:
        """List who waits: each share's jobs by priority, and shares by whose next job came first.

        Args:
            queue: the ARN of the queue whose jobs are wanted; None: all.
        """
        return self.candidates(lambda wanted: queue not in {None, wanted.queue})

    def candidates(self, passed_over: Callable[[Wanted], bool]) -> Iterator[Waiting]:
        """List who may begin, in order, without a line from the moment that it is passed over.

        Nobody may be added or removed meanwhile.

        Args:
            passed_over: tells whether a line is to be looked at no more; asked before each job.
        """
        coming = {share: self._of_share(share, passed_over) for share in self._shares}
        heads = [(*head, share) for share in coming if (head := next(coming[share], None))]
        heapq.heapify(heads)
        while heads:
            _, place, share = heapq.heappop(heads)
            if not passed_over(place.wanted):
                yield place
            if head := next(coming[share], None):
                heapq.heappush(heads, (*head, share))

    def _of_share(
        self, share: str, passed_over: Callable[[Wanted], bool]
    ) -> Iterator[tuple[int, Waiting]]:
        """List a share's jobs, each with the number of the latest that goes before it, or its own.

        That is when its turn comes among shares, whether those before it are passed over or not.
        """
        classes: dict[int, list[OrderedDict[str, Waiting]]] = {}
        for wanted, line in self._shares[share].items():
            classes.setdefault(-wanted.priority, []).append(line)
        latest = -1
        for rank in sorted(classes):
            for place in _merged(classes[rank], passed_over):
                yield max(latest, place.number), place
            latest = max(latest, *(next(reversed(line.values())).number for line in classes[rank]))


def _merged(
    lines: list[OrderedDict[str, Waiting]], passed_over: Callable[[Wanted], bool]
) -> Iterator[Waiting]:
    """Merge lines of one priority by who came first, each until it is passed over."""
    heads = [(next(places), places) for places in map(iter, map(OrderedDict.values, lines))]
    ordered = [(place.number, place, places) for place, places in heads]
    heapq.heapify(ordered)
    while ordered:
        _, place, places = heapq.heappop(ordered)
        if passed_over(place.wanted):
            continue
        yield place
        if following := next(places, None):
            heapq.heappush(ordered, (following.number, following, places))

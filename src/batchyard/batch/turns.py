"""Whose turn it is in one queue, while room is given out."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from batchyard.batch.waiting import oldest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchyard.batch.rooms import Rooms, Size
    from batchyard.batch.waiting import Line, Queue


class Turns:
    """Names the jobs of a queue one after the other, as long as one of them may fit.

    Without a policy the oldest is next. With one it is the first job of the share that comes
    next, and no more than the policy leaves to the shares that are active is given out. What does
    not fit once does not fit until something is given back.

    Args:
        queue: the queue.
        order: the ARNs of its environments.
        rooms: what there is.
        now: epoch milliseconds.
    """

    def __init__(self, queue: Queue, order: Sequence[str], rooms: Rooms, now: int) -> None:
        """Look at each size once."""
        self._queue = queue
        self._order = order
        self._rooms = rooms
        self._now = now
        self._limit = limit(queue, order, rooms, now) if queue.fair else None
        self._sizes = dict.fromkeys(size for size in queue.sizes if self.fit(size))
        self._shares: list[tuple[float, int, str]] = []
        if queue.fair:
            for share in dict.fromkeys(s for size in self._sizes for s in queue.sizes[size]):
                self._call(share)

    def fit(self, size: Size) -> str | None:
        """Name the environment that has room for a size now, if the queue may take so much."""
        if self._limit is not None and exceeds(self._queue, self._limit, size):
            return None
        return self._rooms.fit(self._order, size)

    def line(self) -> Line | None:
        """Give the line whose oldest job is next; its size may have stopped to fit."""
        if not self._queue.fair:
            sizes = self._queue.sizes
            return oldest(row for size in self._sizes for row in sizes.get(size, {}).values())
        while self._shares:
            _, number, share = self._shares[0]
            line = self._first(share)
            if line is not None and line.head().number == number:
                return line
            heapq.heappop(self._shares)
            self._call(share)
        return None

    def _first(self, share: str) -> Line | None:
        sizes = self._queue.sizes
        return oldest(sizes[size][share] for size in self._sizes if share in sizes.get(size, ()))

    def _call(self, share: str) -> None:
        """Let a share compete, as long as it has jobs that may fit."""
        if line := self._first(share):
            rank = self._queue.shares.rank(share, self._now)
            heapq.heappush(self._shares, (rank, line.head().number, share))

    def pass_over(self, size: Size) -> None:
        """Look at a size no more: it does not fit."""
        self._sizes.pop(size, None)

    def given(self, share: str) -> None:
        """Let a share that was given room compete again."""
        if self._queue.fair:
            heapq.heappop(self._shares)
            self._call(share)


def limit(queue: Queue, order: Sequence[str], rooms: Rooms, now: int) -> float | None:
    """Tell how much active shares may hold together, in thousandths of a vCPU; None: everything.

    Args:
        queue: a queue with a policy.
        order: the ARNs of its environments.
        rooms: what there is.
        now: epoch milliseconds.

    Source: computeReservation of FairsharePolicy in botocore's model.
    """
    if not queue.shares.reserves:
        return None
    active = queue.shares.active(queue.waiting(), now)
    return rooms.most(order) * (1 - queue.shares.reserved(len(active)))


def exceeds(queue: Queue, most: float, size: Size) -> bool:
    """Tell whether a size is more than a limit leaves; a queue's only job never is.

    Else a job larger than what is not reserved would wait for ever.
    """
    return queue.used > 0 and queue.used + size.demand.vcpus > most

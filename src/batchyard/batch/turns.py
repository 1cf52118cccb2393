"""Whose turn it is in one queue, while room is given out."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from batchyard.batch.waiting import oldest

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

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
        """Look at nothing before `line` is asked for."""
        self._queue = queue
        self._order = order
        self._rooms = rooms
        self._now = now
        self._limit: float | None = None
        self._sizes: dict[Size, None] | None = None
        self._shares: list[tuple[float, int, str]] = []

    def _open(self) -> dict[Size, None]:
        """Look at each size once, and at the shares of those that fit."""
        queue = self._queue
        self._limit = limit(queue, self._order, self._rooms, self._now) if queue.fair else None
        sizes = dict.fromkeys(size for size in queue.sizes if self.fit(size))
        if queue.fair and sizes:
            shares = dict.fromkeys(share for size in sizes for share in queue.sizes[size])
            self._shares = [self._entry(share) for share in shares]
            heapq.heapify(self._shares)
        return sizes

    def _entry(self, share: str) -> tuple[float, int, str]:
        """Rank a share; of equals, the one is next that has waited longest."""
        return self._queue.shares.rank(share, self._now), self._queue.waiting[share], share

    def fit(self, size: Size) -> str | None:
        """Name the environment that has room for a size now, if the queue may take so much."""
        if self._limit is not None and exceeds(self._queue, self._limit, size):
            return None
        return self._rooms.fit(self._order, size)

    def line(self) -> Line | None:
        """Give the line whose oldest job is next; its size may have stopped to fit."""
        if self._sizes is None:
            self._sizes = self._open()
        if self._queue.fair:
            return self._of_next_share(self._sizes)
        sizes = self._queue.sizes
        return oldest(row for size in self._sizes for row in sizes.get(size, {}).values())

    def _of_next_share(self, sizes: Collection[Size]) -> Line | None:
        rows = self._queue.sizes
        while sizes and self._shares:
            share = self._shares[0][-1]
            line = oldest(rows[size][share] for size in sizes if share in rows.get(size, ()))
            if line is not None:
                return line
            heapq.heappop(self._shares)
        return None

    def pass_over(self, size: Size) -> None:
        """Look at a size no more: it does not fit."""
        if self._sizes:
            self._sizes.pop(size, None)

    def given(self, share: str) -> None:
        """Rank a share anew that was given room, as long as it has jobs that wait."""
        if not self._queue.fair:
            return
        if share in self._queue.waiting:
            heapq.heapreplace(self._shares, self._entry(share))
        else:
            heapq.heappop(self._shares)


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
    active = queue.shares.active(queue.waiting, now)
    return rooms.most(order) * (1 - queue.shares.reserved(len(active)))


def exceeds(queue: Queue, most: float, size: Size) -> bool:
    """Tell whether a size is more than a limit leaves; a queue's only job never is.

    Else a job larger than what is not reserved would wait for ever.
    """
    return queue.used > 0 and queue.used + size.demand.vcpus > most

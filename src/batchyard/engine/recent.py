"""The last jobs to end, as DescribeJobs shows them: asked for most, read from disk least."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchyard.batch.ids import Place

ROOM = 32 * 1024 * 1024
"""Bytes of JobDetail kept: some fifteen thousand jobs."""


class Recent:
    """Keeps details up to so many bytes; what was put in first goes first.

    Args:
        room: how many bytes may be kept.
    """

    def __init__(self, room: int = ROOM) -> None:
        """Begin with none."""
        self._room = room
        self._size = 0
        self._details: dict[Place, dict[str, bytes]] = defaultdict(dict)
        self._order: deque[tuple[Place, str]] = deque()

    def put(self, place: Place, details: Mapping[str, bytes]) -> None:
        """Keep details of ended jobs, in place of what was kept of them: tags may change."""
        kept = self._details[place]
        for job_id, detail in details.items():
            if job_id not in kept:
                self._order.append((place, job_id))
            self._size += len(detail) - len(kept.get(job_id, b""))
            kept[job_id] = detail
        while self._size > self._room:
            where, oldest = self._order.popleft()
            self._size -= len(self._details[where].pop(oldest))

    def of(self, place: Place) -> Mapping[str, bytes]:
        """Give all that is kept of a place, by job."""
        return self._details[place]

    def clear(self) -> None:
        """Forget all: the store has forgotten some."""
        self._details.clear()
        self._order.clear()
        self._size = 0

"""The last jobs to end, as DescribeJobs shows them: asked for most, read from disk least."""

from __future__ import annotations

from collections import OrderedDict
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
        self._details: OrderedDict[str, tuple[Place, bytes]] = OrderedDict()

    def put(self, place: Place, details: Mapping[str, bytes]) -> None:
        """Keep details of ended jobs; an ended job's never change."""
        for job_id, detail in details.items():
            if job_id not in self._details:
                self._details[job_id] = (place, detail)
                self._size += len(detail)
        while self._size > self._room:
            _, (_, dropped) = self._details.popitem(last=False)
            self._size -= len(dropped)

    def get(self, place: Place, job_id: str) -> bytes | None:
        """Give a detail, if it is kept and belongs to that place."""
        found = self._details.get(job_id)
        return found[1] if found is not None and found[0] == place else None

    def clear(self) -> None:
        """Forget all: the store has forgotten some."""
        self._details.clear()
        self._size = 0

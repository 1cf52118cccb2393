"""The seam to what an attempt printed: bytes, and the times at which they were read.

Bytes are only ever appended, so whatever is said of an offset stays true while the log grows.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple, Protocol

_offset, _at = attrgetter("offset"), attrgetter("at")


class Reading(NamedTuple):
    """One read of the attempt's output.

    Attributes:
        offset: the offset of its first byte.
        at: when it was read, epoch milliseconds; never earlier than the reading before.
    """

    offset: int
    at: int


class Source(Protocol):
    """The output of one attempt as it stood at one moment."""

    @property
    def size(self) -> int:
        """How many bytes there are."""

    def read(self, offset: int, length: int) -> bytes:
        """Return exactly ``length`` bytes from ``offset`` on; they lie within ``size``."""

    def readings(self, start: int, stop: int) -> Sequence[Reading]:
        """List the readings that brought ``[start, stop)``, ascending; the first covers start.

        None at all where nothing is known of the times.
        """

    def offset_at(self, at: int) -> int:
        """Find the first byte that arrived at ``at`` (epoch milliseconds) or later.

        Returns:
            Its offset; ``size`` if there is none yet.
        """


@dataclass(frozen=True)
class Recorded:
    """A source held in memory.

    Args:
        data: all bytes.
        index: the readings they came in, ascending.
    """

    data: bytes = b""
    index: tuple[Reading, ...] = ()

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return len(self.data)

    def read(self, offset: int, length: int) -> bytes:
        """Return exactly ``length`` bytes from ``offset`` on."""
        return self.data[offset : offset + length]

    def readings(self, start: int, stop: int) -> Sequence[Reading]:
        """List the readings that brought ``[start, stop)``."""
        first = max(bisect_right(self.index, start, key=_offset) - 1, 0)
        return self.index[first : bisect_left(self.index, stop, key=_offset)]

    def offset_at(self, at: int) -> int:
        """Find the first byte that arrived at that time or later."""
        found = bisect_left(self.index, at, key=_at)
        return self.index[found].offset if found < len(self.index) else self.size

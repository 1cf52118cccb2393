"""The seam to what an attempt printed: bytes, and the times at which they were read.

Bytes are only ever appended, so whatever is said of an offset stays true while the log grows.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol


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


def covering(count: int, reading: Callable[[int], Reading], start: int, stop: int) -> range:
    """Search the readings that brought ``[start, stop)``.

    Args:
        count: how many readings there are.
        reading: gives one of them by its number; they ascend.
        start: the first byte's offset.
        stop: the offset after the last byte.
    """
    numbers = range(count)
    first = bisect_right(numbers, start, key=lambda number: reading(number).offset) - 1
    after = bisect_left(numbers, stop, key=lambda number: reading(number).offset)
    return numbers[max(first, 0) : after]


def arrived(count: int, reading: Callable[[int], Reading], at: int) -> int:
    """Search the first reading of a time (epoch milliseconds) or later; ``count`` if none is."""
    return bisect_left(range(count), at, key=lambda number: reading(number).at)


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
        found = covering(len(self.index), self.index.__getitem__, start, stop)
        return self.index[found.start : found.stop]

    def offset_at(self, at: int) -> int:
        """Find the first byte that arrived at that time or later."""
        found = arrived(len(self.index), self.index.__getitem__, at)
        return self.index[found].offset if found < len(self.index) else self.size

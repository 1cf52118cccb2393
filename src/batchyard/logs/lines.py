"""Where events begin and end in an attempt's bytes, as the awslogs driver cuts them.

A line ends at its newline, with the carriage return before it if there is one; an empty line is
no event. A line over the maximum is cut into pieces, counted from its start and never inside a
character. While the attempt runs, an unfinished last line is held back, except for the pieces
that are full already. So every cut, once made, stays: it depends on nothing that is yet to come.

A long log is never read whole. Forwards the cost is that of what is read; backwards, blocks are
searched for line starts, and only a line of extraordinary length is searched to its beginning.

Source: maximumBytesPerEvent and processEvent in moby's daemon/logger/awslogs/cloudwatchlogs.go;
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from batchyard.logs.source import Source

EVENT_BYTES = 262_144 - 26
"""The longest event of the awslogs driver: 256 KiB less CloudWatch Logs' overhead per event."""

BLOCK = 65_536
"""How much is read at a time, in bytes: small beside a page, large beside a line."""

_EMPTY_LINES = re.compile(rb"(?:\r?\n)*")
_LEAD, _TWO, _THREE, _FOUR, _BEYOND = 0xC0, 0xC2, 0xE0, 0xF0, 0xF5


class Line(NamedTuple):
    """A line, a piece of one, or several empty lines in one.

    Attributes:
        start: the offset of its first byte.
        stop: where the next one starts.
        body: its bytes without the line's end; empty for empty lines, which are no events.
    """

    start: int
    stop: int
    body: bytes


def whole(data: bytes, at: int) -> int:
    """Find the last place, at ``at`` or up to three bytes before, where no character is broken."""
    for back in range(4):
        if at - back <= 0 or data[at - back] & _LEAD != 0x80:  # noqa: PLR2004 - 10…… continues
            return at - back if _width(data[at - back]) > back else at
    return at


def _width(lead: int) -> int:
    """Tell how many bytes a character has that begins with this one."""
    if lead < _TWO or lead >= _BEYOND:
        return 1
    return 2 + (lead >= _THREE) + (lead >= _FOUR)


@dataclass(frozen=True)
class Lines:
    """The lines of a source.

    Offsets given to `forward`, `backward` and `between` are boundaries: 0, a line's ``stop``, or
    what `boundary` and `end` return.

    Args:
        source: the bytes.
        ended: whether the attempt ended, so that an unfinished last line is complete.
        longest: the maximum of an event in bytes, at least 4.
        block: how much to read at a time, in bytes.
    """

    source: Source
    ended: bool
    longest: int = EVENT_BYTES
    block: int = BLOCK

    def forward(self, start: int) -> Iterator[Line]:
        """Read lines from a boundary on, in order."""
        return self._between(start, self.source.size, closed=self.ended)

    def backward(self, stop: int) -> Iterator[Line]:
        """Read the lines before a boundary, the last one first."""
        while stop > 0:
            begin = self._line_start_in_block(stop)
            if stop - begin <= self.block:
                yield from reversed([*self._between(begin, stop, closed=True)])
            else:
                yield from self._pieces_backward(begin, stop)
            stop = begin

    def end(self) -> int:
        """Find where the held-back line starts; the size if nothing is held back."""
        size = self.source.size
        return size if self.ended else self._cuts(self._line_start(size), size)[-1]

    def boundary(self, at: int) -> int:
        """Find where the first line starts that starts at an offset or later.

        Returns:
            The boundary; it lies before ``at`` if a held-back line covers that.
        """
        edge = self._cuts(self._line_start(at), at)[-1]
        for line in self.forward(edge):
            if edge >= at:
                break
            edge = line.stop
        return edge

    def _between(self, at: int, stop: int, *, closed: bool) -> Iterator[Line]:
        """Read lines of ``[at, stop)``; ``closed`` says that the last one needs no newline."""
        width = self.block
        while at < stop:
            window = self.source.read(at, min(width, stop - at))
            last = at
            for line in self._in_window(at, window):
                yield line
                last = line.stop
            rest = window[last - at :]
            if at + len(window) == stop:
                if closed and rest:
                    yield Line(last, stop, rest)
                return
            width = self.block if last > at else max(self.block, self.longest + 1)
            at = last

    def _in_window(self, at: int, window: bytes) -> Iterator[Line]:
        """Read what is complete in a window that begins at a boundary."""
        done, longest = 0, self.longest
        while True:
            newline = window.find(b"\n", done)
            stop = newline if newline >= 0 else len(window)
            while stop - done > longest:
                cut = whole(window, done + longest)
                yield Line(at + done, at + cut, window[done:cut])
                done = cut
            if newline < 0:
                return
            body = window[done:newline]
            if body[-1:] == b"\r":
                body = body[:-1]
            following = newline + 1
            if not body and (run := _EMPTY_LINES.match(window, following)):
                following = run.end()
            yield Line(at + done, at + following, body)
            done = following

    def _line_start_in_block(self, stop: int) -> int:
        """Find the first line start in the block before a boundary, or the one before that."""
        floor = max(0, stop - self.block)
        if floor == 0:
            return 0
        newline = self.source.read(floor, stop - 1 - floor).find(b"\n")
        return floor + newline + 1 if newline >= 0 else self._line_start(stop - 1)

    def _line_start(self, at: int) -> int:
        """Find the start of the line that an offset lies in; a line's own start is in it."""
        while at > 0:
            floor = max(0, at - self.block)
            newline = self.source.read(floor, at - floor).rfind(b"\n")
            if newline >= 0:
                return floor + newline + 1
            at = floor
        return 0

    def _pieces_backward(self, begin: int, stop: int) -> Iterator[Line]:
        """Read the pieces of one long line, the last one first, one in memory at a time."""
        newline = self.source.read(stop - 1, 1) == b"\n"
        edges = [*self._cuts(begin, stop - newline), stop]
        for after, start in pairwise(reversed(edges)):
            yield from self._between(start, after, closed=True)

    def _cuts(self, start: int, stop: int) -> list[int]:
        """List the places where pieces start in ``[start, stop)``, which holds no newline."""
        cuts = [start]
        while stop - cuts[-1] > self.longest:
            at = cuts[-1] + self.longest
            head = max(cuts[-1], at - 3)
            cuts.append(head + whole(self.source.read(head, at + 1 - head), at - head))
        return cuts

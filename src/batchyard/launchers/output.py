"""What attempts printed, read from the files that the supervisor writes.

``ATTEMPT.log`` holds the bytes as they came, ``ATTEMPT.idx`` a record for each read of them: the
offset of its first byte and its time in epoch milliseconds, as little-endian unsigned 64-bit
integers. Neither exists before the first byte. Both only ever grow, but for a torn record that is
taken back, so they are read by offset and never mapped.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from struct import Struct
from typing import NamedTuple

from batchyard.logs.lines import Lines
from batchyard.logs.pages import Event, Query, page
from batchyard.logs.source import Reading, Recorded, Source, arrived, covering

RECORD = Struct("<QQ")
"""One record of the index: offset, epoch milliseconds."""

TAIL_BYTES = 65_536
"""How much `Output.read_bytes` returns at most."""

_FLAGS = os.O_RDONLY | os.O_CLOEXEC


class Position(NamedTuple):
    """How far a log was followed.

    Attributes:
        offset: where the next event starts.
        size: how many bytes there were when nothing more was found; -1 while there may be more.
        ended: whether the attempt had ended by then.
    """

    offset: int = 0
    size: int = 0
    ended: bool = False


START = Position()
"""Where following a log begins."""


class Output:
    """The output of all attempts of a yard.

    Every method may raise `OSError` when the disk fails; files that are missing are no failure.

    Args:
        directory: where the supervisor writes logs.
    """

    def __init__(self, directory: Path) -> None:
        """Remember the directory; it need not exist yet."""
        self._directory = directory

    @contextmanager
    def open(self, attempt: str) -> Iterator[Source]:
        """Open an attempt's output as it stands now; an attempt without any has an empty one."""
        with ExitStack() as files:
            log = self._opened(files, attempt, "log")
            index = self._opened(files, attempt, "idx")
            if log is None:
                yield Recorded()
            else:
                size = os.fstat(log).st_size
                records = 0 if index is None else os.fstat(index).st_size // RECORD.size
                yield _Printed(log, -1 if index is None else index, size, records)

    def span(self, attempt: str) -> tuple[int, int] | None:
        """Tell when an attempt first and last printed, epoch milliseconds; None: not yet."""
        with ExitStack() as files:
            index = self._opened(files, attempt, "idx")
            records = 0 if index is None else os.fstat(index).st_size // RECORD.size
            if index is not None and records:
                return _read(index, 0)[0].at, _read(index, records - 1)[0].at
            log = self._opened(files, attempt, "log")
            return None if log is None else (_modified(log), _modified(log))

    def read_lines(
        self, attempt: str, position: Position = START, *, ended: bool
    ) -> tuple[Sequence[Event], Position]:
        """Follow a log: return what is new, at most a page of it. Asking in vain is one stat.

        Args:
            attempt: the attempt's id.
            position: what the call before returned; to begin with, nothing.
            ended: whether the attempt ended, so that an unfinished last line is complete.

        Returns:
            The new events, and the position to ask from next. After events ask again at once:
            there may be more; without any, all that is there was given.
        """
        if position.size == self.size(attempt) and position.ended == ended:
            return (), position
        with self.open(attempt) as source:
            given = page(Lines(source, ended), Query("f", position.offset))
        size = source.size if given.forward == position.offset else -1
        return given.events, Position(given.forward, size, ended)

    def read_bytes(self, attempt: str, offset: int) -> bytes:
        """Follow a log as it was printed: unfinished lines, empty ones and all.

        Args:
            attempt: the attempt's id.
            offset: how many bytes were read already.

        Returns:
            What follows, at most `TAIL_BYTES`; nothing if nothing does.
        """
        if self.size(attempt) <= offset:
            return b""
        with self.open(attempt) as source:
            return source.read(offset, min(TAIL_BYTES, source.size - offset))

    def remove(self, attempts: Iterable[str]) -> None:
        """Remove the output of attempts; whoever is reading it may finish."""
        for attempt in attempts:
            for ending in ("log", "idx"):
                self._path(attempt, ending).unlink(missing_ok=True)

    def size(self, attempt: str) -> int:
        """Tell how many bytes an attempt has printed."""
        with suppress(FileNotFoundError):
            return self._path(attempt, "log").stat().st_size
        return 0

    def _path(self, attempt: str, ending: str) -> Path:
        return self._directory / f"{attempt}.{ending}"

    def _opened(self, files: ExitStack, attempt: str, ending: str) -> int | None:
        try:
            file = os.open(self._path(attempt, ending), _FLAGS)
        except FileNotFoundError:
            return None
        files.callback(os.close, file)
        return file


@dataclass(frozen=True)
class _Printed:
    """A `Source` over an attempt's open files, as long as they were when they were opened."""

    log: int
    index: int
    size: int
    records: int

    def read(self, offset: int, length: int) -> bytes:
        """Return exactly ``length`` bytes from ``offset`` on."""
        return os.pread(self.log, length, offset)

    def readings(self, start: int, stop: int) -> Sequence[Reading]:
        """List the readings that brought ``[start, stop)``."""
        if not self.records:
            return [Reading(0, _modified(self.log))]
        found = covering(self.records, self._reading, start, stop)
        return _read(self.index, found.start, len(found))

    def offset_at(self, at: int) -> int:
        """Find the first byte that arrived at that time or later."""
        found = arrived(self.records, self._reading, at)
        return min(self._reading(found).offset, self.size) if found < self.records else self.size

    def _reading(self, number: int) -> Reading:
        return _read(self.index, number)[0]


def _read(index: int, first: int, count: int = 1) -> Sequence[Reading]:
    """Read records that are there."""
    data = os.pread(index, count * RECORD.size, first * RECORD.size)
    return [Reading(*record) for record in RECORD.iter_unpack(data)]


def _modified(log: int) -> int:
    """Tell when a log was last written, epoch milliseconds: while its first record is to come."""
    return os.fstat(log).st_mtime_ns // 1_000_000

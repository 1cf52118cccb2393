"""An attempt's output on disk: what was printed, and when.

``ATTEMPT.log`` holds the bytes as they came. ``ATTEMPT.idx`` holds a record of 16 bytes per read
from the attempt's pipe: the offset of its first byte in the log and the time it was read, as
little-endian unsigned 64-bit integers, the time in epoch milliseconds. A record is written after
its bytes, so a reader may see bytes whose record is still to come, never the reverse.

Both files are made at the first byte: a silent attempt costs none. A full disk never stops an
attempt: what cannot be written is dropped and counted, and the log says so, once for each gap,
as soon as it can be written again.
"""

from __future__ import annotations

import os
from contextlib import suppress
from struct import Struct
from time import time_ns

RECORD = Struct("<QQ")
"""One record of the index: offset, epoch milliseconds."""

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW


class Output:
    """The two files of one attempt.

    Args:
        path: the path of both without its ending.

    Attributes:
        dropped: bytes that could not be written.
    """

    __slots__ = ("_gap", "_idx", "_log", "_offset", "_path", "_records", "_why", "dropped")

    def __init__(self, path: str) -> None:
        self._path = path
        self._log = self._idx = -1
        self._offset = self._records = self._gap = self.dropped = 0
        self._why = ""

    def write(self, data: bytes) -> None:
        """Append what one read brought; never raises."""
        try:
            self._open()
            self._note()
        except OSError as error:
            self._drop(len(data), error)
        else:
            self._put(data)

    def close(self) -> None:
        """Close the files, after a last try to note what was dropped."""
        with suppress(OSError):  # still full: the report of the exit says it
            self._note()
        for fd in (self._log, self._idx):
            if fd >= 0:
                os.close(fd)
        self._log = self._idx = -1

    def _open(self) -> None:
        if self._idx >= 0:
            return
        if self._log < 0:
            self._log = os.open(f"{self._path}.log", _FLAGS, 0o600)
            self._offset = os.fstat(self._log).st_size
        self._idx = os.open(f"{self._path}.idx", _FLAGS, 0o600)
        self._records = os.fstat(self._idx).st_size // RECORD.size

    def _note(self) -> None:
        if self._gap and self._log >= 0:
            line = f"[batchyard: {self._gap} bytes of output were dropped here: {self._why}]\n"
            self._append(line.encode())
            self._gap = 0

    def _put(self, data: bytes) -> None:
        offset = self._offset
        try:
            self._append(data)
        except OSError as error:
            self._drop(len(data) - (self._offset - offset), error)
        if self._offset > offset:
            self._mark(offset)

    def _append(self, data: bytes) -> None:
        while data:
            written = os.write(self._log, data)
            self._offset += written
            data = data[written:]

    def _mark(self, offset: int) -> None:
        """Add a record; bytes without one count to the record before them."""
        try:
            written = os.write(self._idx, RECORD.pack(offset, time_ns() // 1_000_000))
            if written < RECORD.size:
                os.ftruncate(self._idx, self._records * RECORD.size)
            else:
                self._records += 1
        except OSError:
            pass  # the text matters more than its time

    def _drop(self, size: int, error: OSError) -> None:
        self._gap += size
        self.dropped += size
        self._why = error.strerror or str(error)

"""A file that events are appended to, one JSON object a line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from batchyard.errors import YardError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from batchyard.batch.notices import Notice

BEGINNING = b'{"version":"0","id":"'
"""What every event of a yard begins with: by it a line that a crash tore is known as ours."""

TAIL = 1 << 20
"""Bytes that are looked at for the beginning of the last line; an event has at most 256 KB."""


class File:
    """Appends to a file, and returns once the disk has it.

    The file is opened anew each time, so that it may be moved away at any time.

    Args:
        path: of the file; it is made, for its owner alone, if there is none.
    """

    most = 500
    lanes = 1
    in_order = True

    def __init__(self, path: str) -> None:
        """Note the path; nothing is opened before `send`."""
        self._path = Path(path).absolute()
        self.name = f"file:{self._path}"

    def send(self, notices: Sequence[Notice]) -> Mapping[int, str]:
        """Append notices; see `Target.send`."""
        lines = b"".join(each.body + b"\n" for each in notices)
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                _append(file, lines)
                os.fsync(file)
            finally:
                os.close(file)
        except OSError as error:
            raise YardError(f"{self._path} cannot be written: {error.strerror}") from error
        return {}

    def close(self) -> None:
        """Let go of nothing: see `Target.close`."""


def _append(file: int, lines: bytes) -> None:
    """Write lines behind the last whole one; what was torn off in the middle of one goes."""
    size = os.fstat(file).st_size
    if size:
        tail = os.pread(file, min(size, TAIL), max(0, size - TAIL))
        torn = tail[tail.rfind(b"\n") + 1 :]
        if torn[: len(BEGINNING)] == BEGINNING[: len(torn)]:
            size -= len(torn)
        else:  # somebody else's
            lines = b"\n" + lines
    _write(file, lines, size)


def _write(file: int, lines: bytes, size: int) -> None:
    """Write all of it, or leave the file as long as it was."""
    view, at = memoryview(lines), size
    try:
        while view:
            written = os.pwrite(file, view, at)
            view, at = view[written:], at + written
    except OSError:
        os.ftruncate(file, size)
        raise
    os.ftruncate(file, at)

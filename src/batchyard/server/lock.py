"""One yard per data directory: the second is told who is the first."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import msgspec

from batchyard.errors import Occupied

FILE = "yard.lock"


class Holder(msgspec.Struct, frozen=True):
    """Who holds a data directory.

    Attributes:
        pid: its process.
        url: where it answers; empty until it does.
    """

    pid: int
    url: str = ""


class Lock:
    """Holds a data directory for this process, until it is released or the process ends.

    Args:
        directory: the data directory.

    Raises:
        Occupied: another process holds it; the message names it.
    """

    def __init__(self, directory: Path) -> None:
        """Take the lock."""
        self._path = directory / FILE
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise Occupied(_told(directory)) from None
        self.says(Holder(os.getpid()))

    def says(self, holder: Holder) -> None:
        """Write down who holds the directory."""
        content = msgspec.json.encode(holder)
        os.pwrite(self._file, content, 0)
        os.truncate(self._file, len(content))

    def release(self) -> None:
        """Let go; a second time is fine."""
        if self._file >= 0:
            os.truncate(self._file, 0)
            os.close(self._file)
            self._file = -1


def holder(directory: Path) -> Holder | None:
    """Tell who holds a data directory; None when nobody does, whatever the file still says."""
    try:
        with (directory / FILE).open("rb") as file:
            if _is_free(file.fileno()):
                return None
            return msgspec.json.decode(file.read(), type=Holder)
    except (OSError, msgspec.DecodeError):
        return None


def _is_free(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _told(directory: Path) -> str:
    first = holder(directory)
    who = f"by process {first.pid} {f'at {first.url}' if first.url else ''}" if first else ""
    return (
        f"{directory} is already used {who.strip() or 'by another yard'}: "
        "stop that yard, or give this one its own --data-dir"
    )

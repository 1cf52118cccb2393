"""Where servers knock: one lock and one socket in each state directory.

The socket is bound by a relative name from inside the directory, so that the directory's own
length does not count against the 108 bytes (104 on macOS) of a socket's address. Only this user
can connect: the socket is made with mode 600.
"""

from __future__ import annotations

import fcntl
import os
import socket
from contextlib import suppress

LOCK = "supervisor.lock"
SOCKET = "supervisor.sock"
LOG = "supervisor.log"


class Locked(Exception):
    """Another supervisor holds the state directory; the message is its pid."""


def lock(state_dir: str) -> int:
    """Take the lock of a state directory, for as long as this process lives.

    Returns:
        The open lock file.

    Raises:
        Locked: another process has it.
        OSError: the directory cannot be used.
    """
    fd = os.open(f"{state_dir}/{LOCK}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Locked(os.read(fd, 32).decode().strip() or "unknown") from None
    os.ftruncate(fd, 0)
    os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)
    return fd


def listen(state_dir: str) -> socket.socket:
    """Listen in a state directory; to be called with its lock in hand.

    Raises:
        OSError: no socket can be made there.
    """
    os.chdir(state_dir)
    close(state_dir)
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        door.bind(SOCKET)
    finally:
        os.umask(before)
        os.chdir("/")
    door.listen()
    door.settimeout(0)
    return door


def close(state_dir: str) -> None:
    """Take the socket away: nobody can connect any more."""
    with suppress(FileNotFoundError):
        os.unlink(f"{state_dir}/{SOCKET}")  # noqa: PTH108 - pathlib costs its import

"""The connection to a server: whole lines in, many lines out at once. It never blocks."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable

from batchyard.launchers.supervisor.loop import READ, WRITE, Loop
from batchyard.launchers.supervisor.protocol import LONGEST, Garbage

_CHUNK = 65536


class Peer:
    """One connection.

    Args:
        loop: tells when there is something to read.
        connection: a connected socket.
        take: takes the lines of one read; it may raise Garbage.
        gone: is told, once, that the connection ended, and why.
    """

    def __init__(
        self,
        loop: Loop,
        connection: socket.socket,
        take: Callable[[list[bytes]], None],
        gone: Callable[[str], None],
    ) -> None:
        self._loop = loop
        self._socket = connection
        self._take = take
        self._gone = gone
        self._rest: list[bytes] = []
        self._length = 0
        self._out: list[bytes] = []
        self._unsent = b""
        self.greeted: int | None = None
        """The server's pid, once it has greeted."""
        connection.settimeout(0)
        loop.watch(connection.fileno(), self.ready)

    def say(self, line: bytes) -> None:
        """Put a line on its way; it leaves with the next `flush`."""
        self._out.append(line)

    def flush(self) -> None:
        """Send what was said, as far as the other side takes it now."""
        if not self._out and not self._unsent:
            return
        waited = bool(self._unsent)
        self._unsent = b"".join((self._unsent, *self._out))
        self._out.clear()
        try:
            sent = self._socket.send(self._unsent)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            self.close(str(error))
            return
        self._unsent = self._unsent[sent:]
        if waited != bool(self._unsent):
            events = READ | WRITE if self._unsent else READ
            self._loop.watch(self._socket.fileno(), self.ready, events)

    def ready(self) -> None:
        """Read what is there, and send what could not be sent before."""
        try:
            data = self._socket.recv(_CHUNK)
        except BlockingIOError:
            self.flush()
            return
        except OSError as error:
            self.close(str(error))
            return
        if data:
            self._read(data)
        else:
            self.close("it was closed")

    def catch_up(self) -> None:
        """Read all there is, up to the end of the connection if it has ended."""
        waiting = select.poll()
        waiting.register(self._socket, READ)
        for _ in range(LONGEST // _CHUNK):
            if self._socket.fileno() < 0 or not waiting.poll(0):
                break
            self.ready()

    def close(self, why: str) -> None:
        """End the connection; a half-read message is forgotten."""
        if self._socket.fileno() < 0:
            return
        self._loop.forget(self._socket.fileno())
        self._socket.close()
        self._gone(why)

    def _read(self, data: bytes) -> None:
        self._rest.append(data)
        self._length += len(data)
        if self._length > LONGEST + _CHUNK:
            self.close(f"a message of more than {LONGEST} bytes")
        elif b"\n" in data:
            *lines, rest = b"".join(self._rest).split(b"\n")
            self._rest, self._length = [rest], len(rest)
            self._hand_on(lines)

    def _hand_on(self, lines: list[bytes]) -> None:
        try:
            self._take(lines)
        except Garbage as garbage:
            self.close(str(garbage))

"""Serving one server at a time: greeting it, doing what it asks, and knowing when to end."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable

from batchyard.launchers.supervisor.attempts import Attempts
from batchyard.launchers.supervisor.ending import Ending
from batchyard.launchers.supervisor.loop import Loop, Timer
from batchyard.launchers.supervisor.peer import Peer
from batchyard.launchers.supervisor.protocol import (
    VERSION,
    Acknowledge,
    End,
    Garbage,
    Hello,
    List,
    Start,
    encode,
    parse,
)

_AGAIN = 1.0
"""Seconds until a connection is tried again that could not be let in."""


class Service:
    """Connects the attempts with a server.

    It ends when it has been idle for a while (no server, no attempt that runs or is not
    acknowledged), or after `close`.

    Args:
        loop: calls back.
        incarnation: this supervisor's id.
        linger: seconds to stay when idle; None never ends for that.
        note: takes what is worth a line in the supervisor's own log.
    """

    def __init__(
        self, loop: Loop, incarnation: str, linger: float | None, note: Callable[[str], None]
    ) -> None:
        self._loop = loop
        self._incarnation = incarnation
        self._linger = linger
        self._note = note
        self._peer: Peer | None = None
        self._idle: Timer | None = None
        self._closing = False
        self._done = False

    def say(self, line: bytes) -> None:
        """Tell the server; without one it will ask. Once closing, nothing is told any more."""
        if self._peer is not None and self._peer.greeted is not None and not self._closing:
            self._peer.say(line)

    def run(self, attempts: Attempts, ending: Ending) -> bool:
        """Serve until the end; tell whether it was in order: idle, with nothing left to tell."""
        self._attempts, self._ending = attempts, ending
        while not self._done:
            more = attempts.begin(ending)
            if self._peer is not None:
                self._peer.flush()
            self._rest()
            if not self._done:
                self._loop.turn(wait=not more)
        return not self._closing

    def listen(self, door: socket.socket) -> None:
        """Let servers in, one at a time."""
        self._loop.watch(door.fileno(), lambda: self._let_in(door))

    def adopt(self, connection: socket.socket, orphaned: Callable[[], None]) -> None:
        """Serve a connection; call back when it has ended."""

        def gone(why: str) -> None:
            self._note(f"the server's connection ended: {why}")
            self._peer = None
            orphaned()

        self._peer = Peer(self._loop, connection, self._take, gone)
        self._peer.say(encode("hello", VERSION, self._incarnation, os.getpid()))

    def close(self, grace: float) -> None:
        """End every attempt, tell of none of it, and end. A second call kills at once.

        To a server this is the loss of its supervisor, as a host's shutdown is to AWS Batch:
        rules for retrying on a lost host apply.
        """
        grace = 0 if self._closing else grace
        self._closing = True
        for name in self._attempts.unfinished():
            self._attempts.end(name, grace, self._ending)

    def _rest(self) -> None:
        """End when there is nothing to do, at once when closing, else after lingering."""
        if self._closing:
            self._done = not self._attempts.unfinished() and self._attempts.tidied()
        elif self._peer is not None or len(self._attempts):
            if self._idle is not None:
                self._idle.cancel()
                self._idle = None
        elif self._idle is None and self._linger is not None:
            self._idle = self._loop.after(self._linger, self._leave)

    def _leave(self) -> None:
        self._done = True

    def _let_in(self, door: socket.socket) -> None:
        try:
            connection, _ = door.accept()
        except OSError as error:  # no file left for it: whoever knocks will wait a second
            self._note(f"cannot let a server in: {error}")
            self._loop.forget(door.fileno())
            self._loop.after(_AGAIN, lambda: self.listen(door))
            return
        if self._peer is not None:
            self._peer.catch_up()  # it may have ended a moment ago
        if self._peer is None:
            self.adopt(connection, lambda: None)
            return
        connection.settimeout(0)
        connection.send(encode("refused", "another server is connected", self._peer.greeted))
        connection.close()

    def _take(self, lines: list[bytes]) -> None:
        for line in lines:
            self._do(parse(line))

    def _do(self, request: object) -> None:
        if isinstance(request, Hello):
            self._greet(request)
        elif self._peer is None or self._peer.greeted is None:
            raise Garbage("no greeting")
        elif isinstance(request, Start):
            if not self._closing:
                self._attempts.start(request)
        elif isinstance(request, End):
            self._attempts.end(request.attempt, request.grace, self._ending)
        elif isinstance(request, Acknowledge):
            self._attempts.acknowledge(request.attempts)
        elif isinstance(request, List):
            self._attempts.tell_all()

    def _greet(self, hello: Hello) -> None:
        if self._peer is None:
            return
        if hello.version != VERSION:
            why = f"this supervisor speaks protocol {VERSION}, the server {hello.version}"
            self._peer.say(encode("refused", why, None))
            self._peer.flush()
            raise Garbage(why)
        self._peer.greeted = hello.pid

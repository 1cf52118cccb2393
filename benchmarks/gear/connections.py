"""A raw client: bytes out, bytes in, on connections that stay open, many at once.

It costs as little as a client in Python can, and the same for whoever is asked.
"""

from __future__ import annotations

import re
import selectors
import socket
import time
from collections.abc import Generator, Iterable, Sequence
from typing import NamedTuple, TypeAlias

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_CLOSING = re.compile(rb"^HTTP/1\.0|connection: *close", re.IGNORECASE)
_PATIENCE = 60.0
"""Seconds after which an answer is taken to be lost."""


class Answer(NamedTuple):
    """One answer: its status, its body, and the seconds from sending to its last byte."""

    status: int
    body: bytes
    seconds: float


Talk: TypeAlias = Generator[bytes, Answer, None]
"""A client on a connection: it yields requests, and is sent what they are answered."""


class Connection:
    """One connection with one request under way; opened again when the other side closes it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._began = 0.0
        self._buffer = bytearray()
        self._wanted: int | None = None
        self._head = b""
        self.socket = self._opened()

    def _opened(self) -> socket.socket:
        opened = socket.create_connection(("127.0.0.1", self._port), timeout=_PATIENCE)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return opened

    def send(self, request: bytes) -> None:
        """Send a request."""
        if self.socket.fileno() < 0:
            self.socket = self._opened()
        self._buffer.clear()
        self._wanted = None
        self._began = time.perf_counter()
        self.socket.sendall(request)

    def read(self) -> Answer | None:
        """Read what has come; give the answer once all of it has."""
        data = self.socket.recv(1 << 18)
        if not data:
            raise ConnectionError(
                f"closed in the middle of an answer: {bytes(self._buffer[:200])!r}"
            )
        self._buffer += data
        if self._wanted is None:
            self._read_head()
        if self._wanted is None or len(self._buffer) < self._wanted:
            return None
        return self._answer()

    def _read_head(self) -> None:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        self._head = bytes(self._buffer[:end])
        length = _LENGTH.search(self._head)
        assert length is not None, self._head
        self._wanted = end + 4 + int(length[1])

    def _answer(self) -> Answer:
        seconds = time.perf_counter() - self._began
        if _CLOSING.search(self._head):
            self.socket.close()
        status = int(self._head.split(b" ", 2)[1])
        return Answer(status, bytes(self._buffer[len(self._head) + 4 :]), seconds)

    def ask(self, request: bytes) -> Answer:
        """Send a request and wait for its answer."""
        self.send(request)
        while (answer := self.read()) is None:
            pass
        return answer

    def close(self) -> None:
        """Let go; twice is fine."""
        self.socket.close()


def exchange(port: int, requests: Sequence[bytes], width: int) -> list[Answer]:
    """Put requests to a port of this machine, in order, so many at a time.

    Args:
        port: where.
        requests: whole HTTP requests.
        width: how many connections, each with one request under way.

    Returns:
        The answers, in the order of the requests.
    """
    answers: list[Answer | None] = [None] * len(requests)
    following = iter(enumerate(requests))

    def talk() -> Talk:
        for number, request in following:
            answers[number] = yield request

    converse(port, [talk() for _ in range(min(width, len(requests)))])
    return [answer for answer in answers if answer is not None]


def converse(port: int, talks: Iterable[Talk]) -> None:
    """Hold talks with a port of this machine, all at once, each on a connection of its own.

    Args:
        port: where.
        talks: each yields whole HTTP requests, and is sent their answers.
    """
    with selectors.DefaultSelector() as selector:

        def go_on(connection: Connection, talk: Talk, answer: Answer | None) -> None:
            try:
                connection.send(talk.send(answer))
            except StopIteration:
                connection.close()
            else:
                selector.register(connection.socket, selectors.EVENT_READ, (connection, talk))

        for talk in talks:
            go_on(Connection(port), talk, None)
        while selector.get_map():
            for key, _ in selector.select(_PATIENCE):
                connection, talk = key.data
                registered = key.fileobj
                if (answer := connection.read()) is not None:
                    selector.unregister(registered)
                    go_on(connection, talk, answer)

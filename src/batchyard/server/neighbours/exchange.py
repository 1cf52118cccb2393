"""One HTTP exchange over a Unix socket: a request with a known length, an answer by the piece.

moto closes each connection after its answer (werkzeug's server does), so there is none to keep.
"""

from __future__ import annotations

import asyncio
import io
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple, Self

from httptools import HttpParserError, HttpResponseParser

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PIECE: Final = 256 * 1024
"""Bytes that are read, and passed on, at once."""

Headers = list[tuple[bytes, bytes]]


class Broken(Exception):
    """The other side hung up, or spoke no HTTP."""


class Question(NamedTuple):
    """What is asked.

    Attributes:
        method: as on the wire.
        target: path and query, as on the wire.
        headers: without those of the connection, and without a length.
        body: is read from where it stands.
        size: bytes of the body.
    """

    method: str
    target: str
    headers: Headers
    body: BinaryIO
    size: int


class Exchange:
    """Asks one question. Use it in an ``async with`` statement, which closes the connection.

    Args:
        socket: the Unix socket.
        question: what is asked.

    Attributes:
        status: the answer's status, once `begin` has returned.
        headers: the answer's headers.
    """

    def __init__(self, socket: Path, question: Question) -> None:
        """Take the question."""
        self._path = socket
        self._question = question
        self._parser = HttpResponseParser(self)
        self._pieces: list[bytes] = []
        self._begun = self._complete = False
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self.status = 0
        self.headers: Headers = []

    async def __aenter__(self) -> Self:
        """Connect."""
        try:
            self._reader, self._writer = await asyncio.open_unix_connection(str(self._path))
        except OSError as error:
            raise Broken(str(error)) from None
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connection."""
        if self._writer is not None:
            self._writer.close()

    async def begin(self) -> None:
        """Ask, and wait until the answer's head is there.

        Raises:
            Broken: there is none.
        """
        with suppress(OSError):  # an answer may be there before the question was read to its end
            await self._ask()
        while not self._begun:
            if not await self._more():
                raise Broken("it hung up without an answer")
        self.status = self._parser.get_status_code()

    async def _ask(self) -> None:
        question, writer = self._question, self._writer
        assert writer is not None  # noqa: S101 - it is open
        writer.write(_head(question))
        while piece := question.body.read(PIECE):
            writer.write(piece)
            await writer.drain()

    async def piece(self) -> bytes:
        """Give the next piece of the answer's body; empty at its end.

        Raises:
            Broken: the body is cut off.
        """
        while not self._pieces and not self._complete:
            if not await self._more() and not self._complete:
                raise Broken("it hung up in the middle of an answer")
        found, self._pieces = b"".join(self._pieces), []
        return found

    async def _more(self) -> bool:
        assert self._reader is not None  # noqa: S101 - it is open
        try:
            data = await self._reader.read(PIECE)
            self._parser.feed_data(data)
        except (OSError, HttpParserError) as error:
            raise Broken(str(error)) from None
        if not data:
            self._complete = self._complete or self._ends_with_connection()
        return bool(data)

    def _ends_with_connection(self) -> bool:
        if not self._begun:
            return False
        names = {name.lower() for name, _ in self.headers}
        return not names & {b"content-length", b"transfer-encoding"}

    # What httptools calls:

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note a header."""
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Note that the head is whole; an answer to HEAD ends with it."""
        self._begun = True
        self._complete = self._question.method == "HEAD"

    def on_body(self, data: bytes) -> None:
        """Note a piece of the body."""
        self._pieces.append(data)

    def on_message_complete(self) -> None:
        """Note the end."""
        self._complete = True


def _head(question: Question) -> bytes:
    length = (b"Content-Length", str(question.size).encode())
    lines: Iterable[tuple[bytes, bytes]] = (*question.headers, length, (b"Connection", b"close"))
    head = f"{question.method} {question.target} HTTP/1.1\r\n".encode("latin-1")
    return head + b"".join(name + b": " + value + b"\r\n" for name, value in lines) + b"\r\n"


async def asked(socket: Path, method: str, target: str) -> tuple[int, bytes]:
    """Ask something without a body, of moto itself; give the status and the whole answer.

    Raises:
        Broken: there is no answer.
    """
    question = Question(method, target, [(b"Host", b"localhost")], io.BytesIO(), 0)
    async with Exchange(socket, question) as exchange:
        await exchange.begin()
        pieces: list[Any] = []
        while piece := await exchange.piece():
            pieces.append(piece)
        return exchange.status, b"".join(pieces)

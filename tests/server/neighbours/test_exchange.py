"""One exchange over a Unix socket: a whole answer comes back whole, and a cut one is none."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from batchyard.server.neighbours.exchange import Broken, Exchange, Question, asked


@asynccontextmanager
async def answering(folder: Path, answer: bytes) -> AsyncIterator[tuple[Path, list[bytes]]]:
    """A server that notes what it is asked, answers this, and hangs up."""
    seen: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        seen.append(head + await reader.readexactly(size))
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_unix_server(talk, folder / "socket")
    async with server:
        yield folder / "socket", seen


async def whole(socket: Path, method: str = "GET", body: bytes = b"") -> tuple[int, bytes]:
    question = Question(method, "/a%2Fb?c=d", [(b"Host", b"h")], io.BytesIO(body), len(body))
    async with Exchange(socket, question) as exchange:
        await exchange.begin()
        pieces = []
        while piece := await exchange.piece():
            pieces.append(piece)
        return exchange.status, b"".join(pieces)


async def test_what_is_asked_arrives_as_it_is(tmp_path: Path) -> None:
    body = bytes(range(256)) * 3000
    async with answering(tmp_path, b"HTTP/1.1 204 No Content\r\n\r\n") as (socket, seen):
        assert await whole(socket, "PUT", body) == (204, b"")
    head, _, sent = seen[0].partition(b"\r\n\r\n")
    assert head.split(b"\r\n")[:2] == [b"PUT /a%2Fb?c=d HTTP/1.1", b"Host: h"]
    assert sent == body


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nhello",
    ],
    ids=["by length", "by chunks", "by the end"],
)
async def test_a_whole_answer_comes_back(tmp_path: Path, answer: bytes) -> None:
    async with answering(tmp_path, answer) as (socket, _):
        assert await whole(socket) == (200, b"hello")


async def test_an_answer_to_head_has_a_length_and_no_body(tmp_path: Path) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"
    async with answering(tmp_path, answer) as (socket, _):
        assert await whole(socket, "HEAD") == (200, b"")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-",
        b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhello",
        b"no HTTP at all\r\n\r\n",
    ],
    ids=["nothing", "half a head", "half a body", "half a chunk", "noise"],
)
async def test_an_answer_that_is_cut_off_is_no_answer(tmp_path: Path, answer: bytes) -> None:
    async with answering(tmp_path, answer) as (socket, _):
        with pytest.raises(Broken):
            await whole(socket)


async def test_where_nobody_listens_there_is_no_answer(tmp_path: Path) -> None:
    with pytest.raises(Broken):
        await asked(tmp_path / "socket", "GET", "/")


async def test_the_server_itself_is_asked_without_a_body(tmp_path: Path) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    async with answering(tmp_path, answer) as (socket, seen):
        assert await asked(socket, "POST", "/moto-api/reset") == (200, b"{}")
    assert seen[0].startswith(b"POST /moto-api/reset HTTP/1.1\r\nHost: localhost\r\n")

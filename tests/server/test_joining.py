"""What is written in one turn goes out in one piece, whole and in order."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from batchyard.server.joining import Joined


class Wire(asyncio.Transport):
    """A connection that keeps what is sent, piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []
        self.said: list[str] = []
        self.closed = False

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        assert not self.closed
        self.pieces.append(b"".join(list_of_data))

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True
        self.said.append("abort")

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        self.said.append("pause")

    def resume_reading(self) -> None:
        self.said.append("resume")

    def get_extra_info(self, name: str, default: object = None) -> object:
        return {"socket": "a socket"}.get(name, default)


class Turns:
    """Turns of a loop, one by one."""

    def __init__(self) -> None:
        self.due: list[Callable[[], None]] = []
        self.wire = Wire()
        self.joined = Joined(self.wire, self.due.append)

    def end(self) -> None:
        due, self.due[:] = self.due[:], []
        for call in due:
            call()


def test_what_is_written_in_one_turn_goes_out_together_at_its_end() -> None:
    turns = Turns()
    turns.joined.write(b"head ")
    turns.joined.write(b"")
    turns.joined.write(bytearray(b"body"))
    assert not turns.wire.pieces
    assert len(turns.due) == 1
    turns.end()
    turns.end()
    turns.joined.write(b"next")
    turns.end()
    assert turns.wire.pieces == [b"head body", b"next"]


def test_closing_sends_what_waits_first() -> None:
    turns = Turns()
    turns.joined.write(b"last words")
    turns.joined.close()
    turns.end()
    assert turns.wire.pieces == [b"last words"]
    assert turns.joined.is_closing()


def test_closing_with_nothing_to_send_sends_nothing() -> None:
    turns = Turns()
    turns.joined.close()
    assert not turns.wire.pieces


def test_a_connection_that_is_lost_gets_nothing_more() -> None:
    turns = Turns()
    turns.joined.write(b"too late")
    turns.joined.abort()
    turns.end()
    assert not turns.wire.pieces
    assert turns.wire.said == ["abort"]


def test_all_else_is_the_connections_own() -> None:
    turns = Turns()
    turns.joined.pause_reading()
    turns.joined.resume_reading()
    assert turns.wire.said == ["pause", "resume"]
    assert turns.joined.get_extra_info("socket") == "a socket"
    assert turns.joined.get_extra_info("cipher", "none") == "none"

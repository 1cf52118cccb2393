"""The connection to a supervisor on the event loop: messages in, messages out, many at once."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from typing import cast

import msgspec

from batchyard.errors import Occupied, SupervisorGone
from batchyard.launchers.messages import Hello, Listed, Message, Refused, Told, decode, encode
from batchyard.launchers.summons import Place
from batchyard.launchers.supervisor.protocol import VERSION

_GREETING = 30.0
"""Seconds within which a supervisor must have greeted."""
_FAREWELL = 5.0
_TRIES = 3
"""It may have ended by itself at the very moment we knocked."""


class Link(asyncio.Protocol):
    """One connection.

    Args:
        take: takes what is told of attempts, in order.

    Attributes:
        greeting: what the supervisor said first; None when it said nothing.
        listed: the attempts it knows, once it was asked.
        gone: done when the connection has ended.
    """

    def __init__(self, take: Callable[[Sequence[Told]], None]) -> None:
        loop = asyncio.get_running_loop()
        self.greeting: asyncio.Future[Hello | Refused | None] = loop.create_future()
        self.listed: asyncio.Future[Listed | None] = loop.create_future()
        self.gone: asyncio.Future[None] = loop.create_future()
        self._take = take
        self._loop = loop
        self._rest = b""
        self._out: list[bytes] = []
        self._transport: asyncio.Transport | None = None

    def say(self, *message: object) -> None:
        """Put a message on its way; it leaves with all others of this turn of the loop."""
        if not self._out:
            self._loop.call_soon(self._flush)
        self._out.append(encode(*message))

    async def close(self) -> None:
        """Send what was said, as far as it is taken within seconds, and end the connection."""
        self._flush()
        if self._transport is not None:
            self._transport.close()
        await asyncio.wait([self.gone], timeout=_FAREWELL)
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.BaseProtocol`."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is of no such class

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        lines, newline, rest = (self._rest + data).rpartition(b"\n")
        self._rest = rest
        if not newline:
            return
        try:
            messages = decode(lines)
        except msgspec.DecodeError:
            if self._transport is not None:
                self._transport.abort()
            return
        self._receive(messages)

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.BaseProtocol`."""
        del exc
        self._transport = None
        for future in (self.greeting, self.listed, self.gone):
            if not future.done():
                future.set_result(None)

    def _receive(self, messages: Sequence[Message]) -> None:
        told: list[Told] = []
        for message in messages:
            if isinstance(message, Hello | Refused):
                if not self.greeting.done():
                    self.greeting.set_result(message)
            elif isinstance(message, Listed):
                self._take(told)
                told = []
                if not self.listed.done():
                    self.listed.set_result(message)
            else:
                told.append(message)
        if told:
            self._take(told)

    def _flush(self) -> None:
        lines, self._out = b"".join(self._out), []
        if lines and self._transport is not None:
            self._transport.write(lines)


async def connect(place: Place, take: Callable[[Sequence[Told]], None]) -> tuple[Link, Hello]:
    """Connect to a supervisor and exchange greetings.

    Args:
        place: where it is.
        take: takes what is told of attempts.

    Raises:
        SupervisorGone: it cannot be started or reached, or speaks another protocol.
        Occupied: it serves another server.
    """
    for _ in range(_TRIES):
        sock = await place.open()
        loop = asyncio.get_running_loop()
        _, link = await loop.create_unix_connection(lambda: Link(take), sock=sock)
        await asyncio.wait([link.greeting], timeout=_GREETING)
        greeting = link.greeting.result() if link.greeting.done() else None
        if isinstance(greeting, Hello) and greeting.version == VERSION:
            link.say("hello", VERSION, os.getpid())
            return link, greeting
        await link.close()
        _judge(greeting)
    raise SupervisorGone("the supervisor does not greet; see supervisor.log in the state directory")


def _judge(greeting: Hello | Refused | None) -> None:
    if isinstance(greeting, Hello):
        raise SupervisorGone(
            f"the supervisor that runs here (pid {greeting.pid}) speaks protocol "
            f"{greeting.version}, this batchyard {VERSION}: let its attempts end under the "
            f"batchyard that started them, or end it with `kill {greeting.pid}`"
        )
    if isinstance(greeting, Refused):
        who = f"process {greeting.pid}" if greeting.pid else "another process"
        raise Occupied(f"{who} already uses this supervisor: stop it, or use another directory")

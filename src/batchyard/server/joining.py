"""uvicorn's connections, with what a yard needs beside: answers in one piece, and who has hung up.

uvicorn writes an answer's head, then its body, and a loop that has nothing else to write sends each
at once: two calls of the system, and two packets that wake the client twice. Here they are one.

By ASGI alone an application needs a task to learn that a client hangs up. A listener costs each of
thousands of idle polls a kilobyte less.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from batchyard.server.asgi import LEAVING

if TYPE_CHECKING:
    from collections.abc import Callable


class Joined(asyncio.Transport):
    """A connection whose writes wait for the end of the turn.

    Args:
        transport: the connection.
        soon: has something called in the next turn.
    """

    __slots__ = ("_parts", "_soon", "_transport")

    def __init__(
        self, transport: asyncio.Transport, soon: Callable[[Callable[[], None]], object]
    ) -> None:
        """Take the connection."""
        super().__init__()
        self._transport = transport
        self._soon = soon
        self._parts: list[bytes | bytearray | memoryview] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send something with the rest of this turn."""
        if not self._parts:
            self._soon(self._send)
        self._parts.append(data)

    def _send(self) -> None:
        parts, self._parts = self._parts, []
        if parts and not self._transport.is_closing():
            self._transport.writelines(parts)

    def close(self) -> None:
        """Send what waits, then close."""
        self._send()
        self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        self._transport.abort()

    def is_closing(self) -> bool:
        """Tell whether it is closed, or about to be."""
        return self._transport.is_closing()

    def pause_reading(self) -> None:
        """Read nothing for now."""
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Read again."""
        self._transport.resume_reading()

    def get_extra_info(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - as in asyncio
        """Tell something about the connection."""
        return self._transport.get_extra_info(name, default)


class Leaving:
    """Tells one listener that the client has hung up.

    Args:
        soon: has something called in the next turn.
    """

    __slots__ = ("_gone", "_soon", "_tell")

    def __init__(self, soon: Callable[[Callable[[], None]], object]) -> None:
        """Begin with a client, and without a listener."""
        self._soon = soon
        self._tell: Callable[[], None] | None = None
        self._gone = False

    def listen(self, tell: Callable[[], None] | None) -> None:
        """Have this called once the client has hung up, and nothing else any more."""
        self._tell = tell
        if self._gone:
            self._soon(self.happened)

    def happened(self) -> None:
        """The client has hung up."""
        self._gone = True
        tell, self._tell = self._tell, None
        if tell is not None:
            tell()


class Protocol(HttpToolsProtocol):
    """uvicorn's HTTP, with the yard's connections."""

    __slots__ = ("leaving",)

    leaving: Leaving

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn
        """Begin with a connection."""
        soon = self.loop.call_soon
        self.leaving = Leaving(soon)
        super().connection_made(Joined(transport, soon))

    def on_message_begin(self) -> None:
        """Begin a request; its scope says how to learn that the client has hung up."""
        super().on_message_begin()
        self.scope[LEAVING] = self.leaving.listen  # type: ignore[typeddict-unknown-key] # ours

    def connection_lost(self, exc: Exception | None) -> None:
        """End with the connection."""
        super().connection_lost(exc)
        self.leaving.happened()

"""An answer in one piece: what is written in one turn of the loop goes out together at its end.

uvicorn writes an answer's head, then its body, and a loop that has nothing else to write sends each
at once: two calls of the system, and two packets that wake the client twice. Here they are one.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Joined(asyncio.Transport):
    """A connection whose writes wait for the end of the turn.

    Args:
        transport: the connection.
        soon: has something called in the next turn.
    """

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


class Protocol(HttpToolsProtocol):
    """uvicorn's HTTP, on connections that send answers in one piece."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # uvicorn names a wider type
        """Begin with a connection."""
        super().connection_made(Joined(transport, self.loop.call_soon))

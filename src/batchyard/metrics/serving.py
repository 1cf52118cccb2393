"""``/metrics`` of a process that serves nothing else."""

from __future__ import annotations

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final

from batchyard.errors import Refused
from batchyard.metrics.address import Address
from batchyard.metrics.prometheus import CONTENT_TYPE

if TYPE_CHECKING:
    from batchyard.metrics.seam import Exporter

PATH: Final = "/metrics"

NAMES: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""The hosts that mean a process that listens for this machine alone: a name that was made to point
here (DNS rebinding) is none of them."""

PATIENCE: Final = 10
"""Seconds that somebody may take to say what he wants."""


class Serving:
    """Shows a board to Prometheus, from threads of its own.

    Args:
        exporter: what forms the text; it may be used on any thread.
        address: where to listen.
    """

    def __init__(self, exporter: Exporter, address: Address) -> None:
        self._exporter = exporter
        self._address = address
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        """Where it is, once it has started."""
        assert self._server is not None  # noqa: S101 - as said
        return f"http://{Address(self._address.host, self._server.server_address[1])}{PATH}"

    def start(self) -> None:
        """Begin to answer; a second start is fine.

        Raises:
            Refused: the address cannot be had.
        """
        if self._server is not None:
            return
        asked = _handler(self._exporter, checked=self._address.is_loopback)
        kind = _Six if ":" in self._address.host else ThreadingHTTPServer
        try:
            self._server = kind(self._address, asked)
        except OSError as error:
            raise Refused(f"metrics cannot be shown at {self._address}: {error}") from error
        threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True).start()

    def stop(self) -> None:
        """Answer no more; twice, or before the start, is fine."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()
            self._exporter.close()


class _Six(ThreadingHTTPServer):
    address_family = socket.AF_INET6


def _handler(exporter: Exporter, *, checked: bool) -> type[BaseHTTPRequestHandler]:
    """Form what answers; ``checked`` says whether a Host must be this machine."""

    class Handler(BaseHTTPRequestHandler):
        timeout = PATIENCE

        def do_GET(self) -> None:
            host = self.headers.get("Host", "").lower()
            if checked and host.rpartition(":")[0] not in NAMES:
                self._answer(403, "text/plain; charset=utf-8", b"Ask for localhost.\n")
            elif self.path.partition("?")[0] != PATH:
                self._answer(404, "text/plain; charset=utf-8", b"There is /metrics only.\n")
            else:
                self._answer(200, CONTENT_TYPE, exporter.export())

        def _answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler

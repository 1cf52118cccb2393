"""Doors for whoever signs nothing: people with a browser, and what collects metrics.

AWS's clients sign what they ask. What comes without a signature, for a path that is named here,
goes to a page instead of the gateway, once the gate has looked at where it comes from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.errors import Fault
from batchyard.server.asgi import request_of, respond
from batchyard.wire import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchyard.server.asgi import Application, Receive, Scope, Send
    from batchyard.server.gate import Gate


class Doors:
    """Lets unsigned requests in to pages.

    Args:
        gate: knows from where a request may come.
        pages: what answers, by the exact path, or by what paths begin with (it ends with a slash).
        signed: answers everything else.
    """

    def __init__(self, gate: Gate, pages: Mapping[str, Application], signed: Application) -> None:
        """Take the parts."""
        self._gate = gate
        self._exact = {path: page for path, page in pages.items() if path == "/" or path[-1] != "/"}
        self._below = {path: page for path, page in pages.items() if path not in self._exact}
        self._signed = signed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        page = None if scope["type"] != "http" or _is_signed(scope) else self._page(scope["path"])
        if page is None:
            await self._signed(scope, receive, send)
            return
        try:
            self._gate.check_source(request_of(scope, b""))
        except Fault as fault:
            plain = (("Content-Type", "text/plain; charset=utf-8"),)
            await respond(send, Response(fault.status, plain, fault.message.encode()))
            return
        await page(scope, receive, send)

    def _page(self, path: str) -> Application | None:
        found = self._exact.get(path)
        if found is not None:
            return found
        below = (page for start, page in self._below.items() if path.startswith(start))
        return next(below, None)


def _is_signed(scope: Scope) -> bool:
    signed = any(name == b"authorization" for name, _ in scope["headers"])
    return signed or b"X-Amz-Signature" in scope["query_string"]

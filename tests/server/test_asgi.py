"""A body is not kept for somebody who would be refused whatever it is."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from batchyard.server.asgi import LEAVING, application
from batchyard.wire import Response

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from batchyard.server.gateway import Gateway
    from batchyard.wire import Request

DENIED = Response(403, (), b"no")


class Guarded:
    """A gateway that knows nobody, or everybody."""

    def __init__(self, *, knows: bool) -> None:
        self.knows = knows

    def glance(self, _: Request) -> Response | None:
        return None if self.knows else DENIED

    async def answer(self, request: Request) -> Response:
        return Response(200, (), request.body) if self.knows else DENIED


def asked(pieces: list[bytes], *, knows: bool) -> tuple[int, bytes, int]:
    """Send a body in pieces; give the status, the answer and how many pieces were read."""
    sent: list[MutableMapping[str, Any]] = []
    left = list(pieces)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "raw_path": b"/v1/submitjob",
        "query_string": b"",
        "headers": [(b"host", b"localhost:4680")],
        LEAVING: None,
    }
    app = application(cast("Gateway", Guarded(knows=knows)))

    async def answered() -> None:
        await app(scope, receive, send)

    asyncio.run(answered())
    return sent[0]["status"], sent[1]["body"], len(pieces) - len(left)


def test_a_body_in_pieces_is_read_only_for_somebody_who_may_come_in() -> None:
    pieces = [b"one", b"two", b"three"]
    assert asked(pieces, knows=True) == (200, b"onetwothree", 3)
    assert asked(pieces, knows=False) == (403, b"no", 1)


def test_a_body_in_one_piece_is_answered_as_before() -> None:
    assert asked([b"all"], knows=True) == (200, b"all", 1)
    assert asked([b"all"], knows=False) == (403, b"no", 1)

"""ASGI to the gateway and back: bytes in, bytes out, nothing decided."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from batchyard.wire import Request, Response

if TYPE_CHECKING:
    from batchyard.server.gateway import Gateway
    from batchyard.wire.messages import Gone

LEAVING: Final = "batchyard.leaving"
"""Under which name a request's scope holds what tells that its client has hung up."""

LARGEST_BODY = 8 * 1024 * 1024
"""Bytes: far above any request of the services served; a larger one is cut off unread."""

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

TOO_LARGE = Response(
    413,
    (("Content-Type", "application/json"), ("x-amzn-ErrorType", "RequestEntityTooLargeException")),
    b'{"message":"The request body is larger than 8 MiB"}',
)


def application(gateway: Gateway) -> Application:
    """Form the ASGI application that puts requests to a gateway."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        message = await receive()
        if message.get("more_body"):
            refused = gateway.glance(request_of(scope, b""))  # else anybody's body would be kept
            if refused is not None:
                await respond(send, refused)
                return
        body = await _body(receive, message)
        if body is None:
            return
        response: Response | None = TOO_LARGE
        if len(body) <= LARGEST_BODY:
            request = request_of(scope, body, scope[LEAVING])
            scope["headers"].clear()  # the scope stays while a poll waits
            answer = gateway.answer(request)
            del request
            response = await answer
        if response is not None:
            await respond(send, response)

    return app


async def _body(receive: Receive, message: Message) -> bytes | None:
    """Read the whole body, or as much as shows that it is too large; None when nobody waits."""
    if message["type"] == "http.disconnect":
        return None
    body = bytes(message.get("body", b""))
    if not message.get("more_body"):
        return body
    parts, size = [body], len(body)
    while message.get("more_body") and size <= LARGEST_BODY:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        size += len(parts[-1])
    return b"".join(parts)


def request_of(scope: Scope, body: bytes, gone: Gone | None = None) -> Request:
    """Form a request."""
    headers = _headers(scope["headers"])
    return Request(
        method=scope["method"],
        path=scope["raw_path"].decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        headers=headers,
        body=body,
        gone=gone,
    )


def _headers(pairs: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """Name each header once; what came twice is joined by commas, as HTTP has it."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in pairs}
    return headers if len(headers) == len(pairs) else _joined(pairs)


def _joined(pairs: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in pairs:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        headers[key] = f"{headers[key]},{text}" if key in headers else text
    return headers


async def respond(send: Send, response: Response) -> None:
    """Send a whole answer."""
    headers = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in response.headers]
    headers.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})

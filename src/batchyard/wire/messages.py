"""What comes in, what goes out, and what the server's operations see in between."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import msgspec

Gone: TypeAlias = Callable[[Callable[[], None] | None], None]
"""Takes what to call once whoever asked has hung up, in place of what it took before; None: nothing
is to be called any more."""


class Request(msgspec.Struct, frozen=True):
    """An HTTP request, as far as a service's protocol looks at it.

    Args:
        method: the HTTP method, in upper case.
        path: the path as it was sent, percent-encoding included.
        query: what follows the question mark, as it was sent; empty when there is none.
        headers: the headers by lower-case name.
        body: the body, decoded from any transfer encoding.
        gone: tells when whoever asked has hung up; None where nobody can tell. Only one is told.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    gone: Gone | None = None


class Response(msgspec.Struct, frozen=True):
    """An HTTP response.

    Args:
        status: the HTTP status.
        headers: names and values in the order to send them; the length is left to the server.
        body: the whole body.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Call(msgspec.Struct, frozen=True):
    """A decoded and validated request.

    Args:
        operation: AWS's name of the operation, e.g. ``SubmitJob``.
        params: its input, a struct generated from the model (:class:`batchyard.wire.Service`).
    """

    operation: str
    params: Any

"""What comes without a signature goes to the pages that are there for it, and nowhere else."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from batchyard.server.doors import Doors
from batchyard.server.gate import Gate, origins_of, own_hosts
from batchyard.server.keys import Keys

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from batchyard.server.asgi import Application, Receive, Scope, Send

HOST = "localhost:4680"
PAGES = ("/", "/metrics", "/pages/")
SIGNED = {"authorization": "AWS4-HMAC-SHA256 Credential=…"}


def named(name: str) -> Application:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": name.encode()})

    return app


def answer(path: str, query: str = "", host: str = HOST, **headers: str) -> str:
    """What answered; or the status, if nothing did."""
    hosts = own_hosts("127.0.0.1", 4680)
    gate = Gate(Keys("a", "b"), hosts, auth=True, own_origins=origins_of(hosts), clock=lambda: 0)
    doors = Doors(gate, {page: named(page) for page in PAGES}, named("gateway"))
    given = {"host": host} | {n.replace("_", "-"): value for n, value in headers.items()}
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
    }
    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    asyncio.run(doors(scope, receive, send))
    status, body = sent[0]["status"], sent[1]["body"].decode()
    return body if status == 200 else str(status)


@pytest.mark.parametrize(
    "path, page",
    [("/", "/"), ("/metrics", "/metrics"), ("/pages/", "/pages/"), ("/pages/a/b", "/pages/")],
)
def test_an_unsigned_request_reaches_the_page_of_its_path(path: str, page: str) -> None:
    assert answer(path) == page


@pytest.mark.parametrize("path", ["/v1/submitjob", "/metrics/", "/metricsx", "/pages", "/a/pages/"])
def test_any_other_path_is_the_gateways(path: str) -> None:
    assert answer(path) == "gateway"


@pytest.mark.parametrize("path", PAGES)
def test_a_signed_request_is_the_gateways_whatever_its_path(path: str) -> None:
    assert answer(path, **SIGNED) == "gateway"
    assert answer(path, query="X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=00") == "gateway"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_shown_to_no_foreign_name_and_no_foreign_page(path: str) -> None:
    assert answer(path, host="evil.example:4680") == "403"
    assert answer(path, origin="https://evil.example") == "403"
    assert answer(path, sec_fetch_site="cross-site") == "403"

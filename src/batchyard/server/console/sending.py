"""Server-sent events: what changes of a page, and the lines of a log as they come.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import msgspec

from batchyard.server.console.kit import BASE
from batchyard.server.console.pages import view_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.datastructures import URL

    from batchyard.server.console.hub import Feed, Hub
    from batchyard.server.console.kit import Kit
    from batchyard.server.console.logs import Log, Part

LIVE: Final = f"{BASE}live/"

END: Final = b"event: end\ndata: \n\n"
"""Tells a page that nothing more comes: else it would ask again."""


async def live(kit: Kit, hub: Hub, url: URL, known: str | None) -> AsyncIterator[bytes]:
    """Tell a page what changes.

    Args:
        kit: the yard.
        hub: keeps open pages up to date.
        url: the page's address, below ``live/``.
        known: the mark of what the page shows.

    Raises:
        Fault: there is no such page.
    """
    path = BASE + url.path.removeprefix(LIVE)
    query = "&".join(each for each in url.query.split("&") if not each.startswith("mark="))
    view = view_of(kit, path, query)
    address = f"{path}?{query}"
    feed = await hub.open(address, view, known)

    async def stream() -> AsyncIterator[bytes]:
        try:
            async for news in feed.stream():
                yield news
        finally:
            hub.close(address, feed)

    return stream()


async def follow(hub: Hub, log: Log, token: str | None) -> AsyncIterator[bytes]:
    """Give the lines of a log as they come, until the attempt has ended or the yard stops.

    Args:
        hub: knows when the yard stops.
        log: the log.
        token: after which place; None: the last lines first.
    """
    feed = hub.stand_by()
    reading = asyncio.ensure_future(_read(log, token, feed))
    try:
        async for news in feed.stream():
            yield news
    finally:
        hub.leave(feed)
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading


async def _read(log: Log, token: str | None, feed: Feed) -> None:
    async for part in log.follow(token):
        await feed.tell_in_turn(_event(part))
    await feed.tell_in_turn(END)
    feed.end()


def _event(part: Part) -> bytes:
    said = msgspec.json.encode(
        {"lines": part.lines, "before": part.backward, "skipped": part.skipped}
    )
    return b"id: %s\ndata: %s\n\n" % ((part.forward or "").encode(), said)

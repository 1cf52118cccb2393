"""Following what jobs print, asynchronously: the names of `following`, the same watchers."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from batchyard.client.feeds import Feed
from batchyard.client.following import followed, seconds_to, terms_left
from batchyard.client.tailing import Following, Line, Reading, pace_of, read

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping
    from typing import Unpack

    from batchyard.client.asking import Body
    from batchyard.client.feeds import Terms
    from batchyard.polling.news import News


def follow_logs(jobs: Iterable[Any], **terms: Unpack[Terms]) -> AsyncIterator[Line]:
    """See `batchyard.follow_logs`; used with ``async for``."""
    return _lines(followed(jobs, terms), terms)


async def _lines(jobs: Mapping[str, Any], terms: Terms) -> AsyncIterator[Line]:
    following = Following(terms, await asyncio.to_thread(pace_of, jobs, terms))
    loop, begun = asyncio.get_running_loop(), time.monotonic()
    heard: asyncio.Queue[tuple[list[News], Body]] = asyncio.Queue()

    def listener(news: list[News], body: Body) -> None:
        loop.call_soon_threadsafe(heard.put_nowait, (news, body))

    feeds: list[Feed] = []
    more = jobs
    try:
        while True:
            if more:
                following.add(more)
                feeds.append(Feed(more, terms_left(terms, begun)))
                if not feeds[-1].is_prepared():
                    await asyncio.to_thread(feeds[-1].prepare)
                feeds[-1].open(listener, moves=True)
            todo = following.next(time.monotonic())
            if todo is None:
                break
            if isinstance(todo, Reading):
                page = await asyncio.to_thread(read, todo)
                for line in following.received(todo, page, time.monotonic()):
                    yield line
            more = await _heard(following, heard, seconds_to(todo))
    finally:
        for feed in feeds:
            feed.close()
    if following.error is not None:
        raise following.error


async def _heard(
    following: Following, heard: asyncio.Queue[tuple[list[News], Body]], seconds: float | None
) -> dict[str, Any]:
    """Hear all news that are there, waiting for some only when there is nothing to read."""
    found: dict[str, Any] = {}
    try:
        if seconds != 0.0:
            async with asyncio.timeout(seconds):
                found |= following.hear(*await heard.get(), time.monotonic())
        while True:
            found |= following.hear(*heard.get_nowait(), time.monotonic())
    except (TimeoutError, asyncio.QueueEmpty):
        return found

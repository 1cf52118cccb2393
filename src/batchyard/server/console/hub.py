"""Tells open pages what changed: formed once for all pages that show the same, and once a second.

A *topic* is what pages of one address show. When something of it changes, it is formed anew after
a moment in which more may change, and what differs goes to every page that is open. When nothing
changes, nothing is formed and nothing is sent, but for a sign of life every fifteen seconds.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import msgspec

from batchyard.batch import ids
from batchyard.errors import Fault
from batchyard.server.console.seam import Cells, Rows

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Hashable

    from batchyard.batch.model import Job
    from batchyard.server.console.seam import Fragment, Fragments, View

log = logging.getLogger(__name__)

MOMENT: Final = 0.15
"""Seconds that a change waits for others (ours)."""

INTERVAL: Final = 1.0
"""Seconds between two changes of a page, and between two looks at what is not a job (ours)."""

ALIVE: Final = 15.0
"""Seconds without news after which a page is told so, as the specification advises."""

BEHIND: Final = 8
"""News that a page may have before it; one that is slower begins anew (ours)."""


NOTHING: Final = b": the end\n\n"
ALIVE_STILL: Final = b": alive\n\n"
"""Comments: a page makes nothing of them."""


class Feed:
    """An open page."""

    def __init__(self) -> None:
        """Begin without news."""
        self._news: asyncio.Queue[bytes] = asyncio.Queue(BEHIND)
        self._over = False

    def tell(self, news: bytes) -> None:
        """Send news; a page that does not keep up is sent away, and comes again by itself."""
        if self._news.full():
            self._over = True
        else:
            self._news.put_nowait(news)

    async def tell_in_turn(self, news: bytes) -> None:
        """Send news when those before are on their way: for a log, of which nothing is lost."""
        await self._news.put(news)

    def end(self) -> None:
        """Send the page away, once it has what was told before."""
        self._over = True
        if self._news.empty():
            self._news.put_nowait(NOTHING)

    async def stream(self) -> AsyncIterator[bytes]:
        """Give what is to be sent, until the end."""
        yield b"retry: 1000\n\n"
        while not (self._over and self._news.empty()):
            try:
                yield await asyncio.wait_for(self._news.get(), ALIVE)
            except TimeoutError:
                yield ALIVE_STILL


class Topic:
    """What pages of one address show.

    Args:
        view: forms it.
    """

    def __init__(self, view: View) -> None:
        """Begin with nothing shown, and nobody who looks."""
        self.view = view
        self.feeds: set[Feed] = set()
        self.shown: Fragments | None = None
        self.dirty = True
        self._mark: Hashable = None
        self._forming = asyncio.Lock()

    def note(self, job: Job) -> bool:
        """Look at a job that has changed."""
        if not self.view.note(job):
            return False
        self.dirty = True
        return True

    def end(self) -> None:
        """Send its pages away."""
        for feed in self.feeds:
            feed.end()

    async def refresh(self) -> None:
        """Form it anew, if something changed, and tell the pages what differs.

        Raises:
            Fault: what it shows is no longer there.
        """
        async with self._forming:  # whoever opens a page meanwhile waits for what is formed
            await self._refresh()

    async def _refresh(self) -> None:
        mark = self.view.mark()
        if not self.dirty and mark == self._mark:
            return
        self.dirty, self._mark = False, mark
        try:
            shown = await self.view.fragments()
        except BaseException:
            self.dirty = True  # nobody was told
            raise
        before, self.shown = self.shown, shown
        if before is not None and before != shown:
            news = event(shown, differing(before, shown))
            for feed in self.feeds:
                feed.tell(news)


class Hub:
    """Keeps open pages up to date. Lives on the engine's thread."""

    def __init__(self) -> None:
        """Begin with no page open."""
        self._topics: dict[str, Topic] = {}
        self._about: dict[str | None, set[Topic]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._open = True
        self._others: set[Feed] = set()

    def changed(self, job: Job) -> None:
        """A job has changed; costs next to nothing while no page is open."""
        if not self._topics:
            return
        about = self._about.get(ids.parent_id(job.id) or job.id, ())
        for topic in (*self._about.get(None, ()), *about):
            if topic.note(job):
                self._changed.set()

    async def open(self, address: str, view: View, known: str | None) -> Feed:
        """Open a page.

        Args:
            address: what it shows; pages of one address share what is formed.
            view: forms it, if no other page of this address is open.
            known: the mark of what the page shows already; see `mark_of`.
        """
        topic = self._topics.get(address)
        if topic is None:
            topic = self._topics[address] = Topic(view)
            self._about[view.about].add(topic)
        feed = Feed()
        topic.feeds.add(feed)
        try:
            await topic.refresh()
        except BaseException:
            self.close(address, feed)
            raise
        if topic.shown is not None and mark_of(topic.shown) != known:
            feed.tell(event(topic.shown, topic.shown))
        if not self._open:
            feed.end()
        elif self._task is None:
            self._task = asyncio.ensure_future(self._run())
        return feed

    def stand_by(self) -> Feed:
        """Open a feed that only hears of the end."""
        feed = Feed()
        self._others.add(feed)
        if not self._open:
            feed.end()
        return feed

    def leave(self, feed: Feed) -> None:
        """Close such a feed."""
        self._others.discard(feed)

    def close(self, address: str, feed: Feed) -> None:
        """A page was closed."""
        topic = self._topics.get(address)
        if topic is None:
            return
        topic.feeds.discard(feed)
        if not topic.feeds:
            del self._topics[address]
            self._about[topic.view.about].discard(topic)
            if not self._about[topic.view.about]:
                del self._about[topic.view.about]

    def stop(self) -> None:
        """Send every page away; each comes again by itself, once there is a yard."""
        self._open = False
        for topic in self._topics.values():
            topic.end()
        for feed in self._others:
            feed.end()
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        while self._topics:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), INTERVAL)
            await asyncio.sleep(MOMENT)
            self._changed.clear()
            for topic in list(self._topics.values()):
                await _refreshed(topic)
            await asyncio.sleep(INTERVAL - MOMENT)
        self._task = None


async def _refreshed(topic: Topic) -> None:
    """Form a topic anew; where that cannot be, its pages ask again and are told why."""
    try:
        await topic.refresh()
    except Fault:
        topic.end()
    except Exception:
        log.exception("a page of the console cannot be formed")
        topic.end()


def mark_of(shown: Fragments) -> str:
    """Form what tells one state of a page from another."""
    return sha256(msgspec.json.encode(shown)).hexdigest()[:16]


def event(shown: Fragments, news: Fragments) -> bytes:
    """Form a server-sent event.

    Args:
        shown: all that a page shows now.
        news: what of it is new.
    """
    said: dict[str, dict[str, Any]] = {"html": {}, "rows": {}, "cells": {}}
    for name, fragment in news.items():
        match fragment:
            case Rows(order, html):
                said["rows"][name] = {"order": order, "html": html}
            case Cells(letters):
                said["cells"][name] = letters
            case _:
                said["html"][name] = fragment
    told = {kind: parts for kind, parts in said.items() if parts}
    return b"id: %s\ndata: %s\n\n" % (mark_of(shown).encode(), msgspec.json.encode(told))


def differing(before: Fragments, shown: Fragments) -> Fragments:
    """Give what is new: whole fragments, and of tables only the rows that are."""
    return {
        name: _new(before.get(name), fragment)
        for name, fragment in shown.items()
        if before.get(name) != fragment
    }


def _new(before: Fragment | None, fragment: Fragment) -> Fragment:
    if not isinstance(fragment, Rows) or not isinstance(before, Rows):
        return fragment
    known = before.html
    return Rows(fragment.order, {n: h for n, h in fragment.html.items() if known.get(n) != h})

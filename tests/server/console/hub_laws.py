"""What a page is told of changes makes of what it shows what is shown now."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from batchyard.batch.model import Job
from batchyard.errors import Fault
from batchyard.server.console.hub import BEHIND, Feed, Hub, differing, mark_of
from batchyard.server.console.seam import Cells, Fragment, Fragments, Rows
from tests.engine.yard import Yard

TEXTS = st.text(max_size=3)


@st.composite
def rows(draw: st.DrawFn) -> Rows:
    html = draw(st.dictionaries(st.sampled_from("abcde"), TEXTS))
    return Rows(tuple(draw(st.permutations(sorted(html)))), dict(sorted(html.items())))


SHOWN = st.builds(
    lambda html, table, cells: {"html": html, "rows": table, "cells": cells},
    TEXTS,
    rows(),
    st.text("sprRSF", max_size=4).map(Cells),
)


def patched(fragment: Fragment, news: Fragment) -> Fragment:
    """What a page makes of news: rows that are not sent stay as they were."""
    if isinstance(news, Rows) and isinstance(fragment, Rows):
        known = {**fragment.html, **news.html}
        return Rows(news.order, {name: known[name] for name in news.order})
    return news


@given(before=SHOWN, now=SHOWN)
def test_news_bring_a_page_from_what_it_shows_to_what_is(before: Fragments, now: Fragments) -> None:
    news = differing(before, now)
    assert {n: patched(f, news[n]) if n in news else f for n, f in before.items()} == now


@given(shown=SHOWN)
def test_nothing_is_news_when_nothing_changed(shown: Fragments) -> None:
    assert differing(shown, dict(shown)) == {}


@given(before=SHOWN, now=SHOWN)
def test_a_mark_tells_states_apart(before: Fragments, now: Fragments) -> None:
    assert (mark_of(before) == mark_of(now)) == (before == now)


class Counting:
    """A view that shows how often it was formed."""

    def __init__(self, about: str | None) -> None:
        self.about = about
        self.formed = 0
        self.noted: list[str] = []

    def note(self, job: Job) -> bool:
        self.noted.append(job.id)
        return True

    def mark(self) -> None:
        return None

    async def fragments(self) -> Fragments:
        self.formed += 1
        return {"html": str(self.formed)}


async def received(feed: Feed) -> list[bytes]:
    """All that a feed sends until its end."""
    feed.end()
    return [news async for news in feed.stream() if news.startswith(b"id:")]


async def test_pages_of_one_address_share_what_is_formed() -> None:
    hub, view = Hub(), Counting(None)
    feeds = [await hub.open("jobs", view, mark_of({"html": "1"})) for _ in range(50)]
    assert view.formed == 1
    assert [await received(feed) for feed in feeds] == [[]] * 50
    late = await hub.open("jobs", Counting(None), "another")
    assert len(await received(late)) == 1
    hub.stop()


async def test_a_view_hears_of_its_own_job_and_its_children_only() -> None:
    yard = Yard()
    array, other = yard.submit(array_size=2), yard.submit()
    yard.settle()
    jobs = yard.engine.jobs
    hub, mine, every = Hub(), Counting(array), Counting(None)
    await hub.open("mine", mine, None)
    feed = await hub.open("every", every, None)
    for name in (array, f"{array}:1", other):
        hub.changed(jobs[name])
    assert mine.noted == [array, f"{array}:1"]
    assert every.noted == [array, f"{array}:1", other]
    hub.close("every", feed)
    hub.changed(jobs[other])
    assert len(every.noted) == 3
    hub.stop()


async def test_a_change_reaches_every_open_page_once() -> None:
    yard = Yard()
    job = yard.engine.jobs[yard.submit()]
    hub, view = Hub(), Counting(None)
    feeds = [await hub.open("jobs", view, mark_of({"html": "1"})) for _ in range(3)]
    streams = [feed.stream() for feed in feeds]
    for stream in streams:
        await anext(stream)
    hub.changed(job)
    hub.changed(job)
    for stream in streams:
        assert b'"html":"2"' in await anext(stream)
    assert view.formed == 2
    hub.stop()
    assert await asyncio.gather(*map(received, feeds)) == [[]] * 3


async def test_a_page_that_is_opened_while_another_is_formed_sees_the_same() -> None:
    hub, view = Hub(), Counting(None)
    feeds = await asyncio.gather(*(hub.open("jobs", view, None) for _ in range(3)))
    assert view.formed == 1
    assert [len(await received(feed)) for feed in feeds] == [1, 1, 1]
    hub.stop()


class Gone(Counting):
    """A view of something that goes away."""

    async def fragments(self) -> Fragments:
        if self.formed:
            raise Fault("ClientException", "There is no such job here.", 404)
        return await super().fragments()


async def test_pages_of_what_is_gone_are_sent_away() -> None:
    yard = Yard()
    hub, view = Hub(), Gone(None)
    stream = (await hub.open("jobs", view, mark_of({"html": "1"}))).stream()
    await anext(stream)
    hub.changed(yard.engine.jobs[yard.submit()])
    assert [news async for news in stream if news.startswith(b"id:")] == []
    hub.stop()


async def test_a_page_that_does_not_keep_up_is_sent_away() -> None:
    feed = Feed()
    for _ in range(BEHIND + 1):
        feed.tell(b"id: 1\n\n")
    assert len([news async for news in feed.stream()]) == 1 + BEHIND

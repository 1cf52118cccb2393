"""Waiting for jobs, asynchronously: the names of `waits`, through the same watchers.

A wait holds no thread and never blocks its loop: the watcher's thread hands news over to it.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from batchyard.client import waits
from batchyard.client.feeds import Feed
from batchyard.client.gathering import Gathering, ids_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
    from typing import Unpack

    from batchyard.client.asking import Body
    from batchyard.client.calls import Answer
    from batchyard.client.feeds import Terms
    from batchyard.client.gathering import Outcome, Outcomes
    from batchyard.client.waits import OnFailure
    from batchyard.polling.news import News


async def wait(
    jobs: Iterable[Any],
    *,
    check: bool = True,
    on_failure: OnFailure = "wait",
    **terms: Unpack[Terms],
) -> Outcomes:
    """See `batchyard.wait`."""
    found = waits.checked(jobs, on_failure)
    gathering = Gathering(tuple(found))
    async with aclosing(_watched(found, gathering, terms)) as watched:
        async for outcome in watched:
            if outcome.succeeded or on_failure == "wait":
                continue
            if on_failure == "stop":
                waits.rest(gathering, outcome)
                break
            others = waits.others(gathering, found)
            reason = f"{outcome.job_id} did not succeed"
            await asyncio.to_thread(waits.terminate, others, reason, terms)
            on_failure = "wait"
    outcomes = gathering.in_order()
    if check and outcomes.failed:
        raise await asyncio.to_thread(waits.error_of, outcomes, found, terms)
    return outcomes


def as_completed(jobs: Iterable[Any], **terms: Unpack[Terms]) -> AsyncIterator[Outcome]:
    """See `batchyard.as_completed`; used with ``async for``."""
    found = ids_of(jobs)
    return _watched(found, Gathering(tuple(found)), terms)


async def wait_for_one(job_id: str, job: Any, terms: Terms) -> Answer:  # noqa: ANN401 - a handle, sync or not
    """See `waits.wait_for_one`."""
    async with aclosing(_news({job_id: job}, terms)) as heard:
        answer = waits.found(*await anext(heard))
    if isinstance(answer, Exception):
        raise answer
    return answer


async def _watched(
    jobs: Mapping[str, Any], gathering: Gathering, terms: Terms
) -> AsyncGenerator[Outcome, None]:
    """Give the outcomes of a wait as they come."""
    if not gathering.ids:
        return
    async with aclosing(_news(jobs, terms)) as heard:
        async for news, _ in heard:
            for outcome in waits.hear(gathering, news, terms):
                yield outcome
            if gathering.is_over:
                break


async def _news(
    jobs: Mapping[str, Any], terms: Terms
) -> AsyncGenerator[tuple[list[News], Body], None]:
    """Give what there is to tell as it comes, on this loop."""
    loop = asyncio.get_running_loop()
    heard: asyncio.Queue[tuple[list[News], Body]] = asyncio.Queue()

    def listener(news: list[News], body: Body) -> None:
        loop.call_soon_threadsafe(heard.put_nowait, (news, body))

    feed = Feed(jobs, terms)
    try:
        if not feed.is_prepared():
            await asyncio.to_thread(feed.prepare)
        feed.open(listener)
        while True:
            yield await heard.get()
    finally:
        feed.close()

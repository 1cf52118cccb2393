"""Following what jobs print while they run: every attempt of every job, complete at the end."""

from __future__ import annotations

import time
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from batchyard.client.feeds import Feed
from batchyard.client.gathering import ids_of
from batchyard.client.tailing import Following, Line, Reading, pace_of, read
from batchyard.errors import Refused
from batchyard.polling.news import Idle, SleepUntil

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Unpack

    from batchyard.client.asking import Body
    from batchyard.client.feeds import Terms
    from batchyard.polling.news import News


def followed(jobs: Iterable[Any], terms: Terms) -> dict[str, Any]:
    """Check what is to be followed.

    Raises:
        Refused: it is not what it must be.
    """
    if "until" in terms:
        raise Refused("follow_logs goes on until jobs have ended: leave out `until`")
    return ids_of(jobs)


def follow_logs(jobs: Iterable[Any], **terms: Unpack[Terms]) -> Iterator[Line]:
    """Give what jobs print as they print it, until all of them have ended and all is read.

    Every attempt of every job, and of an array's parent every child. What one attempt printed
    comes in its order; lines of different attempts come as they are found.

    Args:
        jobs: see `batchyard.wait`.
        **terms: see `Terms`; ``until`` and the callbacks have no meaning here.

    Raises:
        NotFound: at the end: one of the jobs was not there (any more).
        Unfinished: at the end: the time was up.
        ServiceError: nobody answers.
        Refused: an argument is not what it must be.
    """
    return _lines(followed(jobs, terms), terms)


def _lines(jobs: Mapping[str, Any], terms: Terms) -> Iterator[Line]:
    following, begun = Following(terms, pace_of(jobs, terms)), time.monotonic()
    heard: SimpleQueue[tuple[list[News], Body]] = SimpleQueue()
    feeds: list[Feed] = []
    more = jobs
    try:
        while True:
            if more:
                following.add(more)
                feeds.append(Feed(more, terms_left(terms, begun)))
                feeds[-1].prepare()
                feeds[-1].open(lambda news, body: heard.put((news, body)), moves=True)
            todo = following.next(time.monotonic())
            if todo is None:
                break
            if isinstance(todo, Reading):
                page = read(todo)
                yield from following.received(todo, page, time.monotonic())
            more = _heard(following, heard, todo)
    finally:
        for feed in feeds:
            feed.close()
    if following.error is not None:
        raise following.error


def terms_left(terms: Terms, begun: float) -> Terms:
    """Give the terms of a wait that began earlier: there is less time left."""
    timeout = terms.get("timeout")
    if timeout is None:
        return terms
    return {**terms, "timeout": max(0.0, timeout - (time.monotonic() - begun))}


def seconds_to(todo: Reading | SleepUntil | Idle) -> float | None:
    """Tell how long to wait for news; None as long as it takes."""
    if isinstance(todo, Idle):
        return None
    return max(0.0, todo.at - time.monotonic()) if isinstance(todo, SleepUntil) else 0.0


def _heard(
    following: Following,
    heard: SimpleQueue[tuple[list[News], Body]],
    todo: Reading | SleepUntil | Idle,
) -> dict[str, Any]:
    """Hear all news that are there, waiting for some only when there is nothing to read."""
    found: dict[str, Any] = {}
    try:
        found |= following.hear(*heard.get(timeout=seconds_to(todo)), time.monotonic())
        while True:
            found |= following.hear(*heard.get_nowait(), time.monotonic())
    except Empty:
        return found

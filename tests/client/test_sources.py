"""A queue has one reader in a process, whoever waits there, and everybody hears of its events."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from batchyard import Refused
from batchyard.client.events import LONGEST
from batchyard.client.sessions import REGISTRY, connect
from batchyard.client.sources import Source
from tests.client.hurried import PATIENCE, Watched, message
from tests.client.scripted_sqs import URL, ScriptedSqs, received


def source(watcher: Watched, sqs: ScriptedSqs) -> Source:
    hurried: Any = watcher
    return Source(URL, hurried, connect(session=sqs.session))


def last(watcher: Watched) -> float | None:
    return watcher.relaxed[-1]


def readers() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name == "batchyard-events"]


def test_two_watchers_on_a_queue_both_hear_of_their_jobs() -> None:
    before = set(readers())
    sqs = ScriptedSqs()
    one, other = Watched("a"), Watched("b")
    sources = [source(one, sqs), source(one, sqs), source(other, ScriptedSqs())]
    (reader,) = set(readers()) - before
    sqs.last = received(message("a"), message("b"), message("nobody's"))
    sqs.release()
    one.until(lambda: "a" in one.hurried)
    other.until(lambda: "b" in other.hurried)
    one.until(lambda: one.relaxed[-1:] == [LONGEST])
    other.until(lambda: other.relaxed[-1:] == [LONGEST])
    late = Watched("c")
    sources.append(source(late, sqs))
    late.until_relaxed(LONGEST)
    sources.pop(0).release()
    assert last(one) == LONGEST
    sources.pop(0).release()
    assert last(one) is None
    assert last(other) == last(late) == LONGEST
    for left in sources:
        left.release()
    assert last(other) is last(late) is None
    reader.join(PATIENCE)
    assert not reader.is_alive()


class Clientless:
    """A session that makes no client."""

    def create_client(self, *_: object, **__: object) -> None:
        raise ValueError("no region")


def test_a_queue_that_cannot_be_read_at_all_leaves_nothing_behind() -> None:
    hurried: Any = Watched("a")
    shared = dict(REGISTRY.shared)
    for url in ("no url", URL):
        with pytest.raises(Refused):
            Source(url, hurried, connect(session=Clientless()))
    assert shared == REGISTRY.shared

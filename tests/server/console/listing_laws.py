"""Pages of many queues: every job once, the newest first, whatever each queue has."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard.batch.resources import JobQueue
from batchyard.batch.states import JobState
from batchyard.engine.catalog import Shelf
from batchyard.errors import Fault
from batchyard.server.console.asked import GROUPS, Asked, asked_of
from batchyard.server.console.kit import Kit
from batchyard.server.console.listing import Limits, Listed, listed
from batchyard.store.memory import MemoryStore
from batchyard.store.seam import Batch, JobChange
from tests.store.kept import ELSEWHERE, HERE, ended, job, queue, spec

QUEUES = st.lists(st.lists(st.integers(1, 4), max_size=9), min_size=1, max_size=3)
"""When the jobs of up to three queues were made, epoch milliseconds: many in one of them."""

WHERE = (HERE, HERE, ELSEWHERE)


def kit_of(made: list[list[int]], tags: dict[str, str] | None = None) -> Kit:
    """A yard of queues with jobs, named after their queue and number; all have ended."""
    store, places = MemoryStore(), {HERE: Shelf(), ELSEWHERE: Shelf()}
    for number, moments in enumerate(made):
        place, name = WHERE[number], f"q{number}"
        arn = queue(name, place)
        places[place].put(JobQueue(name, arn, "ENABLED", 1, ()))
        for n, at in enumerate(moments):
            of = spec(place, queue=arn, name=f"{name}-{n}")
            done = ended(job(f"{name}-{n}", at, of))
            tag = (tags or {}).get(done.id)
            detail = b'{"tags":{"team":"%s"}}' % tag.encode() if tag else b'{"note":"team"}'
            store.commit(Batch([JobChange(done, detail)]))
    engine = SimpleNamespace(store=store, places=places, jobs={}, pipelines=None)
    return Kit(lambda: cast("Any", engine), cast("Any", None), cast("Any", None))


def pages(kit: Kit, asked: Asked, limit: int) -> Iterator[Listed]:
    """Ask for page after page, as their links do."""
    while True:
        page = listed(kit, asked, Limits(page=limit))
        yield page
        if page.after is None:
            return
        (further,) = parse_qs(asked.further(page.after))["after"]
        asked = asked_of(asked.query(after=further))


@given(made=QUEUES, limit=st.integers(1, 5))
def test_pages_hold_every_job_once_and_the_newest_first(made: list[list[int]], limit: int) -> None:
    found = [row for page in pages(kit_of(made), Asked(), limit) for row in page.rows]
    ids = [f"q{number}-{n}" for number, moments in enumerate(made) for n in range(len(moments))]
    assert sorted(row.id for row in found) == sorted(ids)
    assert [row.created_at for row in found] == sorted((m for ms in made for m in ms), reverse=True)


@given(made=QUEUES, limit=st.integers(1, 5))
def test_no_page_but_the_last_is_less_than_full(made: list[list[int]], limit: int) -> None:
    *whole, _ = [len(page.rows) for page in pages(kit_of(made), Asked(), limit)]
    assert whole == [limit] * len(whole)


def test_a_region_and_a_queue_are_all_that_is_asked() -> None:
    kit = kit_of([[1, 2], [3], [4]])
    assert [row.id for row in listed(kit, Asked(region=ELSEWHERE.region)).rows] == ["q2-0"]
    assert [row.id for row in listed(kit, Asked(queue="q0")).rows] == ["q0-1", "q0-0"]
    assert [row.id for row in listed(kit, Asked(name="q0-1")).rows] == ["q0-1"]
    assert listed(kit, Asked(state="live")).rows == []


@pytest.mark.parametrize(
    "tag, found", [("team", ["q0-2", "q0-0"]), ("team=maps", ["q0-0"]), ("note", []), ("tea", [])]
)
def test_a_tag_is_what_the_service_shows_as_one(tag: str, found: list[str]) -> None:
    kit = kit_of([[1, 2, 3]], {"q0-0": "maps", "q0-2": "census"})
    page = listed(kit, Asked(tag=tag))
    assert [row.id for row in page.rows] == found
    assert page.looked == 3


def test_looking_for_a_tag_ends_and_can_be_gone_on_with() -> None:
    limits = Limits(look=2, most=4)
    kit = kit_of([[1, 2, 3, 4, 5, 6, 7]], {"q0-0": "maps"})
    first = listed(kit, Asked(tag="team"), limits)
    assert (first.rows, first.looked) == ([], 4)
    rest = listed(kit, Asked(tag="team", after=first.after), limits)
    assert ([row.id for row in rest.rows], rest.looked, rest.after) == (["q0-0"], 3, None)


@given(state=st.sampled_from(["", *GROUPS, *JobState]), name=st.text(), tag=st.text())
def test_an_address_says_what_is_asked(state: str, name: str, tag: str) -> None:
    asked = Asked(state=state, name=name.strip(), tag=tag.strip(), region="eu-west-1")
    assert asked_of(asked.query()) == asked


@pytest.mark.parametrize("query", ["state=DONE", "after=%7B", "after=%5B%5D"])
def test_an_address_that_no_page_has_is_refused(query: str) -> None:
    with pytest.raises(Fault):
        asked_of(query)


def test_a_cursor_that_no_page_gave_is_refused() -> None:
    kit = kit_of([[1]])
    with pytest.raises(Fault, match="no page of jobs"):
        listed(kit, Asked(after={queue("q0"): "nonsense"}))

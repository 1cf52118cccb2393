"""Laws of paging: every event once and in order, whichever way, whatever came meanwhile.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
"""

from hypothesis import given
from hypothesis import strategies as st

from batchyard.logs.lines import Lines
from batchyard.logs.pages import (
    PAGE_BYTES,
    PAGE_EVENTS,
    SCANNED_BYTES,
    Direction,
    Event,
    Query,
    page,
)
from batchyard.logs.source import Reading, Recorded
from tests.logs.logs_given import (
    BLOCKS,
    TEXTS,
    everything,
    expected,
    lines_of,
    prefix,
    recordings,
    walk,
)

VALID = recordings(TEXTS)
LIMITS = st.integers(min_value=1, max_value=8)
TIMES = st.none() | st.integers(min_value=995, max_value=1030)
DIRECTIONS: st.SearchStrategy[Direction] = st.sampled_from(["f", "b"])


@given(log=VALID, block=BLOCKS, limit=LIMITS, direction=DIRECTIONS)
def test_all_pages_together_are_the_events_of_the_log(
    log: Recorded, block: int, limit: int, direction: Direction
) -> None:
    query = Query(direction, limit=limit)
    assert everything(lines_of(log, block), query) == expected(log)


@given(log=VALID, block=BLOCKS, limit=LIMITS, direction=DIRECTIONS, since=TIMES, until=TIMES)
def test_a_time_range_takes_its_start_and_leaves_its_end(
    *,
    log: Recorded,
    block: int,
    limit: int,
    direction: Direction,
    since: int | None,
    until: int | None,
) -> None:
    query = Query(direction, since=since, until=until, limit=limit)
    in_range = [
        event
        for event in expected(log)
        if (since is None or event.at >= since) and (until is None or event.at < until)
    ]
    assert everything(lines_of(log, block), query) == in_range


@given(log=VALID, block=BLOCKS, limit=LIMITS, direction=DIRECTIONS)
def test_a_page_is_full_until_the_last_and_ascends(
    log: Recorded, block: int, limit: int, direction: Direction
) -> None:
    *pages, nothing = walk(lines_of(log, block), Query(direction, limit=limit))
    assert not nothing.events
    assert all(len(each.events) == limit for each in pages[:-1])
    for each in pages if expected(log) else ():
        assert 0 < len(each.events) <= limit
        assert sorted(each.events, key=lambda event: event.at) == each.events


@given(log=recordings(), block=BLOCKS, limit=LIMITS)
def test_turning_round_gives_the_same_page_again(log: Recorded, block: int, limit: int) -> None:
    lines = lines_of(log, block)
    *pages, _ = walk(lines, Query("f", limit=limit))
    for each in pages:
        again = page(lines, Query("b", each.forward, limit=len(each.events)))
        assert again.events == each.events
        assert page(lines, Query("f", again.backward, limit=limit)).events == each.events


@given(log=VALID, block=BLOCKS, limit=LIMITS, sizes=st.data())
def test_the_last_forward_position_goes_on_with_exactly_what_is_new(
    log: Recorded, block: int, limit: int, sizes: st.DataObject
) -> None:
    moments = sizes.draw(st.lists(st.integers(0, log.size), max_size=5).map(sorted))
    seen: list[Event] = []
    query = Query("f", limit=limit)
    for moment in moments:
        running = lines_of(prefix(log, moment), block, ended=False)
        for each in walk(running, query):
            seen.extend(each.events)
            query = query._replace(position=each.forward)
    assert seen + everything(lines_of(log, block), query) == expected(log)


@given(log=VALID, block=BLOCKS, direction=DIRECTIONS, at=st.data())
def test_a_log_that_grew_leaves_what_lies_behind_a_position_as_it_was(
    log: Recorded, block: int, direction: Direction, at: st.DataObject
) -> None:
    moment = at.draw(st.integers(0, log.size))
    early = page(lines_of(prefix(log, moment), block, ended=False), Query(direction, limit=3))
    back = Query("b", early.forward, limit=3)
    assert page(lines_of(log, block), back).events[-len(early.events) :] == early.events[-3:]


def test_an_empty_log_has_an_empty_page_each_way() -> None:
    lines = Lines(Recorded(), ended=False)
    assert page(lines, Query("f")) == page(lines, Query("b")) == ((), 0, 0, ())


def test_a_page_holds_no_more_than_ten_thousand_events() -> None:
    lines = Lines(Recorded(b"x\n" * 15_000, (Reading(0, 1),)), ended=True)
    assert [len(each.events) for each in walk(lines, Query("b"))] == [10_000, 5_000, 0]
    assert PAGE_EVENTS == 10_000


def test_a_page_holds_no_more_than_a_mebibyte_with_26_bytes_for_each_event() -> None:
    message = "x" * (1024 - 26)
    lines = Lines(Recorded(f"{message}\n".encode() * 1025, (Reading(0, 1),)), ended=True)
    assert [len(each.events) for each in walk(lines, Query("f"))] == [1024, 1, 0]
    assert PAGE_BYTES == 1_048_576


def test_an_event_that_alone_is_too_long_for_a_page_has_one_for_itself() -> None:
    lines = Lines(Recorded(b"\xff" * 1_000_000, (Reading(0, 1),)), ended=True, longest=500_000)
    assert [len(each.events) for each in walk(lines, Query("f"))] == [1, 1, 0]


def test_very_many_empty_lines_are_passed_over_a_page_at_a_time() -> None:
    data = b"first\n" + b"\n" * (2 * SCANNED_BYTES) + b"last\n"
    lines = Lines(Recorded(data, (Reading(0, 1),)), ended=True)
    for direction in ("f", "b"):
        query = Query(direction)
        assert [event.message for event in everything(lines, query)] == ["first", "last"]
        assert len([*walk(lines, query)]) > 3

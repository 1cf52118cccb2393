"""Laws of pages of streams that hold what was printed and what was put.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
"""

from collections.abc import Iterator
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from batchyard.logs.mixing import Mixed, Position, mixed
from batchyard.logs.pages import Direction, Event, Query, page
from batchyard.logs.putting import BATCH_BYTES, Gap, PutEvent
from batchyard.logs.source import Recorded
from tests.logs.logs_given import BLOCKS, TEXTS, expected, lines_of, recordings

LOGS = recordings(TEXTS)
TIMES = st.integers(995, 1030)
RANGES = st.none() | TIMES
PUT = st.lists(st.tuples(TIMES, st.sampled_from("xyz")), max_size=10)
LIMITS = st.integers(min_value=1, max_value=6)
DIRECTIONS: st.SearchStrategy[Direction] = st.sampled_from(["f", "b"])


def numbered(put: list[tuple[int, str]]) -> list[PutEvent]:
    numbers = count(1)
    return sorted(PutEvent(at, next(numbers), at + 7, text) for at, text in put)


class Streamed:
    """A stream of both kinds, asked as the yard asks its files and its store."""

    def __init__(self, source: Recorded, block: int, put: list[PutEvent]) -> None:
        self.lines, self.put, self.source = lines_of(source, block), put, source

    def page(self, query: Query, position: Position | None) -> Mixed:
        offset, gap = position or (None, None)
        found = [
            event
            for event in self.put
            if (query.since is None or event.at >= query.since)
            and (query.until is None or event.at < query.until)
        ]
        if query.direction == "f":
            found = [each for each in found if Gap(*each[:2]) >= (gap or Gap())][: query.limit]
        else:
            found = [each for each in found if gap is None or Gap(*each[:2]) < gap]
            found = found[len(found) - min(len(found), query.limit) :]
        return mixed(query, page(self.lines, query._replace(position=offset)), found, gap)

    def walk(self, query: Query) -> Iterator[Mixed]:
        position = None
        while True:
            given_page = self.page(query, position)
            yield given_page
            following = given_page.forward if query.direction == "f" else given_page.backward
            if following == position:
                return
            position = following

    def events(self) -> list[Event]:
        put = [Event(each.at, each.message, each.ingested_at) for each in self.put]
        return sorted([*expected(self.source), *put], key=lambda event: event.at)


STREAMS = st.builds(Streamed, LOGS, BLOCKS, PUT.map(numbered))


@given(STREAMS, LIMITS, DIRECTIONS, RANGES, RANGES)
def test_all_pages_together_are_the_events_of_both_by_time(
    stream: Streamed, limit: int, direction: Direction, since: int | None, until: int | None
) -> None:
    query = Query(direction, since=since, until=until, limit=limit)
    pages = [each.events for each in stream.walk(query)]
    found = [event for each in (pages if direction == "f" else pages[::-1]) for event in each]
    assert found == [
        event
        for event in stream.events()
        if (since is None or event.at >= since) and (until is None or event.at < until)
    ]
    assert all(len(each) == limit for each in pages[:-2])


@given(STREAMS, LIMITS)
def test_turning_round_gives_the_same_page_again(stream: Streamed, limit: int) -> None:
    for each in stream.walk(Query("f", limit=limit)):
        if each.events:
            again = stream.page(Query("b", limit=len(each.events)), each.forward)
            assert again.events == each.events
            assert stream.page(Query("f", limit=limit), again.backward).events == each.events


@given(STREAMS, LIMITS, DIRECTIONS, st.lists(st.sampled_from("xyz"), max_size=3))
def test_the_end_goes_on_with_exactly_what_is_new(
    stream: Streamed, limit: int, direction: Direction, more: list[str]
) -> None:
    position = stream.page(Query(direction, limit=limit), None).forward
    if direction == "f":
        *_, last = stream.walk(Query("f", limit=limit))
        position = last.forward
    stream.put += [PutEvent(2000, number, 2000, text) for number, text in enumerate(more, 100)]
    new = stream.page(Query("f"), position).events
    assert [event.message for event in new] == more


def test_a_page_of_both_holds_no_more_than_a_mebibyte() -> None:
    put = [PutEvent(1, number, 1, "x" * 100_000) for number in range(10)]
    printed = page(lines_of(Recorded(b"a\n"), 9), Query("f"))
    found = mixed(Query("f"), printed, put[:9], None)
    assert len(found.events) == 10
    assert sum(26 + len(event.message) for event in found.events) < BATCH_BYTES
    half = mixed(Query("f"), printed, [*put, PutEvent(1, 10, 1, "y" * 100_000)], None)
    assert [event.message[:1] for event in half.events] == ["a", *("x" * 10)]
    assert half.forward.gap == Gap(1, 10)

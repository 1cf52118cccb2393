"""Laws of merging logs: every event once, by time, from wherever one goes on.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from batchyard.logs.lines import Lines
from batchyard.logs.putting import Gap, PutEvent
from batchyard.logs.searching import CHUNK, Log, Printed, Put, merged
from batchyard.logs.source import Reading, Recorded
from tests.logs.logs_given import BLOCKS, TEXTS, expected, lines_of, recordings

TIMES = st.integers(min_value=995, max_value=1030)
PUT = st.lists(st.tuples(TIMES, st.sampled_from("xyz")), max_size=8)
LOGS = st.lists(st.tuples(recordings(TEXTS), PUT), max_size=4)
Event = tuple[int, str, bool, str]
Drawn = list[tuple[Recorded, list[tuple[int, str]]]]


def numbered(put: list[tuple[int, str]]) -> list[PutEvent]:
    numbers = count(1)
    return sorted(PutEvent(at, next(numbers), at + 7, text) for at, text in put)


def logs_of(drawn: Drawn, block: int, few: int = 3) -> list[Log]:
    def printed(name: str, source: Recorded) -> Log:
        @contextmanager
        def opened() -> Iterator[Lines]:
            yield lines_of(source, block)

        return Printed(name, 0, opened)

    def put(name: str, events: list[PutEvent]) -> Log:
        def given_from(gap: Gap) -> Sequence[PutEvent]:
            first = bisect_left(events, gap, key=lambda each: Gap(each.at, each.number))
            return events[first : first + few]

        return Put(name, 0, given_from)

    found: list[Log] = []
    for number, (source, events) in enumerate(drawn):
        found += [printed(f"log{number}", source), put(f"log{number}", numbered(events))]
    return found


def in_order(drawn: Drawn) -> list[Event]:
    found = [
        (event.at, f"log{number}", False, event.message)
        for number, (source, _) in enumerate(drawn)
        for event in expected(source)
    ]
    found += [
        (event.at, f"log{number}", True, event.message)
        for number, (_, put) in enumerate(drawn)
        for event in numbered(put)
    ]
    return sorted(found, key=lambda each: each[:3])


@given(drawn=LOGS, block=BLOCKS, since=TIMES, until=TIMES)
def test_events_of_a_time_range_come_once_and_by_time(
    drawn: Drawn, block: int, since: int, until: int
) -> None:
    found = merged(logs_of(drawn, block), since, until, None)
    assert [(each.at, each.name, each.put, each.message) for each in found if each.message] == [
        each for each in in_order(drawn) if since <= each[0] < until
    ]


@given(drawn=LOGS, block=BLOCKS, since=TIMES)
def test_any_event_is_a_place_to_go_on_from(drawn: Drawn, block: int, since: int) -> None:
    logs = logs_of(drawn, block)
    whole = [*merged(logs, since, 2000, None)]
    for number, each in enumerate(whole):
        # Empty lines, which are no events, may come in one or in several.
        following = [found for found in whole[number + 1 :] if found.message]
        rest = merged(logs, since, 2000, each.mark)
        assert [found for found in rest if found.message] == following


def test_an_event_that_was_put_says_when() -> None:
    (found,) = merged(logs_of([(Recorded(), [(1000, "x")])], 9), 0, 2000, None)
    assert (found.at, found.ingested_at) == (1000, 1007)


def test_a_log_is_read_a_little_at_a_time_and_only_in_its_turn() -> None:
    early = Recorded(b"x\n" * 1000, (Reading(0, 1),))
    opened: list[str] = []

    def log(name: str, since: int) -> Log:
        @contextmanager
        def lines() -> Iterator[Lines]:
            opened.append(name)
            yield Lines(early, ended=True)

        return Printed(name, since, lines)

    found = merged([log("early", 0), log("late", 2)], 0, 9, None)
    for _ in range(CHUNK):
        next(found)
    assert opened == ["early"]
    next(found)
    assert opened == ["early", "early"]

"""Laws of merging logs: every line once, by time, from wherever one goes on.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
"""

from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import given
from hypothesis import strategies as st

from batchyard.logs.lines import Lines
from batchyard.logs.searching import CHUNK_LINES, Log, merged
from batchyard.logs.source import Reading, Recorded
from tests.logs.logs_given import BLOCKS, TEXTS, expected, lines_of, recordings

LOGS = st.lists(recordings(TEXTS), max_size=4)
TIMES = st.integers(min_value=995, max_value=1030)
Event = tuple[int, str, str]


def logs_of(recorded: list[Recorded], block: int) -> list[Log]:
    def log(number: int, source: Recorded) -> Log:
        @contextmanager
        def opened() -> Iterator[Lines]:
            yield lines_of(source, block)

        return Log(f"log{number}", 0, opened)

    return [log(number, source) for number, source in enumerate(recorded)]


def in_order(recorded: list[Recorded]) -> list[Event]:
    found = [
        (event.at, f"log{number}", event.message)
        for number, source in enumerate(recorded)
        for event in expected(source)
    ]
    return sorted(found, key=lambda each: each[:2])


@given(recorded=LOGS, block=BLOCKS, since=TIMES, until=TIMES)
def test_lines_of_a_time_range_come_once_and_by_time(
    recorded: list[Recorded], block: int, since: int, until: int
) -> None:
    found = merged(logs_of(recorded, block), since, until, None)
    assert [(each.at, each.name, each.line.body.decode()) for each in found if each.line.body] == [
        each for each in in_order(recorded) if since <= each[0] < until
    ]


@given(recorded=LOGS, block=BLOCKS, since=TIMES)
def test_any_line_is_a_place_to_go_on_from(
    recorded: list[Recorded], block: int, since: int
) -> None:
    logs = logs_of(recorded, block)
    whole = [*merged(logs, since, 2000, None)]
    for number, each in enumerate(whole):
        # Empty lines, which are no events, may come in one or in several.
        following = [found for found in whole[number + 1 :] if found.line.body]
        rest = merged(logs, since, 2000, each.mark)
        assert [found for found in rest if found.line.body] == following


def test_a_log_is_read_a_little_at_a_time_and_only_in_its_turn() -> None:
    early = Recorded(b"x\n" * 1000, (Reading(0, 1),))
    opened: list[str] = []

    def log(name: str, since: int) -> Log:
        @contextmanager
        def lines() -> Iterator[Lines]:
            opened.append(name)
            yield Lines(early, ended=True)

        return Log(name, since, lines)

    found = merged([log("early", 0), log("late", 2)], 0, 9, None)
    for _ in range(CHUNK_LINES):
        next(found)
    assert opened == ["early"]
    next(found)
    assert opened == ["early", "early"]

"""What the store seam promises of log groups and streams, on every store."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from batchyard.batch.model import DEFAULT_LOG_GROUP
from batchyard.logs.groups import LogGroup
from batchyard.logs.putting import Gap, Given
from batchyard.store.asking import EventQuery, StreamQuery
from batchyard.store.seam import (
    Batch,
    EventsPut,
    LogChange,
    LogGroupChange,
    LogGroupRemoval,
    LogStreamCreation,
    LogStreamRemoval,
    Store,
)
from tests.store.kept import ELSEWHERE, HERE, batch, ended, job, running, streams

GROUP = LogGroup(name="g", created_at=5)
MADE = (LogGroupChange(HERE, GROUP), LogStreamCreation(HERE, "g", "s", 6))


def logged(*changes: LogChange) -> Batch:
    return Batch(logs=changes)


def put(*events: tuple[int, str], stream: str = "s", group: str = "g", at: int = 100) -> EventsPut:
    return EventsPut(HERE, group, stream, at, [Given(*event) for event in events])


def asked(store: Store, stream: str = "s", group: str = "g", **members: Any) -> list[str]:  # noqa: ANN401 - a query's members
    query = EventQuery(place=HERE, log_group=group, stream=stream, **members)
    return [event.message for event in store.put_events(query)]


def names(store: Store, group: str = "g") -> list[str]:
    return [each.name for each in streams(store, StreamQuery(place=HERE, log_group=group))]


def stored_bytes(store: Store, group: str = "g") -> int:
    found = store.log_group(HERE, group)
    assert found is not None
    return found.stored_bytes


def test_a_group_is_found_as_it_was_put_last(store: Store) -> None:
    changed = LogGroup(name="g", created_at=5, retention=7, tags={"a": "ü"})
    store.commit(logged(LogGroupChange(HERE, GROUP), LogGroupChange(HERE, changed)))
    store.commit(logged(LogGroupChange(HERE, LogGroup(name="f", created_at=9))))
    assert store.log_group(HERE, "g") == changed
    assert [each.name for each in store.log_groups(HERE)] == ["f", "g"]
    assert store.log_group(ELSEWHERE, "g") is None
    assert store.forgetful_groups() == ((HERE, changed),)


def test_a_group_that_changes_keeps_its_streams(store: Store) -> None:
    store.commit(logged(*MADE, put((1, "a"))))
    store.commit(logged(LogGroupChange(HERE, LogGroup(name="g", created_at=5, retention=1))))
    assert names(store) == ["s"]
    assert stored_bytes(store) == 27


def test_events_come_by_time_and_then_as_they_were_put(store: Store) -> None:
    store.commit(logged(*MADE, put((5, "c"), (5, "d")), put((1, "a"), (5, "é"))))
    store.commit(logged(put((3, "b"))))
    assert asked(store) == ["a", "b", "c", "d", "é"]
    assert asked(store, descending=True, limit=2) == ["é", "d"]
    assert asked(store, since=3, until=5) == ["b"]
    assert asked(store, since=5, descending=True) == ["é", "d", "c"]
    assert stored_bytes(store) == 5 * 27 + 1


def test_a_gap_divides_events(store: Store) -> None:
    store.commit(logged(*MADE, put((1, "a"), (1, "b"), (2, "c"))))
    whole = store.put_events(EventQuery(place=HERE, log_group="g", stream="s"))
    for number, event in enumerate(whole):
        gap = Gap(event.at, event.number)
        assert asked(store, gap=gap) == ["a", "b", "c"][number:]
        assert asked(store, gap=gap, descending=True) == ["a", "b", "c"][:number][::-1]
    assert asked(store, gap=Gap(1 << 62), descending=True) == ["c", "b", "a"]


def test_a_query_takes_no_more_than_it_has_room_for_and_one_in_any_case(store: Store) -> None:
    store.commit(logged(*MADE, put((1, "a" * 100), (2, "b"), (3, "c"))))
    assert len(asked(store, room=1)) == 1
    assert len(asked(store, room=126 + 27)) == 2
    assert len(asked(store, room=126 + 26)) == 1


def test_a_stream_tells_what_was_put_into_it(store: Store) -> None:
    store.commit(logged(*MADE))
    found = store.stream(HERE, "g", "s")
    assert found is not None
    assert (found.created_at, found.attempt, found.last_at, found.shown) == (6, None, None, True)
    store.commit(logged(put((7, "a"), (9, "b"), at=10), put((3, "c"), at=11)))
    found = store.stream(HERE, "g", "s")
    assert found is not None
    assert (found.first_at, found.last_at, found.ingested_at) == (3, 9, 11)


def test_into_what_is_not_there_nothing_is_put(store: Store) -> None:
    store.commit(logged(put((1, "a")), *MADE, put((1, "b"), stream="other")))
    assert asked(store) == asked(store, stream="other") == []
    assert stored_bytes(store) == 0


def test_of_a_stream_that_is_gone_nothing_comes_back(store: Store) -> None:
    gone = LogStreamRemoval(HERE, "g", "s")
    store.commit(logged(*MADE, put((1, "a")), put((2, "b"))))
    store.commit(logged(gone, gone))
    assert names(store) == []
    assert stored_bytes(store) == 0
    store.commit(logged(LogStreamCreation(HERE, "g", "s", 8), put((3, "c"))))
    assert asked(store) == ["c"]


def test_of_a_group_that_is_gone_nothing_comes_back(store: Store) -> None:
    gone = LogGroupRemoval(HERE, "g")
    store.commit(logged(*MADE, put((1, "a"))))
    store.commit(logged(gone, gone, *MADE))
    assert asked(store) == []
    assert (names(store), stored_bytes(store)) == (["s"], 0)
    store.commit(logged(gone))
    assert store.log_groups(HERE) == ()
    assert names(store) == []


def test_events_may_be_put_beside_what_an_attempt_prints(store: Store) -> None:
    name = "census/default/x"
    store.commit(batch(running(job("a"), "x")))
    store.commit(logged(put((1, "a"), stream=name, group=DEFAULT_LOG_GROUP)))
    found = store.stream(HERE, DEFAULT_LOG_GROUP, name)
    assert found is not None
    assert found.attempt is not None
    assert (found.attempt.id, found.last_at, found.created_at) == ("x", 1, None)
    assert asked(store, stream=name, group=DEFAULT_LOG_GROUP) == ["a"]
    store.commit(batch(ended(running(job("a"), "x"))))
    assert store.forget_before(9999, 9).attempts == ("x",)
    assert asked(store, stream=name, group=DEFAULT_LOG_GROUP) == []
    assert (names(store, DEFAULT_LOG_GROUP), stored_bytes(store, DEFAULT_LOG_GROUP)) == ([], 0)


def test_an_attempt_takes_over_a_group_and_a_stream_that_were_made_before(store: Store) -> None:
    name = "census/default/x"
    group = LogGroup(name=DEFAULT_LOG_GROUP, created_at=5, retention=3)
    made = LogStreamCreation(HERE, DEFAULT_LOG_GROUP, name, 6)
    store.commit(logged(LogGroupChange(HERE, group), made))
    store.commit(batch(running(job("a"), "x")))
    assert store.log_group(HERE, DEFAULT_LOG_GROUP) == group
    found = store.stream(HERE, DEFAULT_LOG_GROUP, name)
    assert found is not None
    assert (found.job_id, found.created_at) == ("a", 6)
    assert store.logging_attempts(HERE, DEFAULT_LOG_GROUP) == ("x",)


def test_a_stream_that_was_removed_stays_away_and_the_next_attempt_has_its_own(
    store: Store,
) -> None:
    live = running(job("a"), "x")
    store.commit(batch(live))
    store.commit(logged(LogGroupRemoval(HERE, DEFAULT_LOG_GROUP)))
    assert store.log_groups(HERE) == ()
    store.commit(batch(running(ended(live), "y", at=7000)))
    assert names(store, DEFAULT_LOG_GROUP) == ["census/default/y"]
    assert store.log_groups(HERE) == (LogGroup(name=DEFAULT_LOG_GROUP, created_at=7000),)


def test_one_batch_removes_a_group_before_an_attempt_makes_it_again(store: Store) -> None:
    store.commit(logged(LogGroupChange(HERE, LogGroup(name=DEFAULT_LOG_GROUP, created_at=1))))
    gone = LogGroupRemoval(HERE, DEFAULT_LOG_GROUP)
    store.commit(batch(running(job("a"), "x"), logs=[gone]))
    assert names(store, DEFAULT_LOG_GROUP) == ["census/default/x"]


def test_forgetting_jobs_leaves_a_stream_that_somebody_made_under_the_name(store: Store) -> None:
    name = "census/default/x"
    store.commit(batch(ended(running(job("a"), "x"))))
    store.commit(
        logged(
            LogStreamRemoval(HERE, DEFAULT_LOG_GROUP, name),
            LogStreamCreation(HERE, DEFAULT_LOG_GROUP, name, 9),
        )
    )
    store.forget_before(9999, 9)
    assert names(store, DEFAULT_LOG_GROUP) == [name]


def test_forgetting_jobs_does_not_make_a_group_again(store: Store) -> None:
    store.commit(batch(ended(running(job("a"), "x"))))
    store.commit(logged(LogGroupRemoval(HERE, DEFAULT_LOG_GROUP)))
    assert store.forget_before(9999, 9).jobs == 1
    assert store.log_groups(HERE) == ()


def test_old_events_are_forgotten_a_little_at_a_time(store: Store) -> None:
    store.commit(logged(*MADE, LogStreamCreation(HERE, "g", "t", 6)))
    store.commit(logged(put(*ticks(range(10))), put(*ticks(range(5, 15)), stream="t")))
    assert [store.forget_events(HERE, "g", 8, 5) for _ in range(4)] == [5, 5, 1, 0]
    assert asked(store) == ["8", "9"]
    assert asked(store, stream="t") == [str(at) for at in range(8, 15)]
    assert stored_bytes(store) == sum(26 + len(str(at)) for at in [8, 9, *range(8, 15)])
    assert store.forget_events(HERE, "none", 8, 5) == store.forget_events(ELSEWHERE, "g", 8, 5) == 0


def ticks(times: Iterable[int]) -> list[tuple[int, str]]:
    return [(at, str(at)) for at in times]


def test_a_cleared_store_knows_no_group(store: Store) -> None:
    store.commit(logged(*MADE, put((1, "a"))))
    store.clear()
    assert store.log_groups(HERE) == ()
    store.commit(logged(*MADE))
    assert asked(store) == []

"""Boards: nothing is lost, whatever is counted, and what others choose makes nothing grow."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard.metrics.board import MOST, OTHER, Board, Reading, Spread
from batchyard.metrics.catalogue import BUCKETS, METRICS, Metric, of

COUNTED = Metric("a.counted", "counter", ("queue",), ("yard",), "Counted.")
TIMED = Metric("a.time", "histogram", ("queue",), ("yard",), "Timed.", "seconds")
SHOWN = Metric("a.shown", "gauge", ("queue",), ("yard",), "Shown.")

QUEUES = st.sampled_from(["a", "b", ""])
SECONDS = st.one_of(st.floats(-1, 10_000), st.sampled_from(BUCKETS))


def series(board: Board, name: str) -> dict[tuple[str, ...], float | Spread]:
    return next(dict(f.series) for f in board.families() if f.metric.name == name)


@given(st.lists(st.tuples(QUEUES, st.integers(0, 5))))
def test_what_is_counted_adds_up_by_series(counted: list[tuple[str, int]]) -> None:
    board, wanted = Board([COUNTED]), Counter[tuple[str, ...]]()
    for queue, by in counted:
        board.count("a.counted", queue, by=by)
        wanted[(queue,)] += by
    assert series(board, "a.counted") == dict(wanted)


@given(st.lists(SECONDS))
def test_each_value_is_in_the_first_bucket_that_holds_it(values: list[float]) -> None:
    board = Board([TIMED])
    for seconds in values:
        board.observe("a.time", seconds, "q")
    wanted = Counter(
        next((n for n, bound in enumerate(BUCKETS) if max(0, value) <= bound), len(BUCKETS))
        for value in values
    )
    seen = series(board, "a.time").get(("q",), Spread((0,) * (len(BUCKETS) + 1), 0))
    assert isinstance(seen, Spread)
    assert seen.counts == tuple(wanted[n] for n in range(len(BUCKETS) + 1))
    assert seen.total == pytest.approx(sum(max(0, value) for value in values))


@given(st.lists(st.lists(SECONDS, max_size=4), max_size=4))
def test_recent_values_are_taken_exactly_once(batches: list[list[float]]) -> None:
    board = Board([TIMED])
    board.observe("a.time", 1, "before")
    board.keep_recent()
    for batch in batches:
        for seconds in batch:
            board.observe("a.time", seconds, "q")
        taken = [value for _, _, values in board.recent() for value in values]
        assert taken == [max(0, value) for value in batch]
    assert board.recent() == []


def test_names_that_others_choose_make_no_metric_grow_without_end() -> None:
    board = Board(
        [COUNTED, TIMED, SHOWN],
        lambda: (Reading("a.shown", (str(n),), 1) for n in range(MOST + 10)),
    )
    for number in range(MOST + 10):
        board.count("a.counted", str(number))
        board.observe("a.time", 1, str(number))
    board.count("a.counted", "0")
    for name in ("a.counted", "a.shown"):
        found = series(board, name)
        assert len(found) == MOST + 1
        assert found[(OTHER,)] == 10
    assert series(board, "a.counted")[("0",)] == 2
    spread = series(board, "a.time")[(OTHER,)]
    assert isinstance(spread, Spread)
    assert spread.seen == 10


def test_readings_of_one_series_are_added_up() -> None:
    board = Board([SHOWN], lambda: [Reading("a.shown", ("q",), 0), Reading("a.shown", ("q",), 2)])
    assert series(board, "a.shown") == {("q",): 2}


def test_labels_that_a_metric_does_not_have_are_an_error() -> None:
    with pytest.raises(ValueError, match=r"a\.counted has 1 labels"):
        Board([COUNTED]).count("a.counted", "a", "b")


def test_no_metric_has_the_name_or_the_id_of_a_job_among_its_labels() -> None:
    bounded = {"region", "queue", "environment", "worker_group", "service", "operation", "status"}
    for metric in METRICS:
        assert set(metric.labels) <= bounded | {"outcome", "endpoint"}


def test_names_are_told_apart_everywhere() -> None:
    for prefix in ("batchyard", "airflow"):
        assert len({metric.prometheus(prefix) for metric in METRICS}) == len(METRICS)
    assert {m.name for place in ("yard", "runner", "waits") for m in of(place)} == {
        m.name for m in METRICS
    }

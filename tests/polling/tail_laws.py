"""Streams are read in turn, within the budget, and none is left before its end."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from batchyard.polling.budget import Budget, Rates
from batchyard.polling.cadence import Fixed
from batchyard.polling.news import Idle, SleepUntil
from batchyard.polling.tail import Tail

TIMES = st.lists(st.floats(0, 20), max_size=20)
SETTLE = 3.0


@given(
    st.lists(st.tuples(TIMES, st.floats(0, 20)), min_size=1, max_size=12),
    st.sampled_from([2.0, 20.0, 100.0]),
    st.sampled_from([0.01, 0.4]),
)
@settings(max_examples=60)
def test_every_line_is_read_once_and_the_rate_is_kept(
    streams: list[tuple[list[float], float]], rate: float, takes: float
) -> None:
    lines = [sorted(min(time, end) + SETTLE * 0.9 for time in times) for times, end in streams]
    ends = [end for _, end in streams]
    tail: Tail[int] = Tail(Budget(Rates(rate, rate, 0.1, 2)), Fixed(1), SETTLE)
    for key in range(len(streams)):
        tail.open(key, 0)
    got: defaultdict[int, int] = defaultdict(int)
    asked: list[float] = []
    now = 0.0
    while not isinstance(todo := tail.next(now), Idle):
        for key, end in enumerate(ends):
            if now >= end:
                tail.close(key, now)
        if isinstance(todo, SleepUntil):
            assert todo.at > now
            now = min([todo.at, *(end for end in ends if end > now)])
            continue
        asked.append(now)
        there = sum(time <= now for time in lines[todo])
        news = there > got[todo]
        got[todo] = there
        over = tail.read(todo, now + takes, asked_at=now, news=news)
        assert not (over and news)
        now += takes
    assert [got[key] for key in range(len(lines))] == [len(each) for each in lines]
    assert len(tail) == 0
    for first, moment in enumerate(asked):
        assert len(asked) - first <= 2 + rate * (asked[-1] - moment) + 1e-6


def test_a_quiet_stream_does_not_keep_others_waiting() -> None:
    tail: Tail[str] = Tail(Budget(Rates(10, 10, 0.1, 1)), Fixed(5), 0)
    tail.open("quiet", 0)
    tail.open("talks", 0)
    now, read = 0.0, []
    while now < 4:
        todo = tail.next(now)
        if isinstance(todo, SleepUntil):
            now = todo.at
            continue
        assert isinstance(todo, str)
        read.append(todo)
        tail.read(todo, now, asked_at=now, news=todo == "talks")
    assert read.count("quiet") == 1
    assert read.count("talks") >= 30


def test_too_many_requests_slow_everything_down() -> None:
    tail: Tail[str] = Tail(Budget(Rates(10, 10, 0.1, 5)), Fixed(5), 0)
    tail.open("a", 0)
    assert tail.next(0) == "a"
    tail.throttled("a", 0)
    assert isinstance(tail.next(0), SleepUntil)

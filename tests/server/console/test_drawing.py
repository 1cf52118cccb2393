"""The charts: what is drawn is where and how large it was."""

import re
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard.batch.states import JobState
from batchyard.pipelines.instances import Attempt, Instance
from batchyard.pipelines.rules import Rules
from batchyard.pipelines.states import Status
from batchyard.server.console.axis import LABELS, WIDTH, axis
from batchyard.server.console.board import Slots
from batchyard.server.console.chart import LEFT, LONGEST, UPPER, Point, chart
from batchyard.server.console.job import BAR, phases
from batchyard.server.console.wording import lapse
from tests.engine.yard import Yard

NOW = 10_000_000
MINUTE = 60_000


def numbers(path: str) -> list[tuple[str, float]]:
    return [(each, float(value)) for each, value in re.findall(r"([MHVZ ])(-?[\d.]+)", path)]


@given(
    points=st.lists(
        st.tuples(st.integers(0, 2 * LONGEST), st.builds(Slots, *[st.integers(0, 9000)] * 3)),
        max_size=20,
    )
)
def test_a_chart_ends_now_and_stays_inside(points: list[tuple[int, Slots]]) -> None:
    ordered = [Point(NOW - ago, slots) for ago, slots in sorted(points, reverse=True)]
    found = chart([*ordered, Point(NOW, Slots(1000, 0, 2000))], NOW)
    for path in (found.running, found.room):
        across = [value for kind, value in numbers(path) if kind in "MH"]
        assert all(LEFT <= x <= WIDTH for x in across)
        assert max(across) == WIDTH
        assert all(0 <= y <= UPPER for kind, y in numbers(path) if kind in "V ")
    assert all(LEFT <= tick.x <= WIDTH for tick in found.ticks)


def test_what_holds_since_before_the_chart_begins_at_its_left_edge() -> None:
    full = Slots(2000, 0, 2000)
    found = chart([Point(NOW - 3 * LONGEST, full), Point(NOW, full)], NOW)
    assert found.running.startswith(f"M{float(LEFT)} 4.0")
    assert (found.most, found.minutes) == ("2", 60)


def instance(name: str, *attempts: tuple[int, int | None], **members: Any) -> Instance:  # noqa: ANN401 - members as needed
    tries = tuple(
        Attempt(f"{name}_{n}", began, started_at=began, ended_at=ended, status=Status.RUNNING)
        for n, (began, ended) in enumerate(attempts)
    )
    given_: dict[str, Any] = {"component": "C", "kind": "activity", "start": 0, "end": 1, "due": 0}
    return Instance(name, rules=Rules(), attempts=tries, **given_ | members)


def test_attempts_that_overlap_have_lanes_of_their_own_and_others_share_one() -> None:
    first, second = instance("@a", (0, 10 * MINUTE)), instance("@b", (5 * MINUTE, None))
    third = instance("@c", (10 * MINUTE, 15 * MINUTE))
    found = axis([third, second, first], 20 * MINUTE)
    lanes = {bar.id: bar.y for bar in found.bars}
    assert lanes["@a"] == lanes["@c"]
    assert lanes["@a"] != lanes["@b"]
    bars = {bar.id: (bar.x, bar.width) for bar in found.bars}
    half = (WIDTH - LABELS) / 2
    assert bars["@a"] == pytest.approx((LABELS, half))
    assert bars["@b"] == pytest.approx((LABELS + half / 2, 1.5 * half))


def test_what_only_waits_has_no_bar_and_what_ended_untried_has_a_mark() -> None:
    failed = instance("@b", status=Status.CASCADE_FAILED, ended_at=MINUTE)
    found = axis([instance("@a"), failed], 2 * MINUTE)
    assert [(bar.id, bar.status) for bar in found.bars] == [("@b", "CASCADE_FAILED")]
    assert axis([instance("@a")], MINUTE).bars == ()


def test_phases_fill_the_time_of_a_job_from_its_making_to_its_end() -> None:
    yard = Yard()
    job_id = yard.submit()
    yard.settle()
    job = yard.engine.jobs[job_id]
    later = job.story[-1].at + 1000
    found = phases(job, later)
    assert found[0].state is JobState.SUBMITTED
    assert found[-1].live
    assert found[-1].until == later
    assert all(one.until == after.at for one, after in pairwise(found))
    assert found[-1].x + found[-1].width == pytest.approx(BAR, abs=5)


@pytest.mark.parametrize(
    "milliseconds, told",
    [
        (-5, "0 ms"),
        (999, "999 ms"),
        (1000, "1.0 s"),
        (59_999, "59 s"),
        (65_000, "1 min 05 s"),
        (3_660_000, "1 h 01 min"),
        (90_000_000, "1 d 01 h"),
    ],
)
def test_a_time_is_told_in_two_units_at_most(milliseconds: int, told: str) -> None:
    assert lapse(milliseconds) == told

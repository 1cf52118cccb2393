"""What every wait may rely on, whatever the jobs, the service and the others do."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from math import ceil
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchyard.errors import (
    NotFound,
    Refused,
    RefusedCredentials,
    Throttled,
    Unfinished,
    Unreachable,
)
from batchyard.polling.budget import Rates
from batchyard.polling.news import FULL, Idle, Kind, Limits, Wish
from batchyard.polling.seen import BEGUN, ENDED, UNTIL, Seen
from batchyard.polling.watch import DOUBTS
from tests.polling.service import FOREVER, Life, Service

MOMENTS = st.floats(0, 30)


@st.composite
def lives(draw: st.DrawFn) -> Life:
    appears, runs, ends = sorted(draw(st.tuples(MOMENTS, MOMENTS, MOMENTS)))
    end = draw(st.sampled_from(["SUCCEEDED", "FAILED"]))
    return Life(appears, runs, ends, end)


def service(found: list[Life], **how: Any) -> Service:  # noqa: ANN401 - the service's own
    return Service({f"job-{number}": life for number, life in enumerate(found)}, **how)


@given(
    st.lists(lives(), min_size=1, max_size=250),
    st.sampled_from(["complete", "running", "exists"]),
    st.sampled_from([0.3, 1.0, 5.0]),
    st.sampled_from([0.01, 0.3, 2.0]),
)
@settings(max_examples=60)
def test_everybody_is_answered_once_and_rightly(
    found: list[Life], until: str, cadence: float, takes: float
) -> None:
    here = service(found, takes=takes)
    here.wait("me", here.lives, until=until, cadence=cadence)
    here.run(200)
    assert {one.job_id for one in here.told["me"]} == set(here.lives)
    for one in here.told["me"]:
        life, at = here.lives[one.job_id], here.told_at["me", one.job_id]
        assert one.error is None
        assert one.seen is not None
        moment = {"complete": life.ends, "running": life.runs, "exists": life.appears}[until]
        assert moment <= at <= moment + cadence + 2 * takes + LATE
        assert one.seen.status in {"complete": ENDED, "running": BEGUN}.get(
            until, {life.status(at)}
        )
    assert isinstance(here.watch.next(here.now), Idle)
    assert len(here.watch) == 0


LATE = 1.5
"""Seconds that company, budget and a limit on questions under way may add here."""


@given(
    st.lists(st.tuples(st.floats(0, 3), st.integers(1, 120)), min_size=1, max_size=30),
    st.sampled_from([Rates(first=2, most=2, burst=1), Rates(first=30, most=40, burst=5)]),
)
@settings(max_examples=60)
def test_never_more_than_the_budget_is_asked(waits: list[tuple[float, int]], rates: Rates) -> None:
    here = service([Life(ends=FOREVER)] * 300, rates=rates, most=50)
    for number, (pause, count) in enumerate(waits):
        here.wait(number, list(here.lives)[number : number + count], cadence=0.5)
        here.run(here.now + pause)
    here.run(here.now + 5)
    moments = [question.asked_at for question in here.asked]
    for first in range(len(moments)):
        for last in range(first, len(moments)):
            room = rates.burst + rates.most * (moments[last] - moments[first])
            assert last - first + 1 <= room + 1e-6


@given(st.integers(1, 450), st.sampled_from([1.0, 5.0]), st.integers(1, 10))
@settings(max_examples=40)
def test_a_round_takes_no_more_questions_than_jobs_in_hundreds(
    count: int, cadence: float, waiters: int
) -> None:
    here = service([Life(ends=FOREVER)] * count, most=50, rates=Rates(first=100, most=100, burst=9))
    for number in range(waiters):
        here.wait(number, here.lives, cadence=cadence)
    rounds = 6
    here.run(cadence * rounds - 0.3)
    assert len(here.asked) <= rounds * ceil(count / FULL)
    assert all(len(set(one.ids)) == len(one.ids) <= FULL for one in here.asked)


@given(st.lists(st.floats(0, 20), min_size=150, max_size=400))
@settings(max_examples=20, deadline=None)
def test_questions_stay_full_while_jobs_end(ends: list[float]) -> None:
    here = service([Life(runs=0, ends=end) for end in ends])
    here.wait("me", here.lives, cadence=5)
    here.run(60)
    rounds = [sum(end > 5 * turn for end in ends) for turn in range(5)]
    assert len(here.asked) <= sum(ceil(left / FULL) + 1 for left in rounds)


@given(st.integers(1, 400))
@settings(max_examples=20)
def test_waits_that_begin_one_by_one_are_asked_about_together(count: int) -> None:
    here = service([Life(ends=FOREVER)] * count)
    for number, one in enumerate(here.lives):
        here.wait(number, [one], cadence=30)
        here.run(here.now + 0.001)
    here.run(here.now + 1)
    assert len(here.asked) <= count * 0.001 / 0.01 + ceil(count / FULL) + 1
    assert {one for question in here.asked for one in question.ids} == set(here.lives)


@given(
    st.lists(
        st.tuples(st.sampled_from(["add", "cancel", "hurry", "pass", "relax"]), st.integers(0, 9)),
        max_size=40,
    ),
    st.sampled_from([None, Kind.THROTTLED, Kind.UNREACHABLE]),
)
@settings(max_examples=150)
def test_who_comes_and_goes_leaves_nothing_behind(
    acts: list[tuple[str, int]], trouble: Kind | None
) -> None:
    here = service([Life(ends=FOREVER)] * 30, trouble=lambda now: trouble if 1 < now < 3 else None)
    waiting: set[int] = set()
    for what, number in acts:
        ids = [f"job-{number * 3 + step}" for step in range(5) if number * 3 + step < 30]
        if what == "add" and number not in waiting:
            here.wait(number, ids, timeout=1000 if number % 2 else None)
            waiting.add(number)
        elif what == "cancel":
            here.watch.cancel(number)
            waiting.discard(number)
        elif what == "hurry":
            here.watch.hurry([*ids, "unknown"], here.now)
        elif what == "relax":
            here.watch.relax(100.0 if number % 2 else None, here.now)
        else:
            here.run(here.now + number / 4)
        wanted = {f"job-{n * 3 + step}" for n in waiting for step in range(5)} & set(here.lives)
        assert len(here.watch) == len(wanted)
    for number in waiting:
        here.watch.cancel(number)
    here.run(here.now + 100)
    assert len(here.watch) == 0
    assert isinstance(here.watch.next(here.now), Idle)
    assert not here.told


@given(st.integers(2, 250), st.floats(0.5, 3))
@settings(max_examples=30)
def test_nobody_starves_behind_the_others(count: int, rate: float) -> None:
    rates = Rates(first=rate, most=rate, least=0.1, burst=1)
    here = service([Life(ends=FOREVER)] * count, rates=rates)
    here.wait("slow", here.lives, cadence=0.1)
    for turn in range(40):
        here.watch.hurry([f"job-{turn % 3}"], here.now)
        here.run(here.now + 0.5)
    asked = Counter(one for question in here.asked for one in question.ids)
    least = int(len(here.asked) / ceil(count / FULL)) - 2
    assert min(asked[one] for one in here.lives) >= least


@given(st.floats(0, 50), st.sampled_from([1.0, 5.0, 20.0]))
def test_a_job_that_never_comes_is_missed_in_time(unseen: float, cadence: float) -> None:
    here = service([Life(appears=FOREVER)])
    here.wait("me", here.lives, cadence=cadence, limits=Limits(unseen=unseen))
    here.run(200)
    (one,) = here.told["me"]
    assert isinstance(one.error, NotFound)
    assert one.seen is None
    assert unseen <= here.told_at["me", "job-0"] <= unseen + 5 + LATE


@given(st.floats(3, 50), st.floats(0, 50))
def test_a_job_that_vanishes_is_missed_in_time(vanishes: float, limit: float) -> None:
    here = service([Life(ends=FOREVER, vanishes=vanishes)])
    here.wait("me", here.lives, limits=Limits(vanished=limit, unseen=FOREVER))
    here.run(300)
    (one,) = here.told["me"]
    assert isinstance(one.error, NotFound)
    assert "RUN" in str(one.error)
    assert vanishes + limit <= here.told_at["me", "job-0"] <= vanishes + limit + 5 + LATE


def test_a_job_that_is_hidden_for_a_moment_is_not_missed() -> None:
    here = service([Life(ends=FOREVER, vanishes=10)])
    here.wait("me", here.lives)
    here.run(50)
    here.lives["job-0"] = Life(runs=0, ends=60)
    here.run(55)
    here.lives["job-0"] = Life(ends=FOREVER, vanishes=55)
    here.run(110)
    assert not here.told
    here.run(125)
    assert isinstance(here.told["me"][0].error, NotFound)


@given(st.sampled_from([Kind.THROTTLED, Kind.UNREACHABLE]), st.floats(10, 900), st.floats(0, 100))
@settings(max_examples=20)
def test_a_wait_on_a_service_that_does_not_answer_ends_in_time(
    kind: Kind, limit: float, before: float
) -> None:
    here = service([Life(ends=FOREVER)] * 3, trouble=lambda now: kind if now > before else None)
    limits = Limits(throttled=limit, unreachable=FOREVER)
    if kind is Kind.UNREACHABLE:
        limits = Limits(unreachable=limit, throttled=FOREVER)
    here.wait("me", here.lives, limits=limits)
    here.run(before + limit - 2)
    assert not here.told
    here.run(before + limit + 40)
    assert len(here.told["me"]) == 3
    error = Throttled if kind is Kind.THROTTLED else Unreachable
    assert all(type(one.error) is error for one in here.told["me"])


@given(st.sampled_from([Kind.THROTTLED, Kind.UNREACHABLE]), st.floats(1, 600))
@settings(max_examples=20)
def test_trouble_that_passes_costs_nobody_the_wait(kind: Kind, length: float) -> None:
    here = service([Life(ends=5)] * 150, trouble=lambda now: kind if 1 < now < 1 + length else None)
    here.wait("me", here.lives)
    here.run(length + 60)
    assert [one.error for one in here.told["me"]] == [None] * 150


def test_trouble_is_counted_from_when_a_wait_began() -> None:
    here = service([Life(ends=FOREVER)] * 2, trouble=lambda _: Kind.UNREACHABLE)
    here.wait("old", ["job-0"], limits=Limits(unreachable=100))
    here.run(90)
    here.wait("new", ["job-1"], limits=Limits(unreachable=100))
    here.run(140)
    assert list(here.told) == ["old"]
    here.run(230)
    assert list(here.told) == ["old", "new"]


def test_refused_credentials_end_every_wait_at_once() -> None:
    here = service([Life(ends=FOREVER)] * 150, trouble=lambda _: Kind.HOPELESS)
    here.wait("me", list(here.lives)[:120])
    here.wait("you", list(here.lives)[100:])
    here.run(1)
    assert (len(here.told["me"]), len(here.told["you"])) == (120, 50)
    assert {type(one.error) for one in here.told["me"]} == {RefusedCredentials}


@given(st.sets(st.integers(0, 149), max_size=5), st.integers(100, 150))
@settings(max_examples=40)
def test_an_id_that_is_refused_harms_nobody_else(bad: set[int], count: int) -> None:
    found = [Life(ends=3, refused=number in bad) for number in range(count)]
    here = service(found, rates=Rates(first=200, most=200))
    here.wait("me", here.lives)
    here.run(30)
    for one in here.told["me"]:
        refused = here.lives[one.job_id].refused
        assert isinstance(one.error, Refused) if refused else one.error is None
    assert len(here.told["me"]) == count


@given(st.floats(0, 20), st.floats(0, 20), st.sampled_from([0.5, 3.0]))
def test_a_wait_ends_with_its_time(timeout: float, ends: float, cadence: float) -> None:
    here = service([Life(runs=0, ends=ends)])
    here.wait("me", here.lives, timeout=timeout, cadence=cadence)
    here.run(100)
    (one,) = here.told["me"]
    at = here.told_at["me", "job-0"]
    if isinstance(one.error, Unfinished):
        assert timeout <= at <= timeout + 2 * here.takes + 0.3
        assert ends > timeout
        assert f"{timeout:g} s" in str(one.error)
    else:
        assert ends <= timeout + 2 * here.takes + 0.3


@pytest.mark.parametrize("kind", [Kind.UNREACHABLE, Kind.THROTTLED])
def test_a_wait_ends_with_its_time_though_nobody_answers(kind: Kind) -> None:
    here = service([Life()], trouble=lambda _: kind, takes=100.0)
    here.wait("me", here.lives, timeout=10, limits=Limits(last_look=5))
    here.run(14)
    assert not here.told
    here.run(16)
    assert isinstance(here.told["me"][0].error, Unfinished)


def test_what_can_never_come_is_not_waited_for() -> None:
    here = service([Life(runs=FOREVER, ends=FOREVER)])
    here.lives["job-0"] = Life(runs=0, ends=5)
    here.wait("me", here.lives, until="exists")
    here.watch.cancel("me")
    here.wait("you", here.lives, until=lambda seen: seen.status == "PENDING")
    here.run(4)
    assert not here.told
    here.run(10)
    assert isinstance(here.told["you"][0].error, Unfinished)
    assert "SUCCEEDED" in str(here.told["you"][0].error)


def test_a_test_of_its_own_that_fails_is_told_to_its_waiter_alone() -> None:
    here = service([Life(ends=3)])
    here.wait("me", here.lives, until=lambda _: bool(1 / 0))
    here.wait("you", here.lives)
    here.run(10)
    assert isinstance(here.told["me"][0].error, ZeroDivisionError)
    assert here.told["you"][0].error is None


@given(st.lists(st.floats(2, 300), min_size=1, max_size=60))
@settings(max_examples=30)
def test_with_events_hardly_anything_is_asked_and_all_is_seen_at_once(ends: list[float]) -> None:
    here = service([Life(runs=0, ends=end) for end in ends])
    here.wait("me", here.lives)
    here.watch.relax(1000.0, here.now)
    for end in sorted(ends):
        here.run(max(here.now, end))
        here.watch.hurry([f"job-{n}" for n, one in enumerate(ends) if one == end], here.now)
    here.run(310)
    for one in here.lives:
        assert here.told_at["me", one] <= here.lives[one].ends + 0.5
    assert len(here.asked) <= len(set(ends)) + 2


def test_without_events_all_goes_on_as_before() -> None:
    here = service([Life(runs=0, ends=50)] * 120)
    here.wait("me", here.lives, cadence=2)
    here.watch.relax(1000.0, here.now)
    here.run(40)
    asked = len(here.asked)
    here.watch.relax(None, here.now)
    here.run(45)
    assert asked == 2
    assert len(here.asked) > asked
    here.run(55)
    assert len(here.told["me"]) == 120


def test_a_hurry_while_a_question_is_under_way_is_not_lost() -> None:
    here = service([Life(runs=0, ends=FOREVER)], takes=1.0)
    here.wait("me", here.lives, cadence=1000)
    here.run(0.5)
    here.watch.hurry(["job-0"], here.now)
    here.run(0.9)
    assert len(here.asked) == 1
    here.lives["job-0"] = Life(runs=0, ends=0.95)
    here.run(0.96)
    here.lives["job-0"] = Life(runs=0, ends=1.5)
    here.run(5)
    assert here.told_at["me", "job-0"] < 3


def test_an_event_that_comes_before_the_service_knows_is_believed() -> None:
    here = service([Life(runs=0, ends=FOREVER)])
    here.wait("me", here.lives, cadence=2)
    here.watch.relax(1000.0, here.now)
    here.run(10)
    here.watch.hurry(["job-0"], here.now)
    here.run(12)
    here.lives["job-0"] = Life(runs=0, ends=12)
    here.run(20)
    assert here.told_at["me", "job-0"] < 16
    here = service([Life(runs=0, ends=FOREVER)])
    here.wait("me", here.lives, cadence=2)
    here.watch.relax(1000.0, here.now)
    here.run(10)
    here.watch.hurry(["job-0"], here.now)
    here.run(100)
    assert len(here.asked) == 2 + DOUBTS


def test_changes_are_told_to_those_who_want_to_hear_of_them() -> None:
    here = service([Life(runs=3, ends=6)])
    here.wait("me", here.lives, moves=True)
    here.wait("you", here.lives)
    here.run(10)
    assert [seen.status for seen in here.moved["me"]] == ["RUNNABLE", "RUNNING", "SUCCEEDED"]
    assert "you" not in here.moved


def test_a_job_is_asked_about_as_often_as_the_most_hurried_wants() -> None:
    here = service([Life(ends=FOREVER)])
    here.wait("slow", here.lives, cadence=100)
    here.wait("quick", here.lives, cadence=1)
    here.run(20)
    assert len(here.asked) >= 18
    here.watch.cancel("quick")
    here.run(40)
    asked = len(here.asked)
    here.run(90)
    assert len(here.asked) <= asked + 1


def test_pauses_grow_while_nobody_answers() -> None:
    here = service([Life(ends=FOREVER)] * 5, trouble=lambda _: Kind.UNREACHABLE)
    here.wait("me", here.lives)
    here.run(120)
    moments = [one.asked_at for one in here.asked]
    pauses = [round(later - sooner, 6) for sooner, later in pairwise(moments)]
    assert pauses == sorted(pauses)
    assert pauses[-1] >= 29


def test_who_joins_hears_how_a_job_stands_and_nobody_hears_it_twice() -> None:
    here = service([Life(runs=0, ends=50)])
    here.wait("silent", here.lives)
    here.wait("early", here.lives, moves=True)
    here.run(10)
    here.wait("late", here.lives, moves=True)
    here.run(20)
    assert [seen.status for seen in here.moved["late"]] == ["RUNNING"]
    here.run(60)
    assert [seen.status for seen in here.moved["early"]] == ["RUNNING", "SUCCEEDED"]
    assert [seen.status for seen in here.moved["late"]] == ["RUNNING", "SUCCEEDED"]


class Broken:
    """A cadence that is none after so many tries."""

    def __init__(self, wrong: Any) -> None:  # noqa: ANN401 - whatever it gives instead of seconds
        self.wrong = wrong

    def delay(self, tries: int, chance: float) -> float:
        del chance
        if tries <= 3:
            return 1.0
        if isinstance(self.wrong, Exception):
            raise self.wrong
        wrong: float = self.wrong
        return wrong


@pytest.mark.parametrize(
    "wrong, error",
    [
        (OverflowError("too many"), OverflowError),
        (float("nan"), Refused),
        (0, Refused),
        (-1.0, Refused),
        ("5", TypeError),
        (None, TypeError),
    ],
)
def test_a_cadence_that_fails_is_told_to_its_waiter_alone(
    wrong: object, error: type[Exception]
) -> None:
    here = service([Life(ends=60)] * 150)
    here.wait("you", list(here.lives)[10:])
    wish = Wish(UNTIL["complete"], Broken(wrong), Limits())
    here.watch.add("me", list(here.lives)[:20], wish, 0)
    here.run(30)
    assert {one.job_id for one in here.told["me"]} == set(list(here.lives)[:20])
    assert {type(one.error) for one in here.told["me"]} == {error}
    here.run(70)
    assert [one.error for one in here.told["you"]] == [None] * 140


class Quit(BaseException):
    """What a test may raise that is no Exception, as pytest.fail does."""


def test_whatever_a_test_raises_goes_to_its_waiter_alone() -> None:
    def quits(_: Seen) -> bool:
        raise Quit

    here = service([Life(ends=3)])
    here.wait("me", here.lives, until=quits)
    here.wait("you", here.lives)
    here.run(10)
    assert isinstance(here.told["me"][0].error, Refused)
    assert "Quit" in str(here.told["me"][0].error)
    assert here.told["you"][0].error is None


def test_an_answer_between_two_troubles_ends_the_first() -> None:
    kinds = [(10, 100), (500, 600)]
    here = service(
        [Life(ends=FOREVER)],
        trouble=lambda now: Kind.UNREACHABLE if any(a < now < b for a, b in kinds) else None,
    )
    here.wait("me", here.lives, limits=Limits(unreachable=200))
    here.run(650)
    assert not here.told
    assert len([one for one in here.asked if 500 <= one.asked_at <= 510]) >= 4


def test_a_service_that_asks_for_patience_is_soon_asked_hardly_anything() -> None:
    here = service([Life(ends=FOREVER)] * 300, trouble=lambda _: Kind.THROTTLED)
    here.wait("me", here.lives)
    here.run(120)
    late = [one for one in here.asked if one.asked_at >= 60]
    assert len(late) <= 60 * here.rates.least + 2
    assert late


def test_a_patient_wait_beside_a_hurried_one_stays_patient() -> None:
    here = service([Life(ends=FOREVER)] * 2)
    here.wait("hurried", ["job-0"], cadence=1)
    here.wait("patient", ["job-1"], cadence=100)
    here.run(45)
    assert Counter(one for question in here.asked for one in question.ids)["job-1"] == 1

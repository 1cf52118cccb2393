"""What a screen asks of a service: never more than the pace, and only what is looked at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard.cli.top_screen.plan import (
    LIVE,
    LOOKS,
    ON_AWS,
    PAGES,
    PATIENCE,
    STATUSES,
    Kind,
    Plan,
    Question,
    View,
)

QUEUES = ("a", "b", "c")


def begun(now: float = 0.0, queues: tuple[str, ...] = QUEUES) -> Plan:
    plan = Plan(ON_AWS, yard=True)
    plan.know(queues)
    plan.received(Question(Kind.QUEUES), None, now)
    return plan


def asked(plan: Plan, seconds: float, begin: float = 0.0) -> list[tuple[float, Question]]:
    """Let time pass, and answer every question at once, without a further page."""
    now, found = begin, []
    while now < begin + seconds:
        todo = plan.next(now)
        if isinstance(todo, float):
            now += todo
            continue
        found.append((now, todo[0]))
        plan.received(todo[0], None, now)
    return found


@given(view=st.sampled_from(View), queues=st.integers(1, 60), seconds=st.floats(1, 120))
def test_never_more_questions_than_the_pace_allows(view: View, queues: int, seconds: float) -> None:
    plan = begun(queues=tuple(f"q{n}" for n in range(queues)))
    plan.view = view
    rates = ON_AWS.rates
    assert len(asked(plan, seconds)) <= rates.burst + rates.most * seconds + 1


@given(view=st.sampled_from(View), seconds=st.floats(1, 100))
def test_only_what_is_looked_at_is_asked_for(view: View, seconds: float) -> None:
    plan = begun()
    plan.view = view
    assert {question.kind for _, question in asked(plan, seconds)} <= {
        kind for kind, views in LOOKS.items() if view in views
    }


@pytest.mark.parametrize("view", View)
def test_all_that_is_looked_at_is_asked_for_in_the_end(view: View) -> None:
    plan = begun(now=-1000.0)
    plan.view = view
    kinds = {question.kind for _, question in asked(plan, 120)}
    assert kinds == {kind for kind, views in LOOKS.items() if view in views}


def test_of_a_queue_in_focus_the_jobs_alone_are_asked_for() -> None:
    plan = begun()
    plan.focus = "b"
    listings = [question for _, question in asked(plan, 60) if question.kind is Kind.LISTING]
    assert {(one.name, one.status) for one in listings} == {("b", status) for status in STATUSES}


def test_jobs_that_live_are_looked_at_more_often_than_those_that_ended() -> None:
    counts = dict.fromkeys(STATUSES, 0)
    for _, question in asked(begun(queues=("a",)), 200):
        if question.kind is Kind.LISTING:
            counts[question.status] += 1
    assert min(counts[one] for one in LIVE) > 2 * max(counts[one] for one in STATUSES[5:])


def test_a_queue_that_is_gone_is_not_asked_about() -> None:
    plan = begun()
    plan.know(("a",))
    names = {question.name for _, question in asked(plan, 60) if question.kind is Kind.LISTING}
    assert names == {"a"}


def test_a_wish_goes_first_and_once_and_the_latest_counts() -> None:
    plan = begun()
    plan.wish("old")
    plan.wish("job")
    todo = plan.next(0.0)
    assert todo == (Question(Kind.JOB, "job"), None)
    assert all(question.kind is not Kind.JOB for _, question in asked(plan, 10))


def test_a_service_that_asks_for_patience_is_asked_ever_less() -> None:
    plan, now, moments = begun(), 0.0, []
    while now < 600:
        todo = plan.next(now)
        if isinstance(todo, float):
            now += todo
            continue
        moments.append(now)
        plan.failed(todo[0], now, throttled=True)
    assert plan.slowed
    early, late = (sum(a <= at < a + 60 for at in moments) for a in (0, 540))
    assert late < early
    assert late <= 60 * ON_AWS.rates.least + 1


def test_what_failed_is_tried_again_in_the_end() -> None:
    plan = begun(queues=())
    for count in range(20):
        plan.failed(Question(Kind.QUEUES), 100.0 * count, throttled=False)
    times = [at for at, one in asked(plan, 200, begin=1900.0) if one.kind is Kind.QUEUES]
    assert times[0] == pytest.approx(1900 + PATIENCE)


def test_pages_are_read_on_where_they_are_wanted_and_no_further_than_it_says() -> None:
    plan, listing = begun(queues=("a",)), Question(Kind.LISTING, "a", "FAILED")
    assert plan.received(listing, "1", 0.0)
    for wanted in range(2, PAGES + 3):
        plan.want([listing])
        tokens = _walk(plan, listing)
        assert len(tokens) == min(wanted, PAGES)
        assert tokens == [None, *(str(n) for n in range(1, len(tokens)))]


def _walk(plan: Plan, listing: Question) -> list[str | None]:
    """Read a listing that has no end, for as long as the plan goes on with it."""
    now, tokens = 1_000.0, list[str | None]()
    while True:
        todo = plan.next(now)
        if isinstance(todo, float):
            now += todo
        elif todo[0] == listing:
            tokens.append(todo[1])
            if plan.received(listing, str(len(tokens)), now):
                return tokens
        else:
            plan.received(todo[0], None, now)

"""What holds for quota shares, whatever is submitted, ended and changed.

Source: https://docs.aws.amazon.com/batch/latest/userguide/quota-shares.html
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from batchyard.batch import reasons
from batchyard.batch.quota_lines import Wanted
from batchyard.batch.quotas import Quotas
from batchyard.batch.resources import Capacity, JobQueue, QuotaShare, ServiceEnvironment

UNIT, OTHER = "ml.m5.large", "ml.p5.large"
ROOM = 10


def environment(room: int = ROOM) -> ServiceEnvironment:
    return ServiceEnvironment("e", "e", "ENABLED", (Capacity(UNIT, room), Capacity(OTHER, 2)))


def queue() -> JobQueue:
    return JobQueue("q", "q", "ENABLED", 1, ("e",))


def share(name: str, own: int = 5, strategy: Any = "LEND_AND_BORROW", **more: Any) -> QuotaShare:  # noqa: ANN401 - a share's members
    capacity = (Capacity(UNIT, own),)
    return QuotaShare(name, name, "q", "ENABLED", capacity, strategy, **more)


def quotas(*shares: QuotaShare, room: int = ROOM) -> Quotas:
    made = Quotas()
    made.put(environment(room))
    made.put(queue())
    for each in shares:
        made.put(each)
    return made


def wanted(name: str, instances: int = 1, priority: int = 0, unit: str = UNIT) -> Wanted:
    return Wanted("q", name, unit, instances, priority)


def begun(made: Quotas) -> list[str]:
    return [found.job_id for found in made.decide()[0]]


def leaving(made: Quotas) -> list[str]:
    return [each.job_id for each in made.decide()[1]]


def used(made: Quotas) -> Counter[str]:
    total: Counter[str] = Counter()
    for held in made.held.values():
        total[held.wanted.share] += held.wanted.instances
    return total


class Sharing(RuleBasedStateMachine):
    """Three shares of one environment; what begins ends at some time, and who must leave leaves."""

    def __init__(self) -> None:
        super().__init__()
        self.shares = {
            "reserve": share("reserve", 3, "RESERVE"),
            "lend": share("lend", 3, "LEND", preempts=True),
            "borrow": share("borrow", 4, borrow_limit=50),
        }
        self.quotas = quotas(*self.shares.values())
        self.number = 0
        self.going: set[str] = set()
        self.changed = False

    @rule(
        name=st.sampled_from(["reserve", "lend", "borrow"]),
        instances=st.integers(1, 5),
        priority=st.integers(0, 2),
    )
    def submit(self, name: str, instances: int, priority: int) -> None:
        self.number += 1
        self.quotas.offer(f"{self.number:03}", wanted(name, instances, priority))

    @rule()
    def decide(self) -> None:
        _, preempted = self.quotas.decide()
        for each in preempted:
            assert each.job_id in self.quotas.held
            assert each.job_id not in self.going, "told to leave twice"
            self.going.add(each.job_id)
        assert self.quotas.decide() == ([], [])
        self.everybody_whose_own_is_free_has_begun()

    def everybody_whose_own_is_free_has_begun(self) -> None:
        total = used(self.quotas)
        for each in self.quotas.waiting.values():
            own = self.shares[each.wanted.share].capacity[0].quantity
            fits = total[each.wanted.share] + each.wanted.instances <= own
            kept = 0 if each.wanted.share == "reserve" else max(0, 3 - total["reserve"])
            assert not (fits and total.total() + kept + each.wanted.instances <= ROOM)

    @precondition(lambda self: self.quotas.held)
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        job = data.draw(st.sampled_from(sorted(self.quotas.held)))
        self.going.discard(job)
        self.quotas.release(job)
        self.quotas.release(job)

    @precondition(lambda self: self.quotas.waiting)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        self.quotas.withdraw(data.draw(st.sampled_from(sorted(self.quotas.waiting))))

    def teardown(self) -> None:
        """Whoever is told to leave leaves: then nobody waits for what is its share's own."""
        self.decide()
        while self.going:
            self.quotas.release(self.going.pop())
            self.decide()
        total = used(self.quotas)
        for each in self.quotas.waiting.values():
            own = self.shares[each.wanted.share].capacity[0].quantity
            assert total[each.wanted.share] + each.wanted.instances > own

    @invariant()
    def capacity_is_never_exceeded(self) -> None:
        total = used(self.quotas)
        assert total.total() <= ROOM
        assert total["reserve"] <= 3
        assert total["lend"] <= 3
        assert total["borrow"] <= 6  # half as much again as its own

    @invariant()
    def what_is_reserved_is_never_lent(self) -> None:
        total = used(self.quotas)
        assert total["borrow"] + total["lend"] <= 7

    @invariant()
    def nobody_waits_behind_a_lesser_one_of_the_same_size(self) -> None:
        order = [each for each in self.quotas.order() if each.wanted.share == "lend"]
        ranks = [(-each.wanted.priority, each.number) for each in order]
        assert ranks == sorted(ranks)


TestSharing = Sharing.TestCase
TestSharing.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_own_capacity_is_given_before_any_is_borrowed() -> None:
    made = quotas(share("a", 2), share("b", 2), room=4)
    for number in range(3):
        made.offer(f"a{number}", wanted("a"))
    for number in range(2):
        made.offer(f"b{number}", wanted("b"))
    assert begun(made) == ["a0", "a1", "b0", "b1"]


def test_what_is_idle_is_borrowed_first_in_first_out() -> None:
    made = quotas(share("a", 2), share("b", 2), share("c", 2, "LEND"), room=6)
    for name in ("a0", "b0", "a1", "b1", "a2", "b2", "a3"):
        made.offer(name, wanted(name[0]))
    assert begun(made) == ["a0", "b0", "a1", "b1", "a2", "b2"]


@pytest.mark.parametrize(
    "strategy, limit, most",
    [("RESERVE", -1, 2), ("LEND", -1, 2), ("LEND_AND_BORROW", -1, 6), ("LEND_AND_BORROW", 100, 4)],
)
def test_a_share_borrows_as_its_strategy_and_its_limit_say(
    strategy: str, limit: int, most: int
) -> None:
    made = quotas(share("a", 2, strategy, borrow_limit=limit), share("b", 4, "LEND"))
    for number in range(9):
        made.offer(f"{number}", wanted("a"))
    assert len(begun(made)) == most


def test_what_was_borrowed_is_taken_back_from_the_least_and_latest() -> None:
    made = quotas(share("a", 2), share("b", 2), room=4)
    for name, priority in (("a0", 5), ("a1", 0), ("a2", 1), ("a3", 1)):
        made.offer(name, wanted("a", priority=priority))
    assert sorted(begun(made)) == ["a0", "a1", "a2", "a3"]
    made.offer("b0", wanted("b"))
    found, preempted = made.decide()
    assert (found, [(each.job_id, each.reason) for each in preempted]) == (
        [],
        [("a1", reasons.RECLAIMED)],
    )
    made.offer("b1", wanted("b"))
    assert leaving(made) == ["a3"]
    made.release("a1")
    assert begun(made) == ["b0"]
    made.release("a3")
    assert begun(made) == ["b1"]


def test_who_needs_more_than_is_borrowed_makes_nobody_leave() -> None:
    made = quotas(share("a", 1), share("b", 3), room=4)
    for name in ("b0", "b1", "a0", "a1"):
        made.offer(name, wanted(name[0]))
    assert len(begun(made)) == 4
    made.offer("b2", wanted("b", 3))
    assert leaving(made) == []


def test_a_share_takes_back_what_is_its_own_rather_than_what_another_reserves() -> None:
    made = quotas(share("keep", 3, "RESERVE"), share("lend", 3, "LEND"), share("borrow", 4))
    for number in range(5):
        made.offer(f"borrow{number}", wanted("borrow"))
    assert len(begun(made)) == 5
    for number in range(3):
        made.offer(f"lend{number}", wanted("lend"))
    found, preempted = made.decide()
    assert [each.job_id for each in found] == ["lend0", "lend1"]
    assert [each.job_id for each in preempted] == ["borrow4"]
    made.offer("keep", wanted("keep", 3))
    assert begun(made) == ["keep"]


def test_what_one_borrowed_another_cannot_borrow_as_well() -> None:
    made = quotas(share("a", 1), share("b", 1), share("c", 2, "LEND"))
    for name in ("a0", "b0", "a1", "b1", "a2", "b2"):
        made.offer(name, wanted(name[0]))
    assert begun(made) == ["a0", "b0", "a1", "b1"]


def test_only_who_borrows_makes_room_however_little_others_matter() -> None:
    made = quotas(share("own", 1), share("borrows", 1), share("comes", 1), room=3)
    made.offer("own", wanted("own", priority=0))
    for number in range(2):
        made.offer(f"borrows{number}", wanted("borrows", priority=9))
    assert len(begun(made)) == 3
    made.offer("comes", wanted("comes"))
    assert leaving(made) == ["borrows1"]


@pytest.mark.parametrize("preempts", [True, False])
def test_within_a_share_a_lesser_job_makes_room_where_the_share_says_so(*, preempts: bool) -> None:
    made = quotas(share("a", 2, "RESERVE", preempts=preempts), room=2)
    for name, priority in (("low", 1), ("high", 3)):
        made.offer(name, wanted("a", priority=priority))
    assert len(begun(made)) == 2
    made.offer("same", wanted("a", priority=1))
    assert leaving(made) == []
    made.offer("more", wanted("a", priority=2))
    assert leaving(made) == (["low"] if preempts else [])


def test_a_restart_counts_what_is_held_and_who_is_leaving() -> None:
    made = quotas(share("a", 1), share("b", 1), room=2)
    made.hold("a0", "e", wanted("a"))
    made.hold("a1", "e", wanted("a"), leaving=True)
    made.offer("b0", wanted("b"))
    assert made.decide() == ([], [])
    made.release("a1")
    assert begun(made) == ["b0"]


def test_a_lowered_share_gives_back_what_is_over() -> None:
    made = quotas(share("a", 2, "RESERVE"), share("b", 2, "RESERVE"), room=4)
    for name in ("a0", "a1"):
        made.offer(name, wanted("a"))
    assert len(begun(made)) == 2
    made.put(share("a", 1, "RESERVE"))
    made.put(environment(room=2))
    made.offer("b0", wanted("b"))
    assert leaving(made) == ["a1"]


def test_instances_of_another_type_are_another_matter() -> None:
    made = quotas(share("a", 1))
    both = (Capacity(UNIT, 1), Capacity(OTHER, 1))
    made.put(QuotaShare("b", "b", "q", "ENABLED", both, "LEND"))
    made.offer("large", wanted("b"))
    made.offer("huge", wanted("b", unit=OTHER))
    assert begun(made) == ["large", "huge"]
    made.put(ServiceEnvironment("e", "e", "DISABLED", environment().capacity))
    made.offer("later", wanted("a"))
    assert begun(made) == []


@pytest.mark.parametrize(
    "name, instances, reason",
    [
        ("lend", 4, None),
        ("lend", 5, reasons.OVER_QUOTA),
        ("limited", 4, None),
        ("limited", 5, reasons.OVER_BORROWING),
        ("free", 8, None),
        ("free", 9, reasons.OVER_LENDING),
        ("free", 11, reasons.TOO_MANY_INSTANCES),
        ("gone", 1, reasons.TOO_MANY_INSTANCES),
    ],
)
def test_what_can_never_begin_is_told_why(name: str, instances: int, reason: str | None) -> None:
    """https://docs.aws.amazon.com/batch/latest/userguide/sm_job_stuck_in_runnable_misconfiguration.html."""
    made = quotas(
        share("lend", 4, "LEND"),
        share("limited", 2, borrow_limit=100),
        share("free", 2),
        share("reserve", 2, "RESERVE"),
    )
    assert made.misfit(wanted(name, instances)) == reason

"""Laws of deliveries: nothing lost, each job's notices in order, and a mark that is true."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from batchyard.batch.deliveries import Deliveries
from batchyard.batch.notices import Notice

JOBS = st.sampled_from("abcd")


@st.composite
def notices(draw: st.DrawFn) -> list[Notice]:
    jobs = draw(st.lists(JOBS, max_size=20))
    numbers = sorted(draw(st.sets(st.integers(1, 99), min_size=len(jobs), max_size=len(jobs))))
    return [Notice(number, job, b"") for number, job in zip(numbers, jobs, strict=True)]


class Target:
    """Takes what it is brought, or not, as the draw says; looks after order."""

    def __init__(self, draw: st.DataObject, known: list[Notice], *, in_order: bool) -> None:
        self.draw, self.known, self.in_order = draw, known, in_order
        self.deliveries = Deliveries(0)
        self.has: list[Notice] = []
        self.under_way: list[list[Notice]] = []

    def bring(self, most: int) -> bool:
        batch = self.deliveries.next(most, in_order=self.in_order)
        assert len(batch) <= most
        assert batch == sorted(batch, key=lambda each: each.number)
        others = {each.job_id for out in self.under_way for each in out}
        assert not others & {each.job_id for each in batch}
        if not self.in_order:
            assert len({each.job_id for each in batch}) == len(batch)
        if batch:
            self.under_way.append(batch)
        return bool(batch)

    def end(self, taken: st.SearchStrategy[bool]) -> None:
        which: int = self.draw.draw(st.integers(0, len(self.under_way) - 1))
        batch = self.under_way.pop(which)
        whole: bool = self.draw.draw(taken)
        for notice in batch:
            if whole if self.in_order else self.draw.draw(taken):
                self.has.append(notice)
                self.deliveries.arrived([notice.number])
            else:
                self.deliveries.failed([notice.number])
        self.look()

    def look(self) -> None:
        """What the mark covers has arrived, and it covers all that it can."""
        mark, has = self.deliveries.mark, set(self.has)
        assert {n for n in self.known if n.number <= mark} <= has
        missing = [n.number for n in self.known if n not in has]
        assert mark == (missing[0] - 1 if missing else self.deliveries.last)


@given(st.data(), notices(), st.booleans(), st.integers(1, 4))
def test_each_jobs_notices_arrive_once_in_order_whatever_fails(
    draw: st.DataObject,
    known: list[Notice],
    in_order: bool,  # noqa: FBT001 - drawn
    most: int,
) -> None:
    target = Target(draw, known, in_order=in_order)
    target.deliveries.take_in(known)
    for _ in range(draw.draw(st.integers(0, 20))):
        ends: bool = draw.draw(st.booleans())
        if target.under_way and ends:
            target.end(st.booleans())
        else:
            target.bring(most)
    while target.bring(most) or target.under_way:
        target.end(st.just(value=True))
    assert sorted(target.has, key=lambda each: each.number) == known
    for job in "abcd":
        of_job = [n.number for n in target.has if n.job_id == job]
        assert of_job == sorted(of_job)
    assert not target.deliveries


@given(notices(), st.integers(0, 20))
def test_what_is_taken_in_twice_is_brought_once(known: list[Notice], again: int) -> None:
    deliveries = Deliveries(0)
    deliveries.take_in(known[:again])
    deliveries.take_in(known)
    assert deliveries.next(100, in_order=True) == known
    assert deliveries.next(100, in_order=True) == []

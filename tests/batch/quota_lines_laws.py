"""Lines of quota shares: looked at like a walk over all who wait, at the cost of who matters."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from batchyard.batch.quota_lines import Lines, Waiting, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WANTED = st.builds(
    Wanted,
    queue=st.just("q"),
    share=st.sampled_from("abc"),
    unit=st.just("ml.m5.large"),
    instances=st.integers(1, 2),
    priority=st.integers(0, 2),
)


def walk(waiting: Iterable[Waiting]) -> Iterator[Waiting]:
    """Every share's jobs in order; of shares, the one whose next job came first."""
    shares: dict[str, list[Waiting]] = {}
    for each in sorted(waiting):
        shares.setdefault(each.wanted.share, []).append(each)
    heads = [(jobs[0].number, share) for share, jobs in shares.items()]
    heapq.heapify(heads)
    while heads:
        share = heapq.heappop(heads)[1]
        yield shares[share].pop(0)
        if shares[share]:
            heapq.heappush(heads, (shares[share][0].number, share))


def filled(wanted: list[Wanted], gone: set[int]) -> tuple[Lines, list[Waiting]]:
    """Lines in which some have waited, and some of them still do."""
    lines = Lines()
    places = [Waiting(-each.priority, n, f"j{n}", each) for n, each in enumerate(wanted)]
    for place in places:
        lines.add(place)
    for number in gone:
        lines.remove(f"j{number}")
        lines.remove(f"j{number}")
    return lines, [place for place in places if place.number not in gone]


@given(st.lists(WANTED, max_size=30), st.sets(st.integers(0, 29)))
def test_the_order_is_that_of_a_walk_over_all(wanted: list[Wanted], gone: set[int]) -> None:
    lines, left = filled(wanted, gone)
    assert list(lines.order()) == list(walk(left))
    assert list(lines.order("another")) == []
    assert list(lines.waiting.values()) == left


@given(st.lists(WANTED, max_size=30), st.sets(st.integers(0, 29)), st.sets(st.integers(0, 29)))
def test_candidates_are_those_of_a_walk_that_skips_what_has_failed(
    wanted: list[Wanted], gone: set[int], fail: set[int]
) -> None:
    lines, left = filled(wanted, gone)
    failed: set[Wanted] = set()
    expected = []
    for place in walk(left):
        if place.wanted not in failed:
            expected.append(place)
            failed |= {place.wanted} if place.number in fail else set()
    failed.clear()
    found = []
    for place in lines.candidates(failed.__contains__):
        found.append(place)
        failed |= {place.wanted} if place.number in fail else set()
    assert found == expected


def test_a_line_that_failed_is_not_walked_over() -> None:
    wanted = [Wanted("q", share, "u", 1, n % 3) for n in range(300) for share in "ab"]
    lines, _ = filled(wanted, set())
    failed: set[Wanted] = set()
    asked = 0

    def passed_over(each: Wanted) -> bool:
        nonlocal asked
        asked += 1
        return each in failed

    for place in lines.candidates(passed_over):
        failed.add(place.wanted)
    assert (len(failed), asked) == (6, 18)  # before, at and after its one turn

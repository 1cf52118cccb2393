"""Those who wait stand in order, whoever comes and goes; the oracle is a sorted set."""

from hypothesis import given
from hypothesis import strategies as st

from batchyard.pipelines.waiting import LONGEST, Waiting, waiting

ENTRIES = st.tuples(st.integers(0, 40), st.sampled_from("abc"))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("joined"), ENTRIES),
        st.tuples(st.just("joined"), ENTRIES),
        st.tuples(st.just("without"), ENTRIES),
        st.tuples(st.just("parted"), st.integers(0, 5)),
    ),
    max_size=60,
)


@given(st.sets(st.integers(100, 1_000), max_size=3 * LONGEST), STEPS)
def test_it_is_a_sorted_set(many: set[int], steps: list[tuple[str, object]]) -> None:
    known = {(number, "z") for number in many}
    kept = waiting(known)
    for name, what in steps:
        was = kept, tuple(kept)
        if name == "parted":
            assert isinstance(what, int)
            first, kept = kept.parted(what)
            assert list(first) == sorted(known)[:what]
            known -= set(first)
        else:
            assert isinstance(what, tuple)
            same = (what in known) is (name == "joined")
            kept = getattr(kept, name)(what)
            assert (kept is was[0]) is same
            known = known | {what} if name == "joined" else known - {what}
        assert list(kept) == sorted(known)
        assert all(0 < len(row) <= LONGEST for row in kept.rows)
        assert tuple(was[0]) == was[1]


def test_ten_thousand_that_come_one_by_one_stand_in_short_rows() -> None:
    kept = Waiting()
    for number in range(10_000):
        kept = kept.joined((number * 7_919 % 10_000, ""))
    assert [number for number, _ in kept] == list(range(10_000))
    assert max(map(len, kept.rows)) <= LONGEST
    assert len(kept.rows) <= 2 * 10_000 / LONGEST + 1

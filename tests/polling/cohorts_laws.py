"""Jobs that wait for their question are each in one cohort, which fits a question."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from batchyard.polling.cohorts import Cohort, Cohorts
from batchyard.polling.news import FULL

NEAR = 0.2

PUTS = st.lists(
    st.tuples(st.floats(0, 3), st.integers(1, FULL), st.sampled_from([False, False, True])),
    min_size=1,
    max_size=12,
)


def put(cohorts: Cohorts, puts: list[tuple[float, int, bool]]) -> dict[str, Cohort]:
    """Let jobs wait, some of them alone; give what each was put in with."""
    wanted: dict[str, Cohort] = {}
    for number, (due, size, alone) in enumerate(puts):
        cohort = Cohort({f"{number}-{one}": None for one in range(size)}, due, due, due, alone)
        wanted |= dict.fromkeys(cohort.ids, cohort)
        cohorts.put(Cohort(dict(cohort.ids), due, due, due, alone), NEAR)
    return wanted


@given(PUTS)
def test_cohorts_fit_a_question_and_nobody_is_asked_about_much_earlier(
    puts: list[tuple[float, int, bool]],
) -> None:
    cohorts = Cohorts()
    wanted = put(cohorts, puts)
    assert set(cohorts.of) == set(wanted)
    for one, found in cohorts.of.items():
        assert one in found.ids
        assert len(found.ids) <= FULL
        assert 0 <= wanted[one].due - found.due <= NEAR
        if wanted[one].alone:
            assert found.ids == wanted[one].ids


@given(PUTS)
def test_every_job_is_taken_once_the_first_ones_first(puts: list[tuple[float, int, bool]]) -> None:
    cohorts = Cohorts()
    wanted = put(cohorts, puts)
    taken: list[str] = []
    while (first := cohorts.first) is not None:
        together = cohorts.take(3.0)
        assert len(together) <= FULL
        assert together[0] in wanted
        assert all(first.due <= wanted[one].due for one in together)
        alone = {wanted[one].alone for one in together}
        assert alone == {False} or set(together) == set(wanted[together[0]].ids)
        taken += together
    assert len(taken) == len(set(taken))
    assert set(taken) == set(wanted)
    assert not cohorts.of

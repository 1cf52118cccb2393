"""What queries find.

The oracle: https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_Operator.html
"""

from datetime import datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard.pipelines import periods
from batchyard.pipelines.model import Field, PipelineObject
from batchyard.pipelines.selecting import MOST, REFERENCES, STRINGS, TIMES, Selector, matches, wrong

moments = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001 - naive UTC
    lambda moment: moment.replace(microsecond=0)
)
words = st.sampled_from(["RUNNING", "FINISHED", "FAILED", "running", ""])
PLAIN: Final = STRINGS - TIMES - {"name"}


def item(*fields: Field, name: str = "n") -> PipelineObject:
    return PipelineObject("i", name, fields)


@given(moments, st.lists(moments, min_size=2, max_size=2), st.sampled_from(sorted(TIMES)))
def test_times_compare_as_moments_do(at: datetime, ends: list[datetime], field: str) -> None:
    shown = item(Field(field, periods.shown(at)))
    low, high = (periods.shown(end) for end in ends)
    for operator, values, expected in (
        ("BETWEEN", (low, high), ends[0] <= at <= ends[1]),
        ("GE", (low,), ends[0] <= at),
        ("LE", (low,), at <= ends[0]),
        ("EQ", (low, high), at in ends),
        ("BETWEEN", (periods.shown(at), periods.shown(at)), True),
        ("GE", (periods.shown(at) + "Z",), True),
    ):
        selector = Selector(field, operator, values)
        assert wrong((selector,)) is None
        assert matches(shown, (selector,)) == expected


@given(moments, st.sampled_from(sorted(TIMES)))
def test_a_date_is_its_beginning(at: datetime, field: str) -> None:
    day, following = at.date().isoformat(), (at + timedelta(days=1)).date().isoformat()
    selector = Selector(field, "BETWEEN", (day, following))
    assert wrong((selector,)) is None
    assert matches(item(Field(field, periods.shown(at))), (selector,))
    midnight = datetime(at.year, at.month, at.day)  # noqa: DTZ001 - naive and UTC
    assert matches(item(Field(field, periods.shown(midnight))), (Selector(field, "EQ", (day,)),))


@given(words, st.lists(words, min_size=1, max_size=3), st.sampled_from(sorted(PLAIN)))
def test_eq_takes_any_of_its_values(value: str, wanted: list[str], field: str) -> None:
    selector = Selector(field, "EQ", tuple(wanted))
    assert wrong((selector,)) is None
    assert matches(item(Field(field, value)), (selector,)) == (value in wanted)
    named = Selector("name", "EQ", tuple(wanted))
    assert matches(item(name=value), (named,)) == (value in wanted)


@given(words, st.lists(words, min_size=1, max_size=3), st.sampled_from(sorted(REFERENCES)))
def test_ref_eq_compares_references(ref: str, wanted: list[str], field: str) -> None:
    selector = Selector(field, "REF_EQ", tuple(wanted))
    assert wrong((selector,)) is None
    assert matches(item(Field(field, ref_value=ref)), (selector,)) == (ref in wanted)
    assert not matches(item(Field(field, ref)), (selector,))


def test_a_field_that_is_not_set_satisfies_nothing() -> None:
    for field in TIMES:
        for operator, count in (("EQ", 1), ("LE", 1), ("GE", 1), ("BETWEEN", 2)):
            assert not matches(item(), (Selector(field, operator, ("2012-01-01",) * count),))


@given(st.lists(st.booleans(), max_size=MOST))
def test_every_selector_must_be_satisfied(which: list[bool]) -> None:
    shown = item(Field("@status", "RUNNING"))
    selectors = tuple(
        Selector("@status", "EQ", ("RUNNING" if holds else "FAILED",)) for holds in which
    )
    assert wrong(selectors) is None
    assert matches(shown, selectors) == all(which)


@pytest.mark.parametrize(
    "selector, told",
    [
        (Selector("@scheduleStartTime", "BETWEEN", ("2012-01-01",) * 2), "BETWEEN not supported"),
        (Selector("@status", "GE", ("RUNNING",)), "GE not supported for field @status"),
        (Selector("@componentParent", "EQ", ("Hi",)), "EQ not supported for field @comp"),
        (Selector("@status", "REF_EQ", ("Hi",)), "REF_EQ not supported for field @status"),
        (Selector("@status", "LIKE", ("R",)), "LIKE not supported"),
        (Selector("@status", "EQ", ()), "one or more values, and 0"),
        (Selector("@actualStartTime", "LE", ("2012-01-01",) * 2), "takes 1 values, and 2"),
        (Selector("@actualStartTime", "BETWEEN", ("2012-01-01",)), "takes 2 values, and 1"),
        (Selector("@actualStartTime", "EQ", ("yesterday",)), "'yesterday'"),
        (Selector("@actualStartTime", "EQ", ("2012-13-01",)), "'2012-13-01'"),
    ],
)
def test_what_cannot_be_compared_is_told(selector: Selector, told: str) -> None:
    good = Selector("@status", "EQ", ("RUNNING",))
    assert told in (wrong((good, selector)) or "")


def test_a_query_has_ten_selectors_at_most() -> None:
    selectors = (Selector("@status", "EQ", ("RUNNING",)),) * (MOST + 1)
    assert "10 selectors, and this has 11" in (wrong(selectors) or "")

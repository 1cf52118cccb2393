"""Tables on a terminal: every row is a line that fits, and says the most important things."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from batchyard.cli.fitting import GAP, fitted

ID = "2e6f0bd1-7a5c-4b71-a7b5-8d1a2a0b6c11"
COLUMNS = ("JOB", "NAME", "STATUS", "REASON")
CUT = ("NAME", "REASON")
TEXT = st.text(st.characters(exclude_categories=["C", "M", "Z"]), max_size=40)
ROWS = st.lists(st.tuples(st.just(ID), TEXT, st.sampled_from(["FAILED", ""]), TEXT), max_size=4)


def length(row: list[str], rows: list[list[str]]) -> int:
    """The columns that a row takes, beside the widest of each."""
    return sum(max(cell_len(one[n]) for one in rows) for n in range(len(row))) + GAP * len(row)


@given(ROWS, st.integers(36, 200))
def test_every_line_fits_and_no_id_is_cut(rows: list[tuple[str, ...]], width: int) -> None:
    made = fitted(COLUMNS, rows, width, CUT)
    assert all(length(row, made) <= width + GAP for row in made)
    assert [row[0] for row in made[1:]] == [ID] * len(rows)


@given(ROWS)
def test_where_there_is_room_nothing_is_cut(rows: list[tuple[str, ...]]) -> None:
    made = fitted(COLUMNS, rows, 500, CUT)
    full = [n for n in range(4) if any(row[n] for row in rows)] or range(4)
    assert made == [[row[n] for n in full] for row in [COLUMNS, *rows]]


@given(st.lists(TEXT, min_size=1, max_size=4), st.integers(12, 60))
def test_what_is_cut_begins_as_it_was_and_says_that_it_was_cut(
    names: list[str], width: int
) -> None:
    for name, row in zip(
        names, fitted(("NAME",), [(one,) for one in names], width, ("NAME",))[1:], strict=True
    ):
        (shown,) = row
        assert shown == name or (shown.endswith("…") and name.startswith(shown[:-1].rstrip()))


def test_the_first_to_be_cut_has_the_room_and_the_last_goes() -> None:
    rows = [(ID, "a" * 30, "FAILED", "b" * 30)]
    assert fitted(COLUMNS, rows, 80, CUT)[1] == [ID, "a" * 30, "FAILED"]
    assert fitted(COLUMNS, rows, 90, CUT)[1] == [ID, "a" * 30, "FAILED", "b" * 11 + "…"]
    assert fitted(COLUMNS, rows, 60, CUT)[1] == [ID, "a" * 13 + "…", "FAILED"]


def test_of_a_made_up_name_the_definitions_stays() -> None:
    name = "2026-11-25T09-29-09-216-align-538a9a0dd9d7fd5a"
    assert fitted(("NAME",), [(name,)], 20, ("NAME",))[1] == ["…align…"]
    assert fitted(("NAME",), [(name,)], 60, ("NAME",))[1] == [name]

"""The grid of an array's children."""

from batchyard.cli.array import SIGNS, grid
from batchyard.cli.list import STATUSES


def test_every_status_has_a_sign_of_its_own() -> None:
    assert set(SIGNS) == set(STATUSES)
    assert len(set(SIGNS.values())) == len(SIGNS)


def test_children_stand_in_order_fifty_a_row_in_tens() -> None:
    known = dict.fromkeys(range(52), "SUCCEEDED") | {11: "FAILED", 51: "RUNNING"}
    ten = "." * 10
    assert list(grid(53, known)) == [
        f" 0  {ten} .F........ {ten} {ten} {ten}",
        "50  .R?",
        "R 1 RUNNING   . 50 SUCCEEDED   F 1 FAILED   ? 1 not shown yet",
    ]


def test_the_grid_of_the_largest_array_fits_eighty_columns() -> None:
    rows = list(grid(10_000, {}))
    assert len(rows) == 201
    assert max(map(len, rows)) <= 80

"""What a page of ListJobs costs the file: as much far down among many jobs as at the top of few.

Counted are the steps of SQLite's machine (https://sqlite.org/c3ref/progress_handler.html), which
are the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from batchyard.store import cursor
from batchyard.store.asking import JobQuery
from batchyard.store.sqlite import SQLiteStore
from tests.store.kept import HERE, batch, definition, ended, job, queue, running, spec

MANY, FEW = 3_000, 30
PAGE = 10
BOUND = 1.5
"""Times as many steps: a tree of many rows is deeper by a level or two."""
DEFINITION = definition("census:1")


def filled(path: Path, number: int) -> SQLiteStore:
    """A store of ended jobs, one a millisecond; the oldest page has its own share and name."""
    store = SQLiteStore(path)
    jobs = [
        job(
            str(n),
            n,
            spec(
                name="old" if n < PAGE else "new",
                share="seldom" if n < PAGE else "often",
                definition=DEFINITION,
            ),
        )
        for n in range(number)
    ]
    store.commit(batch(*(ended(running(each, f"a{each.id}")) for each in jobs)))
    return store


@contextmanager
def counted(store: SQLiteStore) -> Iterator[list[int]]:
    """Count the steps of what is read meanwhile."""
    steps = [0]

    def step() -> int:
        steps[0] += 1
        return 0

    connection = store._reading  # noqa: SLF001 - steps are counted on the connection
    connection.set_progress_handler(step, 1)
    yield steps
    connection.set_progress_handler(None, 0)


def steps_of(path: Path, number: int, asked: dict[str, Any]) -> int:
    """Read a page; give the steps it took."""
    with closing(filled(path / f"{number}.db", number)) as store:
        query = JobQuery(place=HERE, queue=queue(), limit=PAGE, **asked)
        with counted(store) as steps:
            page = store.list_jobs(query)
        assert len(page.rows) == PAGE
        return steps[0]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"name": "old"},
        {"share": "seldom"},
        {"created_before": PAGE},
        {"after": cursor.written(PAGE, PAGE + 1)},
        {"after": cursor.written(PAGE, PAGE + 1), "definition": "census"},
        {"after": cursor.written(PAGE, PAGE + 1), "share": "seldom"},
        {"after": cursor.written(PAGE, PAGE + 1), "name": "old"},
        {"created_before": PAGE, "definition": DEFINITION},
    ],
    ids=repr,
)
def test_a_page_takes_as_many_steps_among_many_jobs_as_among_few(
    tmp_path: Path, asked: dict[str, Any]
) -> None:
    few, many = (steps_of(tmp_path, number, asked) for number in (FEW, MANY))
    assert many < BOUND * few

"""ListJobs: a queue's jobs newest first, an array's children by index, a page at a time.

Each state of a queue is one stretch of an index, newest first, and so is each state of a share,
each definition and each name; a page merges the stretches of what is asked for and reads no further
than it must. Only where few names begin as asked are these looked up and sorted: merging would read
all the others in between.
"""

from __future__ import annotations

from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING, Final

from batchyard.batch import ids
from batchyard.batch.states import JobState
from batchyard.store import codec, cursor
from batchyard.store.asking import JobPage, JobQuery
from batchyard.store.rows import Origin, summary
from batchyard.store.sqlite import sql
from batchyard.store.sqlite.states import NUMBERS, bits

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from batchyard.store.asking import JobSummaryRow

    Row = tuple[int, int, bytes, str, str, str, int | None, str | None]
    Given = dict[str, str | int | None]

FEW: Final = 1000
"""Up to so many jobs of a name are read and sorted rather than looked for among all."""

STRETCHES: Final = 100
"""So many definitions have a stretch each; for more, the jobs of all are looked through."""

_LAST: Final = chr(0x10FFFF)
_LARGEST: Final = (1 << 63) - 1


def list_jobs(connection: sqlite3.Connection, query: JobQuery) -> JobPage:
    """List jobs, in the transaction under way; see `Store.list_jobs`."""
    read = _children if query.parent is not None else _consuming if query.consumes else _of
    found = list(islice(read(connection, query, _conditions(query)), query.limit + 1))
    rows = tuple(_summary(row) for row in found[: query.limit])
    if len(found) <= query.limit:
        return JobPage(rows)
    first, second, *_ = found[query.limit - 1]
    return JobPage(rows, cursor.written(first, second))


def _of(connection: sqlite3.Connection, query: JobQuery, given: Given) -> Iterator[Row]:
    """Read a queue's jobs, newest first."""
    given |= _below(query)
    statements = sql.statements("asking")
    if query.share is not None:
        return _in_states(connection, "jobs_in_share", query, given)
    if query.name is not None:
        if not query.name.endswith("*"):
            return connection.execute(statements["jobs_called"], given)
        few = connection.execute(statements["count_named"], given | {"bound": FEW + 1})
        if few.fetchone()[0] <= FEW:
            return connection.execute(statements["jobs_named"], given)
    if query.definition is not None:
        found = connection.execute(statements["definitions"], given | {"bound": STRETCHES + 1})
        numbers = [number for (number,) in found]
        if len(numbers) <= STRETCHES:
            ones = [{"definition": number} for number in numbers]
            return _merged(connection, "jobs_defined", given, ones)
    return _in_states(connection, "jobs_in_state", query, given)


def _in_states(
    connection: sqlite3.Connection, statement: str, query: JobQuery, given: Given
) -> Iterator[Row]:
    """Merge the stretches of the states that are asked for."""
    states = JobState if query.states is None else query.states
    return _merged(connection, statement, given, [{"state": NUMBERS[s]} for s in states])


def _merged(
    connection: sqlite3.Connection, statement: str, given: Given, ones: Iterable[Given]
) -> Iterator[Row]:
    """Merge stretches of an index, newest first; each is read as far as it is needed."""
    text = sql.statements("asking")[statement]
    stretches = (connection.execute(text, given | one) for one in ones)
    return merge(*stretches, key=lambda row: row[:2], reverse=True)


def _children(connection: sqlite3.Connection, query: JobQuery, given: Given) -> Iterator[Row]:
    """Read an array's children, by index."""
    index = cursor.read(query.after, 2)[0] if query.after is not None else -1
    return connection.execute(sql.statements("asking")["jobs_in_array"], given | {"idx": index})


def _consuming(connection: sqlite3.Connection, query: JobQuery, given: Given) -> Iterator[Row]:
    """Read the jobs that take of a consumable resource, newest first."""
    return connection.execute(sql.statements("asking")["jobs_consuming"], given | _below(query))


def _below(query: JobQuery) -> Given:
    """Say where a page begins: below the last row of the page before.

    An index is entered at one bound of a column only, so that the least of all is worked out here.
    """
    created_at, number = (_LARGEST, _LARGEST)
    if query.after is not None:
        created_at, number = cursor.read(query.after, 2)
    return {"created_at": created_at, "n": number, "latest": min(created_at, _latest(query))}


def _conditions(query: JobQuery) -> Given:
    """Write a query's conditions as statements take them: every range in full."""
    name_low, name_high = _range(query.name)
    definition_low, definition_high = _definitions(query)
    return {
        "account": query.place.account,
        "region": query.place.region,
        "queue": query.queue,
        "parent": query.parent,
        "consumes": query.consumes,
        "states": bits(JobState if query.states is None else query.states),
        "name_low": name_low,
        "name_high": name_high,
        "definition_low": definition_low,
        "definition_high": definition_high,
        "share": query.share,
        "earliest": _bounded(query.created_after, -1) + 1,
        "latest": _latest(query),
    }


def _latest(query: JobQuery) -> int:
    return _bounded(query.created_before, _LARGEST) - 1


def _bounded(moment: int | None, otherwise: int) -> int:
    """Give a moment as far as the store can hold one."""
    return otherwise if moment is None else max(-1, min(moment, _LARGEST - 1))


def _range(wanted: str | None) -> tuple[str, str]:
    """Say between which texts lies what is wanted: a text, or with ``*`` all that begin so."""
    if wanted is None:
        return "", _LAST
    if wanted.endswith("*"):
        return wanted[:-1], wanted[:-1] + _LAST
    return wanted, wanted + "\0"


def _definitions(query: JobQuery) -> tuple[str, str]:
    """Say between which ARNs the definitions lie; see `JobQuery.definition`."""
    wanted = query.definition
    if wanted is not None and wanted.startswith("arn:"):
        return wanted, wanted + "\0"  # a star in an ARN is a letter like any other
    if wanted is None:
        return _range(wanted)
    whole = wanted.endswith("*") or ":" in wanted
    return _range(ids.arn(query.place, ids.DEFINITION, wanted if whole else f"{wanted}:*"))


def _summary(row: Row) -> JobSummaryRow:
    body, name, queue, definition, array_size, share = row[2:]
    return summary(codec.decode_glance(body), Origin(name, queue, definition, array_size, share))

"""Pipelines, their instances, and who holds which task: reading.

Each status of a pipeline's instances is one stretch of an index, in the order they came; a page
merges the stretches of what is asked for and reads no further than it must.
"""

from __future__ import annotations

from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING, Final

from batchyard.pipelines.states import Status
from batchyard.store import codec, cursor
from batchyard.store.asking import InstancePage
from batchyard.store.sqlite import sql
from batchyard.store.sqlite.states import STATUS_NUMBERS, status_bits

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from batchyard.pipelines.instances import Instance
    from batchyard.pipelines.pipeline import Pipeline
    from batchyard.pipelines.tasks import Taken
    from batchyard.store.asking import InstanceQuery

    Row = tuple[int, bytes]

SQL: Final = sql.statements("pipelines")

_LAST: Final = (1 << 63) - 1


def pipelines(connection: sqlite3.Connection) -> list[Pipeline]:
    """Read pipelines; see `Store.pipelines`."""
    return [codec.decode_pipeline(body) for (body,) in connection.execute(SQL["pipelines"])]


def live_instances(connection: sqlite3.Connection) -> list[tuple[str, Instance]]:
    """Read live instances; see `Store.live_instances`."""
    rows = connection.execute(SQL["live_instances"])
    return [(pipeline, codec.decode_instance(body)) for pipeline, body in rows]


def instance(connection: sqlite3.Connection, pipeline: str, name: str) -> Instance | None:
    """Read an instance; see `Store.instance`."""
    found = connection.execute(SQL["instance"], (pipeline, name)).fetchone()
    return codec.decode_instance(found[0]) if found else None


def instances(connection: sqlite3.Connection, query: InstanceQuery) -> InstancePage:
    """List instances, in the transaction under way; see `Store.instances`."""
    begin = _LAST if query.newest else -1
    after = cursor.read(query.after, 1)[0] if query.after is not None else begin
    found = list(islice(_rows(connection, query, after), query.limit + 1))
    page = tuple(codec.decode_instance(body) for _, body in found[: query.limit])
    more = len(found) > query.limit
    return InstancePage(page, cursor.written(found[query.limit - 1][0]) if more else None)


def _rows(connection: sqlite3.Connection, query: InstanceQuery, after: int) -> Iterator[Row]:
    statuses = frozenset(Status) if query.statuses is None else query.statuses
    given = {"pipeline": query.pipeline, "after": after}
    if query.component is not None:
        given |= {"component": query.component, "statuses": status_bits(statuses)}
        ways = "instances_of_component", "instances_of_component_newest_first"
        return connection.execute(SQL[ways[query.newest]], given)
    numbers = [STATUS_NUMBERS[status] for status in statuses]
    ways = "instances_in_status", "instances_in_status_newest_first"
    text = SQL[ways[query.newest]]
    stretches = (connection.execute(text, given | {"status": number}) for number in numbers)
    return merge(*stretches, reverse=query.newest)


def tasks(connection: sqlite3.Connection) -> list[Taken]:
    """Read who holds a task, and who held one; see `Store.tasks`."""
    return [codec.decode_taken(body) for (body,) in connection.execute(SQL["tasks"])]

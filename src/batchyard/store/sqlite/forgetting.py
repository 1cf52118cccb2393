"""Retention, and clearing a yard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.batch.ids import Place
from batchyard.store import codec
from batchyard.store.rows import stream_name
from batchyard.store.seam import Forgotten
from batchyard.store.sqlite import sql

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from batchyard.store.rows import Glance
    from batchyard.store.sqlite.log_keeping import LogKeeper

_TABLES = (
    "events",
    "jobs",
    "specs",
    "consumed",
    "details",
    "streams",
    "tasks",
    "instances",
    "pipelines",
    "resources",
    "notes",
    "notices",
    "log_groups",
    "queues",
    "definitions",
    "places",
)


def forget_before(
    connection: sqlite3.Connection, logs: LogKeeper, moment: int, limit: int
) -> Forgotten:
    """Remove jobs that ended long ago, in the transaction under way; see `Store.forget_before`."""
    statements = sql.statements("keeping")
    old = [n for (n,) in connection.execute(statements["long_ended"], (moment, limit))]
    jobs = 0
    attempts: list[str] = []
    for number in old:
        if jobs >= limit:
            break
        whole = dict(_whole(connection, number))
        attempts += _forget(connection, logs, number, whole)
        jobs += len(whole)
    return Forgotten(jobs, tuple(attempts))


def _whole(connection: sqlite3.Connection, number: int) -> Iterator[tuple[int, Glance]]:
    """Give a job and its children, by number."""
    for n, body in connection.execute(sql.statements("keeping")["whole_job"], {"n": number}):
        yield n, codec.decode_glance(body)


def _forget(
    connection: sqlite3.Connection, logs: LogKeeper, number: int, whole: dict[int, Glance]
) -> list[str]:
    """Remove a job and its children; give the ids of their attempts."""
    statements = sql.statements("keeping")
    attempts = [attempt.id for job in whole.values() for attempt in job.attempts]
    if attempts:
        body = connection.execute(statements["spec"], (number,)).fetchone()[0]
        spec = codec.decode_spec(body)
        names = [stream_name(spec.definition, attempt) for attempt in attempts]
        logs.forget_attempts(Place(spec.account, spec.region), spec.log_group, names)
    for statement in ("drop_job", "drop_detail"):
        connection.executemany(statements[statement], ((n,) for n in whole))
    for statement in ("drop_spec", "drop_consumed"):
        connection.execute(statements[statement], (number,))
    return attempts


def clear(connection: sqlite3.Connection) -> None:
    """Empty every table, in the transaction under way."""
    for table in _TABLES:
        connection.execute(f"DELETE FROM {table}")  # noqa: S608 - the names stand above

"""Log groups, streams, and events that were put into them: reading."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from batchyard.batch.ids import Place
from batchyard.logs.groups import LogGroup
from batchyard.logs.putting import Gap, PutEvent
from batchyard.store import codec
from batchyard.store.asking import ENDLESS, Stream, StreamPage
from batchyard.store.rows import attempt_named, attempt_of, fitted
from batchyard.store.sqlite import sql

if TYPE_CHECKING:
    import sqlite3

    from batchyard.store.asking import EventQuery, StreamQuery

SQL: Final = sql.statements("logs")
_LAST: Final = chr(0x10FFFF)
_tags: Final = msgspec.json.Decoder(dict[str, str]).decode


def log_groups(connection: sqlite3.Connection, place: Place) -> tuple[LogGroup, ...]:
    """Read a place's log groups; see `Store.log_groups`."""
    return tuple(_group(*row) for row in connection.execute(SQL["log_groups"], _at(place)))


def log_group(connection: sqlite3.Connection, place: Place, name: str) -> LogGroup | None:
    """Read a log group; see `Store.log_group`."""
    found = connection.execute(SQL["log_group"], _at(place, name)).fetchone()
    return _group(*found) if found else None


def forgetful_groups(connection: sqlite3.Connection) -> tuple[tuple[Place, LogGroup], ...]:
    """Read the log groups with a retention; see `Store.forgetful_groups`."""
    found = connection.execute(SQL["forgetful_groups"])
    return tuple((Place(account, region), _group(*row)) for account, region, *row in found)


def stream(
    connection: sqlite3.Connection, place: Place, log_group: str, name: str
) -> Stream | None:
    """Read a log stream; see `Store.stream`."""
    found = connection.execute(SQL["stream"], _at(place, log_group, stream=name)).fetchone()
    return _stream(*found) if found else None


def streams(connection: sqlite3.Connection, query: StreamQuery) -> StreamPage:
    """Read a page of log streams; see `Store.streams`."""
    given = _at(
        query.place,
        query.log_group,
        after=query.after or "",
        low=query.prefix,
        high=query.prefix + _LAST,
        limit=query.limit + 1,
    )
    found = connection.execute(SQL["streams"], given).fetchall()
    page = tuple(_stream(*row) for row in found[: query.limit])
    return StreamPage(page, page[-1].name if len(found) > query.limit else None)


def logging_attempts(
    connection: sqlite3.Connection, place: Place, log_group: str
) -> tuple[str, ...]:
    """Read which attempts log to a group; see `Store.logging_attempts`."""
    found = connection.execute(SQL["logging_attempts"], _at(place, log_group))
    return tuple(attempt_named(name) for (name,) in found)


def put_events(connection: sqlite3.Connection, query: EventQuery) -> tuple[PutEvent, ...]:
    """Read events that were put into a stream; see `Store.put_events`."""
    gap = query.gap or (Gap(ENDLESS) if query.descending else Gap())
    given = _at(
        query.place,
        query.log_group,
        stream=query.stream,
        since=query.since if query.descending else max(query.since, gap.at),
        until=min(query.until, gap.at + 1) if query.descending else query.until,
        at=gap.at,
        n=gap.number,
        limit=query.limit,
    )
    found = connection.execute(SQL["events_back" if query.descending else "events_ahead"], given)
    return fitted((PutEvent(*row) for row in found), query)


def _at(place: Place, log_group: str = "", **more: object) -> dict[str, object]:
    return {"account": place.account, "region": place.region, "log_group": log_group, **more}


def _group(
    name: str, created_at: int, retention: int | None, tags: bytes | None, stored_bytes: int
) -> LogGroup:
    return LogGroup(
        name=name,
        created_at=created_at,
        retention=retention,
        tags=_tags(tags) if tags is not None else {},
        stored_bytes=stored_bytes,
    )


def _stream(
    name: str,
    created_at: int | None,
    first_at: int | None,
    last_at: int | None,
    ingested_at: int | None,
    body: bytes | None,
) -> Stream:
    job = codec.decode_glance(body) if body is not None else None
    return Stream(
        name=name,
        job_id=job.id if job is not None else None,
        attempt=attempt_of(job, name) if job is not None else None,
        created_at=created_at,
        first_at=first_at,
        last_at=last_at,
        ingested_at=ingested_at,
    )

"""Log groups, streams, and events that were put into them: writing."""

from __future__ import annotations

from functools import singledispatchmethod
from typing import TYPE_CHECKING, Final

import msgspec

from batchyard.logs.putting import size
from batchyard.store.seam import (
    EventsPut,
    LogGroupChange,
    LogGroupRemoval,
    LogStreamCreation,
    LogStreamRemoval,
)
from batchyard.store.sqlite import sql

if TYPE_CHECKING:
    import sqlite3

    from batchyard.batch.ids import Place
    from batchyard.store.seam import LogChange
    from batchyard.store.sqlite.numbers import Numbers

SQL: Final = sql.statements("logs")


class LogKeeper:
    """Writes what became of log groups and streams, in the transaction under way.

    Args:
        connection: the one that writes.
        numbers: knows the numbers of groups.
    """

    def __init__(self, connection: sqlite3.Connection, numbers: Numbers) -> None:
        """Take the connection."""
        self._run = connection.execute
        self._run_many = connection.executemany
        self._numbers = numbers

    @singledispatchmethod
    def keep(self, change: LogChange) -> None:
        """Write what became of a group or a stream."""
        raise AssertionError(change)

    @keep.register
    def _change(self, change: LogGroupChange) -> None:
        group = change.group
        place = self._numbers.place(*change.place)
        number = self._numbers.log_group(place, group.name, group.created_at)
        tags = msgspec.json.encode(group.tags) if group.tags else None
        self._run(SQL["put_log_group"], (group.created_at, group.retention, tags, number))

    @keep.register
    def _remove_group(self, change: LogGroupRemoval) -> None:
        number = self._numbers.known_log_group(change.place, change.name)
        if number is not None:
            for (stream_number,) in self._run(SQL["streams_of_group"], (number,)).fetchall():
                self._drop(number, stream_number)
            self._run(SQL["drop_log_group"], (number,))
            self._numbers.forget_log_group(change.place, change.name)

    @keep.register
    def _create(self, change: LogStreamCreation) -> None:
        group = self._numbers.known_log_group(change.place, change.log_group)
        self._run(SQL["create_stream"], (group, change.name, change.at))

    @keep.register
    def _remove(self, change: LogStreamRemoval) -> None:
        found = self._find(change.place, change.log_group, change.name)
        if found is not None:
            self._drop(*found[:2])

    @keep.register
    def _put(self, change: EventsPut) -> None:
        found = self._find(change.place, change.log_group, change.stream)
        if found is None or not change.events:
            return
        group, number, _ = found
        rows = [(number, event.at, change.at, event.message) for event in change.events]
        self._run_many(SQL["put_event"], rows)
        times = [event.at for event in change.events]
        noted = {"first": min(times), "last": max(times), "now": change.at, "stream": number}
        self._run(SQL["note_events"], noted)
        self._count(group, sum(size(event.message) for event in change.events))

    def forget_attempts(self, place: Place, log_group: str, names: list[str]) -> None:
        """Drop attempts' streams; one that somebody else made under such a name stays."""
        for name in names:
            found = self._find(place, log_group, name)
            if found is not None and found[2] is not None:
                self._drop(*found[:2])

    def forget_events(self, place: Place, log_group: str, moment: int, limit: int) -> int:
        """Drop old events; see `Store.forget_events`."""
        group = self._numbers.known_log_group(place, log_group)
        gone = 0
        if group is not None:
            for (number,) in self._run(SQL["streams_of_group"], (group,)).fetchall():
                gone += self._drop_events(group, number, moment, limit - gone)
                if gone == limit:
                    break
        return gone

    def _find(self, place: Place, log_group: str, name: str) -> tuple[int, int, int | None] | None:
        """Find a stream: the number of its group, its own, and whose attempt it is."""
        group = self._numbers.known_log_group(place, log_group)
        found = self._run(SQL["known_stream"], (group, name)).fetchone()
        return (group, *found) if group is not None and found else None

    def _drop(self, group: int, number: int) -> None:
        (counted,) = self._run(SQL["count_events"], (number,)).fetchone()
        if counted:
            self._run(SQL["drop_events"], (number,))
            self._count(group, -counted)
        self._run(SQL["drop_stream"], (number,))

    def _drop_events(self, group: int, stream_number: int, moment: int, limit: int) -> int:
        old = self._run(SQL["old_events"], (stream_number, moment, limit)).fetchall()
        if old:
            self._run_many(SQL["drop_event"], [(n,) for n, _ in old])
            self._count(group, -sum(counted for _, counted in old))
        return len(old)

    def _count(self, group: int, counted: int) -> None:
        self._run(SQL["count_bytes"], (counted, group))

"""The log groups, streams and events of the store that forgets with the process."""

from __future__ import annotations

import bisect
from dataclasses import dataclass, field
from functools import singledispatchmethod
from typing import TYPE_CHECKING

from msgspec import structs

from batchyard.batch.ids import Place
from batchyard.logs.groups import LogGroup
from batchyard.logs.putting import Gap, PutEvent, size
from batchyard.store.seam import (
    EventsPut,
    LogGroupChange,
    LogGroupRemoval,
    LogStreamCreation,
    LogStreamRemoval,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from batchyard.store.asking import EventQuery
    from batchyard.store.seam import LogChange

Key = tuple[Place, str]
"""A place, and the name of a group there."""


@dataclass
class KeptStream:
    """A log stream with what was put into it, in order."""

    job_id: str | None = None
    created_at: int | None = None
    first_at: int | None = None
    last_at: int | None = None
    ingested_at: int | None = None
    events: list[PutEvent] = field(default_factory=list)


class MemoryLogs:
    """Keeps log groups, their streams, and what was put into these; whoever calls has the lock."""

    def __init__(self) -> None:
        """Start empty."""
        self.groups: dict[Key, LogGroup] = {}
        self._streams: dict[Key, dict[str, KeptStream]] = {}
        self._number = 0

    def streams(self, place: Place, group: str) -> dict[str, KeptStream]:
        """Give the streams of a group by name."""
        return self._streams.get((place, group), {})

    def attempted(self, place: Place, group: str, name: str, job_id: str, at: int) -> None:
        """Make an attempt's stream, and the group if there is none."""
        known = self.groups.get((place, group))
        self._put_group(place, known or LogGroup(name=group, created_at=at))
        self._streams[place, group].setdefault(name, KeptStream()).job_id = job_id

    def forget_attempt(self, place: Place, group: str, name: str) -> None:
        """Drop an attempt's stream; one that somebody else made under its name stays."""
        kept = self.streams(place, group).get(name)
        if kept is not None and kept.job_id is not None:
            self._remove(LogStreamRemoval(place, group, name))

    @singledispatchmethod
    def keep(self, change: LogChange) -> None:
        """Keep what became of a group or a stream."""
        raise AssertionError(change)

    @keep.register
    def _change(self, change: LogGroupChange) -> None:
        self._put_group(change.place, change.group)

    @keep.register
    def _remove_group(self, change: LogGroupRemoval) -> None:
        self.groups.pop((change.place, change.name), None)
        self._streams.pop((change.place, change.name), None)

    @keep.register
    def _create(self, change: LogStreamCreation) -> None:
        streams = self._streams[change.place, change.log_group]
        streams.setdefault(change.name, KeptStream()).created_at = change.at

    @keep.register
    def _remove(self, change: LogStreamRemoval) -> None:
        gone = self.streams(change.place, change.log_group).pop(change.name, None)
        if gone is not None:
            self._count(change.place, change.log_group, gone.events, -1)

    @keep.register
    def _put(self, change: EventsPut) -> None:
        stream = self.streams(change.place, change.log_group).get(change.stream)
        if stream is None or not change.events:
            return
        first = self._number + 1
        self._number += len(change.events)
        put = [
            PutEvent(at, n, change.at, text) for n, (at, text) in enumerate(change.events, first)
        ]
        stream.events = sorted([*stream.events, *put])
        times = [event.at for event in put]
        stream.first_at = min(times if stream.first_at is None else [stream.first_at, *times])
        stream.last_at = max(times if stream.last_at is None else [stream.last_at, *times])
        stream.ingested_at = change.at
        self._count(change.place, change.log_group, put, 1)

    def _put_group(self, place: Place, group: LogGroup) -> None:
        known = self.groups.get((place, group.name))
        counted = known.stored_bytes if known is not None else 0
        self.groups[place, group.name] = structs.replace(group, stored_bytes=counted)
        self._streams.setdefault((place, group.name), {})

    def _count(self, place: Place, name: str, events: Iterable[PutEvent], sign: int) -> None:
        group = self.groups[place, name]
        total = group.stored_bytes + sign * sum(size(event.message) for event in events)
        self.groups[place, name] = structs.replace(group, stored_bytes=total)

    def events(self, query: EventQuery) -> Iterator[PutEvent]:
        """Give events as a query asks for them; see `Store.put_events`."""
        stream = self.streams(query.place, query.log_group).get(query.stream)
        events = stream.events if stream is not None else []
        low = bisect.bisect_left(events, query.since, key=lambda event: event.at)
        high = bisect.bisect_left(events, query.until, key=lambda event: event.at)
        if query.gap is not None:
            gap = bisect.bisect_left(
                events, query.gap, key=lambda event: Gap(event.at, event.number)
            )
            low, high = (low, min(high, gap)) if query.descending else (max(low, gap), high)
        found = events[low:high]
        return iter(found[::-1] if query.descending else found)

    def forget(self, place: Place, group: str, moment: int, limit: int) -> int:
        """Drop old events; see `Store.forget_events`."""
        gone = 0
        for stream in self.streams(place, group).values():
            old = bisect.bisect_left(stream.events, moment, key=lambda event: event.at)
            old = min(old, limit - gone)
            self._count(place, group, stream.events[:old], -1)
            del stream.events[:old]
            gone += old
        return gone


def _before(event: PutEvent) -> Gap:
    """Give the gap before an event."""
    return Gap(event.at, event.number)

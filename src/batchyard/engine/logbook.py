"""Log groups and streams as they stand, and what becomes of them.

What is stored is asked of the store. Changes that are not on disk yet are remembered here, so that
whoever makes one, or decides whether one may be made, sees those before it. What attempts print
is not written down here: it stands in their files, and goes with their streams.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from batchyard.store.seam import (
    EventsPut,
    LogGroupChange,
    LogGroupRemoval,
    LogStreamCreation,
    LogStreamRemoval,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from batchyard.batch.ids import Place
    from batchyard.batch.model import Attempt
    from batchyard.engine.journal import Journal
    from batchyard.launchers.output import Output
    from batchyard.logs.groups import LogGroup
    from batchyard.logs.putting import Given
    from batchyard.store.seam import LogChange, Store

    Group = tuple[Place, str]
    Stream = tuple[Place, str, str]

COUNTED_MS = 60_000
"""How long a count of what attempts printed is good for (ours): AWS counts with a delay, too."""


MOST_SPANS = 50_000
"""Attempts that ended, of which is remembered when they printed (ours): some 10 MB."""


class _Changed(NamedTuple):
    """A group that is not on disk as it stands.

    Attributes:
        group: how it stands; None if it is gone.
        emptied: whether the streams that are stored are gone.
        number: the number of the change.
    """

    group: LogGroup | None
    emptied: bool
    number: int


class LogBook:
    """Log groups and streams. Lives on the engine's thread.

    Args:
        store: where they are kept.
        journal: makes changes durable.
        output: what attempts printed.
        now: tells the time, epoch milliseconds.
        wake: has the turn end soon, and changes written.

    Attributes:
        output: what attempts printed.
    """

    def __init__(
        self,
        store: Store,
        journal: Journal,
        output: Output,
        now: Callable[[], int],
        wake: Callable[[], None],
    ) -> None:
        """Begin with nothing changed."""
        self._store = store
        self._journal = journal
        self.output = output
        self._now = now
        self._wake = wake
        self._numbers = count(1)
        self._groups: dict[Group, _Changed] = {}
        self._streams: dict[Stream, tuple[bool, int]] = {}
        self._printed: dict[Group, tuple[int, int]] = {}
        self._spans: dict[str, tuple[int, int]] = {}

    def group(self, place: Place, name: str) -> LogGroup | None:
        """Find a log group."""
        changed = self._groups.get((place, name))
        return self._store.log_group(place, name) if changed is None else changed.group

    def has_stream(self, place: Place, group: str, name: str, *, hidden: bool = False) -> bool:
        """Tell whether a log stream is there.

        Args:
            place: whose stream.
            group: its group's name.
            name: its name.
            hidden: whether that of an attempt that does not run yet counts.
        """
        changed = self._streams.get((place, group, name))
        if changed is not None:
            return changed[0]
        emptied = self._groups.get((place, group))
        if emptied is not None and emptied.emptied:
            return False
        stream = self._store.stream(place, group, name)
        return stream is not None and (hidden or stream.shown)

    def put_group(self, place: Place, group: LogGroup) -> None:
        """Make a log group, or change it."""
        known = self._groups.get((place, group.name))
        emptied = known is not None and known.emptied
        number = self._change(LogGroupChange(place, group))
        self._groups[place, group.name] = _Changed(group, emptied, number)

    def remove_group(self, place: Place, name: str) -> tuple[str, ...]:
        """Remove a log group with its streams.

        Returns:
            The attempts that printed to them: their output is of no use once this is on disk.
        """
        number = self._change(LogGroupRemoval(place, name))
        self._groups[place, name] = _Changed(None, emptied=True, number=number)
        for key in [key for key in self._streams if key[:2] == (place, name)]:
            del self._streams[key]
        return self._store.logging_attempts(place, name)

    def create_stream(self, place: Place, group: str, name: str) -> None:
        """Make a log stream in a group that is there."""
        number = self._change(LogStreamCreation(place, group, name, self._now()))
        self._streams[place, group, name] = True, number

    def remove_stream(self, place: Place, group: str, name: str) -> tuple[str, ...]:
        """Remove a log stream.

        Returns:
            The attempt that printed to it, if any, as of `remove_group`.
        """
        number = self._change(LogStreamRemoval(place, group, name))
        self._streams[place, group, name] = False, number
        stream = self._store.stream(place, group, name)
        attempt = stream.attempt if stream is not None else None
        return (attempt.id,) if attempt is not None else ()

    def put(self, place: Place, group: str, stream: str, events: Sequence[Given]) -> None:
        """Put events into a stream that is there."""
        self._change(EventsPut(place, group, stream, self._now(), events))

    def span(self, attempt: Attempt) -> tuple[int, int] | None:
        """Tell when an attempt first and last printed, epoch milliseconds; None: never.

        Any thread may ask. Of attempts that ended it is remembered.
        """
        span = self._spans.get(attempt.id)
        if span is None:
            span = self.output.span(attempt.id)
            if span is not None and attempt.stopped_at is not None:
                self._remember(attempt.id, span)
        return span

    def _remember(self, attempt: str, span: tuple[int, int]) -> None:
        if len(self._spans) >= MOST_SPANS:
            self._spans = {}
        self._spans[attempt] = span

    def printed_bytes(self, place: Place, group: str) -> int:
        """Count what attempts printed to a group, in bytes; it may be a minute old.

        Any thread may ask.
        """
        moment, counted = self._printed.get((place, group), (-COUNTED_MS, 0))
        if self._now() - moment >= COUNTED_MS:
            counted = sum(map(self.output.size, self._store.logging_attempts(place, group)))
            self._printed[place, group] = self._now(), counted
        return counted

    def _change(self, change: LogChange) -> int:
        """Note a change; give its number."""
        number = next(self._numbers)
        self._journal.log(change)
        self._journal.after(lambda: self._settle(number))
        self._wake()
        return number

    def _settle(self, number: int) -> None:
        """Remember no longer what is on disk."""
        self._groups = {key: each for key, each in self._groups.items() if each.number > number}
        self._streams = {key: each for key, each in self._streams.items() if each[1] > number}

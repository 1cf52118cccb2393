"""One page of a stream in which events were put beside what an attempt printed.

A position is a place in both: what lies before it of the one, and of the other. So nothing is lost
when events come late, in either: a line that is whole only after later events were shown is shown
then, and what is put with a time that was passed already is found by whoever asks anew.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from batchyard.logs.pages import PAGE_BYTES, Event
from batchyard.logs.putting import Gap, size

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from batchyard.logs.pages import Page, Query
    from batchyard.logs.putting import PutEvent

T = TypeVar("T")


class Position(NamedTuple):
    """A place in a stream.

    Attributes:
        offset: in what was printed, in bytes.
        gap: in what was put.
    """

    offset: int
    gap: Gap


class Mixed(NamedTuple):
    """Events in ascending order, and where to go on; see `Page`."""

    events: Sequence[Event]
    forward: Position
    backward: Position


def mixed(query: Query, printed: Page, put: Sequence[PutEvent], gap: Gap | None) -> Mixed:
    """Make one page of two.

    Args:
        query: what was asked for; its position does not matter.
        printed: the next page of what was printed.
        put: the next events that were put, ascending.
        gap: where these were asked from; None is the beginning, or going backwards the end.

    Returns:
        As many of both as come first, going that way, and make a page.
    """
    forward = query.direction == "f"
    if not put:
        whole_gap = _gaps(put, gap, query)[1][0]
        ends = (Position(offset, whole_gap) for offset in (printed.forward, printed.backward))
        return Mixed(printed.events, *ends)
    whole = [(event, True) for event in printed.events]
    whole += [(Event(each.at, each.message, each.ingested_at), False) for each in put]
    if printed.events:
        whole.sort(key=lambda each: each[0].at)
    chosen = _fitting(whole if forward else whole[::-1], query.limit)
    lines = sum(is_printed for _, is_printed in chosen)
    bytes_ = _around(printed.places, (printed.backward, printed.forward), lines, forward=forward)
    gaps = _around(*_gaps(put, gap, query), len(chosen) - lines, forward=forward)
    events = [event for event, _ in (chosen if forward else chosen[::-1])]
    return Mixed(events, Position(bytes_[1], gaps[1]), Position(bytes_[0], gaps[0]))


def _fitting(events: Iterable[tuple[Event, bool]], limit: int) -> list[tuple[Event, bool]]:
    """Take what a page has room for."""
    taken: list[tuple[Event, bool]] = []
    room = PAGE_BYTES
    for each in islice(events, limit):
        room -= size(each[0].message)
        if taken and room < 0:
            break
        taken.append(each)
    return taken


def _gaps(
    put: Sequence[PutEvent], gap: Gap | None, query: Query
) -> tuple[list[tuple[Gap, Gap]], tuple[Gap, Gap]]:
    """Say before and after which gaps events lie: each of them, and all of them."""
    places = [(Gap(at, number), Gap(at, number + 1)) for at, number, _, _ in put]
    if query.direction == "f":
        first = gap or Gap()
        return places, (first, places[-1][1] if places else first)
    last = gap or (places[-1][1] if places else Gap(query.until or 0))
    return places, (places[0][0] if places else last, last)


def _around(
    places: Sequence[tuple[T, T]], whole: tuple[T, T], taken: int, *, forward: bool
) -> tuple[T, T]:
    """Say before and after which places lies what is taken of events, from one of their ends."""
    if taken == len(places):
        return whole
    if forward:
        return whole[0], places[taken][0]
    return places[-1 - taken][1], whole[1]

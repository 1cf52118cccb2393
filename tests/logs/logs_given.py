"""Logs to draw, and the plainest possible account of the events in them."""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from hypothesis import strategies as st

from batchyard.logs.lines import Lines
from batchyard.logs.pages import Event, Page, Query, page
from batchyard.logs.source import Reading, Recorded

LONGEST = 7
"""A small maximum, so that lines are cut often; no character is longer than 4 bytes."""

WORDS = st.sampled_from(["a", "bc", "é", "€", "𝄞", "\r", "\n", "\n", "\r\n", "\ufffd", "abcdefg"])
TEXTS = st.lists(WORDS, max_size=40).map("".join).map(str.encode)
BROKEN = st.lists(st.sampled_from([b"\xe2", b"\x82", b"\xac", b"\xf0", b"\xff", b"a", b"\n"]))
BYTES = TEXTS | BROKEN.map(b"".join) | st.binary(max_size=80)
BLOCKS = st.integers(min_value=1, max_value=40)


@st.composite
def recordings(draw: st.DrawFn, data: st.SearchStrategy[bytes] = BYTES) -> Recorded:
    """Bytes, and any division of them into readings at times that never go back."""
    taken = draw(data)
    inner = st.sets(st.sampled_from(range(len(taken))), max_size=12) if taken else st.just(set())
    offsets = sorted(draw(inner) | {0} if taken else [])
    gaps = draw(st.lists(st.integers(0, 3), min_size=len(offsets), max_size=len(offsets)))
    return Recorded(taken, tuple(map(Reading, offsets, accumulate(gaps, initial=1000))))


def lines_of(source: Recorded, block: int, *, ended: bool = True) -> Lines:
    return Lines(source, ended, longest=LONGEST, block=block)


def prefix(source: Recorded, size: int) -> Recorded:
    """The same log when it was only so long."""
    return Recorded(source.data[:size], tuple(r for r in source.index if r.offset < size))


def packed(text: str) -> Iterator[str]:
    """Cut text into the longest pieces that fit, character by character."""
    piece = ""
    for character in text:
        if len((piece + character).encode()) > LONGEST:
            yield piece
            piece = ""
        piece += character
    yield piece


def expected(source: Recorded) -> list[Event]:
    """The events of an ended attempt whose output is valid UTF-8."""
    offsets = [reading.offset for reading in source.index]
    found, at = [], 0
    *finished, last = source.data.decode().split("\n")
    for line, end in [*((line, "\n") for line in finished), (last, "")]:
        *full, rest = packed(line)
        for piece, message in [*((p, p) for p in full), (rest, rest.removesuffix("\r" * len(end)))]:
            if message:
                found.append(Event(source.index[bisect_right(offsets, at) - 1].at, message))
            at += len(piece.encode())
        at += len(end)
    return found


def walk(lines: Lines, query: Query) -> Iterator[Page]:
    """Page on in the query's direction until a page names the position it was asked from."""
    while True:
        given = page(lines, query)
        yield given
        following = given.forward if query.direction == "f" else given.backward
        if following == query.position:
            return
        query = query._replace(position=following)


def everything(lines: Lines, query: Query) -> list[Event]:
    """All events of all pages that way, in ascending order."""
    pages = [given.events for given in walk(lines, query)]
    return [event for events in pages[:: 1 if query.direction == "f" else -1] for event in events]

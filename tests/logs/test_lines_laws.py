"""Laws of lines: nothing is lost, nothing moves, and a character stays in one piece.

The maximum and its overhead are those of the awslogs driver (moby,
daemon/logger/awslogs/cloudwatchlogs.go), which passes over empty lines as well.
"""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from batchyard.logs.lines import EVENT_BYTES, Line, Lines
from batchyard.logs.source import Recorded
from tests.logs.logs_given import BLOCKS, BYTES, LONGEST, TEXTS, lines_of, prefix, recordings

LOGS = recordings()


def events(lines: Iterator[Line]) -> list[Line]:
    """Leave out the empty lines: how many of them come at once depends on the blocks."""
    return [line for line in lines if line.body]


@given(data=BYTES, block=BLOCKS)
def test_lines_lie_end_to_end_and_hold_every_byte(data: bytes, block: int) -> None:
    lines = [*lines_of(Recorded(data), block).forward(0)]
    starts = [line.start for line in lines]
    assert [0, *(line.stop for line in lines)] == [*starts, len(data)]
    for line in lines:
        raw = data[line.start : line.stop]
        assert line.body or not raw.replace(b"\r\n", b"").strip(b"\n")
        assert raw.removeprefix(line.body).strip(b"\r\n") == b""
        assert len(line.body) <= LONGEST
        assert b"\n" not in line.body
        assert not (raw.endswith(b"\n") and line.body.endswith(b"\r") and raw[-3:-2] != b"\r")


@given(data=TEXTS, block=BLOCKS)
def test_a_cut_never_breaks_a_character_and_never_comes_early(data: bytes, block: int) -> None:
    for line in lines_of(Recorded(data), block).forward(0):
        line.body.decode("utf-8", "strict")
        if line.stop < len(data) and data[line.stop - 1 : line.stop] != b"\n":
            assert len(line.body) > LONGEST - 4


@given(data=BYTES, block=BLOCKS, other=BLOCKS)
def test_backwards_finds_the_same_lines(data: bytes, block: int, other: int) -> None:
    ahead = events(lines_of(Recorded(data), block).forward(0))
    assert events(lines_of(Recorded(data), other).backward(len(data))) == ahead[::-1]


@given(log=LOGS, block=BLOCKS, at=st.data())
def test_a_boundary_is_the_first_start_at_or_after_an_offset(
    log: Recorded, block: int, at: st.DataObject
) -> None:
    lines = lines_of(log, block)
    offset = at.draw(st.integers(0, log.size))
    boundary = lines.boundary(offset)
    late = [line for line in events(lines.forward(0)) if line.start >= offset]
    assert offset <= boundary <= min((line.start for line in late), default=log.size)
    assert events(lines.forward(boundary)) == late


@given(data=BYTES, block=BLOCKS)
def test_a_running_attempt_holds_back_its_unfinished_line_and_no_more(
    data: bytes, block: int
) -> None:
    running = lines_of(Recorded(data), block, ended=False)
    complete = [*running.forward(0)]
    held = data[running.end() :]
    assert running.end() == (complete[-1].stop if complete else 0)
    assert b"\n" not in held
    assert len(held) <= LONGEST
    later = events(lines_of(Recorded(data), block).forward(0))
    assert events(iter(complete)) == [line for line in later if line.stop <= running.end()]


@given(data=BYTES, block=BLOCKS, at=st.data())
def test_what_was_a_line_stays_one_while_the_log_grows(
    data: bytes, block: int, at: st.DataObject
) -> None:
    size = at.draw(st.integers(0, len(data)))
    earlier = events(lines_of(prefix(Recorded(data), size), block, ended=False).forward(0))
    assert events(lines_of(Recorded(data), block).forward(0))[: len(earlier)] == earlier


def test_the_maximum_is_that_of_the_awslogs_driver() -> None:
    data = b"x" * (EVENT_BYTES + 1) + b"\n" + b"y" * EVENT_BYTES + b"\n"
    lengths = [len(line.body) for line in Lines(Recorded(data), ended=True).forward(0)]
    assert lengths == [262_118, 1, 262_118]

"""Laws of the source: each byte has the time of the reading that brought it."""

from hypothesis import given
from hypothesis import strategies as st

from batchyard.logs.source import Recorded
from tests.logs.logs_given import TEXTS, recordings

LOGS = recordings(TEXTS.filter(bool))


@given(log=LOGS, drawn=st.data())
def test_the_readings_of_bytes_are_those_that_brought_them_and_no_others(
    log: Recorded, drawn: st.DataObject
) -> None:
    start = drawn.draw(st.integers(0, log.size - 1))
    stop = drawn.draw(st.integers(start + 1, log.size))
    brought = {max(r for r in log.index if r.offset <= byte) for byte in range(start, stop)}
    assert [*log.readings(start, stop)] == sorted(brought)


@given(log=LOGS, at=st.integers(990, 1050))
def test_a_time_is_found_at_the_first_byte_of_that_time_or_later(log: Recorded, at: int) -> None:
    late = [reading.offset for reading in log.index if reading.at >= at]
    assert log.offset_at(at) == min(late, default=log.size)

"""Laws of reading output from files: exactly what the pure floor is told in memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard.launchers.output import RECORD, START, Output
from batchyard.launchers.supervisor.output import Output as Written
from batchyard.logs.pages import PAGE_EVENTS, Event
from batchyard.logs.source import Reading, Recorded
from tests.logs.logs_given import TEXTS, recordings

LOGS = recordings()
NON_EMPTY = recordings(TEXTS.filter(bool))
ATTEMPT = "0123456789abcdef0123456789abcdef"


def write(directory: Path, log: Recorded) -> Output:
    """Put a log into files, as the supervisor leaves them."""
    if log.data:
        (directory / f"{ATTEMPT}.log").write_bytes(log.data)
        records = b"".join(RECORD.pack(*reading) for reading in log.index)
        (directory / f"{ATTEMPT}.idx").write_bytes(records)
    return Output(directory)


@contextmanager
def written(log: Recorded) -> Iterator[Output]:
    with TemporaryDirectory() as directory:
        yield write(Path(directory), log)


@given(log=LOGS, drawn=st.data())
def test_files_say_what_the_same_log_in_memory_says(log: Recorded, drawn: st.DataObject) -> None:
    start = drawn.draw(st.integers(0, log.size))
    stop = drawn.draw(st.integers(start, log.size))
    at = drawn.draw(st.integers(990, 1050))
    with written(log) as output, output.open(ATTEMPT) as source:
        assert source.size == log.size
        assert source.read(start, stop - start) == log.read(start, stop - start)
        assert source.offset_at(at) == log.offset_at(at)
        if log.size:
            assert [*source.readings(start, stop)] == [*log.readings(start, stop)]


@given(log=NON_EMPTY)
def test_the_span_is_that_of_the_readings(log: Recorded) -> None:
    with written(log) as output:
        assert output.span(ATTEMPT) == (log.index[0].at, log.index[-1].at)


@given(log=NON_EMPTY, sizes=st.data())
def test_following_gives_every_byte_and_every_event_once(
    log: Recorded, sizes: st.DataObject
) -> None:
    moments = sizes.draw(st.lists(st.integers(1, log.size), max_size=4).map(sorted))
    events: list[Event] = []
    position, data = START, b""
    for moment in [*moments, log.size]:
        early = Recorded(log.data[:moment], tuple(r for r in log.index if r.offset < moment))
        with written(early) as output:
            for ended in {False, moment == log.size}:
                for _ in range(3):  # the third asks in vain
                    new, position = output.read_lines(ATTEMPT, position, ended=ended)
                    events += new
                assert not new
            while more := output.read_bytes(ATTEMPT, len(data)):
                data += more
    with written(log) as output:
        assert events == [*output.read_lines(ATTEMPT, ended=True)[0]]
    assert data == log.data


def test_an_attempt_that_printed_nothing_has_an_empty_log(tmp_path: Path) -> None:
    output = Output(tmp_path / "not" / "there")
    with output.open(ATTEMPT) as source:
        assert (source.size, source.offset_at(0), [*source.readings(0, 1)]) == (0, 0, [])
    assert output.span(ATTEMPT) is None
    assert output.read_lines(ATTEMPT, ended=False) == ((), START)
    assert output.read_bytes(ATTEMPT, 0) == b""
    output.remove([ATTEMPT])


def test_an_opened_log_stays_as_it_was_though_it_grows_and_goes(tmp_path: Path) -> None:
    output = write(tmp_path, Recorded(b"one\n", (Reading(0, 1000),)))
    with output.open(ATTEMPT) as source:
        write(tmp_path, Recorded(b"one\ntwo\n", (Reading(0, 1000), Reading(4, 2000))))
        output.remove([ATTEMPT])
        assert source.size == 4
        assert source.read(0, 4) == b"one\n"
    assert [*tmp_path.iterdir()] == []


def test_bytes_whose_record_is_still_to_come_have_a_time_already(tmp_path: Path) -> None:
    output = write(tmp_path, Recorded(b"one\n"))
    (event,), _ = output.read_lines(ATTEMPT, ended=True)
    assert event.at == (tmp_path / f"{ATTEMPT}.log").stat().st_mtime_ns // 1_000_000
    (tmp_path / f"{ATTEMPT}.idx").unlink()
    assert output.span(ATTEMPT) == (event.at, event.at)


def test_a_torn_record_is_no_record(tmp_path: Path) -> None:
    output = write(tmp_path, Recorded(b"one\n", (Reading(0, 1000),)))
    with (tmp_path / f"{ATTEMPT}.idx").open("ab") as index:
        index.write(RECORD.pack(4, 2000)[:9])
    assert output.span(ATTEMPT) == (1000, 1000)


def test_asking_in_vain_opens_nothing(tmp_path: Path) -> None:
    output = write(tmp_path, Recorded(b"one\nunfinished", (Reading(0, 1000),)))
    events, position = output.read_lines(ATTEMPT, ended=False)
    assert [event.message for event in events] == ["one"]
    _, position = output.read_lines(ATTEMPT, position, ended=False)
    (tmp_path / f"{ATTEMPT}.log").write_bytes(b"one\nnever\nseen")
    assert output.read_lines(ATTEMPT, position, ended=False) == ((), position)


def test_following_goes_on_until_the_last_page(tmp_path: Path) -> None:
    output = write(tmp_path, Recorded(b"x\n" * (PAGE_EVENTS + 1), (Reading(0, 1000),)))
    first, position = output.read_lines(ATTEMPT, ended=True)
    last, position = output.read_lines(ATTEMPT, position, ended=True)
    assert (len(first), len(last)) == (PAGE_EVENTS, 1)
    assert output.read_lines(ATTEMPT, position, ended=True)[0] == ()


def test_what_the_supervisor_writes_is_read(tmp_path: Path) -> None:
    writer = Written(str(tmp_path / ATTEMPT))
    for data in (b"one\ntw", b"o\n", b"three"):
        writer.write(data)
    writer.close()
    output = Output(tmp_path)
    events, _ = output.read_lines(ATTEMPT, ended=True)
    assert [event.message for event in events] == ["one", "two", "three"]
    times = [
        RECORD.unpack_from((tmp_path / f"{ATTEMPT}.idx").read_bytes(), at)[1] for at in (0, 16, 32)
    ]
    assert [event.at for event in events] == [times[0], times[0], times[2]]


@pytest.mark.parametrize("ended", [True, False])
def test_the_end_completes_an_unfinished_line(tmp_path: Path, *, ended: bool) -> None:
    output = write(tmp_path, Recorded(b"unfinished", (Reading(0, 1000),)))
    _, position = output.read_lines(ATTEMPT, ended=False)
    events, _ = output.read_lines(ATTEMPT, position, ended=ended)
    assert [event.message for event in events] == ["unfinished"] * ended

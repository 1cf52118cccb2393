"""What a source of events does with a queue, request by request."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from batchyard import Refused
from batchyard.client.events import FIRST_PAUSE, LONGEST_PAUSE, EventSource, backoff
from tests.client.hurried import PATIENCE, Watched, message
from tests.client.scripted_sqs import (
    BROKEN,
    DELETED,
    DENIED,
    URL,
    ScriptedSqs,
    received,
    undeleted,
)


@contextmanager
def joined() -> Iterator[None]:
    """See to it that every thread which begins here ends here."""
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        thread.join(PATIENCE)
        assert not thread.is_alive()


@contextmanager
def reading(sqs: ScriptedSqs, watcher: Watched) -> Iterator[list[int]]:
    """Let a source read until its script is over; give the failures it paused after."""
    pauses: list[int] = []

    def pause(failures: int) -> float:
        pauses.append(failures)
        return 0.0

    source = EventSource(URL, watcher, longest=99, pause=pause, session=sqs.session)
    with joined():
        try:
            with source:
                sqs.until_played()
                yield pauses
        finally:
            sqs.release()


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]


def operations(sqs: ScriptedSqs) -> list[str]:
    return [one.operation for one in sqs.asked]


def test_the_watcher_is_told_before_anything_is_deleted() -> None:
    watcher = Watched("a", "b")
    sqs = ScriptedSqs(received(message("a"), message("b"), message("a")), DELETED)
    watcher.when_hurried = lambda: seen.append(len(sqs.asked))
    seen: list[int] = []
    with reading(sqs, watcher):
        assert watcher.hurried == ["a", "b"]
        assert seen == [1]
        assert operations(sqs) == ["ReceiveMessage", "DeleteMessageBatch", "ReceiveMessage"]


def test_what_concerns_nobody_here_is_deleted_and_hurries_nobody() -> None:
    bodies = [message("a"), "junk", message("other"), "{}", message("")]
    sqs = ScriptedSqs(received(*bodies), DELETED)
    with reading(sqs, watcher := Watched("a")):
        assert watcher.hurried == ["a"]
        assert sqs.asked[1].receipts == [f"r-{body}" for body in bodies]


def test_it_takes_ten_at_a_time_by_the_longest_poll_once_it_knows_that_the_queue_is_there() -> None:
    sqs = ScriptedSqs((200, {}), (200, {}), BROKEN, (200, {}))
    with reading(sqs, watcher := Watched()):
        assert [one.seconds for one in sqs.asked] == [0, 20, 20, 0, 20]
        assert {one.body["MaxNumberOfMessages"] for one in sqs.asked} == {10}
        assert {one.body["QueueUrl"] for one in sqs.asked} == {URL}
        watcher.until_relaxed(99, None, 99)


def test_the_watcher_asks_as_usual_until_the_queue_can_be_read_and_again_after_a_stop() -> None:
    with reading(ScriptedSqs(BROKEN, BROKEN, (200, {})), watcher := Watched()) as pauses:
        watcher.until_relaxed(None, None, 99)
        assert pauses == [1, 2]
    assert watcher.relaxed == [None, None, 99, None]


def test_what_could_not_be_deleted_is_tried_once_more() -> None:
    told = received(message("a"), message("b"))
    sqs = ScriptedSqs(told, undeleted(1, by_fault=False), undeleted(0, by_fault=False))
    with reading(sqs, Watched("a", "b")):
        assert [one.receipts for one in sqs.asked[1:]] == [
            [f"r-{message('a')}", f"r-{message('b')}"],
            [f"r-{message('b')}"],
            [],
        ]


def test_what_cannot_be_deleted_by_our_fault_is_left_to_the_queue() -> None:
    sqs = ScriptedSqs(received(message("a")), undeleted(0, by_fault=True))
    with reading(sqs, watcher := Watched("a")):
        assert operations(sqs) == ["ReceiveMessage", "DeleteMessageBatch", "ReceiveMessage"]
        assert watcher.relaxed == [99]


def test_who_may_not_delete_is_told_once_and_reads_no_more_until_allowed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    sqs = ScriptedSqs(received(message("a")), DENIED, DENIED, DENIED, DELETED, (200, {}))
    with reading(sqs, watcher := Watched("a")) as pauses:
        assert operations(sqs)[1:5] == ["DeleteMessageBatch"] * 4
        assert watcher.relaxed == [None, None, None, 99]
        assert pauses == [1, 2, 3]
    assert len(warnings(caplog)) == 1
    assert URL in warnings(caplog)[0]
    assert "delete_message_batch: not you" in warnings(caplog)[0]


def test_a_single_mishap_is_not_worth_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with reading(ScriptedSqs(BROKEN, (200, {}), BROKEN, (200, {})), Watched()) as pauses:
        assert pauses == [1, 1]
    assert warnings(caplog) == []


def test_each_outage_is_told_once_and_its_end_too(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "batchyard")
    outage = [BROKEN, BROKEN, BROKEN, (200, {})]
    with reading(ScriptedSqs(*outage, *outage), Watched()):
        pass
    assert len(warnings(caplog)) == 2
    assert [one.getMessage() for one in caplog.records if one.levelno == logging.INFO] == [
        f"events come again from {URL}"
    ] * 2


def test_what_comes_after_a_stop_stays_in_the_queue_and_hurries_nobody() -> None:
    sqs = ScriptedSqs()
    watcher = Watched("a")
    source = EventSource(URL, watcher, session=sqs.session)
    with joined():
        source.stop()
        source.start()
        source.start()
        sqs.until_played()
        source.stop()
        source.stop()
        assert watcher.relaxed == [None]
        sqs.last = received(message("a"))
        sqs.release()
    assert (watcher.relaxed, watcher.hurried) == ([None], [])
    assert operations(sqs) == ["ReceiveMessage"]


def test_it_can_be_started_again_beside_a_receive_that_has_not_ended() -> None:
    sqs, watcher = ScriptedSqs(), Watched()
    source = EventSource(URL, watcher, longest=99, session=sqs.session)
    with joined():
        source.start()
        sqs.until_played()
        source.stop()
        source.start()
        sqs.release()
        watcher.until_relaxed(None, 99)
        source.stop()
    assert watcher.relaxed == [None, 99, None]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_watcher_that_breaks_is_not_left_relaxed() -> None:
    def broken() -> None:
        raise RuntimeError("the watcher is broken")

    watcher = Watched("a")
    watcher.when_hurried = broken
    sqs = ScriptedSqs((200, {}), received(message("a")))
    with joined(), EventSource(URL, watcher, longest=99, session=sqs.session):
        watcher.until_relaxed(99, None)
    assert watcher.relaxed == [99, None]


def test_pauses_double_up_to_a_minute_and_differ() -> None:
    for failures in (*range(1, 20), 10_000):
        longest = min(FIRST_PAUSE * 2 ** min(failures - 1, 99), LONGEST_PAUSE)
        assert longest / 2 <= backoff(failures) <= longest
    assert len({backoff(9) for _ in range(20)}) > 1


@pytest.mark.parametrize("url", ["events", "arn:aws:sqs:eu-west-1:123456789012:events", "http://x"])
def test_what_is_no_queue_is_refused_at_once(url: str) -> None:
    with pytest.raises(Refused, match=url):
        EventSource(url, Watched())

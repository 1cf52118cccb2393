"""One thread writes; what waits goes together; everybody is told."""

from __future__ import annotations

import queue
import threading

import pytest
from msgspec.structs import replace

from batchyard.batch.notices import Notice
from batchyard.errors import YardError
from batchyard.store.memory import MemoryStore
from batchyard.store.seam import Batch, JobChange, Store, TaskRemoval
from batchyard.store.writer import Writer, merged
from tests.store.kept import batch, ended, job, running
from tests.store.kept_pipelines import changes, instance, moved, pipeline, taken

SECONDS = 30.0


class Gated(MemoryStore):
    """A store whose commits wait until the test lets them through."""

    def __init__(self) -> None:
        super().__init__()
        self.entered: queue.Queue[Batch] = queue.Queue()
        self.results: queue.Queue[Exception | None] = queue.Queue()

    def commit(self, batch: Batch) -> None:
        self.entered.put(batch)
        error = self.results.get(timeout=SECONDS)
        if error is not None:
            raise error
        super().commit(batch)


class Told:
    """Collects what a writer tells, with the thread that told it."""

    def __init__(self) -> None:
        self.results: queue.Queue[tuple[BaseException | None, str]] = queue.Queue()

    def __call__(self, error: BaseException | None) -> None:
        self.results.put((error, threading.current_thread().name))

    def next(self) -> BaseException | None:
        return self.results.get(timeout=SECONDS)[0]


def test_when_it_is_told_it_can_be_read(store: Store) -> None:
    writer, told = Writer(store), Told()
    writer.start()
    for n in range(20):
        writer.submit(batch(job(str(n))), told)
        assert told.next() is None
        assert store.job(str(n)) == job(str(n))
    writer.stop()


def test_it_is_told_on_the_writers_own_thread(store: Store) -> None:
    writer, told = Writer(store), Told()
    writer.start()
    writer.submit(batch(), told)
    assert told.results.get(timeout=SECONDS) == (None, "batchyard-writer")
    writer.stop()


def test_what_waits_meanwhile_goes_in_one_commit_and_each_is_told() -> None:
    store, told = Gated(), Told()
    writer = Writer(store)
    writer.start()
    writer.submit(batch(job("first")), told)
    store.entered.get(timeout=SECONDS)
    for n in range(5):
        writer.submit(batch(job(str(n)), notes={"n": str(n)}), told)
    store.results.put(None)
    together = store.entered.get(timeout=SECONDS)
    assert [change.job.id for change in together.jobs] == list("01234")
    assert together.notes == {"n": "4"}
    store.results.put(None)
    assert [told.next() for _ in range(6)] == [None] * 6
    writer.stop()


def test_a_failure_is_told_to_everybody_it_concerns_and_the_next_batch_is_written() -> None:
    store, told, failure = Gated(), Told(), YardError("no room")
    writer = Writer(store)
    writer.submit(batch(job("a")), told)
    writer.submit(batch(job("b")), told)
    writer.start()
    store.results.put(failure)
    assert [told.next(), told.next()] == [failure, failure]
    store.results.put(None)
    writer.submit(batch(job("c")), told)
    assert told.next() is None
    writer.stop()
    assert [each.id for each in store.live_jobs()] == ["c"]


def test_one_that_cannot_be_told_does_not_keep_the_others_from_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(_: BaseException | None) -> None:
        raise RuntimeError("the loop is closed")

    writer, told = Writer(MemoryStore()), Told()
    writer.submit(batch(job("a")), broken)
    writer.submit(batch(job("b")), told)
    writer.start()
    assert told.next() is None
    writer.submit(batch(job("c")), told)
    assert told.next() is None
    writer.stop()
    assert "nobody could be told" in caplog.text


def test_stopping_writes_what_was_submitted(store: Store) -> None:
    writer, told = Writer(store), Told()
    for n in range(10):
        writer.submit(batch(job(str(n))), told)
    writer.start()
    writer.stop()
    assert [told.next() for _ in range(10)] == [None] * 10
    assert len(list(store.live_jobs())) == 10


def until_refused(writer: Writer, told: Told) -> int:
    """Submit until the writer has been told to stop; give how often it was not yet."""
    taken = 0
    while True:
        try:
            writer.submit(batch(job("b")), told)
        except YardError:
            return taken
        taken += 1


def test_stopping_while_others_wait_writes_them_and_ends() -> None:
    store, told = Gated(), Told()
    writer = Writer(store)
    writer.start()
    writer.submit(batch(job("a")), told)
    store.entered.get(timeout=SECONDS)
    writer.submit(batch(job("b")), told)
    stopping = threading.Thread(target=writer.stop)
    stopping.start()
    waiting = 1 + until_refused(writer, told)
    store.results.put(None)
    store.results.put(None)
    stopping.join(SECONDS)
    assert not stopping.is_alive()
    assert [told.next() for _ in range(1 + waiting)] == [None] * (1 + waiting)


def test_starting_and_stopping_twice_is_fine() -> None:
    writer = Writer(MemoryStore())
    writer.start()
    writer.start()
    writer.stop()
    writer.stop()
    writer.start()
    with pytest.raises(YardError, match="stopped"):
        writer.submit(batch(), Told())


def test_a_writer_that_never_started_refuses_what_waited() -> None:
    writer, told = Writer(MemoryStore()), Told()
    writer.submit(batch(job("a")), told)
    for _ in range(3):
        writer.stop()
    assert isinstance(told.next(), YardError)
    assert told.results.empty()


def test_merging_leaves_the_last_of_each_job_and_the_first_order() -> None:
    new, other = job("a"), job("b")
    over = ended(running(new, "x"))
    made = merged([batch(new, other), Batch([JobChange(over, b"{}")]), Batch([JobChange(over)])])
    assert list(made.jobs) == [JobChange(over, b"{}"), JobChange(other)]


def test_merging_leaves_the_last_of_each_pipeline_instance_and_task() -> None:
    first, other, again = instance("@a"), instance("@b"), moved(instance("@a"))
    defined, stale = replace(pipeline("p"), version=2), taken("1", stale=True)
    made = merged(
        [
            Batch(pipelines=[pipeline("p")], instances=changes("p", first, other)),
            Batch(tasks=[taken("1"), taken("2"), TaskRemoval("3")], instances=changes("q", first)),
            Batch(pipelines=[defined], instances=changes("p", again)),
            Batch(tasks=[stale, TaskRemoval("2"), taken("3")]),
        ]
    )
    assert list(made.pipelines) == [defined]
    assert list(made.instances) == [*changes("p", again, other), *changes("q", first)]
    assert list(made.tasks) == [stale, TaskRemoval("2"), taken("3")]


def test_merging_keeps_every_notice_in_order_and_the_furthest_delivery() -> None:
    notices = [Notice(number, "a", b"") for number in (1, 2, 3)]
    batches = [Batch(notices=notices[:1], delivered=7), Batch(), Batch(notices=notices[1:])]
    assert merged(batches) == Batch([], [], {}, [], [], [], [], notices=notices, delivered=7)

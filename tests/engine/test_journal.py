"""What became of pipelines is gathered, written, told, and tried again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from batchyard.engine.journal import RETRY_MS, Journal
from batchyard.errors import YardError
from batchyard.pipelines.instances import Instance
from batchyard.pipelines.states import Status
from batchyard.store.seam import Batch, TaskRemoval
from batchyard.testing import FakeClock
from tests.store.kept_pipelines import changes, instance, moved, pipeline, taken

Done = Callable[[BaseException | None], None]


class Written:
    """Takes batches; a test says what came of the first that waits."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self._done: list[Done] = []

    def submit(self, batch: Batch, done: Done) -> None:
        self.batches.append(batch)
        self._done.append(done)

    def end(self, error: BaseException | None = None) -> None:
        self._done.pop(0)(error)


class Desk:
    """A journal with what it writes to, and what it has told."""

    def __init__(self) -> None:
        self.clock, self.writer = FakeClock(), Written()
        self.settled: list[tuple[str, Instance]] = []
        self.journal = Journal(
            self.writer, self.clock, lambda _: b"{}", lambda _: None, self.settled.extend
        )

    def end(self, error: BaseException | None = None) -> None:
        self.writer.end(error)
        self.clock.run()


@pytest.fixture
def desk() -> Desk:
    return Desk()


A, B = instance("@a"), instance("@b")


def test_an_instance_that_changed_often_is_written_once_as_it_stands(desk: Desk) -> None:
    over = moved(moved(A), Status.FINISHED)
    for now in (A, moved(A), over):
        desk.journal.instance("p", now)
    desk.journal.instance("q", A)
    desk.journal.pipeline(pipeline("p"))
    desk.journal.pipeline(defined := replace(pipeline("p"), version=1))
    desk.journal.flush()
    (batch,) = desk.writer.batches
    assert list(batch.instances) == [*changes("p", over), *changes("q", A)]
    assert list(batch.pipelines) == [defined]


def test_of_a_task_is_written_what_became_of_it_last(desk: Desk) -> None:
    desk.journal.task(taken("1"))
    desk.journal.task(taken("2"))
    desk.journal.task_gone("2")
    desk.journal.task_gone("3")
    desk.journal.task(taken("3"))
    desk.journal.task(taken("1", stale=True))
    desk.journal.flush()
    (batch,) = desk.writer.batches
    assert list(batch.tasks) == [taken("1", stale=True), TaskRemoval("2"), taken("3")]


def test_instances_are_told_once_they_are_on_disk_and_as_they_are_there(desk: Desk) -> None:
    desk.journal.instance("p", A)
    desk.journal.flush()
    desk.journal.instance("p", moved(A))
    assert desk.settled == []
    desk.end()
    assert desk.settled == [("p", A)]
    desk.end()
    assert desk.settled == [("p", A), ("p", moved(A))]
    assert desk.journal.idle


def test_they_are_told_before_what_waits_for_the_disk_is_done(desk: Desk) -> None:
    told: list[int] = []
    desk.journal.instance("p", A)
    desk.journal.after(lambda: told.append(len(desk.settled)))
    desk.journal.flush()
    desk.end()
    assert told == [1]


@pytest.mark.parametrize(
    "note",
    [
        lambda journal: journal.pipeline(pipeline("p")),
        lambda journal: journal.instance("p", A),
        lambda journal: journal.task(taken("1")),
        lambda journal: journal.task_gone("1"),
    ],
    ids=["pipeline", "instance", "task", "task gone"],
)
def test_whatever_was_noted_is_awaited_and_written(
    desk: Desk, note: Callable[[Journal], None]
) -> None:
    note(desk.journal)
    assert not desk.journal.idle
    desk.journal.flush()
    assert len(desk.writer.batches) == 1
    desk.end()
    assert desk.journal.idle


def test_what_could_not_be_written_is_tried_again_unless_it_has_changed_meanwhile(
    desk: Desk,
) -> None:
    defined = replace(pipeline("p"), version=1)
    desk.journal.pipeline(pipeline("p"))
    desk.journal.pipeline(pipeline("q"))
    desk.journal.instance("p", A)
    desk.journal.instance("p", B)
    desk.journal.task(taken("1"))
    desk.journal.task(taken("2"))
    desk.journal.flush()
    desk.journal.pipeline(defined)
    desk.journal.instance("p", moved(B))
    desk.journal.task_gone("1")
    desk.end(YardError("the disk is full"))
    assert desk.settled == []
    desk.clock.advance(RETRY_MS)
    again = desk.writer.batches[-1]
    assert list(again.pipelines) == [defined, pipeline("q")]
    assert list(again.instances) == changes("p", A, moved(B))
    assert list(again.tasks) == [TaskRemoval("1"), taken("2")]
    desk.end()
    assert desk.settled == [("p", A), ("p", moved(B))]

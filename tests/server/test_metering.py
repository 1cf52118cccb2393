"""What a yard counts, against loads of which every number is known."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from batchyard.batch.model import Demand, Retry
from batchyard.engine.journal import RETRY_MS
from batchyard.metrics.board import Board
from batchyard.server.metering import Metering
from batchyard.server.operations import Context
from tests.engine.looking import (
    EXECUTABLE,
    OPEN,
    QUEUED,
    RUNNING,
    SCHEDULED,
    STARVING,
    shown,
)
from tests.engine.yard import MEMORY, PLACE, VCPUS, Yard, after

REGION = PLACE.region
QUEUE = (REGION, "q", "", "")
PLACED = (REGION, "q", "env", "")
ROOM = (REGION, "", "env", "")


@pytest.fixture
def yard() -> Yard:
    return Yard()


def counted(board: Board, name: str) -> dict[tuple[str, ...], Any]:
    return next(dict(f.series) for f in board.families() if f.metric.name == name)


def test_slots_and_tasks_are_shown_as_jobs_come_run_wait_and_end(yard: Yard) -> None:
    board = yard.metering.board
    assert shown(board) == {(OPEN, ROOM): 2}
    first, second = yard.submit(), yard.submit()
    third, child = yard.submit(), yard.submit(depends_on=after(first))
    yard.settle()
    assert shown(board) == {
        (RUNNING, PLACED): 2,
        (QUEUED, QUEUE): 1,
        (EXECUTABLE, QUEUE): 1,
        (SCHEDULED, QUEUE): 1,
    }
    yard.runs(first)
    assert shown(board) == {(RUNNING, PLACED): 2, (QUEUED, QUEUE): 1, (EXECUTABLE, QUEUE): 1}
    for job in (second, third, child):
        yard.runs(job)
    assert shown(board) == {(OPEN, ROOM): 2}
    assert counted(board, "jobs.ended") == {(REGION, "q", "SUCCEEDED"): 4}


def test_a_job_that_lacks_memory_while_vcpus_are_free_starves(yard: Yard) -> None:
    yard.submit(demand=Demand(1000, MEMORY))
    starving = yard.submit(demand=Demand(1000, 1))
    yard.settle()
    board = yard.metering.board
    assert shown(board)[STARVING, QUEUE] == 1
    assert shown(board)[OPEN, ROOM] == 1
    too_wide = yard.submit(demand=Demand(VCPUS, 1))
    yard.settle()
    assert shown(board)[QUEUED, QUEUE] == 2
    assert shown(board)[STARVING, QUEUE] == 1
    assert {yard.state(job) for job in (starving, too_wide)} == {"RUNNABLE"}


def test_a_job_that_nothing_can_hold_is_queued_and_not_executable(yard: Yard) -> None:
    yard.submit(demand=Demand(VCPUS + 1, 1))
    yard.settle()
    assert shown(yard.metering.board) == {(OPEN, ROOM): 2, (QUEUED, QUEUE): 1}
    yard.environment(vcpus=VCPUS + 1)
    yard.settle()
    assert shown(yard.metering.board) == {(RUNNING, PLACED): 1}


def test_a_queue_in_which_nothing_is_shows_zeros(yard: Yard) -> None:
    for name, where in ((QUEUED, QUEUE), (EXECUTABLE, QUEUE), (SCHEDULED, QUEUE)):
        assert counted(yard.metering.board, name)[where] == 0
    assert counted(yard.metering.board, RUNNING)[PLACED] == 0
    assert counted(yard.metering.board, STARVING)[QUEUE] == 0


def test_start_and_end_are_timed_from_what_the_job_says(yard: Yard) -> None:
    board, job = yard.metering.board, yard.submit()
    yard.settle()
    yard.clock.advance(1500)
    attempt = yard.attempt(job)
    yard.launcher.starts(attempt)
    yard.settle()
    started = counted(board, "jobs.submit_to_start")[(REGION, "q")]
    assert (started.seen, started.total) == (1, 1.5)
    yard.writer.held = True
    yard.launcher.exits(attempt)
    yard.settle()
    assert counted(board, "jobs.exit_to_visible") == {}
    yard.clock.advance(250)
    yard.writer.write()
    visible = counted(board, "jobs.exit_to_visible")[(REGION, "q")]
    assert (visible.seen, visible.total) == (1, 0.25)


def test_only_the_first_attempt_tells_when_a_job_started(yard: Yard) -> None:
    job = yard.submit(retry=Retry(2))
    yard.settle()
    yard.runs(job, exit_code=1)
    yard.runs(job)
    board = yard.metering.board
    assert counted(board, "jobs.submit_to_start")[(REGION, "q")].seen == 1
    assert counted(board, "jobs.exit_to_visible")[(REGION, "q")].seen == 1
    assert counted(board, "jobs.ended") == {(REGION, "q", "SUCCEEDED"): 1}


def test_a_commit_that_fails_is_counted_and_its_jobs_are_visible_after_the_next(
    yard: Yard,
) -> None:
    board, job = yard.metering.board, yard.submit()
    yard.settle()
    yard.launcher.starts(yard.attempt(job))
    yard.settle()
    yard.store.failures = 1
    yard.launcher.exits(yard.attempt(job))
    yard.settle()
    assert counted(board, "journal.commits")[("failed",)] == 1
    assert counted(board, "jobs.exit_to_visible") == {}
    yard.clock.advance(RETRY_MS)
    assert counted(board, "jobs.exit_to_visible")[(REGION, "q")].total == RETRY_MS / 1000
    commits = counted(board, "journal.commits")[("done",)]
    assert commits == counted(board, "journal.commit_time")[()].seen > 0


def test_events_are_counted_by_what_became_of_them(yard: Yard) -> None:
    metering = yard.metering
    for taken, refused in ((3, 1), (2, 0)):
        metering.delivered("taken", taken)
        metering.delivered("refused", refused)
    assert counted(metering.board, "events.delivered") == {("taken",): 5, ("refused",): 1}


def test_counters_outlive_an_engine_and_gauges_tell_of_the_next(yard: Yard) -> None:
    done, waiting = yard.submit(), yard.submit(demand=Demand(VCPUS, 1))
    yard.settle()
    yard.runs(done)
    yard.settle()
    before = shown(yard.metering.board)
    yard.crash()
    yard.settle()
    assert shown(yard.metering.board) == before == {(RUNNING, PLACED): 1}
    assert counted(yard.metering.board, "jobs.ended") == {(REGION, "q", "SUCCEEDED"): 1}
    assert yard.state(waiting) == "STARTING"


class Polls:
    """PollForTask, answered when a test says so."""

    def __init__(self) -> None:
        self.metering = Metering(lambda: 0)
        self.answer: Callable[[], Any] = lambda: SimpleNamespace(task_object=None)
        self._poll = self.metering.polled({"PollForTask": lambda *_: self.answer()})["PollForTask"]

    def poll(self, group: str) -> Any:  # noqa: ANN401 - a wire struct, or what will be one
        context = Context(PLACE, cast("Any", None), None)
        return self._poll(context, SimpleNamespace(worker_group=group))


def test_polls_are_counted_by_what_they_bring_and_shown_while_they_wait(yard: Yard) -> None:
    async def scenario() -> None:
        polls = Polls()
        polls.metering.follow(yard.engine)
        board = polls.metering.board
        assert polls.poll("wg").task_object is None
        coming = asyncio.get_running_loop().create_future()
        polls.answer = lambda: coming
        waiting = asyncio.ensure_future(polls.poll("wg"))
        await asyncio.sleep(0)
        assert shown(board)[OPEN, (REGION, "", "", "wg")] == 1
        coming.set_result(SimpleNamespace(task_object="a task"))
        await waiting
        assert (OPEN, (REGION, "", "", "wg")) not in shown(board)
        gone = asyncio.get_running_loop().create_future()
        polls.answer = lambda: gone
        leaving = asyncio.ensure_future(polls.poll("wg"))
        await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.wait([leaving])
        assert (OPEN, (REGION, "", "", "wg")) not in shown(board)
        found = counted(board, "tasks.polled")
        assert found == {(REGION, "wg", "empty"): 1, (REGION, "wg", "task"): 1}

    asyncio.run(scenario())

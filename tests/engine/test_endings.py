"""Many jobs are ended a turn at a time, and a crash in the middle leaves none of them behind.

The oracle: https://docs.aws.amazon.com/batch/latest/APIReference/API_DeleteJobQueue.html ("All jobs
in the queue are eventually terminated"), …/API_CancelJob.html and …/API_TerminateJob.html.
"""

import asyncio
from collections import Counter
from collections.abc import Callable

import pytest

from batchyard.batch import events, ids
from batchyard.batch.model import Demand, Retry
from batchyard.batch.resources import JobQueue
from batchyard.batch.states import JobState
from batchyard.engine.endings import A_TURN
from batchyard.engine.explaining import explain
from tests.engine.yard import PLACE, SEQUENTIAL, VCPUS, Yard

SIZE = 5 * A_TURN
LARGE = Demand(VCPUS, 100)


@pytest.fixture
def yard() -> Yard:
    return Yard()


def cancel(yard: Yard, job_id: str) -> None:
    yard.engine.apply(job_id, events.Cancelled(yard.now(), reason="cancelled"))


def terminate(yard: Yard, job_id: str) -> None:
    yard.engine.apply(job_id, events.Terminated(yard.now(), reason="terminated"))


def delete(yard: Yard, name: str = "q") -> JobQueue:
    queue = yard.engine.shelf(PLACE).queues[name]
    yard.engine.remove(PLACE, queue)
    return queue


async def stopped(yard: Yard) -> None:
    stopping = asyncio.ensure_future(yard.engine.stop())
    await asyncio.sleep(0)
    yard.settle()
    await stopping


def states(yard: Yard, array: str) -> Counter[str]:
    return Counter(yard.state(ids.child_id(array, index)) for index in range(SIZE))


def crash_in_the_middle(yard: Yard, what: Callable[[], object]) -> None:
    """Let something happen of which the first commit is the last one that a crash leaves."""
    yard.writer.held = True
    what()
    yard.settle()
    yard.writer.write()
    yard.crash()


@pytest.mark.parametrize("stop", [cancel, terminate])
def test_a_large_array_is_stopped_a_turn_at_a_time(
    yard: Yard, stop: Callable[[Yard, str], None]
) -> None:
    array = yard.submit(array_size=SIZE, demand=LARGE)
    yard.settle()
    changed: list[int] = [0]
    yard.engine.watchers.append(lambda *_: changed.append(changed.pop() + 1))

    def turn() -> None:
        changed.append(0)
        if len(changed) < 3 * SIZE / A_TURN:
            yard.clock.call_soon(turn)

    stop(yard, array)
    yard.clock.call_soon(turn)
    yard.settle()
    # each child, and its parent with it; two lots of them while the first turn still goes on
    assert max(changed) <= 2 * 2 * A_TURN + 1
    expected = {"STARTING": 1, "FAILED": SIZE - 1}
    assert states(yard, array) == expected
    assert yard.job(array).stop is None


@pytest.mark.parametrize("stop", [cancel, terminate])
def test_a_small_array_is_stopped_in_one_turn(
    yard: Yard, stop: Callable[[Yard, str], None]
) -> None:
    array = yard.submit(array_size=3, demand=Demand(2 * VCPUS, 100))
    yard.settle()
    stop(yard, array)
    assert yard.state(array) == "FAILED"


@pytest.mark.parametrize("stop", [cancel, terminate])
def test_stopping_an_array_goes_on_after_a_crash(
    yard: Yard, stop: Callable[[Yard, str], None]
) -> None:
    array = yard.submit(array_size=SIZE, demand=LARGE)
    yard.settle()
    crash_in_the_middle(yard, lambda: stop(yard, array))
    assert states(yard, array)["RUNNABLE"] > A_TURN, "the crash came too late to show anything"
    yard.settle()
    assert states(yard, array) == {"STARTING": 1, "FAILED": SIZE - 1}
    first = ids.child_id(array, 0)
    assert (yard.attempt(first) in yard.launcher.ended) is (stop is terminate)
    yard.runs(first, 1)
    reason = "cancelled" if stop is cancel else "terminated"
    assert (yard.state(array), yard.job(array).status_reason) == ("FAILED", reason)


def test_a_stopped_array_is_not_stopped_again_after_a_restart(yard: Yard) -> None:
    array = yard.submit(array_size=2, demand=LARGE, retry=Retry(2))
    yard.settle()
    cancel(yard, array)
    yard.settle()
    first = ids.child_id(array, 0)
    yard.environment(enabled=False)
    yard.runs(first, 1)
    assert yard.state(first) == "RUNNABLE", "it was running when the array was cancelled"
    yard.crash()
    yard.settle()
    assert yard.state(first) == "RUNNABLE"


def test_a_cancellation_does_not_soften_a_termination_under_way(yard: Yard) -> None:
    array = yard.submit(array_size=SIZE, demand=LARGE)
    yard.settle()

    def both() -> None:
        terminate(yard, array)
        cancel(yard, array)

    crash_in_the_middle(yard, both)
    yard.settle()
    assert list(yard.launcher.ended) == [yard.attempt(ids.child_id(array, 0))]


def test_children_in_sequence_are_stopped_for_the_reason_that_was_given(yard: Yard) -> None:
    array = yard.submit(array_size=SIZE, demand=LARGE, depends_on=SEQUENTIAL)
    yard.settle()
    cancel(yard, array)
    yard.settle()
    said = Counter(yard.job(ids.child_id(array, index)).status_reason for index in range(1, SIZE))
    assert said == {"cancelled": SIZE - 1}


def test_a_queue_is_there_until_its_jobs_were_told_and_gives_room_to_none(yard: Yard) -> None:
    jobs = [yard.submit(demand=LARGE) for _ in range(SIZE)]
    yard.settle()
    first, next_in_line = jobs[0], jobs[1]
    queue = delete(yard)
    shelf = yard.engine.shelf(PLACE)
    assert shelf.queues["q"].deleting
    assert yard.state(next_in_line) == "RUNNABLE"
    assert explain(yard.engine, yard.job(next_in_line)).sentences
    yard.engine.put(PLACE, shelf.queues["q"])  # as tags do
    yard.launcher.starts(yard.attempt(first))
    yard.launcher.exits(yard.attempt(first))
    yard.settle()
    assert yard.state(first) == "SUCCEEDED"
    ended = [yard.job(job) for job in jobs[1:]]
    assert {(job.state, job.status_reason) for job in ended} == {("FAILED", "Job queue deleted")}
    assert not any(job.attempts for job in ended), "it was given the room that became free"
    assert "q" not in shelf.queues
    assert queue.arn not in [resource.arn for _, resource in yard.store.resources()]
    assert not yard.engine.jobs


def test_deleting_a_queue_goes_on_after_a_crash(yard: Yard) -> None:
    other = yard.queue("other")
    jobs = [yard.submit(demand=LARGE) for _ in range(SIZE)]
    array = yard.submit(array_size=SIZE)
    kept = yard.submit(queue=other.arn, demand=LARGE)
    yard.settle()

    def delete_and_make_room() -> None:
        delete(yard)
        yard.environment(vcpus=3 * VCPUS)

    crash_in_the_middle(yard, delete_and_make_room)
    assert "q" in yard.engine.shelf(PLACE).queues
    assert Counter(map(yard.state, jobs))["RUNNABLE"] > A_TURN, "it came too late"
    yard.settle()
    assert "q" not in yard.engine.shelf(PLACE).queues
    assert list(yard.launcher.ended) == [yard.attempt(jobs[0])]
    yard.runs(jobs[0], 143)
    assert {yard.state(job) for job in (*jobs, array)} == {"FAILED"}
    assert states(yard, array) == {"FAILED": SIZE}
    told = [*jobs[1:], *(ids.child_id(array, index) for index in range(SIZE))]
    assert not any(yard.job(job).attempts for job in told), "they were given the new room"
    assert yard.state(kept) == "STARTING"
    assert set(yard.engine.jobs) == {kept}
    yard.crash()
    assert "q" not in yard.engine.shelf(PLACE).queues


def test_stopping_the_yard_leaves_the_rest_to_the_next(yard: Yard) -> None:
    array = yard.submit(array_size=SIZE, demand=LARGE)
    yard.settle()
    cancel(yard, array)
    asyncio.run(stopped(yard))
    left = states(yard, array)["RUNNABLE"]
    yard.settle()
    assert states(yard, array)["RUNNABLE"] == left > 0
    yard.crash()
    yard.settle()
    assert states(yard, array)[JobState.RUNNABLE] == 0

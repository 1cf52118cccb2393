"""Source: https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable_capacity.html."""

from msgspec.structs import replace

from batchyard.batch import ids
from batchyard.batch.model import Demand
from batchyard.batch.resources import TimeLimit
from batchyard.engine.chores.capacity import EVERY_MS, Capacity
from batchyard.engine.chores.time_limits import TimeLimits
from tests.engine.yard import MEMORY, PLACE, VCPUS, Yard

CODE = "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"


class Looked:
    """A yard at whose heads of queues somebody looks."""

    def __init__(self) -> None:
        self.yard = Yard()
        self.begin()

    def begin(self) -> None:
        self.chore = Capacity(self.yard.engine, self.yard.clock)
        self.chore.start()

    def submit(self, vcpus: int, memory: int) -> str:
        job = self.yard.submit(demand=Demand(vcpus, memory))
        self.yard.settle()
        return job

    def minutes(self, number: int) -> None:
        for _ in range(number):
            self.yard.clock.advance(EVERY_MS)
        self.yard.settle()

    def reason(self, job: str) -> str:
        return (self.yard.job(job).status_reason or "").partition(" - ")[0]


def test_the_head_of_a_queue_that_memory_holds_up_says_so_when_it_lasts() -> None:
    looked = Looked()
    blocker = looked.submit(500, MEMORY)
    jobs = [looked.submit(500, 10) for _ in range(2)]
    looked.minutes(1)
    assert looked.reason(jobs[0]) == ""
    looked.minutes(1)
    assert [looked.reason(job) for job in jobs] == [CODE, ""], "the others wait their turn"
    looked.yard.runs(blocker)
    assert [looked.yard.state(job) for job in jobs] == ["STARTING", "STARTING"]
    assert looked.reason(jobs[0]) == ""


def test_nothing_is_written_again_while_nothing_changes() -> None:
    looked = Looked()
    looked.submit(500, MEMORY)
    job = looked.submit(500, 10)
    looked.minutes(2)
    batches = looked.yard.writer.batches
    looked.minutes(5)
    assert looked.reason(job) == CODE
    assert looked.yard.writer.batches == batches


def test_who_waits_for_vcpus_waits_its_turn() -> None:
    looked = Looked()
    looked.submit(VCPUS, MEMORY)
    job = looked.submit(500, 10)
    looked.minutes(3)
    assert looked.reason(job) == ""


def test_it_is_said_no_more_when_something_else_holds_a_job_up_also_after_a_crash() -> None:
    looked = Looked()
    looked.submit(500, MEMORY)
    job = looked.submit(VCPUS - 500, 10)
    looked.minutes(2)
    assert looked.reason(job) == CODE
    looked.yard.crash()
    looked.begin()
    looked.yard.environment(vcpus=VCPUS, enabled=False)
    looked.minutes(1)
    assert looked.yard.state(job) == "RUNNABLE"
    assert looked.reason(job) == ""


def test_a_queue_may_limit_how_long_its_head_waits_for_capacity() -> None:
    looked = Looked()
    limits = TimeLimits(looked.yard.engine, looked.yard.clock)
    limits.start()
    queue = looked.yard.engine.shelf(PLACE).queue(ids.arn(PLACE, ids.QUEUE, "q"))
    assert queue is not None
    looked.yard.engine.put(PLACE, replace(queue, time_limits=(TimeLimit(CODE, 600),)))
    looked.submit(500, MEMORY)
    job = looked.submit(500, 10)
    looked.minutes(14)
    assert looked.yard.state(job) == "FAILED"
    assert (looked.yard.job(job).status_reason or "").endswith(f"due to reason: {CODE}")


def test_stopping_twice_and_before_the_start_is_fine() -> None:
    looked = Looked()
    other = Capacity(looked.yard.engine, looked.yard.clock)
    other.stop()
    other.start()
    other.start()
    other.stop()
    other.stop()
    looked.chore.stop()
    looked.submit(500, MEMORY)
    job = looked.submit(500, 10)
    looked.minutes(3)
    assert looked.reason(job) == ""

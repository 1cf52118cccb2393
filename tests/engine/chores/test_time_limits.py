"""Source: https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable.html."""

from msgspec.structs import replace

from batchyard.batch.model import Demand
from batchyard.batch.resources import JobQueue, TimeLimit
from batchyard.engine.chores.time_limits import EVERY_MS, TimeLimits
from tests.engine.yard import PLACE, VCPUS, Yard

CODE = "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE"
HUGE = Demand(VCPUS + 1, 1)
ENDED = f"Canceled by JobStateTimeLimit action due to reason: {CODE}"


class Limited:
    """A yard whose queue limits how long jobs may be stuck."""

    def __init__(self, seconds: int = 600) -> None:
        self.yard = Yard()
        self.queue: JobQueue = self.yard.queue()
        self.limit(TimeLimit(CODE, seconds))
        self.begin()

    def limit(self, *limits: TimeLimit) -> None:
        self.yard.engine.put(PLACE, replace(self.queue, time_limits=limits))

    def begin(self) -> None:
        self.chore = TimeLimits(self.yard.engine, self.yard.clock)
        self.chore.start()

    def advance(self, milliseconds: int) -> None:
        self.yard.settle()
        self.yard.clock.advance(milliseconds)
        self.yard.settle()

    def outcome(self, job: str) -> tuple[str, str | None]:
        return self.yard.state(job), self.yard.job(job).status_reason


def test_a_job_that_is_stuck_for_too_long_is_cancelled() -> None:
    limited = Limited()
    huge, small = limited.yard.submit(demand=HUGE), limited.yard.submit()
    limited.advance(600_000 - 1)
    assert limited.outcome(huge)[0] == "RUNNABLE"
    limited.advance(EVERY_MS)
    assert limited.outcome(huge) == ("FAILED", ENDED)
    assert limited.yard.job(huge).cancelled
    assert limited.yard.state(small) == "STARTING"


def test_nothing_is_looked_at_while_nothing_is_stuck() -> None:
    limited = Limited()
    limited.yard.submit()
    limited.yard.settle()
    assert limited.yard.clock.pending == 0
    huge = limited.yard.submit(demand=HUGE)
    limited.yard.settle()
    assert limited.yard.clock.pending == 1
    limited.yard.environment(vcpus=2 * VCPUS)
    limited.advance(700_000)
    assert limited.yard.state(huge) == "STARTING"
    assert limited.yard.clock.pending == 0


def test_time_goes_on_through_a_restart() -> None:
    limited = Limited()
    huge = limited.yard.submit(demand=HUGE)
    limited.advance(500_000)
    limited.yard.crash()
    limited.begin()
    limited.advance(100_000 + EVERY_MS)
    assert limited.outcome(huge) == ("FAILED", ENDED)


def test_a_limit_that_is_set_later_counts_from_when_the_job_got_stuck() -> None:
    limited = Limited(seconds=86_400)
    huge = limited.yard.submit(demand=HUGE)
    limited.advance(700_000)
    limited.limit(TimeLimit(CODE, 600))
    limited.advance(EVERY_MS)
    assert limited.outcome(huge) == ("FAILED", ENDED)


def test_stopping_twice_and_before_the_start_is_fine() -> None:
    limited = Limited()
    huge = limited.yard.submit(demand=HUGE)
    limited.yard.settle()
    limited.chore.start()
    limited.chore.stop()
    limited.chore.stop()
    TimeLimits(limited.yard.engine, limited.yard.clock).stop()
    limited.advance(900_000)
    assert limited.yard.state(huge) == "RUNNABLE"
    assert limited.yard.clock.pending == 0

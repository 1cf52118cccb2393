"""Service jobs with a quota share on an engine: what it holds outlives a crash."""

from msgspec.structs import replace

from batchyard.batch import ids, reasons
from batchyard.batch.images import Image
from batchyard.batch.model import Demand, ServiceRequest
from batchyard.batch.obstacles import Cause
from batchyard.batch.resources import Capacity, JobQueue, QuotaShare, ServiceEnvironment
from batchyard.engine.explaining import explain
from tests.engine.yard import PLACE, Yard

UNIT, KIND = "ml.m5.large", "SAGEMAKER_TRAINING"
ENVIRONMENT = ids.arn(PLACE, ids.SERVICE_ENVIRONMENT, "types")
QUEUE = ids.arn(PLACE, ids.QUEUE, "quota")


def share_arn(name: str) -> str:
    return ids.quota_share_arn(QUEUE, name)


class Shared:
    """A yard with two instances, one for each of two shares that lend and borrow."""

    def __init__(self) -> None:
        self.yard = Yard()
        self.yard.images[KIND] = Image(command=("sleep",))
        capacity = (Capacity(UNIT, 2),)
        put = self.yard.engine.put
        put(PLACE, ServiceEnvironment("types", ENVIRONMENT, "ENABLED", capacity))
        put(PLACE, JobQueue("quota", QUEUE, "ENABLED", 1, (ENVIRONMENT,)))
        for name in ("a", "b"):
            one = (Capacity(UNIT, 1),)
            share = QuotaShare(name, share_arn(name), QUEUE, "ENABLED", one, "LEND_AND_BORROW")
            put(PLACE, share)

    def submit(self, share: str, instances: int = 1) -> str:
        service = ServiceRequest(KIND, UNIT, instances, share_arn(share))
        demand = Demand(1000 * instances, 0)
        job = self.yard.submit(queue=QUEUE, command=(), image=KIND, demand=demand, service=service)
        self.yard.settle()
        return job

    def starts(self, job: str) -> None:
        self.yard.launcher.starts(self.yard.attempt(job))
        self.yard.settle()

    def states(self, *jobs: str) -> list[str]:
        return [self.yard.state(job) for job in jobs]


def test_what_is_held_is_counted_again_after_a_crash() -> None:
    shared = Shared()
    own, borrowed = shared.submit("a"), shared.submit("a")
    assert shared.states(own, borrowed) == ["STARTING", "STARTING"]
    for job in (own, borrowed):
        shared.starts(job)
    shared.yard.crash()
    third = shared.submit("a")
    assert shared.states(own, borrowed, third) == ["RUNNING", "RUNNING", "RUNNABLE"]


def test_who_was_told_to_make_room_is_told_again_and_nobody_else() -> None:
    shared = Shared()
    jobs = [shared.submit("a"), shared.submit("a")]
    for job in jobs:
        shared.starts(job)
    comes = shared.submit("b")
    [left] = [job for job in jobs if shared.yard.job(job).stop]
    said = f"PREEMPTION_IN_PROGRESS: {reasons.RECLAIMED}"
    assert shared.yard.job(left).status_reason == said
    shared.yard.crash()
    shared.yard.settle()
    assert [job for job in jobs if shared.yard.job(job).stop] == [left]
    shared.yard.launcher.exits(shared.yard.attempt(left), 143)
    shared.yard.settle()
    assert shared.states(left, comes) == ["RUNNABLE", "STARTING"]


def test_why_a_job_waits_is_told_from_the_shares() -> None:
    shared = Shared()
    for name in ("a", "b"):
        shared.submit(name)
    first, second = shared.submit("a"), shared.submit("a")
    told = explain(shared.yard.engine, shared.yard.job(second))
    assert told.sentences == (
        (
            "It waits for 1 ml.m5.large: its quota share a uses 1 of its own 1, and 0 are free "
            "in the service environment."
        ),
        "1 job goes before it in its share.",
    )
    assert (told.cause, told.ahead, told.in_front) == (Cause.QUOTA, 1, (first,))
    next_one = explain(shared.yard.engine, shared.yard.job(first))
    assert next_one.sentences[1] == "It is the next of its share."
    huge = shared.submit("a", instances=3)
    [never] = explain(shared.yard.engine, shared.yard.job(huge)).sentences
    assert never == f"It can never run as things are: {reasons.TOO_MANY_INSTANCES}"


def test_memory_is_no_matter_where_none_is_asked_for() -> None:
    shared = Shared()
    job = shared.submit("a")
    launch = shared.yard.launcher.launched[shared.yard.attempt(job)]
    assert launch.memory is None
    assert launch.command == ("sleep",)
    assert launch.environment["TRAINING_JOB_ARN"].endswith(shared.yard.attempt(job))


def test_more_room_lets_waiting_jobs_begin_at_once() -> None:
    shared = Shared()
    jobs = [shared.submit("a") for _ in range(3)]
    assert shared.states(*jobs) == ["STARTING", "STARTING", "RUNNABLE"]
    kept = shared.yard.engine.shelf(PLACE)
    more = (Capacity(UNIT, 3),)
    shared.yard.engine.put(PLACE, replace(kept.service_environments["types"], capacity=more))
    shared.yard.engine.put(PLACE, replace(kept.quota_shares[share_arn("a")], capacity=more))
    shared.yard.settle()
    assert shared.states(*jobs) == ["STARTING"] * 3

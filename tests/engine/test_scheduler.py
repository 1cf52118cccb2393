"""What the scheduler keeps over a crash, shows of resources, and says of jobs that wait."""

from typing import Any, cast

import pytest
from msgspec.structs import replace

from batchyard.batch import events, ids
from batchyard.batch.model import Consumed, Demand, Retry
from batchyard.batch.obstacles import Cause
from batchyard.batch.resources import (
    ConsumableResource,
    FairShare,
    JobQueue,
    SchedulingPolicy,
    Weight,
)
from batchyard.engine.explaining import explain
from tests.engine.yard import MEMORY, PLACE, VCPUS, Yard, after

FAIR = ids.arn(PLACE, ids.QUEUE, "fair")
LICENCE = ids.arn(PLACE, ids.CONSUMABLE, "licence")
LARGE = Demand(VCPUS, 10)
HOUR = 3_600_000


@pytest.fixture
def yard() -> Yard:
    return Yard()


def share_out(yard: Yard, *weights: Weight) -> None:
    """Make a queue that is shared out."""
    policy = ids.arn(PLACE, ids.POLICY, "policy")
    environment = ids.arn(PLACE, ids.ENVIRONMENT, "env")
    yard.engine.put(PLACE, SchedulingPolicy("policy", policy, FairShare(0, 0, weights)))
    queue = JobQueue("fair", FAIR, "ENABLED", 1, (environment,), scheduling_policy=policy)
    yard.engine.put(PLACE, queue)


def stock(yard: Yard, total: int, kind: str = "REPLENISHABLE") -> None:
    resource = ConsumableResource("licence", LICENCE, 0, total, kind=cast("Any", kind))
    yard.engine.put(PLACE, resource)
    yard.settle()


def left(yard: Yard) -> tuple[int, int, int]:
    """Total, in use, available, as DescribeConsumableResource shows them."""
    found = yard.engine.shelf(PLACE).consumables["licence"]
    return found.total, found.in_use, found.available


def starting(yard: Yard) -> set[str]:
    return {job.spec.name for job in yard.placed()}


def takes(quantity: int) -> tuple[Consumed, ...]:
    return (Consumed(LICENCE, quantity),)


@pytest.mark.parametrize("crash", [False, True])
def test_what_shares_have_used_decides_also_after_a_crash(yard: Yard, *, crash: bool) -> None:
    share_out(yard)
    first = yard.submit(queue=FAIR, share="ann", demand=LARGE)
    yard.settle()
    yard.clock.advance(60_000)
    yard.runs(first)
    if crash:
        yard.crash()
    blocker = yard.submit(demand=LARGE)
    yard.settle()
    for share in ("ann", "bob"):
        yard.submit(queue=FAIR, share=share, demand=LARGE, name=share)
    yard.runs(blocker)
    assert starting(yard) == {"bob"}


def test_what_runs_while_the_yard_is_away_is_used(yard: Yard) -> None:
    share_out(yard)
    yard.submit(queue=FAIR, share="ann", demand=Demand(VCPUS // 2, 10))
    yard.settle()
    yard.clock.advance(1000)
    usage = yard.engine.placement.queues[FAIR].shares.used("ann", yard.now())
    yard.crash()
    shares = yard.engine.placement.queues[FAIR].shares
    assert shares.used("ann", yard.now()) == pytest.approx(usage)
    assert shares.used("ann", yard.now() + 1000) == pytest.approx(2 * usage, rel=0.01)


def test_usage_is_on_disk_with_the_placement_that_it_comes_from(yard: Yard) -> None:
    share_out(yard)
    yard.settle()
    yard.writer.held = True
    yard.submit(queue=FAIR, share="ann")
    yard.settle()
    assert not any(FAIR in name for name in yard.store.notes())
    yard.writer.write()
    assert any(FAIR in name for name in yard.store.notes())


def test_usage_is_written_once_a_turn_and_only_where_it_changed(yard: Yard) -> None:
    share_out(yard)
    for share in ("ann", "bob"):
        yard.submit(queue=FAIR, share=share, demand=Demand(500, 10))
    yard.submit(demand=Demand(500, 10))
    yard.settle()
    assert [name for name in yard.store.notes() if "usage" in name] == [f"usage of {FAIR}"]


def test_a_consumable_resource_is_taken_and_given_back(yard: Yard) -> None:
    stock(yard, 3)
    jobs = [yard.submit(consumes=takes(2), demand=Demand(500, 10)) for _ in range(2)]
    yard.settle()
    assert [yard.state(job) for job in jobs] == ["STARTING", "RUNNABLE"]
    assert left(yard) == (3, 2, 1)
    yard.runs(jobs[0])
    assert [yard.state(job) for job in jobs] == ["SUCCEEDED", "STARTING"]
    yard.runs(jobs[1], exit_code=1)
    assert left(yard) == (3, 0, 3)


def test_a_consumable_resource_comes_back_between_attempts(yard: Yard) -> None:
    stock(yard, 1)
    job = yard.submit(consumes=takes(1), retry=Retry(2))
    other = yard.submit(consumes=takes(1))
    yard.settle()
    yard.runs(job, exit_code=1)
    assert [yard.state(each) for each in (job, other)] == ["RUNNABLE", "STARTING"]
    assert left(yard) == (1, 1, 0)


@pytest.mark.parametrize("crash", [False, True])
def test_what_is_used_up_does_not_come_back(yard: Yard, *, crash: bool) -> None:
    stock(yard, 3, "NON_REPLENISHABLE")
    jobs = [yard.submit(consumes=takes(2), demand=Demand(500, 10)) for _ in range(2)]
    yard.settle()
    assert left(yard) == (1, 2, 1)
    if crash:
        yard.crash()
        assert left(yard) == (1, 2, 1)
    yard.runs(jobs[0])
    assert [yard.state(job) for job in jobs] == ["SUCCEEDED", "RUNNABLE"]
    assert left(yard) == (1, 0, 1)
    if crash:
        yard.crash()
    stock(yard, 2, "NON_REPLENISHABLE")
    assert yard.state(jobs[1]) == "STARTING"
    assert left(yard) == (0, 2, 0)


def test_what_attempts_hold_is_counted_anew_after_a_crash(yard: Yard) -> None:
    stock(yard, 4)
    job = yard.submit(consumes=takes(1))
    yard.settle()
    found = yard.engine.shelf(PLACE).consumables["licence"]
    yard.engine.put(PLACE, replace(found, total=3))  # kept while some of it is in use
    yard.settle()
    yard.runs(job)
    yard.crash()
    assert left(yard) == (3, 0, 3)
    yard.submit(consumes=takes(3))
    yard.settle()
    yard.crash()
    assert left(yard) == (3, 3, 0)


def test_a_resource_that_is_deleted_holds_jobs_up_until_there_is_one_again(yard: Yard) -> None:
    stock(yard, 1)
    running = yard.submit(consumes=takes(1))
    yard.settle()
    yard.engine.remove(PLACE, yard.engine.shelf(PLACE).consumables["licence"])
    job = yard.submit(consumes=takes(1))
    yard.runs(running)
    assert yard.state(job) == "RUNNABLE"
    assert explain(yard.engine, yard.job(job)).cause is Cause.CONSUMABLE
    stock(yard, 1)
    assert yard.state(job) == "STARTING"


def test_a_changed_policy_holds_for_who_waits(yard: Yard) -> None:
    share_out(yard, Weight("ann", 0.001))
    blocker = yard.submit(demand=LARGE)
    yard.settle()
    for share in ("ann", "bob"):
        for number in range(2):
            yard.submit(queue=FAIR, share=share, demand=LARGE, name=f"{share} {number}")
    yard.runs(blocker)
    assert starting(yard) == {"ann 0"}
    yard.clock.advance(1000)
    share_out(yard, Weight("ann", 999.0))
    yard.runs(yard.placed()[0].id)
    assert starting(yard) == {"bob 0"}


def test_a_job_that_waits_for_room_is_told_who_is_in_front(yard: Yard) -> None:
    jobs = [yard.submit(demand=LARGE) for _ in range(4)]
    yard.settle()
    said = explain(yard.engine, yard.job(jobs[3]))
    assert (said.cause, said.ahead, said.in_front) == (Cause.VCPUS, 2, tuple(jobs[1:3]))


def test_a_job_that_depends_on_others_is_told_where_they_stand(yard: Yard) -> None:
    done, running = yard.submit(), yard.submit(demand=LARGE)
    yard.settle()
    job = yard.submit(depends_on=after(done, running))
    yard.settle()
    yard.runs(done)
    said = explain(yard.engine, yard.job(job))
    assert said.waits_for == (running,)
    assert said.sentences == (f"It waits for a job to succeed: {running} (STARTING).",)


def test_an_array_is_told_of_its_first_child_that_waits(yard: Yard) -> None:
    array = yard.submit(array_size=3, demand=LARGE)
    yard.settle()
    said = explain(yard.engine, yard.job(array))
    assert said.cause is Cause.VCPUS
    assert said.sentences[1] == f"The first that waits is {array}:1:"
    waiting = yard.submit(array_size=2, depends_on=after(array))
    yard.settle()
    assert explain(yard.engine, yard.job(waiting)).waits_for == (array,)


def test_an_array_whose_children_all_run_waits_for_nothing_more(yard: Yard) -> None:
    array = yard.submit(array_size=2, demand=Demand(500, 10))
    yard.settle()
    assert explain(yard.engine, yard.job(array)).cause is Cause.CHILDREN
    for child in (f"{array}:0", f"{array}:1"):
        yard.runs(child)
    assert explain(yard.engine, yard.job(array)).sentences[0].startswith("It waits for nothing")


def test_a_queue_that_is_deleted_leaves_nothing_waiting(yard: Yard) -> None:
    share_out(yard)
    jobs = [yard.submit(queue=FAIR, share="ann", demand=LARGE) for _ in range(2)]
    yard.settle()
    queue = yard.engine.shelf(PLACE).queues["fair"]
    yard.engine.remove(PLACE, queue)
    yard.settle()
    yard.runs(jobs[0], exit_code=143)
    assert [yard.state(job) for job in jobs] == ["FAILED", "FAILED"]
    assert FAIR not in yard.engine.placement.queues
    yard.crash()
    assert yard.placed() == []


def test_memory_of_the_machine_is_an_obstacle_like_any_other(yard: Yard) -> None:
    yard.submit(demand=Demand(1, MEMORY))
    job = yard.submit(demand=Demand(1, 1))
    yard.settle()
    assert explain(yard.engine, yard.job(job)).cause is Cause.MEMORY
    yard.engine.apply(job, events.Cancelled(yard.now(), reason="enough"))
    yard.settle()
    assert explain(yard.engine, yard.job(job)).cause is Cause.NOTHING

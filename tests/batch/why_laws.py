"""What is said of a job that does not run: compared with the model that looks at everything."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from batchyard.batch.ids import child_id
from batchyard.batch.model import Attempt, Consumed, Demand, Job, ServiceRequest
from batchyard.batch.obstacles import Cause, obstacles
from batchyard.batch.placement import Placement
from batchyard.batch.resources import (
    ConsumableResource,
    FairShare,
    SchedulingPolicy,
)
from batchyard.batch.rooms import Size
from batchyard.batch.states import JobState
from batchyard.batch.waiting import Claim, claim_of
from batchyard.batch.why import MOST_NAMED, Why, of_array, why
from tests.batch.jobs_given import spec
from tests.batch.placement_laws import (
    MEMORY,
    NARROW,
    SIZES,
    STEPS,
    Pair,
    Waiter,
    environment,
    queue,
)


def a_job(claim: Claim, job_id: str = "j") -> Job:
    given = spec(
        queue=claim.queue,
        demand=claim.size.demand,
        consumes=claim.size.consumes,
        share=claim.share or None,
        priority=claim.priority,
    )
    assert claim_of(given) == claim
    return Job(job_id, given, 0, JobState.RUNNABLE)


def told(placement: Placement, claim: Claim, job_id: str = "j", now: int = 0) -> Why:
    return why(a_job(claim, job_id), placement, {}, now)


def causes(pair: Pair, waiter: Waiter) -> set[Cause]:
    """What is said to stand in a job's way."""
    return {each.cause for each in obstacles(pair.real, waiter.claim, pair.model.now)}


def expected(pair: Pair, claim: Claim) -> set[Cause]:
    """What the model says stands in a job's way; an environment that was deleted holds nothing."""
    model, demand = pair.model, claim.size.demand
    order = model.queues[claim.queue].environments
    there = [model.environments[arn] for arn in order if arn in model.environments]
    large = [each for each in there if demand.vcpus <= each.vcpus]
    if not large:
        return {Cause.TOO_MANY_VCPUS}
    found: set[Cause] = set()
    if any(model.left(each.resource) < each.quantity for each in claim.size.consumes):
        found.add(Cause.CONSUMABLE)
    enabled = [each for each in large if each.state == "ENABLED"]
    if not enabled:
        found.add(Cause.DISABLED)
    elif all(demand.vcpus > each.vcpus - model.used(each.arn) for each in enabled):
        found.add(Cause.VCPUS)
    here = any(each.arn not in model.elsewhere for each in large)
    if here and model.memory() + demand.memory > MEMORY:
        found.add(Cause.MEMORY)
    if model.reserved(claim):
        found.add(Cause.RESERVED)
    return found


def before(pair: Pair, waiter: Waiter) -> str:
    """How many jobs of its share go before one, in words."""
    own = (-waiter.claim.priority, waiter.number)
    number = sum(
        (-other.claim.priority, other.number) < own
        for other in pair.model.waiting.values()
        if (other.claim.queue, other.claim.share) == (waiter.claim.queue, waiter.claim.share)
    )
    return "1 job goes" if number == 1 else f"{number or 'no'} jobs go"


@given(st.lists(STEPS, max_size=40) | st.lists(NARROW["shares and sizes"], min_size=20))
def test_everything_that_stands_in_a_jobs_way_is_named_and_nothing_else(
    steps: list[tuple[Any, ...]],
) -> None:
    pair = Pair()
    for name, *members in steps:
        getattr(pair, name)(*members)
    pair.decide()
    for job_id, waiter in pair.model.waiting.items():
        found = causes(pair, waiter)
        order = pair.model.queues[waiter.claim.queue].environments
        ever = dict(pair.real.rooms.known(order))
        assert found == (expected(pair, waiter.claim) if ever else {Cause.NO_ENVIRONMENT})
        said = told(pair.real, waiter.claim, job_id, pair.model.now)
        first = pair.real.order(waiter.claim.queue, 1000, pair.model.now)
        assert said.cause in found, "work waits for something: it is never just about to start"
        assert said.ahead == first.index(job_id)
        assert list(said.in_front) == first[: first.index(job_id)][:MOST_NAMED]
        if waiter.claim.share:
            assert f" {before(pair, waiter)} before it there" in " ".join(said.sentences)


def a_placement(vcpus: int = 2000, policy: FairShare | None = None) -> Placement:
    placement = Placement(MEMORY)
    placement.put(environment("ce/e", vcpus), 0)
    placement.put(queue("jq/q", 1, ["ce/e"], "p" if policy else None), 0)
    if policy:
        placement.put(SchedulingPolicy("p", "p", policy), 0)
    return placement


def filled(placement: Placement, claim: Claim, number: int) -> None:
    for each in range(number):
        placement.offer(f"f{each}", claim)
    placement.decide(0)


def test_a_full_environment_is_named_with_what_is_free() -> None:
    placement, claim = a_placement(), Claim("jq/q", Size(Demand(1500, 10)))
    filled(placement, claim, 2)
    said = told(placement, claim, "f1")
    assert said.cause is Cause.VCPUS
    assert said.sentences == (
        "It asks for 1.5 vCPUs; e has 0.5 of 2 free.",
        "It is the next one of queue q.",
    )


def test_a_job_that_is_too_large_is_told_by_how_much() -> None:
    placement = a_placement()
    wide, heavy = Claim("jq/q", Size(Demand(3000, 10))), Claim("jq/q", Size(Demand(1, 2000)))
    for job_id, claim in (("wide", wide), ("heavy", heavy)):
        placement.offer(job_id, claim)
    assert told(placement, wide, "wide").sentences[0] == (
        "It asks for 3 vCPUs, and the largest compute environment of queue q, e, has 2."
    )
    said = told(placement, heavy, "heavy")
    assert (said.cause, said.ahead, said.in_front) == (Cause.TOO_MUCH_MEMORY, 1, ("wide",))
    assert said.sentences == (
        "It asks for 2000 MiB of memory, and this yard gives all attempts together 1000 MiB.",
        "1 job goes before it in queue q.",
    )


def test_a_queue_without_environments_or_that_is_gone_is_named() -> None:
    placement, claim = Placement(MEMORY), Claim("jq/q", Size(Demand(1, 1)))
    placement.offer("j", claim)
    assert told(placement, claim).cause is Cause.QUEUE_DELETED
    placement.put(queue("jq/q", 1, ["ce/gone"]), 0)
    assert told(placement, claim).cause is Cause.NO_ENVIRONMENT
    placement.put(environment("ce/gone", 1000, enabled=False), 0)
    said = told(placement, claim)
    assert (said.cause, said.sentences[0]) == (
        Cause.DISABLED,
        "What could hold it is DISABLED: gone.",
    )


def test_a_consumable_resource_that_is_short_is_named_with_what_is_left() -> None:
    placement = a_placement()
    takes = (Consumed("cr/licence", 2), Consumed("cr/gone", 1))
    claim = Claim("jq/q", Size(Demand(1, 1), takes))
    placement.put(ConsumableResource("licence", "cr/licence", 0, 1), 0)
    placement.offer("j", claim)
    said = told(placement, claim)
    assert said.cause is Cause.CONSUMABLE
    assert said.sentences[:2] == (
        "It needs 2 of consumable resource licence, of which 1 of 1 are left.",
        "It needs 1 of consumable resource gone, which is not there.",
    )
    spent = ConsumableResource("licence", "cr/licence", 0, 1, kind="NON_REPLENISHABLE")
    placement.put(spent, 0)
    assert "of which 1 are left." in told(placement, claim).sentences[0]


def test_what_a_policy_keeps_for_others_is_named() -> None:
    placement = a_placement(4000, FairShare(0, 50))
    claim = Claim("jq/q", Size(Demand(1000, 1)), "ann")
    filled(placement, claim, 3)
    said = told(placement, claim, "f2")
    assert said.cause is Cause.RESERVED
    assert said.sentences == (
        (
            "It asks for 1 vCPU; computeReservation leaves 2 to the 1 active share of queue q, "
            "whose jobs hold 2."
        ),
        "It is the next one of queue q.",
        (
            "Its share ann has used 0 vCPU-seconds lately (weight 1), and no jobs go before it "
            "there; no share has used less."
        ),
    )


def test_a_policy_that_does_not_hold_a_job_up_is_not_blamed() -> None:
    placement = a_placement(4000, FairShare(0, 50))
    claim = Claim("jq/q", Size(Demand(1000, 1)), "ann")
    placement.put(environment("ce/e", 4000, enabled=False), 0)
    filled(placement, claim, 1)
    assert [each.cause for each in obstacles(placement, claim, 0)] == [Cause.DISABLED]


def test_shares_that_go_first_are_named_those_that_used_least_first() -> None:
    placement = a_placement(2000, FairShare())
    claims = {share: Claim("jq/q", Size(Demand(1000, 1)), share) for share in ("ann", "bob", "cy")}
    for number in range(2):
        placement.offer(f"ann {number}", claims["ann"])
    placement.decide(0)
    placement.release("ann 0", 5000)
    placement.offer("bob 0", claims["bob"])
    placement.decide(5000)
    for share in ("ann", "cy", "bob", "ann"):
        placement.offer(f"{share} w{placement.order('jq/q', 9, 0)}", claims[share])
    last = placement.order("jq/q", 9, 9000)[-1]
    said = told(placement, claims["ann"], last, 9000)
    assert last.startswith("ann")
    assert said.sentences[1:] == (
        "3 jobs go before it in queue q.",
        (
            "Its share ann has used 14 vCPU-seconds lately (weight 1), and 1 job goes before it "
            "there; shares that have used less: cy, bob."
        ),
    )


def test_who_goes_first_in_a_share_is_counted_by_priority_then_by_age() -> None:
    pair = Pair()
    for number in range(12):
        pair.offer("q1", SIZES[1], "ann", number % 2)
    pair.decide()
    for job_id, waiter in pair.model.waiting.items():
        said = told(pair.real, waiter.claim, job_id)
        assert f" {before(pair, waiter)} before it there" in said.sentences[2]


def test_a_queue_of_higher_priority_on_the_same_environments_is_named() -> None:
    placement, claim = a_placement(), Claim("jq/q", Size(Demand(1500, 10)))
    filled(placement, claim, 2)
    placement.put(queue("jq/urgent", 2, ["ce/e"]), 0)
    placement.put(queue("jq/elsewhere", 2, ["ce/other"]), 0)
    for name in ("urgent", "elsewhere"):
        placement.offer(name, claim._replace(queue=f"jq/{name}"))
    assert told(placement, claim, "f1").sentences[-1] == (
        "Queue jq/urgent, on the same compute environments, has a higher priority and 1 job that "
        "waits."
    )


def test_dependencies_are_named_with_where_they_stand() -> None:
    names = [f"d{number:02}" for number in range(12)]
    job = replace(a_job(Claim("q", Size(Demand(1, 1)))), waits_for=frozenset(names))
    pending = replace(job, state=JobState.PENDING)
    said = why(pending, Placement(MEMORY), {"d00": JobState.RUNNING}, 0)
    assert said.cause is Cause.DEPENDENCIES
    assert said.waits_for == tuple(names)
    assert said.sentences[0].startswith("It waits for 12 jobs to succeed: d00 (RUNNING), d01, ")
    assert said.sentences[0].endswith(", d09 and 2 more.")
    one = why(replace(pending, waits_for=frozenset({"d"})), Placement(MEMORY), {}, 0)
    assert one.sentences == ("It waits for a job to succeed: d.",)
    failed = replace(job, state=JobState.FAILED, status_reason="Dependent Job failed")
    assert why(failed, Placement(MEMORY), {}, 0).cause is Cause.NOTHING


def test_a_job_that_does_not_wait_says_so() -> None:
    job = a_job(Claim("q", Size(Demand(1, 1))))
    attempts = (Attempt("a", "ce/e", 0),)
    placed = replace(job, state=JobState.RUNNING, attempts=attempts)
    ended = replace(job, state=JobState.FAILED, status_reason="Because", attempts=attempts)
    assert why(placed, Placement(MEMORY), {}, 0) == Why(
        Cause.NOTHING, ("It waits for nothing: it is RUNNING in e.",)
    )
    assert why(ended, Placement(MEMORY), {}, 0).sentences == (
        "It waits for nothing: it has ended, FAILED: Because",
    )
    assert why(job, Placement(MEMORY), {}, 0).sentences == (
        "It is RUNNABLE, and about to be looked at.",
    )


def test_a_service_job_is_told_in_instances() -> None:
    placement, claim = a_placement(), Claim("jq/q", Size(Demand(3000, 0)))
    placement.offer("j", claim)
    job = a_job(claim)
    request = ServiceRequest("SAGEMAKER_TRAINING", "NUM_INSTANCES", 3)
    service = replace(job, spec=replace(job.spec, service=request))
    assert why(service, placement, {}, 0).sentences[0].startswith("It asks for 3 instances, ")


def test_an_array_says_how_many_of_its_children_wait_and_why_the_first_one_does() -> None:
    tally = {JobState.RUNNING: 1, JobState.RUNNABLE: 2, JobState.FAILED: 0}
    parent = Job("p", spec(array_size=3), 0, JobState.PENDING, tally=tally)
    child = Why(Cause.VCPUS, ("It asks.",), 4, ("x",))
    said = of_array(parent, child, child_id("p", 1))
    counts = "It runs nothing itself. Of its children, 1 RUNNING, 2 RUNNABLE."
    assert said == Why(Cause.VCPUS, (counts, "The first that waits is p:1:", "It asks."), 4, ("x",))
    assert of_array(parent, None, None) == Why(Cause.CHILDREN, (counts,))


def test_a_job_far_down_in_a_fair_queue_is_not_counted_to_the_end() -> None:
    placement = a_placement(1000, FairShare())
    claim = Claim("jq/q", Size(Demand(1000, 1)), "ann")
    filled(placement, claim, 1500)
    said = told(placement, claim, "f1400")
    assert (said.ahead, len(said.in_front)) == (None, MOST_NAMED)
    assert said.sentences[1] == "More than 1000 jobs of queue q go before it."
    assert "1399 jobs go before it there" in said.sentences[2]

"""What shares have used, and that they get what their weights say.

The oracle: FairsharePolicy and ShareAttributes in botocore's model ("a weight factor of 0.125 (1/8)
get 8 times the compute resources"), and the integral, summed up in small steps.
"""

import heapq
import json
from collections import Counter
from itertools import count
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard.batch.model import Demand
from batchyard.batch.placement import Placement
from batchyard.batch.resources import (
    ComputeEnvironment,
    FairShare,
    JobQueue,
    SchedulingPolicy,
    Weight,
)
from batchyard.batch.rooms import Size
from batchyard.batch.shares import Shares
from batchyard.batch.waiting import Claim

WEIGHTS = {"ann": 1.0, "bob": 2.0, "cy": 4.0}
POLICY = FairShare(0, 0, tuple(Weight(*each) for each in WEIGHTS.items()))
HOUR = 3_600_000


def a_placement(vcpus: int, policy: FairShare) -> Placement:
    placement = Placement(1 << 40)
    placement.put(SchedulingPolicy("policy", "policy", policy), 0)
    placement.put(ComputeEnvironment("e", "e", "ENABLED", vcpus), 0)
    placement.put(JobQueue("q", "q", "ENABLED", 1, ("e",), scheduling_policy="policy"), 0)
    return placement


class Simulated:
    """Shares that always have jobs waiting, on a machine that always works."""

    def __init__(self, placement: Placement, lasts: dict[str, int], vcpus: int = 1000) -> None:
        self.placement = placement
        self.lasts = lasts
        self.claims = {share: Claim("q", Size(Demand(vcpus, 1)), share) for share in lasts}
        self.ends: list[tuple[int, str]] = []
        self.seconds: Counter[str] = Counter()
        self._names = count()

    def submit(self, share: str) -> None:
        self.placement.offer(f"{share} {next(self._names)}", self.claims[share])

    def run(self, since: int, until: int) -> None:
        """Let jobs start and end; count the vCPU-milliseconds of this time by share."""
        now = since
        while now < until:
            self._start(now)
            now, job = heapq.heappop(self.ends)
            self.placement.release(job, now)

    def _start(self, now: int) -> None:
        for found in self.placement.decide(now):
            share = found.job_id.split()[0]
            heapq.heappush(self.ends, (now + self.lasts[share], found.job_id))
            self.seconds[share] += self.lasts[share]
            self.submit(share)


@pytest.mark.parametrize("slots", [1, 2, 4, 7, 64])
@pytest.mark.parametrize("lasts", [(5000, 5000, 5000), (2000, 3000, 7000)])
def test_shares_that_always_wait_get_what_their_weights_say(
    slots: int, lasts: tuple[int, int, int]
) -> None:
    """Within an hour, and within 5 %: a weight of 2 gets half of what a weight of 1 gets."""
    simulated = Simulated(a_placement(1000 * slots, POLICY), dict(zip(WEIGHTS, lasts, strict=True)))
    for share in WEIGHTS:
        for _ in range(slots + 1):
            simulated.submit(share)
    simulated.run(0, HOUR)
    total = sum(simulated.seconds.values())
    parts = sum(1 / weight for weight in WEIGHTS.values())
    for share, weight in WEIGHTS.items():
        assert isclose(simulated.seconds[share] / total, 1 / weight / parts, rel_tol=0.05)


def test_shares_divide_an_empty_machine_at_once() -> None:
    placement = a_placement(70_000, POLICY)
    simulated = Simulated(placement, dict.fromkeys(WEIGHTS, HOUR))
    for share in WEIGHTS:
        for _ in range(100):
            simulated.submit(share)
    started = Counter(found.job_id.split()[0] for found in placement.decide(0))
    assert started == {"ann": 40, "bob": 20, "cy": 10}


def test_a_share_that_comes_late_is_first_until_it_has_caught_up() -> None:
    simulated = Simulated(a_placement(2000, FairShare()), {"old": 1000, "new": 1000})
    for _ in range(10):
        simulated.submit("old")
    simulated.run(0, HOUR)
    for _ in range(10):
        simulated.submit("new")
    simulated.seconds.clear()
    simulated.run(HOUR, HOUR + 60_000)
    assert simulated.seconds["new"] > 20 * simulated.seconds["old"]
    simulated.seconds.clear()
    simulated.run(HOUR + 60_000, 3 * HOUR)
    simulated.seconds.clear()
    simulated.run(3 * HOUR, 4 * HOUR)
    assert isclose(simulated.seconds["new"], simulated.seconds["old"], rel_tol=0.02)


CHANGES = st.lists(st.tuples(st.integers(1, 900), st.integers(-4, 4)), min_size=1, max_size=12)
"""Seconds that pass, and vCPUs that are taken or given back then."""


@given(CHANGES, st.sampled_from([0, 60, 600, 3600]))
def test_usage_is_the_integral_of_what_is_held_half_forgotten_each_decay(
    changes: list[tuple[int, int]], decay: int
) -> None:
    shares, now, held = Shares(), 0, 0
    shares.follow(FairShare(decay), 0)
    steps = 0.0
    for seconds, change in changes:
        change = max(change, -held)  # noqa: PLW2901 - nobody gives back what it does not hold
        shares.hold("ann", 1000 * change, now)
        held += change
        for _ in range(seconds * 4):
            steps = (steps + held / 8) * 0.5 ** (0.25 / (decay or 600)) + held / 8
        now += 1000 * seconds
        assert isclose(shares.used("ann", now), steps, rel_tol=1e-3, abs_tol=1e-9)
        assert shares.held("ann") == 1000 * held
    assert shares.used("bob", now) == 0


@given(CHANGES, st.integers(0, 5000))
def test_usage_is_the_same_after_a_restart_and_counts_while_the_yard_is_away(
    changes: list[tuple[int, int]], away: int
) -> None:
    shares, now = Shares(), 0
    for seconds, change in changes:
        shares.hold("ann", 1000 * max(change, -(shares.held("ann") // 1000)), now)
        shares.hold("bob", 500, now)
        now += 1000 * seconds
    written = json.loads(json.dumps(shares.written(now)))
    restarted = Shares()
    restarted.restore(written)
    for name in ("ann", "bob"):
        if shares.held(name):
            restarted.resume(name, shares.held(name) - 1, now + 1)
            restarted.resume(name, 1, now + 1)
    later = now + away
    for name in ("ann", "bob"):
        assert restarted.held(name) == shares.held(name)
        kept = restarted.used(name, later)
        assert isclose(kept, shares.used(name, later), rel_tol=1e-9, abs_tol=1e-3)


def test_what_runs_of_an_unwritten_share_counts_from_its_beginning() -> None:
    shares = Shares()
    shares.resume("ann", 1000, 5000)
    assert isclose(shares.used("ann", 6000), 1, rel_tol=1e-3)


def test_usage_that_is_forgotten_is_not_written_down() -> None:
    shares = Shares()
    shares.hold("ann", 1000, 0)
    assert list(shares.written(0)) == ["ann"], "it holds something"
    shares.hold("ann", -1000, 1000)
    assert list(shares.written(2000)) == ["ann"]
    assert not shares.written(1000 * 600 * 30)


@given(
    st.lists(st.sampled_from(["a", "b", "aa", "ab", "abc*", "b*", "aab*"]), unique=True),
    st.text("abc", min_size=1, max_size=5),
)
def test_a_weight_is_the_shares_own_else_its_prefixes_else_1(shares: list[str], name: str) -> None:
    weights = {share: float(number) for number, share in enumerate(shares, 2)}
    policy = FairShare(0, 0, tuple(Weight(*each) for each in weights.items()))
    found = Shares()
    found.follow(policy, 0)
    prefixes = [f"{name[:length]}*" for length in range(len(name) + 1)]
    best = next((each for each in (name, *reversed(prefixes)) if each in weights), None)
    assert found.weight(name) == (weights[best] if best else 1.0)
    assert found.weight(name) == (weights[best] if best else 1.0), "also when it is remembered"
    found.follow(FairShare(), 0)
    assert found.weight(name) == 1.0


def test_a_changed_decay_holds_from_then_on() -> None:
    shares = Shares()
    shares.follow(FairShare(1000), 0)
    shares.hold("ann", 1000, 0)
    shares.hold("ann", -1000, 1000)
    before = shares.used("ann", 1_001_000)
    shares.follow(FairShare(100), 1_001_000)
    assert isclose(shares.used("ann", 1_001_000), before)
    assert isclose(shares.used("ann", 1_101_000), before / 2)


def test_more_shares_leave_less_in_reserve() -> None:
    """The numbers of the model's text: 25 % of one share, 6.25 % of two, 1.56 % of three."""
    shares = Shares()
    shares.follow(FairShare(0, 25), 0)
    assert [round(shares.reserved(n), 4) for n in (1, 2, 3)] == [0.25, 0.0625, 0.0156]
    assert shares.reserves
    assert not Shares().reserves


def test_a_share_is_active_until_the_decay_is_over() -> None:
    shares = Shares()
    shares.follow(FairShare(100), 0)
    shares.hold("ann", 1000, 0)
    assert shares.active(["bob"], HOUR) == {"ann", "bob"}, "it runs"
    shares.hold("ann", -1000, HOUR)
    assert shares.active([], HOUR + 99_999) == {"ann"}
    shares.follow(FairShare(100, 25), HOUR + 50_000)
    assert not shares.active([], HOUR + 100_000), "also when its policy was changed meanwhile"


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 4)), max_size=30))
def test_every_job_that_can_run_does(jobs: list[tuple[str, int]]) -> None:
    """Even when 99 % is kept for others, and a job is larger than what is left."""
    placement = a_placement(4000, FairShare(0, 99))
    for number, (share, vcpus) in enumerate(jobs):
        placement.offer(f"j{number}", Claim("q", Size(Demand(1000 * vcpus, 1)), share))
    ran: list[str] = []
    while found := placement.decide(len(ran)):
        ran += [each.job_id for each in found]
        for each in found:
            placement.release(each.job_id, len(ran))
    assert sorted(ran) == sorted(f"j{number}" for number in range(len(jobs)))

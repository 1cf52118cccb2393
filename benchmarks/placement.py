"""What a placement decision costs when 100,000 jobs are RUNNABLE, beside the same at 1,000.

Four queues of two priorities on one environment: two first in, first out, two shared out fairly
among eight shares each, with weights and scheduling priorities; twelve sizes, some of which take a
consumable resource. Once more with 500 shares, as many as AWS allows. An attempt ends, room is
given out, and whoever started is replaced by a job like it, so that as many wait as before. Beside
it stands what a scan does: look at every waiting job, take the best that fits.
"""

from __future__ import annotations

import gc
import time
from itertools import count
from typing import TYPE_CHECKING, Final

from batchyard.batch.model import Consumed, Demand
from batchyard.batch.placement import Placement
from batchyard.batch.resources import (
    ComputeEnvironment,
    ConsumableResource,
    FairShare,
    JobQueue,
    SchedulingPolicy,
    Weight,
)
from batchyard.batch.rooms import Size
from batchyard.batch.waiting import Claim
from benchmarks.gear.figures import Figure, at_least, below, duration, median, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

MANY, FEW = 100_000, 1_000
SHARES, MOST_SHARES = 8, 500
QUEUES = {"urgent": (2, None), "urgent-fair": (2, "p"), "fifo": (1, None), "fair": (1, "p")}
DEMANDS = [Demand(v, m) for v in (250, 1000, 2000, 4000) for m in (256, 1024)]
SIZES = [*map(Size, DEMANDS), *(Size(d, (Consumed("licence", 1),)) for d in DEMANDS[:4])]
WEIGHTS = tuple(Weight(f"s{n}", 0.25 * (1 + n)) for n in range(MOST_SHARES))
POLICY = FairShare(3600, 10, WEIGHTS)
DECISIONS: Final = 2_000
SCANS: Final = 20
ROUNDS: Final = 3
MOST: Final = 0.001
"""Seconds of CPU that a decision may take."""
NO_SLOWER: Final = 1.25
"""Times what it takes at 1,000 that it may take at 100,000: memory is farther away."""
LEAST: Final = 100


def measure() -> list[Figure]:
    """Take turns at both numbers, so that both meet the same machine."""
    many, few = Waiting(MANY, SHARES), Waiting(FEW, SHARES)
    many.decide(DECISIONS // 4)
    few.decide(DECISIONS // 4)
    gc.freeze()
    times = [(many.decide(DECISIONS), few.decide(DECISIONS)) for _ in range(ROUNDS)]
    ours, at_few = (median([each[n] for each in times]) for n in (0, 1))
    scan = many.scan(SCANS)
    del many, few
    crowd = Waiting(MANY, MOST_SHARES)
    crowd.decide(DECISIONS // 4)
    crowded = median([crowd.decide(DECISIONS) for _ in range(ROUNDS)])
    claim = f"a placement decision, {MANY:,} waiting"
    slower = ours / at_few
    target = f"at most {NO_SLOWER:g}"
    return [
        below(claim, ours, at_few, MOST, f"at {FEW:,}"),
        Figure(
            "the same, times that at 1,000",
            duration(ours),
            duration(at_few),
            shown(slower),
            target,
            slower <= NO_SLOWER,
        ),
        below(f"the same, {MOST_SHARES} shares a queue", crowded, ours, MOST, f"{SHARES} shares"),
        at_least(
            "a decision, beside a scan of all",
            duration(ours),
            f"{duration(scan)} scan",
            scan / ours,
            LEAST,
        ),
    ]


class Waiting:
    """So many jobs that wait behind a full environment."""

    def __init__(self, number: int, shares: int) -> None:
        """Let them come, and as many start as there is room for."""
        self.now = 0
        self.placement = placement()
        self._claims = claims(shares)
        self._names = count()
        self.running: list[str] = []
        for _ in range(number):
            self._submit(next(self._claims))
        self._start()

    def _submit(self, claim: Claim) -> None:
        self.placement.offer(f"j{next(self._names)}", claim)

    def _start(self) -> float:
        """Give out room; whoever started is replaced. The CPU seconds that deciding took."""
        began = time.process_time()
        found = self.placement.decide(self.now)
        took = time.process_time() - began
        self.running += [each.job_id for each in found]
        for each in found:
            self._submit(self.placement.held[each.job_id].claim)
        return took

    def decide(self, times: int) -> float:
        """Let attempts end, one after the other; the CPU seconds of a decision."""
        took = 0.0
        for _ in range(times):
            self.now += 100
            self.placement.release(self.running.pop(0), self.now)
            took += self._start()
        return took / times

    def scan(self, times: int) -> float:
        """Find the best job that fits by looking at all of them; the CPU seconds of one time."""
        released = self.running.pop(0)
        self.placement.release(released, self.now)
        began = time.process_time()
        for _ in range(times):
            assert self._best() is not None
        return (time.process_time() - began) / times

    def _best(self) -> str | None:
        rooms, best = self.placement.rooms, None
        for queue in self.placement.queues.values():
            assert queue.resource is not None
            ranks = {share: queue.shares.rank(share, self.now) for share in queue.waiting}
            for line in queue.lines():
                rank = ranks[line.claim.share] if queue.fair else 0.0
                for job_id, number in line.jobs.items():
                    key = (-queue.resource.priority, rank, line.rank, number, job_id)
                    fits = rooms.fit(queue.resource.environments, line.claim.size)
                    if fits and (best is None or key < best):
                        best = key
        return best[-1] if best else None


def placement() -> Placement:
    """Make the environment, the policy, the queues and the consumable resource."""
    made = Placement(1 << 20)
    made.put(ComputeEnvironment("e", "e", "ENABLED", 64_000), 0)
    made.put(ConsumableResource("licence", "licence", 0, 8), 0)
    made.put(SchedulingPolicy("p", "p", POLICY), 0)
    for name, (priority, policy) in QUEUES.items():
        queue = JobQueue(name, name, "ENABLED", priority, ("e",), scheduling_policy=policy)
        made.put(queue, 0)
    return made


def claims(shares: int) -> Iterator[Claim]:
    """Ask for room in turn: queues, sizes, shares and priorities each at its own pace."""
    names = list(QUEUES)
    for number in count():
        name = names[number % len(names)]
        size = SIZES[number // len(names) % len(SIZES)]
        share = f"s{number * 7 // len(names) % shares}"
        yield Claim(name, size, share, number // 97 % 2)

"""Two thousand durable jobs of ``/bin/true``, 32 at a time: CPU per job beside a loop in C.

Ours is the CPU of server, supervisor and jobs, from the first signed SubmitJob to the last
DescribeJobs that shows SUCCEEDED; the floor is a loop of posix_spawn and waitpid in C, with its
children, doing nothing else. Both start the same program in the same run, by turns. The client's
CPU is not counted. Each yard is new, with all defaults (SQLite, synchronous=FULL, signatures
checked), and has run a few jobs before.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.gear import jobs
from benchmarks.gear.compiling import compiled
from benchmarks.gear.disk import fsync_seconds
from benchmarks.gear.figures import Figure, at_least, duration, median
from benchmarks.gear.yards import Yard

COUNT = 2000
WIDTH = 32
ROUNDS = 3
WARM_UP = 64
LEAST = 0.55
PROGRAM = "/bin/true"


class Run(NamedTuple):
    """What all jobs together took."""

    cpu: float
    wall: float


def measure() -> list[Figure]:
    """Measure by turns, and compare the medians."""
    with tempfile.TemporaryDirectory(prefix="batchyard-bench-") as name:
        folder = Path(name)
        program = compiled("spawn", folder)
        rounds = [(floor(program), ours(folder / f"yard-{n}")) for n in range(ROUNDS)]
        fsync = fsync_seconds(folder)
    return _figures([one for one, _ in rounds], [one for _, one in rounds], fsync)


def _figures(floors: list[Run], yards: list[Run], fsync: float) -> list[Figure]:
    floor_cpu = median([one.cpu for one in floors]) / COUNT
    our_cpu = median([one.cpu for one in yards]) / COUNT
    our_rate = COUNT / median([one.wall for one in yards])
    floor_rate = COUNT / median([one.wall for one in floors])
    beside = f"{duration(floor_cpu)} C posix_spawn"
    ratio = floor_cpu / our_cpu
    return [
        at_least(f"CPU of a durable {PROGRAM}", duration(our_cpu), beside, ratio, LEAST),
        Figure(
            f"{COUNT} jobs, {WIDTH} at a time",
            f"{our_rate:.0f} jobs/s",
            f"{floor_rate:.0f} /s C posix_spawn",
            f"{our_rate / floor_rate:.2f}",
        ),
        Figure("an fsync in the same folder", duration(fsync)),
    ]


def floor(program: Path) -> Run:
    """Run the loop in C."""
    command = [str(program), str(COUNT), str(WIDTH), PROGRAM]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    cpu, wall = map(float, done.stdout.split())
    return Run(cpu, wall)


def ours(folder: Path) -> Run:
    """Run the jobs on a new yard."""
    with Yard(folder) as yard:
        jobs.prepare(yard.endpoint, (PROGRAM,), vcpus=WIDTH)
        run_jobs(yard, WARM_UP)
        before, began = yard.cpu(), time.perf_counter()
        run_jobs(yard, COUNT)
        return Run(yard.cpu() - before, time.perf_counter() - began)


def run_jobs(yard: Yard, count: int) -> None:
    """Submit jobs on as many connections as run at a time, and see that all of them succeeded."""
    answers = yard.endpoint.exchange(jobs.submits(yard.endpoint, count), WIDTH)
    ids = [jobs.id_of(answer) for answer in answers]
    assert len(set(ids)) == count
    jobs.see_succeeded(yard.endpoint, ids)

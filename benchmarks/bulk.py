"""Ten thousand jobs of ``/bin/true`` from submit to SUCCEEDED: one by one, and as one array.

32 run at a time. Beside them, in the same run and as wide, ``xargs -P32`` and a loop of
posix_spawn in C, which have neither a server nor a disk. From the first signed SubmitJob to the
answer that shows the last job's success; the client's CPU is not counted. Each yard is new, with
all defaults.
"""

from __future__ import annotations

import resource
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from benchmarks.gear import jobs, processes
from benchmarks.gear.compiling import compiled
from benchmarks.gear.connections import Connection
from benchmarks.gear.figures import Figure, duration, shown
from benchmarks.gear.yards import Yard

COUNT = 10_000
"""As many children as an array may have (ArrayProperties.size in botocore's model)."""
WIDTH = 32
WARM_UP = 64
PROGRAM = "/bin/true"


class Run(NamedTuple):
    """What all jobs together took, in seconds; the parts are CPU, and the jobs' own is the rest."""

    cpu: float
    wall: float
    server: float = 0.0
    supervisor: float = 0.0


def measure() -> list[Figure]:
    """Measure the limits, then both ways of submitting, each on a new yard."""
    with tempfile.TemporaryDirectory(prefix="batchyard-bench-") as name:
        folder = Path(name)
        spawned, xargs = _spawned(folder), _xargs()
        single = _on_a_yard(folder / "single", _one_by_one)
        array = _on_a_yard(folder / "array", _as_an_array)
    return [
        *_rows(f"{COUNT} submits", single, spawned, xargs),
        *_rows(f"an array of {COUNT}", array, spawned, xargs),
    ]


def _rows(claim: str, ours: Run, spawned: Run, xargs: Run) -> list[Figure]:
    def rate(run: Run) -> float:
        return COUNT / run.wall

    def cpu(run: Run) -> str:
        return duration(run.cpu / COUNT)

    parts = (
        f"server {duration(ours.server / COUNT)}, supervisor {duration(ours.supervisor / COUNT)}"
    )
    return [
        Figure(
            f"{claim} of {PROGRAM}, to SUCCEEDED",
            f"{rate(ours):.0f} jobs/s",
            f"{rate(spawned):.0f} /s C posix_spawn, {rate(xargs):.0f} /s xargs -P{WIDTH}",
            shown(rate(ours) / rate(spawned)),
        ),
        Figure(
            "the same, CPU of a job",
            f"{cpu(ours)} ({parts})",
            f"{cpu(spawned)} C posix_spawn, {cpu(xargs)} xargs",
            shown(spawned.cpu / ours.cpu),
        ),
    ]


def _spawned(folder: Path) -> Run:
    command = [compiled("spawn", folder), str(COUNT), str(WIDTH), PROGRAM]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Run(*map(float, done.stdout.split()))


def _xargs() -> Run:
    given = "\n".join(map(str, range(COUNT)))
    before, began = _children(), time.perf_counter()
    command = ["xargs", f"-P{WIDTH}", "-n1", PROGRAM]
    subprocess.run(command, input=given, text=True, check=True)
    return Run(_children() - before, time.perf_counter() - began)


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _on_a_yard(folder: Path, submit: Callable[[Yard, int], None]) -> Run:
    with Yard(folder) as yard:
        jobs.prepare(yard.endpoint, (PROGRAM,), vcpus=WIDTH)
        submit(yard, WARM_UP)
        (supervisor,) = yard.supervisors
        pids = (yard.server, supervisor)
        before, began = [yard.cpu(), *map(processes.own_cpu, pids)], time.perf_counter()
        submit(yard, COUNT)
        wall = time.perf_counter() - began
        after = [yard.cpu(), *map(processes.own_cpu, pids)]
    cpu, *parts = (now - then for now, then in zip(after, before, strict=True))
    return Run(cpu, wall, *parts)


def _one_by_one(yard: Yard, count: int) -> None:
    answers = yard.endpoint.exchange(jobs.submits(yard.endpoint, count), WIDTH)
    ids = [jobs.id_of(answer) for answer in answers]
    assert len(set(ids)) == count
    jobs.see_succeeded(yard.endpoint, ids)


def _as_an_array(yard: Yard, count: int) -> None:
    connection = Connection(yard.endpoint.port)
    (request,) = jobs.submits(yard.endpoint, 1, arrayProperties={"size": count})
    parent = jobs.id_of(connection.ask(request))
    connection.close()
    jobs.see_succeeded(yard.endpoint, [parent])
    (job,) = yard.endpoint.call("DescribeJobs", {"jobs": [parent]})["jobs"]
    assert job["arrayProperties"]["statusSummary"]["SUCCEEDED"] == count

"""How soon a job starts, and how soon its end is seen, on a yard that has nothing else to do.

* submit to started: from before the signed SubmitJob is sent to the first moment in the job's own
  ``main``. It holds a commit (the job and its placement) and the start of a process.
* exit to SUCCEEDED: from the job's last clock, before it writes its line and ends, to the moment
  a client that asks DescribeJobs over and over has SUCCEEDED in hand. It holds a commit, too.

Nothing is subtracted. The floor does the same with a Popen, a pipe and a pidfd in a loop of
Python: no server, no disk.
"""

from __future__ import annotations

import os
import select
import subprocess
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.gear import jobs
from benchmarks.gear.connections import Connection
from benchmarks.gear.figures import Figure, duration, percentile, shown
from benchmarks.gear.stamps import PAUSE, Stamps
from benchmarks.gear.yards import Yard

TIMES = 200
WARM_UP = 10


class Delays(NamedTuple):
    """Seconds from the wish to the start, and from the exit to its sight."""

    start: float
    end: float


def measure() -> list[Figure]:
    """Measure the floor, then a yard."""
    with tempfile.TemporaryDirectory(prefix="batchyard-bench-") as name:
        folder = Path(name)
        stamps = Stamps(folder)
        floor = [_floor(stamps) for _ in range(TIMES)]
        ours = _ours(stamps, folder / "yard")
        assert stamps.count() == TIMES + WARM_UP + TIMES
    return [
        _row("submit to started, p50", [d.start for d in ours], [d.start for d in floor], 50),
        _row("submit to started, p99", [d.start for d in ours], [d.start for d in floor], 99),
        _row("exit to SUCCEEDED seen, p50", [d.end for d in ours], [d.end for d in floor], 50),
        _row("exit to SUCCEEDED seen, p99", [d.end for d in ours], [d.end for d in floor], 99),
    ]


def _row(claim: str, ours: list[float], floor: list[float], percent: float) -> Figure:
    mine, least = percentile(ours, percent), percentile(floor, percent)
    return Figure(claim, duration(mine), f"{duration(least)} pipe and pidfd", shown(mine / least))


def _floor(stamps: Stamps) -> Delays:
    asked = time.time()
    with subprocess.Popen(stamps.command, stdout=subprocess.PIPE) as process:
        waiting = select.poll()
        fd = os.pidfd_open(process.pid)
        waiting.register(fd, select.POLLIN)
        waiting.poll()
        seen = time.time()
        os.close(fd)
    assert process.returncode == 0
    stamp = stamps.last()
    return Delays(stamp.began - asked, seen - stamp.ended)


def _ours(stamps: Stamps, folder: Path) -> list[Delays]:
    with Yard(folder) as yard:
        jobs.prepare(yard.endpoint, stamps.command)
        connection = Connection(yard.endpoint.port)
        delays = [_one(yard, connection, stamps) for _ in range(WARM_UP + TIMES)]
        connection.close()
    return delays[WARM_UP:]


def _one(yard: Yard, connection: Connection, stamps: Stamps) -> Delays:
    (submit,) = jobs.submits(yard.endpoint, 1)
    asked = time.time()
    job_id = jobs.id_of(connection.ask(submit))
    time.sleep(PAUSE / 2)  # the start is left alone: nobody asks until the job sleeps
    request = jobs.describe(yard.endpoint, [job_id])
    while (state := jobs.states_of(connection.ask(request))[job_id]) not in jobs.ENDED:
        pass
    seen = time.time()
    assert state == "SUCCEEDED"
    stamp = stamps.last()
    return Delays(stamp.began - asked, seen - stamp.ended)

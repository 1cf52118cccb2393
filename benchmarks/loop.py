"""Whether the server still answers while it starts jobs as fast as it can.

A process of its own asks for ``/_batchyard/health`` every two milliseconds while 2,000 jobs are
submitted and run, and again while nothing happens. What it sees holds the wait for a processor
too: with two of them, jobs, server, supervisor and client share what there is.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.gear import jobs
from benchmarks.gear.figures import Figure, duration, percentile, shown
from benchmarks.gear.probe import probing
from benchmarks.gear.yards import Yard
from benchmarks.throughput import COUNT, WARM_UP, WIDTH, run_jobs

IDLE = 3.0
"""Seconds that the idle server is asked for."""


def measure() -> list[Figure]:
    """Measure a server that has nothing to do, then the same while it starts jobs."""
    with (
        tempfile.TemporaryDirectory(prefix="batchyard-bench-") as name,
        Yard(Path(name) / "yard") as yard,
    ):
        jobs.prepare(yard.endpoint, vcpus=WIDTH)
        run_jobs(yard, WARM_UP)
        with probing(yard.endpoint.port) as idle:
            idle.wait(IDLE)
        with probing(yard.endpoint.port) as busy:
            run_jobs(yard, COUNT)
    return [_row(percent, busy.seconds, idle.seconds) for percent in (50, 99)]


def _row(percent: int, busy: list[float], idle: list[float]) -> Figure:
    ours, rest = percentile(busy, percent), percentile(idle, percent)
    claim = f"health while starting at full rate, p{percent}"
    return Figure(claim, duration(ours), f"{duration(rest)} idle", shown(ours / rest))

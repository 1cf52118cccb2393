"""Tasks a second, from PollForTask through ReportTaskProgress to SetTaskStatus, all of it durable.

A yard with all defaults has 3,800 activities to hand out; 64 runners that do nothing take them by
three signed HTTP requests each. Beside it two queues on PostgreSQL, also with its defaults, drain
as many jobs that do nothing, in one process, over a socket, and without HTTP or signatures.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.gear import activities, processes
from benchmarks.gear.connections import converse
from benchmarks.gear.disk import fsync_seconds
from benchmarks.gear.figures import Figure, at_least, duration, shown
from benchmarks.gear.postgres import HOW, postgres, programs
from benchmarks.gear.yards import Yard

RUNNERS = 64
ACTIVITIES = 40
COUNT = ACTIVITIES * activities.MOST_INTERVALS
GROUP = "measured"
BATCHES = (10, 100)
"""Jobs that pgqueuer takes, and sets done, at once: its default, and what suits it here."""
LEAST = 1
"""How many times as many as pgqueuer: the goal is to go past it."""
ROOT = Path(__file__).resolve().parents[1]
PYTHON = ROOT / ".venv-queues" / "bin" / "python"
"""Made by ``make queues``."""


class Run(NamedTuple):
    """Tasks in a second, and the CPU seconds that one takes."""

    rate: float
    cpu: float


def measure() -> list[Figure]:
    """Drain as many, one after the other."""
    with tempfile.TemporaryDirectory(prefix="batchyard-bench-") as name:
        ours = _ours(Path(name) / "yard")
        fsync = fsync_seconds(Path(name))
    claim = f"{COUNT} tasks: poll, report, set status"
    return [*_rows(claim, ours), Figure("an fsync in the same folder", duration(fsync))]


def _rows(claim: str, ours: Run) -> list[Figure]:
    rate, lacking = f"{ours.rate:.0f} tasks/s", _lacking()
    if lacking:
        beside = f"needs {lacking}"
        return [Figure(claim, rate, beside), Figure("CPU of a task", duration(ours.cpu), beside)]
    usual, wide = (_drained("pgqueuer", str(batch)) for batch in BATCHES)
    single = _drained("procrastinate")
    beside = f"{usual.rate:.0f} /s pgqueuer, {BATCHES[0]} at once"
    others = {f"pgqueuer, {BATCHES[1]} at once": wide, "procrastinate, one by one": single}
    cpus = f"{duration(usual.cpu)} pgqueuer, {duration(single.cpu)} procrastinate, all of it"
    ratio = shown(usual.cpu / ours.cpu)
    return [
        at_least(claim, rate, beside, ours.rate / usual.rate, LEAST),
        *(
            Figure("the same", rate, f"{other.rate:.0f} /s {name}", shown(ours.rate / other.rate))
            for name, other in others.items()
        ),
        Figure("CPU of a task, the runners' not counted", duration(ours.cpu), cpus, ratio),
    ]


def _lacking() -> str | None:
    """Name what the peers lack."""
    if programs() is None:
        return f"PostgreSQL: {HOW}"
    return None if PYTHON.exists() else "queues: make queues"


def _ours(folder: Path) -> Run:
    with Yard(folder) as yard:
        groups = [GROUP] * ACTIVITIES
        activities.offer(yard.endpoint, GROUP, groups, activities.MOST_INTERVALS)
        drain = activities.Drain(yard.endpoint, GROUP, COUNT)
        cpu, began = processes.cpu(yard.server), time.perf_counter()
        converse(yard.endpoint.port, [drain.runner() for _ in range(RUNNERS)])
        wall, cpu = time.perf_counter() - began, processes.cpu(yard.server) - cpu
        assert len(drain.attempts) == COUNT
        return Run(COUNT / wall, cpu / COUNT)


def _drained(queue: str, *options: str) -> Run:
    """Let a queue drain on a server of its own; its worker's CPU counts, and the server's."""
    program = ROOT / "benchmarks" / "programs" / f"{queue}_drain.py"
    with postgres() as server:
        command = [str(PYTHON), str(program), server.dsn, str(COUNT), *options]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE) as worker:
            assert worker.stdout is not None
            assert worker.stdin is not None
            assert worker.stdout.readline() == b"ready\n"
            cpu = server.cpu()
            worker.stdin.write(b"go\n")
            worker.stdin.flush()
            took = json.loads(worker.stdout.readline())
            cpu = server.cpu() - cpu + took["cpu"]
    return Run(COUNT / took["wall"], cpu / COUNT)

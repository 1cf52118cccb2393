"""How soon a command answers: medians of a dozen, beside ``python -c pass``.

``serve`` is timed to its line ``ready``, each time in a new data directory; the others to their
end. CPU is that of the command and of every process that it started.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.gear.figures import Figure, below, duration, median
from benchmarks.gear.yards import COMMAND, Yard

if TYPE_CHECKING:
    from collections.abc import Sequence

TIMES = 12


class Run(NamedTuple):
    """What one start took, in seconds."""

    wall: float
    cpu: float


def measure() -> list[Figure]:
    """Measure each command beside the interpreter alone."""
    with tempfile.TemporaryDirectory(prefix="batchyard-bench-") as name:
        folder = Path(name)
        bare = _middle([_run([sys.executable, "-c", "pass"], folder) for _ in range(TIMES)])
        told = _middle([_run([COMMAND, "--help"], folder) for _ in range(TIMES)])
        ready = _middle([_serve(folder / f"yard-{n}") for n in range(TIMES)])
        ran = _middle([_run([COMMAND, "run", "--", "true"], folder) for _ in range(TIMES)])
    return [
        _row("batchyard --help", told, bare, 0.15),
        _row("batchyard serve, ready", ready, bare, 1.0),
        _row("batchyard run -- true", ran, bare, 0.8),
    ]


def _row(command: str, ours: Run, bare: Run, most: float) -> Figure:
    claim = f"{command} ({duration(ours.cpu)} CPU)"
    return below(claim, ours.wall, bare.wall, most, "python -c pass")


def _middle(runs: Sequence[Run]) -> Run:
    return Run(median([run.wall for run in runs]), median([run.cpu for run in runs]))


def _run(command: Sequence[str | Path], folder: Path) -> Run:
    environment = os.environ | {"BATCHYARD_DATA_DIR": str(folder / "data")}
    before, began = _children(), time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, cwd=folder, check=False)
    wall = time.perf_counter() - began
    assert done.returncode == 0, done
    return Run(wall, _children() - before)


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _serve(folder: Path) -> Run:
    with Yard(folder) as yard:
        return Run(yard.ready_seconds, yard.cpu())

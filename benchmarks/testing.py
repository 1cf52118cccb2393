"""How soon a test has a stand-in for AWS: ``batchyard.testing.yard()`` beside moto's ``mock_aws``.

Both in a process where boto3 is imported already. Cold is the first start of a process, with what
it imports; warm is every later one. Then the same boto3 client asks each three times: to register
a definition, to describe it, and for the queues. A yard is a real one: with a supervisor, and ready
to run jobs.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from benchmarks.gear.figures import Figure, below, duration, median, shown

PROGRAM = Path(__file__).resolve().parent / "programs" / "mocked.py"
PROCESSES = 3
STARTS = 8
MOST = 0.5
"""Seconds: what a yard may add to a test run."""


class Start(NamedTuple):
    """Seconds to the inside of the block, CPU seconds in them, and seconds to the last answer."""

    inside: float
    cpu: float
    answers: float


def measure() -> list[Figure]:
    """Measure by turns, and compare the medians."""
    ours, theirs = [], []
    for _ in range(PROCESSES):
        ours.append(_starts("yard"))
        theirs.append(_starts("moto"))
    cold, their_cold = _middle([run[0] for run in ours]), _middle([run[0] for run in theirs])
    warm = _middle([start for run in ours for start in run[1:]])
    their_warm = _middle([start for run in theirs for start in run[1:]])
    return [
        below(
            f"with yard(), cold ({duration(cold.cpu)} CPU)",
            cold.inside,
            their_cold.inside,
            MOST,
            f"mock_aws ({duration(their_cold.cpu)} CPU)",
        ),
        _row("three answers after it", cold.answers, their_cold.answers),
        _row(f"with yard(), warm ({duration(warm.cpu)} CPU)", warm.inside, their_warm.inside),
        _row("three answers after it", warm.answers, their_warm.answers),
    ]


def _row(claim: str, ours: float, theirs: float) -> Figure:
    return Figure(claim, duration(ours), f"{duration(theirs)} mock_aws", shown(ours / theirs))


def _starts(kind: str) -> list[Start]:
    command = [sys.executable, PROGRAM, kind, str(STARTS)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [Start(*start) for start in json.loads(done.stdout)]


def _middle(starts: list[Start]) -> Start:
    return Start(*(median(values) for values in zip(*starts, strict=True)))

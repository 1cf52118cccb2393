"""A thousand triggers in one loop: batchyard's beside the Amazon provider's.

Both wait for the same jobs, which exist on paper only, at the same cadence; see `waiting`.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from benchmarks.contenders.scenario import Scenario
from benchmarks.gear.contest import AIRFLOW, Contender, run
from benchmarks.gear.figures import Figure, percentile, shown

if TYPE_CHECKING:
    from benchmarks.gear.contest import Run

PYTHON = AIRFLOW / "bin" / "python"
OURS = Contender("BatchJobTrigger of batchyard", "batchyard_trigger", PYTHON)
THEIRS = Contender("BatchJobTrigger of amazon", "airflow_trigger", PYTHON)
SCENARIO = Scenario(count=1_000)
STARTING = Scenario(count=1_000, cadence=30.0, first=1.0, last=2.0)
"""All jobs end at once, so that hardly anything but starting is to be done."""

CPU = 0.5
"""Milliseconds of CPU that the start of a trigger may cost."""
MEMORY = 20.0
"""Kilobytes that a trigger may hold."""


def measure() -> list[Figure]:
    """Run one after the other, where Airflow is."""
    if not OURS.is_here():
        print("triggers: `make airflow` makes the environment that they need", file=sys.stderr)
        return []
    begun, theirs_begun = run(OURS, STARTING), run(THEIRS, STARTING)
    ours, theirs = run(OURS, SCENARIO), run(THEIRS, SCENARIO)
    return [
        _figure("CPU of starting one", _cpu(begun), _cpu(theirs_begun), " ms", CPU),
        _figure("CPU of one, with all questions", _cpu(ours), _cpu(theirs), " ms"),
        _figure("memory of a trigger", _memory(ours), _memory(theirs), " KB", MEMORY),
        _figure("DescribeJobs", len(ours.times), len(theirs.times), ""),
        _figure("latency p50", ours.latency(50), theirs.latency(50), " s"),
        _figure("latency p99", ours.latency(99), theirs.latency(99), " s"),
        _figure("loop lag p99", _lag(ours, 99), _lag(theirs, 99), " ms"),
        _figure("loop lag, most", _lag(ours, 100), _lag(theirs, 100), " ms"),
    ]


def _cpu(one: Run) -> float:
    return 1000 * one.cpu / one.scenario.count


def _memory(one: Run) -> float:
    return one.memory.growth / one.scenario.count / 1000


def _lag(one: Run, percent: float) -> float:
    return 1000 * percentile(one.lags, percent)


def _figure(name: str, ours: float, theirs: float, unit: str, most: float | None = None) -> Figure:
    return Figure(
        f"{SCENARIO.count:,} triggers: {name}",
        f"{shown(ours)}{unit}",
        f"{shown(theirs)}{unit} {THEIRS.name}",
        shown(theirs / ours) if ours else "",
        "" if most is None else f"at most {most:g}{unit}",
        None if most is None else ours <= most,
    )

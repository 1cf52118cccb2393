"""Waiting for many jobs, beside the ways that people wait today.

A service in a process of its own answers DescribeJobs for jobs that exist on paper only, and
counts; each contender is a process of its own, too. Jobs end at random within a minute, are asked
for every five seconds, and one of ten fails. A latency is the time from a job's end, which is on
the paper, to the moment at which whoever waits for it has the answer in hand.

The short way runs batchyard's scenarios all at once, since they hardly work, and each peer alone;
the full one runs everything alone, and takes an hour and a half.
"""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.contenders.scenario import Scenario
from benchmarks.gear.contest import AIRFLOW, Contender, Run, run
from benchmarks.gear.figures import Figure, percentile, shown
from benchmarks.gear.table import rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

SYNC = Contender("batchyard", "batchyard_sync")
ASYNC = Contender("batchyard.aio", "batchyard_async")
TASKS = Contender("batchyard.aio, a task for each", "batchyard_tasks")
EVENTS = Contender("batchyard with events", "batchyard_events")
OURS = (SYNC, ASYNC, TASKS, EVENTS)
TRIGGER = Contender("BatchJobTrigger", "airflow_trigger", AIRFLOW / "bin" / "python")
PEERS = (
    TRIGGER,
    Contender("boto3 waiters in threads", "boto3_threads"),
    Contender("aiobotocore poller", "aiobotocore_poller", AIRFLOW / "bin" / "python"),
)

FEW, SOME, MANY = (Scenario(count=count) for count in (100, 1_000, 5_000))
SMALL = (FEW, SOME, MANY)
LARGE = tuple(replace(scenario, size=20_000) for scenario in SMALL)
THROTTLED = tuple(Scenario(count=count, rate=20, limit=300) for count in (200, 5_000))
MOST = Scenario(count=100_000, cadence=10, first=30, last=90)
TOLD = replace(MANY, events=True)

HEADINGS = (
    "jobs",
    "who waits",
    "answered",
    "calls",
    "429",
    "peak /s",
    "CPU s",
    "growth MB",
    "p50 s",
    "p95 s",
    "p99 s",
    "max s",
    "lag p99 ms",
    "lag max ms",
    "wall s",
)
MEGABYTE = 1e6


class Number(NamedTuple):
    """A number of a run, and the most that is promised; None where nothing is."""

    name: str
    value: float
    most: float | None
    unit: str = ""

    def shown(self, value: float) -> str:
        """Form it with its unit."""
        return f"{shown(value)}{self.unit}"


def measure() -> list[Figure]:
    """Measure batchyard in small and throttled scenarios, and its peers with a thousand jobs."""
    alike = product((SYNC, ASYNC), (*SMALL, THROTTLED[0]))
    pairs = [*alike, (TASKS, SOME), (TASKS, MANY), (EVENTS, TOLD)]
    return _judged([*_together(pairs), *_alone(PEERS, (SOME,))])


def measure_full() -> list[Figure]:
    """Measure everybody in every scenario, one after the other."""
    both = (*SMALL, *LARGE, *THROTTLED)
    ours = [*_alone(OURS[:-1], (*both, MOST)), *_alone([EVENTS], [TOLD])]
    return _judged([*ours, *_alone(PEERS, both)])


def _together(pairs: Sequence[tuple[Contender, Scenario]]) -> list[Run]:
    with ThreadPoolExecutor(len(pairs)) as threads:
        return list(threads.map(lambda pair: run(*pair), pairs))


def _alone(contenders: Iterable[Contender], scenarios: Sequence[Scenario]) -> Iterator[Run]:
    for contender in contenders:
        if not contender.is_here():
            _say(f"{contender.name} is left out: `make airflow` makes the environment it needs")
            continue
        for scenario in scenarios:
            try:
                yield run(contender, scenario)
            except (AssertionError, subprocess.TimeoutExpired) as error:
                if contender in OURS:
                    raise
                _say(f"{_jobs(scenario)}: {contender.name} could not: {str(error)[-500:]}")


def _say(text: str) -> None:
    print(f"waiting: {text}", file=sys.stderr, flush=True)


def _judged(runs: list[Run]) -> list[Figure]:
    """Show all runs, and hold ours to their promises."""
    order = (*SMALL, TOLD, *LARGE, *THROTTLED, MOST)
    rows(HEADINGS, [_row(one) for one in sorted(runs, key=lambda one: order.index(one.scenario))])
    theirs = {one.scenario: _numbers(one) for one in runs if one.contender == TRIGGER}
    return [
        _figure(one, number, theirs.get(one.scenario, []))
        for one in runs
        if one.contender in OURS
        for number in _numbers(one)
        if number.most is not None or (one.contender == TASKS and one.scenario in theirs)
    ]


def _figure(one: Run, number: Number, theirs: list[Number]) -> Figure:
    """Compare a number with the trigger's of the same name, and with what is promised."""
    claim = f"{one.contender.name}, {_jobs(one.scenario)} jobs: {number.name}"
    beside = next((their for their in theirs if their.name == number.name), None)
    return Figure(
        claim,
        number.shown(number.value),
        f"{beside.shown(beside.value)} {TRIGGER.name}" if beside else "",
        shown(beside.value / number.value) if beside and number.value else "",
        "" if number.most is None else f"at most {number.most:,g}{number.unit}",
        None if number.most is None else number.value <= number.most,
    )


def _row(one: Run) -> tuple[str, ...]:
    latencies = (f"{one.latency(percent):.2f}" for percent in (50, 95, 99, 100))
    lags = [f"{1000 * percentile(one.lags, percent):.0f}" for percent in (99, 100) if one.lags]
    everybody = len(one.latencies) == one.scenario.count
    return (
        _jobs(one.scenario),
        one.contender.name,
        "all" if everybody else f"{len(one.latencies):,}",
        f"{len(one.times):,}",
        f"{one.refused:,}",
        f"{one.peak():,}",
        f"{one.cpu:.2f}",
        f"{one.memory.growth / MEGABYTE:.1f}",
        *latencies,
        *(lags or ("", "")),
        f"{one.wall:.0f}",
    )


def _jobs(scenario: Scenario) -> str:
    """Name a scenario."""
    size = ", 20 kB each" if scenario.size > 1000 else ""
    rate = f", {scenario.rate:g} requests/s" if scenario.rate else ""
    events = ", events" if scenario.events else ""
    return f"{scenario.count:,}{size}{rate}{events}"


def _numbers(one: Run) -> list[Number]:
    """List what is told, and perhaps promised, of a scenario."""
    scenario = one.scenario
    if scenario.rate:
        share = 100 * one.refused / len(one.times)
        waiting = scenario.count - len(one.latencies)
        return [Number("calls answered 429", share, 5, " %"), Number("not answered", waiting, 0)]
    if scenario.events:
        return [
            Number("DescribeJobs for each ended job", len(one.times) / scenario.count, 0.1),
            Number("CPU", one.cpu, None, " s"),
            Number("latency p50", one.latency(50), 0.3, " s"),
        ]
    if scenario == MOST:
        return _numbers_of_most(one)
    calls, cpu, growth, p50, p99 = (400, 2, 40, 2.7, 6) if scenario.count == 5_000 else 5 * (None,)
    return [
        Number("calls", len(one.times), calls),
        Number("CPU", one.cpu, cpu, " s"),
        Number("memory growth", one.memory.growth / MEGABYTE, growth, " MB"),
        Number("latency p50", one.latency(50), p50, " s"),
        Number("latency p99", one.latency(99), p99, " s"),
    ]


def _numbers_of_most(one: Run) -> list[Number]:
    """Count calls while every job is alive and has been asked for once."""
    begin, end, cadence = one.scenario.cadence, one.scenario.first, one.scenario.cadence
    calls = one.calls_between(begin, end) * cadence / (end - begin)
    return [
        Number("calls per interval", calls, 1_050),
        Number("cores", one.cpu / one.wall, 0.25),
        Number("memory growth", one.memory.growth / MEGABYTE, 250, " MB"),
    ]

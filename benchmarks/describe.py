"""DescribeJobs of a hundred: the server's CPU for a call, live and ended, few stored and many.

Ten sets of a hundred jobs, drawn from all that are stored, are asked for over and over on one
connection, as clients that wait do. moto walks over every job that it has, so it is measured
with 1,000 only.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.gear import jobs
from benchmarks.gear.figures import Figure, at_least, duration, median, shown
from benchmarks.gear.moto import moto
from benchmarks.gear.stored import fill
from benchmarks.gear.yards import Yard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.submit import Served

FEW = 1_000
MANY = 100_000
SETS = 10
CALLS = 1_000
TURNS = 3
THEIR_CALLS = 30
LEAST_LIVE = 100
LEAST_ENDED = 30
FLAT = 1.2
SEED = 7


def measure() -> list[Figure]:
    """Measure moto, then a yard with few jobs beside one with many, by turns."""
    theirs = _theirs()
    with tempfile.TemporaryDirectory(prefix="batchyard-bench-") as name:
        live, ended = _ours(Path(name))
    beside = f"{duration(theirs)} moto_server, 1,000 stored"
    return [
        _row("live", live[0], beside, theirs, LEAST_LIVE),
        _row("ended", ended[0], beside, theirs, LEAST_ENDED),
        _flat("live", *live),
        _flat("ended", *ended),
    ]


def _row(kind: str, ours: float, beside: str, theirs: float, least: float) -> Figure:
    claim = f"CPU of DescribeJobs, 100 {kind} jobs"
    return at_least(claim, duration(ours), beside, theirs / ours, least)


def _flat(kind: str, few: float, many: float) -> Figure:
    growth = many / few
    return Figure(
        f"the same, {kind}, 100,000 stored",
        duration(many),
        f"{duration(few)} with 1,000",
        shown(growth),
        f"at most {FLAT:g}",
        growth <= FLAT,
    )


def _ours(folder: Path) -> tuple[tuple[float, float], tuple[float, float]]:
    few, many = fill(folder / "few", FEW), fill(folder / "many", MANY)
    with Yard(folder / "few") as small, Yard(folder / "many") as large:
        turns = [
            [
                _cpu_of_a_call(yard, ids, CALLS)
                for ids in (few.live, many.live, few.ended, many.ended)
                for yard in (large if ids in (many.live, many.ended) else small,)
            ]
            for _ in range(TURNS)
        ]
    live_few, live_many, ended_few, ended_many = map(median, zip(*turns, strict=True))
    return (live_few, live_many), (ended_few, ended_many)


def _theirs() -> float:
    with moto() as peer:
        jobs.prepare_unmanaged(peer.endpoint)
        answers = peer.endpoint.exchange(jobs.submits(peer.endpoint, FEW, **jobs.EVERYDAY), 8)
        return _cpu_of_a_call(peer, [jobs.id_of(answer) for answer in answers], THEIR_CALLS)


def _cpu_of_a_call(served: Served, ids: Sequence[str], calls: int) -> float:
    """Describe hundreds of these jobs, each set once before it counts."""
    drawn = random.Random(SEED)  # noqa: S311 - the same draw in each turn
    sets = [drawn.sample(ids, jobs.MOST_DESCRIBED) for _ in range(SETS)]
    requests = [jobs.describe(served.endpoint, some) for some in sets]
    for some, answer in zip(sets, served.endpoint.exchange(requests, 1), strict=True):
        assert set(jobs.states_of(answer)) == set(some)
    asked = [requests[n % SETS] for n in range(calls)]
    before = served.cpu()
    served.endpoint.exchange(asked, 1)
    return (served.cpu() - before) / calls

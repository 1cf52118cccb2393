"""DescribeJobs of a hundred: the server's CPU for a call, live and ended, few stored and many.

Half of what a yard stores is live, half has ended. Ten sets of a hundred jobs, drawn from all of
one kind, are asked for over and over, as clients that wait do. The answer is 190 to 230 kilobytes;
what an HTTP server takes for so many bytes that it has ready is part of the table, as a limit.
moto walks over every job that it has, so it is measured with few and with many, too; its many
are the children of arrays, which it makes faster.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.gear import jobs
from benchmarks.gear.bare import bare
from benchmarks.gear.figures import Figure, at_least, duration, median, shown
from benchmarks.gear.moto import moto
from benchmarks.gear.stored import fill
from benchmarks.gear.yards import Yard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.submit import Served

FEW = 1_000
MANY = 100_000
ARRAY = 10_000
SETS = 5
CLIENTS = 4
CALLS = 1_000
THEIR_CALLS = 24
TURNS = 3
LEAST = {"live": 100, "ended": 30}
FLAT = 1.2
SEED = 7


class Cost(NamedTuple):
    """Seconds of CPU for a call, with few jobs stored and with many."""

    few: float
    many: float


def measure() -> list[Figure]:
    """Measure moto, then a yard with few jobs beside one with many, by turns."""
    theirs = _theirs()
    with tempfile.TemporaryDirectory(prefix="batchyard-bench-") as name:
        ours, limit = _ours(Path(name))
    figures = [row for kind, cost in ours.items() for row in _rows(kind, cost, theirs)]
    words = f"{duration(limit)} bare ASGI application, same bytes"
    best = ours["live"].few
    return [*figures, Figure("the same, live", duration(best), words, shown(best / limit))]


def _rows(kind: str, ours: Cost, theirs: Cost) -> list[Figure]:
    claim, least = f"CPU of DescribeJobs, 100 {kind} of", LEAST[kind]
    growth = ours.many / ours.few
    few, many = (f"{duration(cost)} moto_server" for cost in theirs)
    beside = f"{duration(ours.few)} with {FEW}"
    return [
        at_least(f"{claim} {FEW}", duration(ours.few), few, theirs.few / ours.few, least),
        at_least(f"{claim} {MANY}", duration(ours.many), many, theirs.many / ours.many, least),
        Figure(
            f"the same, {kind}, {MANY} stored",
            duration(ours.many),
            beside,
            shown(growth),
            f"at most {FLAT:g}",
            growth <= FLAT,
        ),
    ]


def _ours(folder: Path) -> tuple[dict[str, Cost], float]:
    few, many = fill(folder / "few", FEW // 2), fill(folder / "many", MANY // 2)
    with Yard(folder / "few") as small, Yard(folder / "many") as large:
        turns = [
            (
                _cpu_of_a_call(small, few.live),
                _cpu_of_a_call(large, many.live),
                _cpu_of_a_call(small, few.ended),
                _cpu_of_a_call(large, many.ended),
            )
            for _ in range(TURNS)
        ]
        limit = _limit(small, few.live)
    costs = [median(cost) for cost in zip(*turns, strict=True)]
    return {"live": Cost(*costs[:2]), "ended": Cost(*costs[2:])}, limit


def _limit(yard: Yard, ids: Sequence[str]) -> float:
    """Let a server that decides nothing answer with the bytes of one answer of ours."""
    request = jobs.describe(yard.endpoint, ids[: jobs.MOST_DESCRIBED])
    (answer,) = yard.endpoint.exchange([request], 1)
    with bare(answer.body) as server:
        asked = [request] * CALLS
        server.endpoint.exchange(asked[:CLIENTS], CLIENTS)
        before = server.cpu()
        server.endpoint.exchange(asked, CLIENTS)
        return (server.cpu() - before) / CALLS


def _theirs() -> Cost:
    with moto() as peer:
        jobs.prepare_unmanaged(peer.endpoint)
        requests = jobs.submits(peer.endpoint, FEW, **jobs.EVERYDAY)
        ids = [jobs.id_of(answer) for answer in peer.endpoint.exchange(requests, CLIENTS)]
        few = _cpu_of_a_call(peer, ids, THEIR_CALLS)
        arrays = {**jobs.EVERYDAY, "arrayProperties": {"size": ARRAY}}
        peer.endpoint.exchange(jobs.submits(peer.endpoint, MANY // ARRAY, **arrays), 1)
        return Cost(few, _cpu_of_a_call(peer, ids, THEIR_CALLS))


def _cpu_of_a_call(served: Served, ids: Sequence[str], calls: int = CALLS) -> float:
    """Describe hundreds of these jobs, each set once before it counts."""
    drawn = random.Random(SEED)  # noqa: S311 - the same draw in each turn
    sets = [drawn.sample(ids, jobs.MOST_DESCRIBED) for _ in range(SETS)]
    requests = [jobs.describe(served.endpoint, some) for some in sets]
    for some, answer in zip(sets, served.endpoint.exchange(requests, 1), strict=True):
        assert set(jobs.states_of(answer)) == set(some)
    asked = [requests[number % SETS] for number in range(calls)]
    before = served.cpu()
    served.endpoint.exchange(asked, CLIENTS)
    return (served.cpu() - before) / calls

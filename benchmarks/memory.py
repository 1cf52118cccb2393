"""What a live job costs a server in memory: the growth of its RSS by a hundred thousand that wait.

Each job carries a kilobyte of overrides and waits in RUNNABLE, since its environment is DISABLED:
jobs that differ in their names only, jobs of which each has other overrides (a fifth as many), and
the children of ten arrays. moto_server keeps its jobs in memory for good, ended at once; it is
given two thousand, because it is slow to take them, but as many children.
"""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.gear import jobs, processes
from benchmarks.gear.figures import Figure, shown, size
from benchmarks.gear.moto import moto
from benchmarks.gear.yards import Yard

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.gear.endpoint import Endpoint

    Submits = Callable[[Endpoint, int], list[bytes]]
    Growth = Callable[[Endpoint, int], float]

COUNT = 100_000
ARRAY = 10_000
UNLIKE = 20_000
THEIRS = 2_000
WIDTH = 64
THEIR_WIDTH = 4
"""moto_server has a thread for each connection; many of them drown the jobs in their own memory."""
WARM_UP = 256


def measure() -> list[Figure]:
    """Measure both, each kind of job on a new server."""
    theirs = _theirs()
    with tempfile.TemporaryDirectory(prefix="batchyard-bench-") as name:
        ours = _ours(Path(name))
    claims = (
        f"memory of a RUNNABLE job, {COUNT} of them",
        f"the same, {UNLIKE} with other overrides each",
        f"the same, {COUNT} children of arrays",
    )
    beside = (f"with {THEIRS}", f"with {THEIRS}", f"with {COUNT}")
    return [_row(*row) for row in zip(claims, ours, theirs, beside, strict=True)]


def _theirs() -> list[float]:
    grown = []
    for growth in (_alike(THEIRS, THEIR_WIDTH), _unlike(THEIRS, THEIR_WIDTH), _children):
        with moto() as peer:
            jobs.prepare_unmanaged(peer.endpoint)
            grown.append(growth(peer.endpoint, peer.pid))
    return grown


def _ours(folder: Path) -> list[float]:
    grown = []
    for growth in (_alike(COUNT, WIDTH), _unlike(UNLIKE, WIDTH), _children):
        with Yard(folder / str(len(grown))) as yard:
            jobs.prepare(yard.endpoint, state="DISABLED")
            grown.append(growth(yard.endpoint, yard.server))
    return grown


def _row(claim: str, ours: float, theirs: float, beside: str) -> Figure:
    peer = f"{size(theirs)} moto_server {beside}"
    return Figure(claim, size(ours), peer, shown(theirs / ours))


def _alike(count: int, width: int) -> Growth:
    return partial(_growth, partial(jobs.submits, **jobs.EVERYDAY), count, width)


def _unlike(count: int, width: int) -> Growth:
    return partial(_growth, _all_other, count, width)


def _all_other(endpoint: Endpoint, count: int) -> list[bytes]:
    """Form submits of which none shares its overrides with another."""
    overrides = jobs.EVERYDAY["containerOverrides"]
    requests = []
    for number in range(count):
        own = [*overrides["environment"], {"name": "SHARD", "value": f"{count}-{number}"}]
        more = {**jobs.EVERYDAY, "containerOverrides": {**overrides, "environment": own}}
        requests += jobs.submits(endpoint, 1, **more)
    return requests


def _growth(form: Submits, count: int, width: int, endpoint: Endpoint, pid: int) -> float:
    """Submit so many jobs; give the bytes by which each let the server grow."""
    endpoint.exchange(form(endpoint, WARM_UP), width)
    requests = form(endpoint, count)
    before = processes.memory(pid)
    ids = [jobs.id_of(answer) for answer in endpoint.exchange(requests, width)]
    grown = processes.memory(pid) - before
    assert len(set(ids)) == count
    known = endpoint.call("DescribeJobs", {"jobs": ids[-jobs.MOST_DESCRIBED :]})["jobs"]
    assert len(known) == jobs.MOST_DESCRIBED
    return grown / count


def _children(endpoint: Endpoint, pid: int) -> float:
    """The same, for the children of arrays, which are submitted by the thousands."""
    warm, more = ({**jobs.EVERYDAY, "arrayProperties": {"size": n}} for n in (WARM_UP, ARRAY))
    endpoint.exchange(jobs.submits(endpoint, 1, **warm), 1)
    before = processes.memory(pid)
    answers = endpoint.exchange(jobs.submits(endpoint, COUNT // ARRAY, **more), 1)
    grown = processes.memory(pid) - before
    last = f"{jobs.id_of(answers[-1])}:{ARRAY - 1}"
    assert endpoint.call("DescribeJobs", {"jobs": [last]})["jobs"]
    return grown / COUNT

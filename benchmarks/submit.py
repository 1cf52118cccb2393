"""Durable SubmitJob beside moto_server, which keeps nothing: rate, and the server's CPU.

Both are asked by the same raw client on 128 connections, for jobs that never run: ours wait in a
queue on an environment that is DISABLED, moto marks its own as ended at once (its ``use_docker``
is off). An answer of ours leaves when the job is on disk.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from benchmarks.gear import jobs
from benchmarks.gear.figures import Figure, at_least, duration, shown
from benchmarks.gear.moto import moto
from benchmarks.gear.yards import Yard

if TYPE_CHECKING:
    from benchmarks.gear.endpoint import Endpoint

WIDTH = 128
WARM_UP = 256
OURS = 6000
THEIRS = 1000
LEAST = 20


class Served(Protocol):
    """A server that submits can be put to."""

    @property
    def endpoint(self) -> Endpoint:
        """Where it is asked."""

    def cpu(self) -> float:
        """Tell its CPU seconds so far."""


class Run(NamedTuple):
    """Submits in a second, and the server's CPU seconds for one."""

    rate: float
    cpu: float


def measure() -> list[Figure]:
    """Measure both, one after the other."""
    with (
        tempfile.TemporaryDirectory(prefix="batchyard-bench-") as name,
        Yard(Path(name) / "yard") as yard,
    ):
        jobs.prepare(yard.endpoint, state="DISABLED")
        ours = submitted(yard, OURS)
    with moto() as peer:
        jobs.prepare_unmanaged(peer.endpoint)
        theirs = submitted(peer, THEIRS)
    rate, beside = f"{ours.rate:.0f} /s", f"{theirs.rate:.0f} /s moto_server"
    cpu = f"{duration(theirs.cpu)} moto_server"
    ratio = ours.rate / theirs.rate
    return [
        at_least(f"durable SubmitJob, {WIDTH} clients", rate, beside, ratio, LEAST),
        Figure("CPU of a SubmitJob", duration(ours.cpu), cpu, shown(theirs.cpu / ours.cpu)),
    ]


def submitted(served: Served, count: int) -> Run:
    """Submit so many jobs after some to warm up, and see that the last ones are known."""
    endpoint = served.endpoint
    endpoint.exchange(jobs.submits(endpoint, WARM_UP, **jobs.EVERYDAY), WIDTH)
    requests = jobs.submits(endpoint, count, **jobs.EVERYDAY)
    before, began = served.cpu(), time.perf_counter()
    answers = endpoint.exchange(requests, WIDTH)
    cpu, wall = served.cpu() - before, time.perf_counter() - began
    ids = [jobs.id_of(answer) for answer in answers]
    assert len(set(ids)) == count
    known = endpoint.call("DescribeJobs", {"jobs": ids[-jobs.MOST_DESCRIBED :]})["jobs"]
    assert len(known) == jobs.MOST_DESCRIBED
    return Run(count / wall, cpu / count)

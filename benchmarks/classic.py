"""Whether an event loop still turns while a thousand AsyncBatchClients wait on it.

A yard in a process of its own holds a thousand jobs that wait for another; each has a client that
monitors it. The same loop with nothing to do stands beside it: a tick every five
milliseconds says how late the loop is. Threads share Python's lock with the loop, so what the
watcher's threads take of it is part of the figure.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from batchyard import AsyncBatchClient, Failed
from batchyard.client.sessions import Client
from benchmarks.gear import jobs
from benchmarks.gear.figures import Figure, duration, percentile, shown
from benchmarks.gear.yards import Yard

COUNT = 1_000
TICK = 0.005
SPAN = 10.0
"""Seconds that the loop is looked at."""


class Unhurried(AsyncBatchClient):
    """Clients that begin to wait at once."""

    DEFAULT_DELAY_MIN = DEFAULT_DELAY_MAX = 0


def measure() -> list[Figure]:
    """Measure an idle loop, then the same while everybody begins to wait and waits."""
    with (
        tempfile.TemporaryDirectory(prefix="batchyard-bench-") as name,
        Yard(Path(name) / "yard") as yard,
    ):
        jobs.prepare(yard.endpoint, ("sleep", "600"), vcpus=1)
        client = _client(yard)
        submit = {"jobName": jobs.NAME, "jobQueue": jobs.NAME, "jobDefinition": jobs.NAME}
        first = client.submit_job(**submit)["jobId"]
        depends = [{"jobId": first}]
        ids = [client.submit_job(**submit, dependsOn=depends)["jobId"] for _ in range(COUNT)]
        idle, waiting = asyncio.run(_lags(client, first, ids))
    return [_row(percent, waiting, idle) for percent in (50, 99, 100)]


def _client(yard: Yard) -> Client:
    import botocore.session

    to = yard.endpoint
    return botocore.session.Session().create_client(
        "batch",
        region_name=to.region,
        endpoint_url=f"http://127.0.0.1:{to.port}",
        aws_access_key_id=to.access_key,
        aws_secret_access_key=to.secret,
    )


async def _lags(client: Client, first: str, ids: list[str]) -> tuple[list[float], list[float]]:
    idle = await _ticks(SPAN)
    clients = [Unhurried(one, client=client) for one in ids]
    waits = [asyncio.create_task(one.monitor_job()) for one in clients]
    waiting = await _ticks(SPAN)
    assert not any(one.done() for one in waits), "everybody still waited"
    await clients[0].terminate_job(first, "measured")
    ends = await asyncio.gather(*waits, return_exceptions=True)
    assert all(isinstance(one, Failed) for one in ends), "everybody was told of the end"
    return idle, waiting


async def _ticks(seconds: float) -> list[float]:
    """Tell by how much ticks of the loop are late."""
    late: list[float] = []
    end = time.perf_counter() + seconds
    while (began := time.perf_counter()) < end:
        await asyncio.sleep(TICK)
        late.append(time.perf_counter() - began - TICK)
    return late


def _row(percent: int, waiting: list[float], idle: list[float]) -> Figure:
    ours, rest = percentile(waiting, percent), percentile(idle, percent)
    name = "longest" if percent == 100 else f"p{percent}"
    claim = f"lag of a loop with {COUNT} AsyncBatchClients, {name}"
    return Figure(claim, duration(ours), f"{duration(rest)} idle", shown(ours / rest))

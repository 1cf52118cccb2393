"""`submit_many` beside what people write: a boto3 loop, and a pool of threads that call boto3.

All submit to the same yard, whose jobs never run. First 10,000 as fast as it goes; then fewer
through a client that behaves as AWS does: 100 ms for an answer, and 429 beyond 50 a second, with a
burst of as many. What boto3 gives up on after its retries is counted as lost.
"""

from __future__ import annotations

import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3
from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.config import Config
from botocore.exceptions import ClientError

from batchyard import JobDefinition, submit_many
from benchmarks.gear import jobs
from benchmarks.gear.figures import Figure, duration, shown
from benchmarks.gear.yards import Yard

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.gear.endpoint import Endpoint

COUNT = 10_000
THROTTLED = 500
RATE = 50
"""Requests a second: https://repost.aws/knowledge-center/aws-batch-requests-error"""
LATENCY = 0.1
THREADS = 20


class Shard(JobDefinition):
    """What is submitted."""

    name = jobs.NAME
    shard: int


class Body:
    """The body of a 429."""

    def stream(self, **_: object) -> list[bytes]:
        """Give it whole."""
        return [b'{"message": "Too Many Requests"}']


class Aws:
    """Stands before a client and answers as slowly and as seldom as AWS does."""

    def __init__(self) -> None:
        self.asked = self.refused = 0
        self._room, self._seen = float(RATE), time.monotonic()
        self._lock = threading.Lock()

    def before_send(self, **_: object) -> AWSResponse | None:
        """Pass a request on, or answer 429."""
        with self._lock:
            now = time.monotonic()
            self._room = min(RATE, self._room + (now - self._seen) * RATE)
            self._seen = now
            self.asked += 1
            passed = self._room >= 1
            self._room -= passed
            self.refused += not passed
        time.sleep(LATENCY)
        headers: Any = HeadersDict({"x-amzn-ErrorType": "TooManyRequestsException"})
        body: Any = Body()
        return None if passed else AWSResponse("http://aws.invalid", 429, headers, body)


class Run(NamedTuple):
    """Seconds, CPU seconds of this process, jobs that came out, and the share of 429s."""

    wall: float
    cpu: float
    submitted: int
    throttled: float


def measure() -> list[Figure]:
    """Measure all, one after the other, on one yard."""
    with (
        tempfile.TemporaryDirectory(prefix="batchyard-bench-") as name,
        Yard(Path(name) / "yard") as yard,
    ):
        jobs.prepare(yard.endpoint, state="DISABLED")
        return [*_unthrottled(yard.endpoint), *_throttled(yard.endpoint)]


def _unthrottled(endpoint: Endpoint) -> list[Figure]:
    ours, loop, pool = (_run(endpoint, way, COUNT, None) for way in (_many, _loop, _pool))
    assert ours.submitted == loop.submitted == pool.submitted == COUNT
    figures = []
    for run, beside in ((loop, "boto3 loop"), (pool, f"{THREADS} boto3 threads")):
        peer, ratio = f"{duration(run.wall)} {beside}", shown(run.wall / ours.wall)
        figures.append(Figure(f"submit_many, {COUNT} items", duration(ours.wall), peer, ratio))
        peer, ratio = f"{duration(run.cpu / COUNT)} {beside}", shown(run.cpu / ours.cpu)
        figures.append(Figure("client's CPU of one", duration(ours.cpu / COUNT), peer, ratio))
    return figures


def _throttled(endpoint: Endpoint) -> list[Figure]:
    figures = []
    loop, pool = (_run(endpoint, way, THROTTLED, Aws()) for way in (_loop, _pool))
    for way, said in ((_paced, f"at {RATE} /s"), (_many, "rate not known")):
        ours = _run(endpoint, way, THROTTLED, Aws())
        assert ours.submitted == THROTTLED
        for run, beside in ((loop, "boto3 loop"), (pool, f"{THREADS} boto3 threads")):
            claim = f"{THROTTLED} items, AWS's throttle, {said}"
            peer = f"{duration(run.wall)}, {THROTTLED - run.submitted} lost, {beside}"
            ratio = shown(run.wall / ours.wall)
            figures.append(Figure(claim, duration(ours.wall), peer, ratio))
        peer, share = f"{pool.throttled:.1%} {THREADS} boto3 threads", f"{ours.throttled:.1%}"
        figures.append(Figure(f"429s of them, {said}", share, peer))
    return figures


def _run(
    endpoint: Endpoint, way: Callable[[Any, int], set[str]], count: int, aws: Aws | None
) -> Run:
    client = _client(endpoint)
    if aws is not None:
        client.meta.events.register_first("before-send.batch.SubmitJob", aws.before_send)
    began, before = time.perf_counter(), time.process_time()
    ids = way(client, count)
    wall, cpu = time.perf_counter() - began, time.process_time() - before
    throttled = aws.refused / aws.asked if aws else 0.0
    return Run(wall, cpu, len(ids), throttled)


def _client(endpoint: Endpoint) -> Any:  # noqa: ANN401 - boto3 ships no types
    return boto3.Session().client(
        "batch",
        region_name=endpoint.region,
        endpoint_url=f"http://127.0.0.1:{endpoint.port}",
        aws_access_key_id=endpoint.access_key,
        aws_secret_access_key=endpoint.secret,
        config=Config(max_pool_connections=THREADS),
    )


def _many(client: Any, count: int, rate: float | None = None) -> set[str]:  # noqa: ANN401 - boto3's
    items = (Shard(shard=number) for number in range(count))
    return {str(job.job_id) for job in submit_many(items, jobs.NAME, client=client, rate=rate)}


def _paced(client: Any, count: int) -> set[str]:  # noqa: ANN401 - boto3's
    return _many(client, count, RATE)


def _loop(client: Any, count: int) -> set[str]:  # noqa: ANN401 - boto3's
    return {found for number in range(count) if (found := _one(client, number))}


def _pool(client: Any, count: int) -> set[str]:  # noqa: ANN401 - boto3's
    with ThreadPoolExecutor(THREADS) as pool:
        found = pool.map(lambda number: _one(client, number), range(count))
        return {one for one in found if one}


def _one(client: Any, number: int) -> str | None:  # noqa: ANN401 - boto3's
    try:
        answer = client.submit_job(
            jobName=f"shard-{number}",
            jobQueue=jobs.NAME,
            jobDefinition=jobs.NAME,
            parameters={"shard": str(number)},
        )
    except ClientError:
        return None
    return str(answer["jobId"])

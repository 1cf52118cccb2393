"""What a request to a service that is not ours costs through a yard, beside moto_server itself.

Both are asked in turns by the same raw client: a small request (GetQueueUrl of SQS), and an object
of 8 MiB, up and down. Through a yard each is proven, read to its end and passed on. A third figure
tells what a yard's own answers cost while moto is busy.
"""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.gear.connections import Connection
from benchmarks.gear.figures import Figure, duration, percentile, shown
from benchmarks.gear.moto import moto
from benchmarks.gear.yards import Yard

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.gear.endpoint import Endpoint

TIMES = 200
OBJECTS = 12
WARM_UP = 5
OBJECT = bytes(range(256)) * (8 * 1024 * 4)
BUSY = 4
"""Connections that ask moto without a pause."""


class Pair(NamedTuple):
    """Seconds through a yard, and of moto_server itself."""

    ours: list[float]
    peer: list[float]


def measure() -> list[Figure]:
    """Measure both in turns, then a yard beside its busy moto."""
    with tempfile.TemporaryDirectory(prefix="batchyard-bench-") as name:
        folder = Path(name)
        with Yard(folder / "plain") as plain:
            alone = plain.ready_seconds
        with Yard(folder / "yard", "--with-moto") as yard, moto() as server:
            small = _small(yard.endpoint, server.endpoint)
            up, down = _objects(yard.endpoint, server.endpoint)
            idle = _own(yard.endpoint)
            busy = _own_beside(yard.endpoint)
            ready = yard.ready_seconds
    return [
        Figure("serve --with-moto, ready", duration(ready), f"{duration(alone)} without moto"),
        _row("SQS GetQueueUrl, p50", small, 50),
        _row("SQS GetQueueUrl, p99", small, 99),
        _row("S3 PutObject of 8 MiB, p50", up, 50),
        _row("S3 GetObject of 8 MiB, p50", down, 50),
        _row("our DescribeJobQueues while moto is busy, p50", Pair(busy, idle), 50, "idle"),
    ]


def _row(claim: str, pair: Pair, percent: float, peer: str = "moto_server") -> Figure:
    ours, theirs = percentile(pair.ours, percent), percentile(pair.peer, percent)
    return Figure(claim, duration(ours), f"{duration(theirs)} {peer}", shown(ours / theirs))


def _small(ours: Endpoint, peer: Endpoint) -> Pair:
    for endpoint in (ours, peer):
        _ask(endpoint, endpoint.sqs_request("CreateQueue", {"QueueName": "q"}))
    return _turns(ours, peer, TIMES, lambda e: e.sqs_request("GetQueueUrl", {"QueueName": "q"}))


def _objects(ours: Endpoint, peer: Endpoint) -> tuple[Pair, Pair]:
    for endpoint in (ours, peer):
        _ask(endpoint, endpoint.s3_request("PUT", "/benchmark"))
    up = _turns(ours, peer, OBJECTS, lambda e: e.s3_request("PUT", "/benchmark/object", OBJECT))
    down = _turns(ours, peer, OBJECTS, lambda e: e.s3_request("GET", "/benchmark/object"))
    return up, down


def _turns(ours: Endpoint, peer: Endpoint, times: int, form: Callable[[Endpoint], bytes]) -> Pair:
    """Ask both, one after the other, so many times."""
    pair = Pair([], [])
    for _ in range(WARM_UP + times):
        for endpoint, seconds in ((ours, pair.ours), (peer, pair.peer)):
            seconds.append(_ask(endpoint, form(endpoint)))
    return Pair(pair.ours[WARM_UP:], pair.peer[WARM_UP:])


def _ask(endpoint: Endpoint, request: bytes) -> float:
    connection = Connection(endpoint.port)
    answer = connection.ask(request)
    connection.close()
    assert answer.status == 200, answer
    return answer.seconds


def _own(endpoint: Endpoint) -> list[float]:
    form = endpoint.request
    return [_ask(endpoint, form("DescribeJobQueues", {})) for _ in range(WARM_UP + TIMES)][WARM_UP:]


def _own_beside(endpoint: Endpoint) -> list[float]:
    """Ask the yard for what is its own, while moto is asked without a pause."""
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            _ask(endpoint, endpoint.sqs_request("ListQueues", {}))

    threads = [threading.Thread(target=ask) for _ in range(BUSY)]
    for thread in threads:
        thread.start()
    try:
        return _own(endpoint)
    finally:
        over.set()
        for thread in threads:
            thread.join()

"""What 5,000 idle pollers cost a yard in memory, and how soon a task that is ready is in hands.

The pollers hold their long polls on as many connections, each in a worker group that never gets a
task. Meanwhile activities of another group run one after the other: SetTaskStatus for one makes the
next ready, for which a poller waits already. Measured is the time from the first byte of that
SetTaskStatus to the last of the task in the other's hands; in it are two signatures' checks and a
commit. Beside it the same server's echo, asked in between: GET ``/_batchyard/health``.
"""

from __future__ import annotations

import resource
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.gear import activities, processes
from benchmarks.gear.connections import Connection
from benchmarks.gear.disk import fsync_seconds
from benchmarks.gear.endpoint import read
from benchmarks.gear.figures import Figure, duration, percentile, shown, size
from benchmarks.gear.yards import Yard

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.gear.endpoint import Endpoint

IDLE = 5_000
HOLD = 600
"""Seconds that polls are held: none of them ends while others are counted."""
ROUNDS = 20
"""Activities, one worker group each."""
MOST = 120e6
"""Bytes that the yard may have with all of them."""
GROUPS = [f"measured-{number}" for number in range(ROUNDS)]


class Took(NamedTuple):
    """Seconds of each task, and of each echo."""

    task: list[float]
    echo: list[float]


def measure() -> list[Figure]:
    """Let them poll, count the memory, and hand out tasks."""
    with (
        tempfile.TemporaryDirectory(prefix="batchyard-bench-") as name,
        _many_files(),
        Yard(Path(name) / "yard", "--poll-hold", str(HOLD)) as yard,
    ):
        took = _handed(yard, "alone")
        before = processes.memory(yard.server)
        with _polling(yard.endpoint):
            memory = processes.memory(yard.server)
            among = _handed(yard, "among them")
        fsync = fsync_seconds(Path(name))
    each = (memory - before) / IDLE
    return [
        Figure(
            f"memory of a yard with {IDLE} idle pollers ({size(each)} each)",
            size(memory),
            f"{size(before)} without",
            shown(memory / before),
            f"below {size(MOST)}",
            memory < MOST,
        ),
        *_rows("task ready to in a poller's hands", took),
        *_rows(f"the same beside {IDLE} idle pollers", among),
        Figure("an fsync in the same folder", duration(fsync)),
    ]


def _rows(claim: str, took: Took) -> Iterator[Figure]:
    for percent in (50, 99):
        ours, echo = percentile(took.task, percent), percentile(took.echo, percent)
        beside = f"{duration(echo)} echo"
        yield Figure(f"{claim}, p{percent}", duration(ours), beside, shown(ours / echo))


@contextmanager
def _many_files() -> Iterator[None]:
    """Allow this process, and what it starts, as many connections as it may have."""
    soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, most))


@contextmanager
def _polling(endpoint: Endpoint) -> Iterator[None]:
    """Hold polls open until the block ends; they are in the yard's hands when it begins."""
    with ExitStack() as opened:
        for number in range(IDLE):
            connection = Connection(endpoint.port)
            opened.callback(connection.close)
            idle = activities.poll(f"idle-{number % 100}")
            connection.send(endpoint.pipelines_request("PollForTask", idle))
        _echo(Connection(endpoint.port), endpoint.port)  # answered after all that came before
        yield


def _handed(yard: Yard, name: str) -> Took:
    """Run activities one after the other, by two that poll by turns."""
    endpoint = yard.endpoint
    activities.offer(endpoint, name, GROUPS, activities.MOST_INTERVALS, maxActiveInstances="1")
    took = Took([], [])
    for group in GROUPS:
        _in_turns(endpoint, group, took)
    assert len(took.task) == ROUNDS * (activities.MOST_INTERVALS - 1)
    return took


def _in_turns(endpoint: Endpoint, group: str, took: Took) -> None:
    poll = endpoint.pipelines_request("PollForTask", activities.poll(group))
    holder, waiting = Connection(endpoint.port), Connection(endpoint.port)
    task = read(holder.ask(poll))["taskObject"]
    for _ in range(activities.MOST_INTERVALS - 1):
        waiting.send(poll)
        took.echo.append(_echo(holder, endpoint.port))
        request = activities.finish(endpoint, task)
        began = time.perf_counter()
        holder.send(request)
        while (answer := waiting.read()) is None:
            pass
        took.task.append(time.perf_counter() - began)
        while (done := holder.read()) is None:
            pass
        read(done)
        task = read(answer)["taskObject"]
        holder, waiting = waiting, holder
    read(holder.ask(activities.finish(endpoint, task)))
    holder.close()
    waiting.close()


def _echo(connection: Connection, port: int) -> float:
    host = f"Host: 127.0.0.1:{port}"
    answer = connection.ask(f"GET /_batchyard/health HTTP/1.1\r\n{host}\r\n\r\n".encode())
    assert answer.status == 200, answer
    return answer.seconds

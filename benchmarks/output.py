"""A job that prints a gigabyte, beside ``cat >file`` at the end of a pipe; and reading it back.

The job prints lines of a hundred bytes, as fast as ``yes`` can, from the signed SubmitJob to
SUCCEEDED. Memory is what server and supervisor grew to at most. Reading is GetLogEvents by pages
of 1 MiB, on one connection, over the first tenth of it; beside it moto_server, which was given
events of the same length by PutLogEvents, and a loop of Python over the lines of the file itself.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.gear import jobs, processes
from benchmarks.gear.connections import Connection
from benchmarks.gear.endpoint import Endpoint, read
from benchmarks.gear.figures import Figure, duration, shown, size
from benchmarks.gear.moto import moto
from benchmarks.gear.yards import Yard

LINE = "x" * 99
PRINTED = 1_000_000_000
LINES = PRINTED // (len(LINE) + 1)
COMMAND = ("sh", "-c", f"yes {LINE} | head -c {PRINTED}")
READ = LINES // 10
THEIRS = 100_000
"""Events that moto_server is given, all of which are read."""
PUT = 7_000
"""Events of this length that one PutLogEvents takes: 1 MiB, 26 bytes of it for each event."""
GROUP = "/aws/batch/job"


class Printed(NamedTuple):
    """What the job came to: seconds, CPU seconds without the job's own, bytes of growth."""

    wall: float
    cpu: float
    server: int
    supervisor: int


class Read(NamedTuple):
    """Events in a second, and the server's CPU seconds for one."""

    rate: float
    cpu: float


def measure() -> list[Figure]:
    """Measure the pipe, the job, then the readers."""
    with tempfile.TemporaryDirectory(prefix="batchyard-bench-") as name:
        folder = Path(name)
        piped = _piped(folder / "piped")
        lines = _lines_of(folder / "piped")
        (folder / "piped").unlink()
        with Yard(folder / "yard") as yard:
            jobs.prepare(yard.endpoint, COMMAND, vcpus=2)
            _warm(yard)
            job, printed = _printed(yard)
            stream = job["container"]["logStreamName"]
            named = {"logGroupName": GROUP, "logStreamName": stream}
            ours = _events(yard.endpoint, yard.server, named, READ)
    theirs = _their_events()
    return [*_writing(printed, piped), *_reading(ours, theirs, lines)]


def _writing(printed: Printed, piped: float) -> list[Figure]:
    rate, beside = (f"{PRINTED / wall / 1e6:.0f} MB/s" for wall in (printed.wall, piped))
    grown = printed.server + printed.supervisor
    parts = f"server {size(printed.server)}, supervisor {size(printed.supervisor)}"
    return [
        Figure(
            f"a job that prints {size(PRINTED)} ({duration(printed.cpu)} CPU of ours)",
            rate,
            f"{beside} into cat >file",
            shown(piped / printed.wall),
        ),
        Figure(f"memory it took ({parts})", size(grown), "", "", "below 100 MB", grown < 1e8),
    ]


def _reading(ours: Read, theirs: Read, lines: float) -> list[Figure]:
    rate, beside = f"{ours.rate:.0f} events/s", f"{theirs.rate:.0f} /s moto_server"
    cpu = f"{duration(theirs.cpu)} moto_server"
    limit = f"{lines:.0f} /s lines of the file in Python"
    return [
        Figure(
            f"GetLogEvents, {READ} of {LINES} events", rate, beside, shown(ours.rate / theirs.rate)
        ),
        Figure("the same, beside", rate, limit, shown(ours.rate / lines)),
        Figure(
            "the same, server's CPU of an event",
            duration(ours.cpu),
            cpu,
            shown(theirs.cpu / ours.cpu),
        ),
    ]


def _piped(path: Path) -> float:
    """Let the same command print into cat, which writes a file; give the seconds."""
    began = time.perf_counter()
    with (
        path.open("wb") as file,
        subprocess.Popen(COMMAND, stdout=subprocess.PIPE) as printing,
        subprocess.Popen(["cat"], stdin=printing.stdout, stdout=file) as cat,
    ):
        assert printing.stdout is not None
        printing.stdout.close()
        assert cat.wait() == 0
    assert path.stat().st_size == PRINTED
    return time.perf_counter() - began


def _lines_of(path: Path) -> float:
    began, count = time.perf_counter(), 0
    with path.open(encoding="utf-8") as file:
        for line in file:
            count += len(line) == len(LINE) + 1
    assert count == LINES
    return LINES / (time.perf_counter() - began)


def _warm(yard: Yard) -> None:
    """Run a job that prints little, so that the supervisor is there."""
    overrides = {"command": ["echo", LINE]}
    (request,) = jobs.submits(yard.endpoint, 1, containerOverrides=overrides)
    jobs.see_succeeded(yard.endpoint, [jobs.id_of(yard.endpoint.exchange([request], 1)[0])])


def _printed(yard: Yard) -> tuple[dict[str, Any], Printed]:
    (supervisor,) = yard.supervisors
    pids = (yard.server, supervisor)
    cpu, memory = sum(map(processes.own_cpu, pids)), [processes.memory(pid) for pid in pids]
    began = time.perf_counter()
    (request,) = jobs.submits(yard.endpoint, 1)
    job_id = jobs.id_of(yard.endpoint.exchange([request], 1)[0])
    jobs.see_succeeded(yard.endpoint, [job_id])
    wall = time.perf_counter() - began
    grown = [processes.peak_memory(pid) - then for pid, then in zip(pids, memory, strict=True)]
    (job,) = yard.endpoint.call("DescribeJobs", {"jobs": [job_id]})["jobs"]
    return job, Printed(wall, sum(map(processes.own_cpu, pids)) - cpu, *grown)


def _events(endpoint: Endpoint, pid: int, stream: dict[str, str], count: int) -> Read:
    """Read so many events from the head of a stream, page by page."""
    cpu, began, seen = processes.own_cpu(pid), time.perf_counter(), 0
    for events in _pages(endpoint, stream):
        assert all(event["message"] == LINE for event in events)
        seen += len(events)
        if seen >= count:
            break
    assert seen >= count
    return Read(seen / (time.perf_counter() - began), (processes.own_cpu(pid) - cpu) / seen)


def _pages(endpoint: Endpoint, stream: dict[str, str]) -> Iterator[list[dict[str, Any]]]:
    token: dict[str, str] = {}
    with closing(Connection(endpoint.port)) as connection:
        while True:
            asked = {**stream, "startFromHead": True, **token}
            page = read(connection.ask(endpoint.logs_request("GetLogEvents", asked)))
            if not page["events"]:
                return
            yield page["events"]
            token = {"nextToken": page["nextForwardToken"]}


def _their_events() -> Read:
    stream = {"logGroupName": GROUP, "logStreamName": "benchmark"}
    with moto() as peer:
        endpoint = peer.endpoint
        _ask(endpoint, "CreateLogGroup", {"logGroupName": GROUP})
        _ask(endpoint, "CreateLogStream", stream)
        now = time.time_ns() // 1_000_000
        for at in range(0, THEIRS, PUT):
            events = [{"timestamp": now, "message": LINE}] * min(PUT, THEIRS - at)
            _ask(endpoint, "PutLogEvents", {**stream, "logEvents": events})
        return _events(endpoint, peer.pid, stream, THEIRS)


def _ask(endpoint: Endpoint, operation: str, params: dict[str, Any]) -> None:
    with closing(Connection(endpoint.port)) as connection:
        answer = connection.ask(endpoint.logs_request(operation, params))
    assert answer.status == 200, answer

"""What events cost, and how many a second arrive: beside a yard that tells nobody, disk and loop.

The first lines are whole yards with all defaults: a thousand jobs of ``/bin/true``, until the last
is SUCCEEDED and, where a file is told, until that holds an event of every change. The others bring
events that wait in a store on disk to a target, as a yard does when a target comes back.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from batchyard.batch.notices import Notice
from batchyard.engine.bulletin import Bulletin
from batchyard.engine.clock import LoopClock
from batchyard.engine.journal import Journal
from batchyard.server.courier import Courier
from batchyard.server.targets.files import File
from batchyard.server.targets.webhooks import Webhook
from batchyard.store.seam import Batch
from batchyard.store.sqlite import SQLiteStore
from batchyard.store.writer import Writer
from benchmarks.gear import jobs
from benchmarks.gear.figures import Figure, duration, median, shown
from benchmarks.gear.yards import Yard
from benchmarks.throughput import PROGRAM, WARM_UP, WIDTH, run_jobs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from batchyard.batch.model import Job
    from batchyard.server.targets.seam import Target

COUNT = 1_000
ROUNDS = 3
CHANGES = 4
"""RUNNABLE, STARTING, RUNNING and SUCCEEDED."""
WAITING = 20_000
POSTED = 4_000
JOBS = 500


class Run(NamedTuple):
    """What all jobs together took, until their events had arrived."""

    cpu: float
    wall: float


def measure() -> list[Figure]:
    """Measure by turns, and compare the medians."""
    with tempfile.TemporaryDirectory(prefix="batchyard-bench-") as name:
        folder = Path(name)
        runs = [
            (
                _yard(folder / f"silent-{n}", None),
                _yard(folder / f"told-{n}", folder / f"{n}.jsonl"),
            )
            for n in range(ROUNDS)
        ]
        body = (folder / "0.jsonl").read_bytes().splitlines()[-1]
        return [*_of_yards(runs), *_of_files(folder, body), *_of_webhooks(folder, body)]


def _yard(folder: Path, file: Path | None) -> Run:
    with Yard(folder, *([] if file is None else ["--events-to", f"file:{file}"])) as yard:
        jobs.prepare(yard.endpoint, (PROGRAM,), vcpus=WIDTH)
        run_jobs(yard, WARM_UP)
        _arrive(file, WARM_UP)
        before, began = yard.cpu(), time.perf_counter()
        run_jobs(yard, COUNT)
        _arrive(file, WARM_UP + COUNT)
        return Run(yard.cpu() - before, time.perf_counter() - began)


def _arrive(file: Path | None, count: int) -> None:
    while file is not None and (file.read_bytes().count(b"\n") if file.exists() else 0) < (
        count * CHANGES
    ):
        time.sleep(0.01)


def _of_yards(runs: Sequence[tuple[Run, Run]]) -> Iterator[Figure]:
    silent, told = (median([each[n].cpu for each in runs]) / COUNT for n in (0, 1))
    yield Figure(
        f"CPU of a durable {PROGRAM}, its {CHANGES} events in a file",
        duration(told),
        f"{duration(silent)} nobody told",
        shown(told / silent),
    )
    wall, alone = (median([each[n].wall for each in runs]) for n in (1, 0))
    rate = f"{COUNT * CHANGES / wall:.0f} events/s"
    yield Figure("the same, events on disk", rate, f"{COUNT / alone:.0f} jobs/s", "")


def _of_files(folder: Path, body: bytes) -> Iterator[Figure]:
    ours = _drained(folder / "to-file", File(str(folder / "drained.jsonl")), body, WAITING)
    line = body + b"\n"
    began = time.perf_counter()
    with (folder / "bare.jsonl").open("ab", buffering=0) as file:
        for _ in range(WAITING // File.most):
            file.write(line * File.most)
            os.fsync(file.fileno())
    yield _rates("waiting events to a file", WAITING, ours, time.perf_counter() - began, "fsyncs")


def _of_webhooks(folder: Path, body: bytes) -> Iterator[Figure]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Taking)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/"
    try:
        ours = _drained(folder / "to-hook", Webhook(url), body, POSTED)
        bare = _posted(url, body)
    finally:
        server.shutdown()
        server.server_close()
    yield _rates("waiting events to a webhook", POSTED, ours, bare, "bare loop")


def _rates(claim: str, count: int, ours: float, bare: float, beside: str) -> Figure:
    peer = f"{count / bare:.0f} /s {beside}"
    return Figure(claim, f"{count / ours:.0f} events/s", peer, shown(bare / ours))


def _posted(url: str, body: bytes) -> float:
    hook = Webhook(url)
    began = time.perf_counter()
    with ThreadPoolExecutor(hook.lanes) as threads:
        for done in [threads.submit(hook.send, [Notice(1, "a", body)]) for _ in range(POSTED)]:
            done.result()
    return time.perf_counter() - began


def _drained(folder: Path, target: Target, body: bytes, count: int) -> float:
    """Let a courier bring what waits; give the seconds until the store knows that all is there."""
    folder.mkdir()
    store = SQLiteStore(folder / "yard.db")
    writer = Writer(store)
    writer.start()
    try:
        return asyncio.run(_bring(store, writer, target, body, count))
    finally:
        writer.stop()
        store.close()


async def _bring(
    store: SQLiteStore, writer: Writer, target: Target, body: bytes, count: int
) -> float:
    clock = LoopClock()
    journal = Journal(writer, clock, _nothing, _forget, _forget)
    bulletin = Bulletin([target.name], journal, clock, journal.flush, _Silent())
    bulletin.start(store)
    first = bulletin.number + 1
    store.commit(Batch(notices=[Notice(first + n, f"{n % JOBS}", body) for n in range(count)]))
    bulletin._number = first + count - 1  # noqa: SLF001 - as if it had noted them
    courier = Courier(target, bulletin, store)
    began = time.perf_counter()
    courier.start()
    await asyncio.to_thread(_empty, store)
    took = time.perf_counter() - began
    await courier.stop()
    return took


def _empty(store: SQLiteStore) -> None:
    while store.last_notice():
        time.sleep(0.005)


class _Silent:
    """Shows nothing: nothing changes here."""

    def detail(self, job: Job) -> bytes:
        return job.id.encode()

    form: Callable[..., bytes] = detail


class _Taking(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response_only(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _nothing(_: Job) -> bytes:
    return b""


def _forget(_: object) -> None:
    """Hold on to nothing."""

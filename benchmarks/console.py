"""The console: what fifty open pages cost a busy yard, and how soon one stands over many jobs.

A busy yard has 10,000 jobs, of which as many run as there are slots (300), and some end every
second. Fifty pages are open at once: the overview, tables of jobs, single jobs with their logs.
The server's CPU in a span with them is held against that in a span without, by turns, since jobs
cost something themselves. What the pages are sent is read as fast as it comes, and counted.

A page's first paint is Chromium's own first-contentful-paint, from the request on, over 1,000,000
ended jobs; beside it is what the yard took to answer. Without a Chromium only that is measured.
"""

from __future__ import annotations

import http.client
import shutil
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.gear import jobs, processes
from benchmarks.gear.figures import Figure, duration, median, shown, size
from benchmarks.gear.stored import fill
from benchmarks.gear.yards import Yard

if TYPE_CHECKING:
    from collections.abc import Iterator

BASE = "/_batchyard/console/"
SLOTS = 300
JOBS = 10_000
PRINTS = "i=0; while [ $i -lt $((10 + $$ % 20)) ]; do echo $i; i=$((i+1)); sleep 1; done"
"""Each job has a length of its own, so that some end every second."""
PAGES = 50
SPAN = 10.0
"""Seconds of a span with, or without, open pages."""
TURNS = 3
MOST_CORE = 5.0
"""Percent of a core."""
STORED = 1_000_000
MOST_PAINT = 0.3
"""Seconds."""
PAINTS = 9
CHROMIUM = shutil.which("chromium")


class Reader:
    """An open page: reads what it is sent on a thread of its own.

    Args:
        port: the yard's.
        cookie: the session's.
        path: the stream, below the console's.
    """

    def __init__(self, port: int, cookie: str, path: str) -> None:
        self.received = 0
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._connection.request("GET", BASE + path, headers={"Cookie": cookie})
        self._answer = self._connection.getresponse()
        assert self._answer.status == 200, path
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with suppress(http.client.IncompleteRead):  # as it ends when the page is closed
            while part := self._answer.read1(65_536):
                self.received += len(part)

    def close(self) -> None:
        """Close the page."""
        sock = self._connection.sock
        if sock is not None:
            sock.shutdown(2)
        self._thread.join()
        self._connection.close()


class Load(NamedTuple):
    """What a span came to: percent of a core, and bytes that pages were sent each second."""

    core: float
    sent: float


def measure() -> list[Figure]:
    """Measure a busy yard, then one with a million jobs."""
    with tempfile.TemporaryDirectory(prefix="batchyard-bench-") as name:
        return [*_busy(Path(name) / "busy"), *_large(Path(name) / "large")]


# -- fifty pages ---------------------------------------------------------------------------------


def _busy(folder: Path) -> list[Figure]:
    with Yard(folder) as yard:
        command = (
            "/bin/sh",
            "-c",
            "i=0; while [ $i -lt 10 ]; do echo $i; i=$((i+1)); sleep 3; done",
        )
        jobs.prepare(yard.endpoint, command, vcpus=SLOTS)
        answers = yard.endpoint.exchange(jobs.submits(yard.endpoint, JOBS), 8)
        ids = [jobs.id_of(answer) for answer in answers]
        cookie = _cookie(yard)
        with _open(yard, cookie, ids):
            pass  # what is imported with the first page is not what pages cost
        turns = [
            (_span(yard, cookie, ids, 0), _span(yard, cookie, ids, PAGES)) for _ in range(TURNS)
        ]
    without, with_pages = (
        median([load.core for load in span]) for span in zip(*turns, strict=True)
    )
    sent = median([load.sent for _, load in turns])
    assert sent > PAGES, "nothing moved"
    cost = with_pages - without
    claim = f"{PAGES} open pages on a busy yard, of a core"
    beside = f"{without:.1f} % without them; {size(sent)} a second sent"
    met = cost <= MOST_CORE
    return [Figure(claim, f"{cost:.1f} %", beside, "", f"at most {MOST_CORE:g} %", met)]


def _span(yard: Yard, cookie: str, ids: list[str], pages: int) -> Load:
    with _open(yard, cookie, ids, pages) as readers:
        time.sleep(2)  # what pages are given first is not what they cost
        before, sent, began = processes.own_cpu(yard.server), _sent(readers), time.perf_counter()
        time.sleep(SPAN)
        took = time.perf_counter() - began
        cpu = processes.own_cpu(yard.server) - before
        return Load(100 * cpu / took, (_sent(readers) - sent) / took)


def _sent(readers: list[Reader]) -> int:
    return sum(reader.received for reader in readers)


@contextmanager
def _open(yard: Yard, cookie: str, ids: list[str], pages: int = 4) -> Iterator[list[Reader]]:
    """Open pages as people do: half of them overviews, the rest tables, jobs and logs."""
    kinds = ["live/", "live/", "live/jobs?state=running", "live/jobs"]
    paths = [kinds[number % 4] for number in range(pages - pages // 5)]
    for number in range(pages // 10):
        job = _running(yard, ids)[number]
        paths += [f"live/jobs/{job}", f"log/{job}/1/follow"]
    readers = [Reader(yard.endpoint.port, cookie, path) for path in paths]
    try:
        yield readers
    finally:
        for reader in readers:
            reader.close()


def _running(yard: Yard, ids: list[str]) -> list[str]:
    found: list[str] = []
    for some in jobs.hundreds(ids):
        (answer,) = yard.endpoint.exchange([jobs.describe(yard.endpoint, some)], 1)
        found += [name for name, state in jobs.states_of(answer).items() if state == "RUNNING"]
        if len(found) >= PAGES:
            break
    return found


def _cookie(yard: Yard) -> str:
    """Sign in by the link that the yard printed."""
    path = _link(yard).partition(f":{yard.endpoint.port}")[2]
    connection = http.client.HTTPConnection("127.0.0.1", yard.endpoint.port)
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return (answer.getheader("Set-Cookie") or "").partition(";")[0]


def _link(yard: Yard) -> str:
    return yard.errors().rpartition(" ")[2].strip()


# -- a million jobs ------------------------------------------------------------------------------


def _large(folder: Path) -> list[Figure]:
    fill(folder, 100, STORED)
    with Yard(folder) as yard:
        cookie = _cookie(yard)
        pages = {"jobs": "jobs", "the overview": "", "a rare name": "jobs?name=zzz"}
        answered = {name: _answered(yard, cookie, path) for name, path in pages.items()}
        painted = _painted(yard, cookie, pages) if CHROMIUM else {}
    figures = []
    for name in pages:
        took = painted.get(name, answered[name])
        what = "first paint of" if painted else "answer of"
        claim = f"{what} {name}, {STORED} stored"
        beside = f"{duration(answered[name])} the yard's answer"
        bound = f"at most {duration(MOST_PAINT)}"
        ratio = shown(took / answered[name])
        figures.append(Figure(claim, duration(took), beside, ratio, bound, took <= MOST_PAINT))
    return figures


def _answered(yard: Yard, cookie: str, path: str) -> float:
    taken = []
    for _ in range(PAINTS):
        connection = http.client.HTTPConnection("127.0.0.1", yard.endpoint.port)
        began = time.perf_counter()
        connection.request("GET", BASE + path, headers={"Cookie": cookie})
        answer = connection.getresponse()
        assert answer.status == 200
        assert answer.read()
        taken.append(time.perf_counter() - began)
        connection.close()
    return median(taken)


PAINT = """() => new Promise(done => new PerformanceObserver(
    list => done(list.getEntriesByName("first-contentful-paint")[0]?.startTime ?? -1)
).observe({type: "paint", buffered: true}))"""


def _painted(yard: Yard, cookie: str, pages: dict[str, str]) -> dict[str, float]:
    from playwright.sync_api import sync_playwright

    found = {}
    name, _, value = cookie.partition("=")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        window = browser.new_context(viewport={"width": 1280, "height": 800})
        url = f"http://127.0.0.1:{yard.endpoint.port}"
        window.add_cookies([{"name": name, "value": value, "domain": "127.0.0.1", "path": BASE}])
        page = window.new_page()
        for title, path in pages.items():
            taken = []
            for _ in range(PAINTS):
                page.goto(f"{url}{BASE}{path}", wait_until="load")
                taken.append(float(page.evaluate(PAINT)) / 1000)
            found[title] = median(taken)
        browser.close()
    return found

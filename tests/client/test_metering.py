"""What a process that waits counts of itself, and shows to others."""

from __future__ import annotations

import re
import socket
import threading
from typing import Any

import pytest

from batchyard import Refused, Throttled, export_waits, wait
from batchyard.client.metering import Waits, place_of, waits
from batchyard.client.sessions import REGISTRY
from batchyard.client.watcher import Watcher
from batchyard.polling.cadence import Fixed
from batchyard.testing import EphemeralYard
from tests.client.definitions import PATIENCE, registered, run
from tests.client.test_watcher import Desk, Heard
from tests.metrics.scraping import scraped, series

WHERE = ("batch.test", "eu-west-1")
ENDPOINT = {"endpoint": WHERE[0], "region": WHERE[1]}


@pytest.fixture
def desk() -> Desk:
    return Desk()


def watcher_at(desk: Desk, waits: Waits) -> Watcher:
    return Watcher(desk.ask, cadence=Fixed(0.01), where=WHERE, called=waits.called)


def numbers(waits: Waits, name: str) -> dict[tuple[str, ...], float]:
    found = next(f.series for f in waits.board.families() if f.metric.name == name)
    return {labels: value for labels, value in found.items() if isinstance(value, float | int)}


def test_every_call_is_counted_by_how_it_went(desk: Desk) -> None:
    counted, heard = Waits(), Heard()
    watcher = watcher_at(desk, counted)
    desk.error = Throttled("too many")
    watcher.wait_for(["a"], lambda news, body: heard.put((news, body)))
    for _ in range(2):  # at the second the first has been refused
        assert desk.answered.acquire(timeout=PATIENCE)
    desk.status["a"], desk.error = "SUCCEEDED", None
    assert heard.get(timeout=PATIENCE)
    calls = numbers(counted, "waits.calls")
    assert calls[(*WHERE, "throttled")] >= 1
    assert calls[(*WHERE, "answered")] == 1
    assert sum(calls.values()) == len(desk.asked)


def test_the_jobs_that_are_waited_for_are_shown_while_they_are(desk: Desk) -> None:
    heard, counted = Heard(), Waits()
    watcher = watcher_at(desk, counted)
    desk.status |= dict.fromkeys("abc", "RUNNING")
    with REGISTRY.lock:
        REGISTRY.shared[counted] = watcher
    try:
        watcher.wait_for("abc", lambda news, body: heard.put((news, body)))
        assert desk.answered.acquire(timeout=PATIENCE)
        assert numbers(counted, "waits.jobs")[WHERE] == 3
        assert 0 <= numbers(counted, "waits.oldest_answer")[WHERE] < PATIENCE
        desk.status |= dict.fromkeys("abc", "SUCCEEDED")
        while len(watcher_left := numbers(counted, "waits.jobs")) and watcher_left[WHERE]:
            heard.get(timeout=PATIENCE)
        assert numbers(counted, "waits.oldest_answer")[WHERE] == 0
    finally:
        with REGISTRY.lock:
            del REGISTRY.shared[counted]


def test_waits_of_a_process_are_shown_to_prometheus_and_sent_to_statsd(
    here: EphemeralYard,
) -> None:
    said: list[str] = []
    endpoint, region = place_of(here.client("batch"))
    registered(here)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(PATIENCE)
        statsd = f"127.0.0.1:{server.getsockname()[1]}"
        with export_waits(listen="0", statsd=statsd, say=said.append):
            url = re.findall(r"http://\S+", said[0])[0]
            before = sum(_calls(url).values())
            wait([run(here, "true").job_id], timeout=PATIENCE, **here.connection)
            calls = _calls(url)
            assert sum(calls.values()) > before
            wanted = series(
                "batchyard_waits_calls_total", endpoint=endpoint, region=region, outcome="answered"
            )
            assert calls[wanted] >= 1
        lines: list[str] = []
        while not any(line.startswith("batchyard.waits.calls.") for line in lines):
            lines += server.recv(65536).decode().split("\n")


def _calls(url: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    found = scraped(url).items()
    return {key: value for key, value in found if key[0] == "batchyard_waits_calls_total"}


def test_there_is_one_board_of_a_process() -> None:
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(waits())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(map(id, found)) == {id(waits())}


@pytest.mark.parametrize(
    "ways", [{"listen": "x"}, {"statsd": "x"}, {"statsd": "h:1", "prefix": "a b"}]
)
def test_what_cannot_be_exported_is_refused(ways: dict[str, Any]) -> None:
    with pytest.raises(Refused), export_waits(**ways):
        pass

"""What an exporter must do, whatever its format: one suite for all, each read by its own rules.

The oracles: prometheus-client's parser, and StatsD's rules for what a packet does to a server,
https://github.com/statsd/statsd/blob/master/docs/metric_types.md
"""

import socket
from collections.abc import Iterator
from typing import Protocol

import pytest
from prometheus_client.parser import text_string_to_metric_families

from batchyard.errors import Refused
from batchyard.metrics.address import Address, address_of
from batchyard.metrics.board import Board, Reading
from batchyard.metrics.catalogue import Metric
from batchyard.metrics.prometheus import Prometheus
from batchyard.metrics.seam import Exporter
from batchyard.metrics.statsd import StatsD

CALLS = Metric("api.calls", "counter", ("service", "status"), ("yard",), "Calls.")
TIME = Metric("jobs.time", "histogram", ("queue",), ("yard",), "Times.", "seconds")
TASKS = Metric("ti.scheduled", "gauge", ("queue", "worker_group"), ("yard",), "Tasks.")
PREFIX = "airflow"
AWKWARD = 'a "queue"\\of: mine|x\n'


class Reader(Protocol):
    """Somebody who is shown a board.

    Attributes:
        exporter: what shows it.
        awkward: how `AWKWARD` reads there.
    """

    exporter: Exporter
    awkward: str

    def number(self, metric: Metric, **labels: str) -> float:
        """The value of a counter's or a gauge's series; 0 if it is not shown."""

    def times(self, metric: Metric, **labels: str) -> tuple[int, int]:
        """How many values a histogram's series has seen, and their sum in milliseconds."""


class Scraper:
    """Prometheus."""

    def __init__(self, board: Board) -> None:
        self.exporter: Exporter = Prometheus(board, PREFIX)
        self.awkward = AWKWARD

    def _found(self, name: str, labels: dict[str, str]) -> float:
        text = self.exporter.export().decode()
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                given = {label: value for label, value in sample.labels.items() if value}
                if sample.name == name and given == labels:
                    return sample.value
        return 0

    def number(self, metric: Metric, **labels: str) -> float:
        total = "_total" if metric.kind == "counter" else ""
        return self._found(metric.prometheus(PREFIX) + total, labels)

    def times(self, metric: Metric, **labels: str) -> tuple[int, int]:
        name = metric.prometheus(PREFIX)
        count = self._found(f"{name}_count", labels)
        assert self._found(f"{name}_bucket", {**labels, "le": "+Inf"}) == count
        return int(count), round(self._found(f"{name}_sum", labels) * 1000)


class Server:
    """A StatsD server, as far as its rules go."""

    def __init__(self, board: Board) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(0)
        self.exporter: Exporter = StatsD(board, Address(*self.socket.getsockname()), PREFIX)
        self.awkward = "a_queue_of_mine_x_"
        self.gauges: dict[str, float] = {}
        self.counters: dict[str, float] = {}
        self.timers: dict[str, list[float]] = {}

    def _receive(self) -> None:
        assert self.exporter.export() == b""
        while True:
            try:
                packet = self.socket.recv(65536)
            except BlockingIOError:
                return
            assert len(packet) <= 1432
            for line in packet.decode("ascii").split("\n"):
                self._take(line)

    def _take(self, line: str) -> None:
        name, value = line.split(":")
        number, kind = value.split("|")
        if kind == "g":
            assert number[0] not in "+-"
            self.gauges[name] = float(number)
        elif kind == "c":
            self.counters[name] = self.counters.get(name, 0) + float(number)
        else:
            assert kind == "ms"
            self.timers.setdefault(name, []).append(float(number) / 1000)

    def _name(self, metric: Metric, labels: dict[str, str]) -> str:
        path = [f"{label}.{labels[label]}" for label in metric.labels if label in labels]
        return ".".join((PREFIX, metric.name, *path))

    def number(self, metric: Metric, **labels: str) -> float:
        self._receive()
        found = self.gauges if metric.kind == "gauge" else self.counters
        return found.get(self._name(metric, labels), 0)

    def times(self, metric: Metric, **labels: str) -> tuple[int, int]:
        self._receive()
        seen = self.timers.get(self._name(metric, labels), [])
        return len(seen), round(sum(seen) * 1000)


class Load:
    """A board, and what its gauges are to show."""

    def __init__(self) -> None:
        self.gauges: list[Reading] = []
        self.board = Board([CALLS, TIME, TASKS], lambda: self.gauges)


@pytest.fixture
def load() -> Load:
    return Load()


@pytest.fixture(params=[Scraper, Server])
def reader(request: pytest.FixtureRequest, load: Load) -> Iterator[Reader]:
    reader = request.param(load.board)
    yield reader
    reader.exporter.close()
    if isinstance(reader, Server):
        reader.socket.close()


def test_a_counter_shows_all_that_was_counted_however_often_it_is_read(
    load: Load, reader: Reader
) -> None:
    for status, by in (("200", 3), ("403", 1)):
        load.board.count("api.calls", "batch", status, by=by)
    assert reader.number(CALLS, service="batch", status="200") == 3
    load.board.count("api.calls", "batch", "200")
    load.board.count("api.calls", "logs", "200")
    assert reader.number(CALLS, service="batch", status="200") == 4
    assert reader.number(CALLS, service="batch", status="200") == 4
    assert reader.number(CALLS, service="batch", status="403") == 1
    assert reader.number(CALLS, service="logs", status="200") == 1


def test_a_gauge_shows_what_is_there_now(load: Load, reader: Reader) -> None:
    load.gauges = [Reading("ti.scheduled", ("main", ""), 2.5)]
    assert reader.number(TASKS, queue="main") == 2.5
    load.gauges = [Reading("ti.scheduled", ("main", ""), 1), Reading("ti.scheduled", ("", "wg"), 7)]
    assert reader.number(TASKS, queue="main") == 1
    assert reader.number(TASKS, worker_group="wg") == 7


def test_a_series_that_is_gone_shows_nothing_any_more(load: Load, reader: Reader) -> None:
    load.gauges = [Reading("ti.scheduled", ("main", ""), 5)]
    assert reader.number(TASKS, queue="main") == 5
    load.gauges = []
    assert reader.number(TASKS, queue="main") == 0


def test_a_histogram_shows_every_value_once(load: Load, reader: Reader) -> None:
    for seconds in (0.002, 0.5, 100_000):
        load.board.observe("jobs.time", seconds, "main")
    assert reader.times(TIME, queue="main") == (3, 100_000_502)
    load.board.observe("jobs.time", 1, "main")
    assert reader.times(TIME, queue="main") == (4, 100_001_502)
    assert reader.times(TIME, queue="main") == (4, 100_001_502)


def test_a_thousand_series_get_through(load: Load, reader: Reader) -> None:
    load.gauges = [Reading("ti.scheduled", (f"queue-{n}", "wg"), n) for n in range(500)]
    for number in range(500):
        assert reader.number(TASKS, queue=f"queue-{number}", worker_group="wg") == number
        if number == 10:
            break


def test_a_name_that_means_something_in_a_format_does_no_harm(load: Load, reader: Reader) -> None:
    load.gauges = [Reading("ti.scheduled", (AWKWARD, ""), 3), Reading("ti.scheduled", ("b", ""), 4)]
    assert reader.number(TASKS, queue=reader.awkward) == 3
    assert reader.number(TASKS, queue="b") == 4


def test_airflows_dashboards_find_their_names_under_airflows_prefix() -> None:
    board = Board([TASKS], lambda: [Reading("ti.scheduled", ("main", ""), 2)])
    assert (
        b'af_agg_ti_scheduled{queue="main",worker_group=""} 2.0'
        in Prometheus(board, "airflow").export()
    )
    assert b"batchyard_ti_scheduled{" in Prometheus(board).export()


def test_statsd_is_sent_the_sum_of_a_gauge_under_airflows_own_name(load: Load) -> None:
    server = Server(load.board)
    load.gauges = [Reading("ti.scheduled", ("a", ""), 2), Reading("ti.scheduled", ("b", ""), 3)]
    assert server.number(TASKS) == 5
    load.gauges = []
    assert server.number(TASKS) == 0
    server.exporter.close()
    server.socket.close()


def test_a_board_is_shown_among_what_a_program_has_of_its_own(load: Load) -> None:
    from prometheus_client import CollectorRegistry, Counter, generate_latest

    registry = CollectorRegistry()
    Counter("mine", "Mine.", registry=registry).inc()
    registry.register(Prometheus(load.board))
    load.board.count("api.calls", "batch", "200")
    text = generate_latest(registry).decode()
    assert "mine_total 1.0" in text
    assert 'batchyard_api_calls_total{service="batch",status="200"} 1.0' in text


@pytest.mark.parametrize("text", ["", "host", "host:", ":8125", "host:0", "host:65536", "host:x"])
def test_what_is_no_address_is_refused_with_what_was_given(text: str) -> None:
    with pytest.raises(Refused, match="HOST:PORT") as refused:
        address_of(text)
    assert repr(text) in str(refused.value)


def test_an_ipv6_address_stands_in_brackets() -> None:
    assert address_of("[::1]:8125") == ("::1", 8125)


def test_a_host_that_nobody_knows_is_refused(load: Load) -> None:
    with pytest.raises(Refused, match=r"StatsD at nowhere\.invalid:8125"):
        StatsD(load.board, Address("nowhere.invalid", 8125))

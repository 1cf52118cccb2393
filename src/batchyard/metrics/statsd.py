"""StatsD by UDP: gauges as they are, what counters have grown by, every value of a histogram.

Plain StatsD has no labels: they are in the name, each behind its own,
``executor.running_tasks.region.eu-west-1.queue.main``. A gauge is sent as the sum of its series as
well, under the bare name, which is the one that Airflow sends.

Source: https://github.com/statsd/statsd/blob/master/docs/metric_types.md
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from batchyard.errors import Refused
from batchyard.metrics.board import Spread
from batchyard.metrics.catalogue import PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchyard.metrics.address import Address
    from batchyard.metrics.board import Board, Family, Labels
    from batchyard.metrics.catalogue import Metric

LIBRARY = "statsd"
MISSING = "Metrics for StatsD need statsd: pip install 'batchyard[metrics]'"

PACKET = 1432
"""Bytes that go through a network of Ethernets in one piece: "Fast Ethernet (1432)", ibidem,
docs/metric_types.md, Multi-Metric Packets."""

_FOREIGN = re.compile(r"[^\w-]+", re.ASCII)


class StatsD:
    """Sends a board to a StatsD server. Lives on one thread at a time.

    Args:
        board: the board; no other StatsD sends it.
        address: where the server listens.
        prefix: what names begin with.

    Raises:
        ModuleNotFoundError: statsd is not installed.
        Refused: the host cannot be found.
    """

    def __init__(self, board: Board, address: Address, prefix: str = PREFIX) -> None:
        from statsd import StatsClient

        self._board = board
        ipv6 = ":" in address.host
        try:
            self._client: Any = StatsClient(*address, prefix, maxudpsize=PACKET, ipv6=ipv6)
        except OSError as error:
            raise Refused(f"StatsD at {address}: {error}") from error
        self._counted: dict[str, float] = {}
        self._shown: set[str] = set()
        board.keep_recent()

    def export(self) -> bytes:
        """Send what there is; nobody can tell whether it arrives."""
        with self._client.pipeline() as packets:
            shown: set[str] = set()
            for family in self._board.families():
                if family.metric.kind == "gauge":
                    for name, value in _gauges(family):
                        packets.gauge(name, value)
                        shown.add(name)
                elif family.metric.kind == "counter":
                    self._count(packets, family)
            for name in self._shown - shown:  # else a server shows the last value for ever
                packets.gauge(name, 0)
            self._shown = shown
            for metric, labels, values in self._board.recent():
                name = name_of(metric, labels)
                for seconds in values:
                    packets.timing(name, seconds * 1000)
        return b""

    def close(self) -> None:
        """Close the socket."""
        self._client.close()

    def _count(self, packets: Any, family: Family) -> None:  # noqa: ANN401 - statsd ships no types
        for labels, value in family.series.items():
            assert not isinstance(value, Spread)  # noqa: S101 - a counter's series
            name = name_of(family.metric, labels)
            grown = value - self._counted.get(name, 0)
            if grown:
                packets.incr(name, int(grown))
                self._counted[name] = value


def name_of(metric: Metric, labels: Labels) -> str:
    """Form the name of a series; a label without a value is left out."""
    pairs = zip(metric.labels, labels, strict=True)
    parts = [part for label, value in pairs if value for part in (label, _plain(value))]
    return ".".join((metric.name, *parts))


def _gauges(family: Family) -> Iterator[tuple[str, float]]:
    """Give a gauge's series, and their sum if they are not one that has the bare name."""
    found: dict[str, float] = {family.metric.name: 0}
    for labels, value in family.series.items():
        assert not isinstance(value, Spread)  # noqa: S101 - a gauge's series
        name = name_of(family.metric, labels)
        if name != family.metric.name:
            found[name] = found.get(name, 0) + value
        found[family.metric.name] += value
    yield from found.items()


def _plain(value: str) -> str:
    """Leave out what means something in a name or a packet."""
    return _FOREIGN.sub("_", value)

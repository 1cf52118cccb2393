"""Prometheus's text, formed by its own library when somebody asks for it.

Source: https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.metrics.board import Spread
from batchyard.metrics.catalogue import BUCKETS, PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client.core import Metric as Shown

    from batchyard.metrics.board import Board, Family

LIBRARY = "prometheus_client"
MISSING = "Metrics for Prometheus need prometheus-client: pip install 'batchyard[metrics]'"

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""What every Prometheus reads: the text format of the page above."""


class Prometheus:
    """Shows a board to Prometheus.

    It is a collector as well: ``prometheus_client.REGISTRY.register(Prometheus(board))`` shows the
    board among what a program has of its own.

    Args:
        board: the board.
        prefix: what names begin with.

    Raises:
        ModuleNotFoundError: prometheus-client is not installed.
    """

    def __init__(self, board: Board, prefix: str = PREFIX) -> None:
        import prometheus_client.core  # noqa: F401 - now, and not when first asked

        self._board = board
        self._prefix = prefix

    def export(self) -> bytes:
        """Form the text."""
        from prometheus_client import generate_latest
        from prometheus_client.core import CollectorRegistry

        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        return generate_latest(registry)

    def close(self) -> None:
        """Do nothing: whoever asks brings what the answer is sent with."""

    def describe(self) -> list[Shown]:
        """Say nothing before there is something to collect, as registries ask for."""
        return []

    def collect(self) -> Iterator[Shown]:
        """Form prometheus-client's metrics."""
        for family in self._board.families():
            yield self._shown(family)

    def _shown(self, family: Family) -> Shown:
        from prometheus_client.core import (
            CounterMetricFamily,
            GaugeMetricFamily,
            HistogramMetricFamily,
        )

        metric = family.metric
        told = metric.prometheus(self._prefix), metric.help
        if metric.kind == "histogram":
            histogram = HistogramMetricFamily(*told, labels=metric.labels)
            for labels, seen in family.series.items():
                assert isinstance(seen, Spread)  # noqa: S101 - a histogram's series
                histogram.add_metric(labels, buckets=_buckets(seen), sum_value=seen.total)
            return histogram
        kind = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
        shown = kind(*told, labels=metric.labels)
        for labels, value in family.series.items():
            assert not isinstance(value, Spread)  # noqa: S101 - no histogram's series
            shown.add_metric(labels, value)
        return shown


def _buckets(seen: Spread) -> list[tuple[str, float]]:
    """Add up the buckets, as Prometheus wants them."""
    found, below = [], 0
    for bound, count in zip((*map(str, BUCKETS), "+Inf"), seen.counts, strict=True):
        below += count
        found.append((bound, float(below)))
    return found

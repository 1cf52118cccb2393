"""The values of metrics: counted as things happen, read when somebody asks.

Counting costs a dictionary and a lock; nothing is formed for anybody before it is asked for. The
number of series has a bound: names that others choose, such as queues' and worker groups', cannot
make a process grow.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from batchyard.metrics.catalogue import BUCKETS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from batchyard.metrics.catalogue import Metric

Labels: TypeAlias = "tuple[str, ...]"

MOST: Final = 1_000
"""Series of a metric; what comes beyond is counted together (ours)."""

OTHER: Final = "(other)"
"""The value of every label of the series that all others are counted in."""


class Reading(NamedTuple):
    """The value of a gauge at the moment."""

    name: str
    labels: Labels
    value: float


class Spread(NamedTuple):
    """What a histogram has seen.

    Attributes:
        counts: by bucket of `BUCKETS`, and of what is longer than all.
        total: the sum, in seconds.
    """

    counts: tuple[int, ...]
    total: float

    @property
    def seen(self) -> int:
        """How many values it has seen."""
        return sum(self.counts)


class Family(NamedTuple):
    """A metric with its series."""

    metric: Metric
    series: Mapping[Labels, float | Spread]


class _Histogram:
    __slots__ = ("counts", "recent", "total")

    def __init__(self) -> None:
        self.counts = [0] * (len(BUCKETS) + 1)
        self.total = 0.0
        self.recent: list[float] = []


class Board:
    """Values of some metrics. Counting and reading are safe on any thread.

    Args:
        metrics: which.
        read: gives the gauges at the moment, on the thread that asks for them; those of one series
            are added up.
    """

    def __init__(
        self, metrics: Iterable[Metric], read: Callable[[], Iterable[Reading]] = tuple
    ) -> None:
        self._metrics = {metric.name: metric for metric in metrics}
        self._counters: dict[str, dict[Labels, float]] = {}
        self._histograms: dict[str, dict[Labels, _Histogram]] = {}
        for name, metric in self._metrics.items():
            if metric.kind == "counter":
                self._counters[name] = {}
            elif metric.kind == "histogram":
                self._histograms[name] = {}
        self._read = read
        self._recent = False
        self._lock = threading.Lock()

    def count(self, name: str, *labels: str, by: int = 1) -> None:
        """Count something that has happened.

        Args:
            name: a counter of this board.
            labels: a value for each of its labels.
            by: how often.
        """
        series = self._counters[name]
        with self._lock:
            if labels not in series:
                labels = self._within(name, labels, len(series))
            series[labels] = series.get(labels, 0) + by

    def observe(self, name: str, seconds: float, *labels: str) -> None:
        """Note how long something took.

        Args:
            name: a histogram of this board.
            seconds: how long; what a clock that was set back makes of it counts as nothing.
            labels: a value for each of its labels.
        """
        series, seconds = self._histograms[name], max(0.0, seconds)
        with self._lock:
            histogram = series.get(labels)
            if histogram is None:
                labels = self._within(name, labels, len(series))
                histogram = series.setdefault(labels, _Histogram())
            histogram.counts[bisect_left(BUCKETS, seconds)] += 1
            histogram.total += seconds
            if self._recent:
                histogram.recent.append(seconds)

    def families(self) -> list[Family]:
        """Give every metric with its series, as they are now."""
        gauges: dict[str, dict[Labels, float]] = {
            name: {} for name, metric in self._metrics.items() if metric.kind == "gauge"
        }
        for reading in self._read():
            series = gauges[reading.name]
            known = reading.labels in series
            labels = reading.labels if known else self._within(*reading[:2], len(series))
            series[labels] = series.get(labels, 0) + reading.value
        with self._lock:
            return [
                Family(metric, gauges[name] if name in gauges else self._kept(name))
                for name, metric in self._metrics.items()
            ]

    def keep_recent(self) -> None:
        """Keep every value that a histogram sees from now on, until it is `recent`."""
        self._recent = True

    def recent(self) -> list[tuple[Metric, Labels, list[float]]]:
        """Take what histograms have seen since this was last asked, in seconds."""
        taken = []
        with self._lock:
            for name, series in self._histograms.items():
                for labels, histogram in series.items():
                    if histogram.recent:
                        taken.append((self._metrics[name], labels, histogram.recent))
                        histogram.recent = []
        return taken

    def _within(self, name: str, labels: Labels, series: int) -> Labels:
        """Choose the series for labels that were not seen before."""
        wanted = len(self._metrics[name].labels)
        if len(labels) != wanted:
            raise ValueError(f"{name} has {wanted} labels, not {labels!r}")
        return labels if series < MOST else (OTHER,) * wanted

    def _kept(self, name: str) -> dict[Labels, float | Spread]:
        if name in self._counters:
            return {**self._counters[name]}
        seen = self._histograms[name]
        return {labels: Spread(tuple(h.counts), h.total) for labels, h in seen.items()}

"""The metrics of a yard, a task runner and waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.metrics.catalogue import AGGREGATED, AIRFLOW, METRICS, PREFIX
from pages.markdown import code, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchyard.metrics.catalogue import Metric, Place

HEAD = ("StatsD", "Prometheus", "kind", "labels", "meaning")

INTRODUCTION = f"""# Metrics

What each means, by who has it; [how to collect them](../how-to/watch-a-yard.md) is another page.
The names begin with `{PREFIX}`, or what `--metrics-prefix` says. In StatsD a label is in the name,
behind its own (`executor.running_tasks.region.eu-west-1.queue.main`), and each gauge is sent as the
sum of its series, too, under the bare name; a histogram's values are sent as timings. No label
ever holds the id or the name of a job, and a metric has a thousand series at most: what comes
beyond is counted together, as `(other)`.

Work that waits or runs is in one series of a metric, so that sums over labels are true."""

SECTIONS: tuple[tuple[Place, str], ...] = (
    ("yard", "## Of a yard"),
    ("runner", "## Of a task runner"),
    ("waits", "## Of a process that waits"),
)

UNDER_AIRFLOW = f"""## Under Airflow's prefix

With `--metrics-prefix {AIRFLOW}` the names are those that dashboards for Airflow ask for. One has
another form in Prometheus there:

"""


def page() -> str:
    """Form the page of the metrics."""
    parts = [INTRODUCTION]
    for place, title in SECTIONS:
        parts += [title, table(HEAD, _rows(place))]
    names = ((code(f"{AIRFLOW}.{name}"), code(other)) for name, other in AGGREGATED.items())
    return "\n\n".join((*parts, UNDER_AIRFLOW + table(("StatsD", "Prometheus"), names)))


def _rows(place: Place) -> Iterator[tuple[str, ...]]:
    for metric in METRICS:
        if place in metric.places:
            labels = ", ".join(map(code, metric.labels)) or "none"
            yield code(metric.name), code(_prometheus(metric)), metric.kind, labels, metric.help


def _prometheus(metric: Metric) -> str:
    total = "_total" if metric.kind == "counter" else ""
    return metric.prometheus(PREFIX) + total

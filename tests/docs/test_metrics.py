"""The names of metrics are the same in the code, the reference, the pages and the dashboards."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from batchyard.metrics.catalogue import AIRFLOW, METRICS, PREFIX, Metric, of
from tests.docs.markdown_files import ROOT

REFERENCE = ROOT / "docs/reference/metrics.md"
GUIDE = ROOT / "docs/how-to/watch-a-yard.md"
OURS = ROOT / "examples/metrics/dashboard.json"
AIRFLOWS = ROOT / "examples/airflow_slots/dashboard.json"
PANELS = "executor_", "scheduler_", "af_agg_"


def shown(metric: Metric, prefix: str) -> set[str]:
    """The names of the samples that Prometheus is shown of a metric."""
    name = metric.prometheus(prefix)
    if metric.kind == "histogram":
        return {f"{name}_bucket", f"{name}_sum", f"{name}_count"}
    return {f"{name}_total"} if metric.kind == "counter" else {name}


def strings(content: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict | list):
        for each in content.values() if isinstance(content, dict) else content:
            yield from strings(each)


def named(text: str, prefix: str) -> set[str]:
    return set(re.findall(rf"\b(?:{prefix}|af_agg)_\w+", text))


def test_the_dashboard_shows_every_metric_and_no_other() -> None:
    found = named("\n".join(strings(json.loads(OURS.read_text()))), PREFIX)
    known = {name for metric in METRICS for name in shown(metric, PREFIX)}
    assert found <= known
    for metric in METRICS:
        assert found & shown(metric, PREFIX), metric.name


def test_every_label_in_the_dashboard_is_one_of_its_metric() -> None:
    for panel in json.loads(OURS.read_text())["panels"]:
        for target in panel["targets"]:
            metric = next(m for m in METRICS if named(target["expr"], PREFIX) & shown(m, PREFIX))
            asked = re.findall(r"{{(\w+)}}", target["legendFormat"])
            by = re.findall(r"by \(([^)]*)\)", target["expr"])
            asked += [label for each in by for label in each.split(", ") if label != "le"]
            asked += ["region"] if "$region" in target["expr"] else []
            assert set(asked) <= set(metric.labels), target["expr"]


def test_a_dashboard_for_airflow_finds_slots_and_tasks_of_a_yard() -> None:
    found = named("\n".join(strings(json.loads(AIRFLOWS.read_text()))), AIRFLOW)
    wanted = {name for name in found if any(part in name for part in PANELS)}
    assert len(wanted) == 6
    assert wanted <= {name for metric in of("yard") for name in shown(metric, AIRFLOW)}


@pytest.mark.parametrize("place", ["yard", "runner", "waits"])
def test_the_reference_has_every_metric_in_the_chapter_of_who_has_it(place: Any) -> None:  # noqa: ANN401 - a Place
    titles = {"yard": "yard", "runner": "task runner", "waits": "process that waits"}
    _, _, rest = REFERENCE.read_text().partition(f"\n## Of a {titles[place]}\n")
    rows = re.findall(r"^\| `([\w.]+)` \| `(\w+)` \|", rest.partition("\n## ")[0], re.MULTILINE)
    assert [name for name, _ in rows] == [metric.name for metric in of(place)]
    for (_, prometheus), metric in zip(rows, of(place), strict=True):
        assert prometheus.startswith(metric.prometheus(PREFIX))


def test_the_guide_names_no_metric_that_is_not_there() -> None:
    text = GUIDE.read_text()
    known = {name for metric in METRICS for name in shown(metric, AIRFLOW)}
    assert named(text, "airflow") <= known
    dotted = set(
        re.findall(r"`((?:executor|scheduler|ti|waits|jobs|tasks|api|journal)\.[\w.]+)`", text)
    )
    assert dotted
    assert dotted <= {metric.name for metric in METRICS}


def test_every_metric_is_counted_somewhere() -> None:
    code = "".join(
        path.read_text()
        for folder in ("server", "runner", "client")
        for path in (ROOT / "src/batchyard" / folder).rglob("*.py")
    )
    for metric in METRICS:
        assert f'"{metric.name}"' in code, metric.name

"""How long planning a pipeline of 10,000 instances takes.

Ten components in a chain of activities and data nodes, hourly, for a thousand hours: what a
backfill of six weeks makes at once. Beside it stands what cannot be avoided: making 10,000 records
of the same type, and as many ids, with nothing decided at all.
"""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from batchyard.pipelines import files
from batchyard.pipelines.blueprint import blueprint
from batchyard.pipelines.instances import Instance, instance_id
from batchyard.pipelines.planning import plan
from benchmarks.gear.figures import Figure, below, median

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchyard.pipelines.model import Definition

START: Final = datetime(2012, 1, 1)  # noqa: DTZ001 - naive and UTC, as AWS writes moments
HOURS: Final = 1_000
CHAIN: Final = 5
"""Activities in the chain; each has an output that the next one reads."""
INSTANCES: Final = HOURS * CHAIN * 2
ROUNDS: Final = 5
MOST: Final = 2.0
"""Seconds that planning 10,000 instances may take."""


def measure() -> list[Figure]:
    """Plan the same window several times, and make as many bare records."""
    definition = chain()
    made = plan(blueprint(definition, START), START, START + timedelta(hours=HOURS))
    assert len({instance.id for instance in made}) == INSTANCES
    ours = median([_timed(lambda: _planned(definition)) for _ in range(ROUNDS)])
    bare = median([_timed(lambda: _bare(made)) for _ in range(ROUNDS)])
    claim = f"planning a pipeline of {INSTANCES:,} instances"
    return [below(claim, ours, bare, MOST, "as bare records")]


def chain() -> Definition:
    """Make the definition: hourly activities, each reading what the one before it wrote."""
    objects: list[dict[str, Any]] = [
        {
            "id": "Default",
            "schedule": {"ref": "Hourly"},
            "scheduleType": "cron",
            "workerGroup": "g",
        },
        {
            "id": "Hourly",
            "type": "Schedule",
            "period": "1 hour",
            "startDateTime": "2012-01-01T00:00:00",
        },
    ]
    for number in range(CHAIN):
        objects.append({"id": f"Data{number}", "type": "S3DataNode", "filePath": "s3://bucket/x"})
        activity = {"id": f"Work{number}", "type": "ShellCommandActivity", "command": "true"}
        reads = {"input": {"ref": f"Data{number - 1}"}} if number else {}
        objects.append(activity | reads | {"output": {"ref": f"Data{number}"}})
    return files.read(json.dumps({"objects": objects}))


def _planned(definition: Definition) -> None:
    plan(blueprint(definition, START), START, START + timedelta(hours=HOURS))


def _bare(made: list[Instance]) -> None:
    for one in made:
        name = instance_id(one.component, "2012-01-01T00:00:00")
        Instance(name, one.component, one.kind, one.start, one.end, one.due, one.rules)


def _timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began

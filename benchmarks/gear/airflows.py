"""A whole Airflow, or one process of it, as the example `airflow_slots` runs it."""

from __future__ import annotations

import os
import re
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.gear import processes
from benchmarks.gear.contest import AIRFLOW, ROOT

PROGRAM = AIRFLOW / "bin" / "airflow"
PYTHON = AIRFLOW / "bin" / "python"
HOW = "`make airflow` makes the environment that they need"
BLOCKED = re.compile(r"was blocked for ([\d.]+) seconds")
"""What the triggerer says when its loop was: TriggerRunner.block_watchdog."""

sys.path.append(str(ROOT / "examples" / "airflow_slots"))
running = import_module("running")
until: Any = running.until


def airflow(folder: Path, url: str, keys: tuple[str, str], **settings: str) -> Any:  # noqa: ANN401 - the example's
    """Form an Airflow whose connection ``aws_default`` leads to an endpoint; nothing runs yet.

    Args:
        folder: its home.
        url: of the endpoint.
        keys: access key and secret.
        **settings: further variables of its environment.
    """
    (folder / "dags").mkdir(parents=True)
    connection = {
        "conn_type": "aws",
        "login": keys[0],
        "password": keys[1],
        "extra": {"region_name": "us-east-1", "endpoint_url": url},
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return running.RunningAirflow(PROGRAM, folder, kept, connection, settings)


def tree(pid: int) -> list[int]:
    """List a process and the children that it has now."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [pid, *map(int, children.split())]


def cpu(pid: int) -> float:
    """Tell the CPU seconds so far of a process and of the children that it has now."""
    return sum(map(processes.own_cpu, tree(pid)))


def lags(folder: Path) -> list[float]:
    """List for how many seconds the triggerer's loop was blocked, each time that it says so."""
    said = (folder / "triggerer.out").read_text(errors="replace")
    return [float(seconds) for seconds in BLOCKED.findall(said)]


class Tasks:
    """The task instances of an Airflow's database, on the side.

    Args:
        folder: Airflow's home.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "airflow.db"

    def _read(self, columns: str, where: str = "true") -> list[tuple[Any, ...]]:
        query = f"select {columns} from task_instance where {where}"  # noqa: S608 - ours
        with closing(sqlite3.connect(f"file:{self._file}?mode=ro", uri=True, timeout=60)) as open_:
            return open_.execute(query).fetchall()

    def deferred(self) -> int:
        """Count those that wait."""
        ((count,),) = self._read("count(*)", "state = 'deferred'")
        return int(count)

    def resumed(self) -> dict[int, float]:
        """Tell when each mapped one was resumed, by its index, in seconds since the epoch."""
        found = self._read("map_index, scheduled_dttm", "state = 'scheduled'")
        return {int(index): _seconds(moment) for index, moment in found}


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()

"""A real Airflow in real processes, whose connection leads to a yard.

What runs it is the example's (examples/airflow_slots): there is one of it.
"""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.acceptance.yards import RunningYard, clean_environment
from tests.requires import require

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / ".venv-airflow"
AIRFLOW = ENVIRONMENT / "bin" / "airflow"
DAGS = Path(__file__).with_name("airflow_dags.py")
EXAMPLE = ROOT / "examples" / "airflow_slots"

sys.path.append(str(EXAMPLE))

running = import_module("running")
RunningAirflow = running.RunningAirflow
Gauges: Any = import_module("gauges").Gauges
until: Any = running.until


def require_airflow() -> None:
    """Skip unless Airflow is there."""
    require("Airflow in .venv-airflow", "make airflow", present=AIRFLOW.exists())


@contextmanager
def airflow_on(folder: Path, yard: RunningYard, gauges: Any, **settings: str) -> Iterator[Any]:
    """Run an Airflow with the tests' DAGs, whose connection ``aws_default`` leads to a yard.

    Args:
        folder: its home.
        yard: which.
        gauges: what receives its metrics.
        **settings: further variables of its environment.
    """
    (folder / "dags").mkdir(parents=True)
    shutil.copy(DAGS, folder / "dags" / "dags.py")
    keys = yard.env()
    connection = {
        "conn_type": "aws",
        "login": keys["AWS_ACCESS_KEY_ID"],
        "password": keys["AWS_SECRET_ACCESS_KEY"],
        "extra": {"region_name": "us-east-1", "endpoint_url": yard.url},
    }
    hurried = {
        "AIRFLOW__BATCHYARD__EARLIEST_EVENT": "15",  # the machine may be busy
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "5",
        "AIRFLOW__METRICS__STATSD_ON": "True",
        "AIRFLOW__METRICS__STATSD_HOST": "127.0.0.1",
        "AIRFLOW__METRICS__STATSD_PORT": str(gauges.port),
        "AIRFLOW__METRICS__STATSD_PREFIX": "airflow",
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "120",
        "AIRFLOW__TRIGGERER__TRIGGERER_HEALTH_CHECK_THRESHOLD": "15",
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
    }
    environment = clean_environment()
    made = RunningAirflow(AIRFLOW, folder, environment, connection, hurried | settings)
    with made.running() as airflow:
        airflow.command("pools", "set", "closed", "0", "without slots")
        yield airflow

"""``make demo-airflow``: the same DAG, blocking and deferring, on a real Airflow and a yard.

More tasks than slots wait for their jobs. What Airflow tells statsd meanwhile becomes one chart.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chart import draw
from gauges import Gauges
from running import RunningAirflow

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
AIRFLOW = ROOT / ".venv-airflow" / "bin" / "airflow"
BATCHYARD = Path(sys.executable).with_name("batchyard")
SLOTS = 4
"""Of each pool: fewer than there are tasks."""
DAGS = ("blocking", "deferring")
POOL = "airflow.pool.running_slots"
DEFERRED = "airflow.pool.deferred_slots.deferring"
ENDED = ("success", "failed", "upstream_failed")


@contextmanager
def yard(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Run a yard; give its address and the keys that open it."""
    command = [BATCHYARD, "serve", "--ephemeral", "--port", "0", "--data-dir", folder]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as serving:
        assert serving.stdout is not None  # noqa: S101 - it was asked for
        try:
            url = serving.stdout.readline().split()[1]
            port = url.rpartition(":")[2]
            said = subprocess.run(
                [BATCHYARD, "env", "--data-dir", folder, "--port", port],
                check=True,
                capture_output=True,
                text=True,
            ).stdout
            yield url, keys_in(said)
        finally:
            serving.terminate()


def keys_in(said: str) -> dict[str, str]:
    """Read the lines of ``batchyard env``."""
    lines = (line.removeprefix("export ") for line in said.splitlines())
    pairs = (line.partition("=") for line in lines)
    return {name: value.strip("'\"") for name, _, value in pairs}


def connection(url: str, keys: dict[str, str]) -> dict[str, Any]:
    """Form the connection that leads to the yard."""
    return {
        "conn_type": "aws",
        "login": keys["AWS_ACCESS_KEY_ID"],
        "password": keys["AWS_SECRET_ACCESS_KEY"],
        "extra": {"endpoint_url": url, "region_name": "us-east-1"},
    }


def register(url: str, keys: dict[str, str]) -> None:
    """Register the definition of the jobs: they sleep, and need a thousandth of a CPU each."""
    import boto3

    boto3.client(
        "batch",
        region_name="us-east-1",
        endpoint_url=url,
        aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
    ).register_job_definition(
        jobDefinitionName="sleeper",
        type="container",
        platformCapabilities=["FARGATE"],
        parameters={"seconds": "1"},
        containerProperties={
            "image": "busybox",
            "command": ["sleep", "Ref::seconds"],
            "executionRoleArn": "arn:aws:iam::123456789012:role/none",
            "resourceRequirements": [
                {"type": "VCPU", "value": "0.25"},
                {"type": "MEMORY", "value": "512"},
            ],
        },
    )


def settings(gauges: Gauges) -> dict[str, str]:
    """Let Airflow count as it should, and tell it."""
    return {
        "AIRFLOW__CORE__EXECUTOR": "executor.CountingLocalExecutor",
        "AIRFLOW__METRICS__STATSD_ON": "True",
        "AIRFLOW__METRICS__STATSD_HOST": "127.0.0.1",
        "AIRFLOW__METRICS__STATSD_PORT": str(gauges.port),
        "AIRFLOW__METRICS__STATSD_PREFIX": "airflow",
        "PYTHONPATH": str(HERE),
    }


def spans(airflow: RunningAirflow) -> dict[str, tuple[float, float]]:
    """Run one DAG after the other; tell when each began and ended."""
    found = {}
    for name in DAGS:
        began = time.monotonic()
        run = airflow.trigger(name)
        tasks = airflow.until(name, run, *ENDED)
        found[name] = began, time.monotonic()
        bad = [task["task_id"] for task in tasks if task["state"] != "success"]
        print(f"{name}: {len(tasks)} tasks in {found[name][1] - began:.0f} s", *bad)
    return found


def main() -> None:
    """Run both, and draw what was seen."""
    if not AIRFLOW.exists():
        raise SystemExit("there is no Airflow here: `make airflow` makes .venv-airflow")
    out = Path(os.environ.get("SLOTS_OUT", HERE / "out" / "slots.png")).resolve()
    out.parent.mkdir(parents=True, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with (
        tempfile.TemporaryDirectory(prefix="batchyard-slots-") as name,
        yard(Path(name) / "yard") as (url, keys),
        Gauges() as gauges,
    ):
        register(url, keys)
        home = Path(name) / "home"
        (home / "dags").mkdir(parents=True)
        shutil.copy(HERE / "dags.py", home / "dags")
        made = RunningAirflow(AIRFLOW, home, kept, connection(url, keys), settings(gauges))
        made.command("db", "migrate")
        for dag_id in DAGS:
            made.command("pools", "set", dag_id, str(SLOTS), "for the demonstration")
        with made.running() as airflow:
            found = spans(airflow)
        held = {dag_id: gauges.of(f"{POOL}.{dag_id}", *found[dag_id]) for dag_id in DAGS}
        deferred = gauges.of(DEFERRED, *found["deferring"])
        draw(held, deferred, SLOTS, out)
    waited = max((value for _, value in deferred), default=0)
    print(f"deferring: {waited:.0f} tasks waited at once")
    for dag_id, samples in held.items():
        slot_seconds = area(samples)
        print(f"{dag_id}: {slot_seconds:.0f} slot-seconds held of {SLOTS} slots")
    print(out)


def area(samples: list[tuple[float, float]]) -> float:
    """Add up what gauges held over the time to the next."""
    return sum(value * (after - at) for (at, value), (after, _) in pairwise(samples))


if __name__ == "__main__":
    main()

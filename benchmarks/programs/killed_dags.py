"""The same DAGs with batchyard's operator and with the Amazon provider's; each runs one job."""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from typing import Any

from airflow.providers.amazon.aws.operators.batch import BatchOperator as Theirs
from airflow.sdk import DAG

from batchyard.airflow.operators.batch import BatchOperator as Ours

GATE = os.environ["BATCHYARD_BENCH_GATE"]
"""A file; the jobs of tasks that are to succeed wait for it."""
OPERATORS: dict[str, Any] = {"batchyard": Ours, "amazon": Theirs}
SCRIPTS = {"outliving": f"while ! test -e {GATE}; do sleep 0.2; done"}
MORE: dict[str, dict[str, Any]] = {
    "timed_out": {"execution_timeout": timedelta(seconds=15)},
    "dying": {"retries": 1, "retry_delay": timedelta(seconds=1)},
}


def dying(operator: Any) -> Any:  # noqa: ANN401 - made of Airflow's
    """Let an operator kill its process between the submit and the deferral, in its first try."""

    class Dying(operator):
        def submit_job(self, context: Any) -> None:  # noqa: ANN401 - Airflow's
            super().submit_job(context)
            if context["ti"].try_number == 1:
                os.kill(os.getpid(), signal.SIGKILL)

    return Dying


for who, plain in OPERATORS.items():
    for name in ("marked", "cleared", "timed_out", "dying", "outliving", "early"):
        kind = dying(plain) if name == "dying" else plain
        with DAG(f"{who}_{name}", schedule=None):
            kind(
                task_id="job",
                job_name=f"{who}_{name}",
                job_definition="shell",
                job_queue="wide",
                parameters={"script": SCRIPTS.get(name, "sleep 900")},
                deferrable=True,
                poll_interval=5,
                **MORE.get(name, {}),
            )

"""The DAGs of the end-to-end tests: each runs a job of a yard in one way."""

from __future__ import annotations

import json
import os
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import DAG

from batchyard.airflow.operators.batch import BatchOperator
from batchyard.airflow.sensors.batch import BatchSensor

GATE = Path(os.environ["BATCHYARD_TEST_GATE"])
"""A folder; jobs wait until a file of their DAG's name is in it, and it tells the ids of many."""


class Dying(BatchOperator):
    """Kills its process between the submit and the deferral, in its first try."""

    def submit_job(self, context: Any) -> None:
        """Submit, and die."""
        super().submit_job(context)
        if context["ti"].try_number == 1:
            os.kill(os.getpid(), signal.SIGKILL)


def job(
    dag_id: str, script: str, operator: type[BatchOperator] = BatchOperator, **more: Any
) -> None:
    """Make a DAG of one task, which runs a shell script as a job."""
    with DAG(dag_id, schedule=None):
        operator(
            task_id="job",
            job_name=f"job-{dag_id}",
            job_definition="shell",
            job_queue="default",
            parameters={"script": script},
            **more,
        )


def gated(dag_id: str) -> str:
    """Give a script that waits for its gate."""
    return f"while ! test -e {GATE}/{dag_id}; do sleep 0.1; done"


ONCE_MORE = [{"onExitCode": "5", "action": "RETRY"}, {"onExitCode": "*", "action": "EXIT"}]

job("success", "echo hello; sleep 1; echo and goodbye", awslogs_enabled=True)
job("failure", "echo alas; exit 7")
job(
    "retried",
    'test "$AWS_BATCH_JOB_ATTEMPT" = 2 || exit 5',
    retry_strategy={"attempts": 3, "evaluateOnExit": ONCE_MORE},
)
job("array", "exit $AWS_BATCH_JOB_ARRAY_INDEX", array_properties={"size": 3})
job("killed", "sleep 600")
job("cleared", "sleep 600")
job("timed_out", "sleep 600", execution_timeout=timedelta(seconds=5))
job("starved", "true", pool="closed")
job("outliving", "sleep 600")
job("early", "sleep 600")
job("dying", gated("dying"), Dying, retries=1, retry_delay=timedelta(seconds=1))

with DAG("mapped", schedule=None):
    BatchOperator.partial(
        task_id="job", job_name="job-mapped", job_definition="shell", job_queue="default"
    ).expand(parameters=[{"script": f"exit {code}"} for code in (0, 0, 3)])

with DAG("many", schedule=None):
    for number, job_id in enumerate(json.loads((GATE / "ids").read_text())):
        BatchSensor(task_id=f"job_{number}", job_id=job_id)

with DAG("sensors", schedule=None):
    first = BatchOperator(
        task_id="first",
        job_name="job-sensors",
        job_definition="shell",
        job_queue="default",
        parameters={"script": "sleep 2"},
        wait_for_completion=False,
    )
    first >> BatchSensor(task_id="job", job_id="{{ ti.xcom_pull('first') }}")

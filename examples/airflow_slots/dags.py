"""The same tasks twice: they wait for their jobs on workers, and in the triggerer."""

from __future__ import annotations

import os

from airflow.sdk import DAG

from batchyard.airflow.operators.batch import BatchOperator

TASKS = int(os.environ.get("SLOTS_TASKS", "16"))
SECONDS = int(os.environ.get("SLOTS_SECONDS", "45"))

for name in ("blocking", "deferring"):
    with DAG(name, schedule=None):
        for number in range(TASKS):
            BatchOperator(
                task_id=f"job_{number}",
                job_name=f"{name}-{number}",
                job_definition="sleeper",
                job_queue="default",
                parameters={"seconds": str(SECONDS)},
                deferrable=name == "deferring",
                pool=name,
            )

"""The DAGs of the end-to-end tests on Airflow 2: each runs a job of a yard in one way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow import DAG

from batchyard.airflow.operators.batch import BatchOperator


def job(dag_id: str, script: str, **more: Any) -> None:
    """Make a DAG of one task, which runs a shell script as a job."""
    start = datetime(2025, 1, 1, tzinfo=UTC)
    with DAG(dag_id, schedule=None, start_date=start):  # noqa: AIR311 - Airflow 2 has it here
        BatchOperator(
            task_id="job",
            job_name=f"job-{dag_id}",
            job_definition="shell",
            job_queue="default",
            parameters={"script": script},
            **more,
        )


job("success", "echo hello; sleep 1; echo and goodbye", awslogs_enabled=True)
job("failure", "echo alas; exit 7")
job("killed", "sleep 600")
job("timed_out", "sleep 600", execution_timeout=timedelta(seconds=5))
job("outliving", "sleep 600")

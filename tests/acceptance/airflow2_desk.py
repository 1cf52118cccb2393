"""Does in Airflow 2's database what its web server does for people, and tells what is there.

A program in Airflow's own environment. Each line that comes in is a JSON array, a function below
and what it is given; each is answered by one line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from airflow.api.common.trigger_dag import trigger_dag
from airflow.jobs.job import most_recent_job
from airflow.models import DagBag, DagModel, TaskInstance, XCom
from airflow.utils.session import create_session
from airflow.utils.state import TaskInstanceState

TASK = "job"


def healthy() -> bool:
    """Whether a scheduler and a triggerer beat."""
    jobs = [most_recent_job(kind) for kind in ("SchedulerJob", "TriggererJob")]
    return all(job is not None and job.is_alive() for job in jobs)


def trigger(dag_id: str) -> str | None:
    """Begin a run of a DAG; give its id, or None if the DAG is not known yet."""
    if DagModel.get_current(dag_id) is None:
        return None
    return str(trigger_dag(dag_id, run_id=f"run-of-{dag_id}").run_id)


def state(dag_id: str, run_id: str) -> str | None:
    """Tell the state of a run's task."""
    with create_session() as session:
        found = session.query(TaskInstance.state).filter_by(
            dag_id=dag_id, run_id=run_id, task_id=TASK
        )
        told: str | None = found.scalar()
        return told


def mark_failed(dag_id: str, run_id: str) -> None:
    """Mark a run's task as failed, as the button of the web interface does."""
    dag = DagBag(read_dags_from_db=True).get_dag(dag_id)
    dag.set_task_instance_state(task_id=TASK, run_id=run_id, state=TaskInstanceState.FAILED)


def xcom(dag_id: str, run_id: str, key: str) -> Any:
    """Give an XCom of a run's task."""
    return XCom.get_one(key=key, dag_id=dag_id, task_id=TASK, run_id=run_id)


KNOWN = {one.__name__: one for one in (healthy, trigger, state, mark_failed, xcom)}


def main() -> None:
    """Answer until there is nothing more to answer."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # Airflow says other things there
    for line in sys.stdin:
        name, *given = json.loads(line)
        print(json.dumps(KNOWN[name](*given)), file=answers, flush=True)


if __name__ == "__main__":
    main()

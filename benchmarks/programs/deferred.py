"""Make tasks that are deferred already, in the database of a real Airflow.

``deferred.py KIND SCENARIO``, in Airflow's environment: a DAG with a task that is mapped to the
jobs of the scenario, and a run of it. The first task is deferred at once, all others when a line
comes in; each time it says so. What they wait with is what the operator of that kind makes:
``batchyard``'s, ``amazon``'s, or for comparison ``idle``, which only sleeps.

So nothing but a triggerer is needed to wait, and a thousand workers need not run first.
"""

from __future__ import annotations

import logging
import os
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.dag_processing.bundles.manager import DagBundlesManager
from airflow.dag_processing.dagbag import DagBag, sync_bag_to_db
from airflow.models.dagbag import DBDagBag
from airflow.models.trigger import Trigger
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, timezone
from airflow.utils.session import create_session
from airflow.utils.state import DagRunState, TaskInstanceState
from airflow.utils.types import DagRunTriggeredByType, DagRunType

from benchmarks.contenders.scenario import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from benchmarks.contenders.scenario import Scenario

NAME = "waiting"
BUNDLE = "dags-folder"
FAR = timedelta(days=1)


def triggers(kind: str, scenario: Scenario) -> Callable[[str], Any]:
    """Tell how a trigger is made of a job's id."""
    if kind == "idle":
        from airflow.providers.standard.triggers.temporal import DateTimeTrigger

        return lambda _: DateTimeTrigger(timezone.utcnow() + FAR)
    if kind == "amazon":
        from airflow.providers.amazon.aws.triggers.batch import BatchJobTrigger as Theirs

        cadence = int(scenario.cadence)
        return lambda job_id: Theirs(
            job_id=job_id, waiter_delay=cadence, waiter_max_attempts=4200, region_name="us-east-1"
        )
    from batchyard.airflow.triggers.batch import BatchJobTrigger as Ours

    return lambda job_id: Ours(
        job_id=job_id, waiter_delay=scenario.cadence, region_name="us-east-1"
    )


def made(count: int) -> None:
    """Make the DAG, and a run of it.

    A triggerer of Airflow 3.3.2 reads the whole DAG for each trigger that it starts: with as many
    tasks instead of one that is mapped, that alone takes it a minute of CPU.
    """
    with DAG(NAME, schedule=None) as dag:
        BashOperator.partial(task_id="job").expand(bash_command=["true"] * count)
    bag = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"], bundle_path=None, bundle_name=BUNDLE)
    bag.dags[NAME] = dag
    with create_session() as session:
        DagBundlesManager().sync_bundles_to_db(session=session)
    sync_bag_to_db(bag, BUNDLE, None)
    with create_session() as session:
        stored = DBDagBag().get_latest_version_of_dag(NAME, session=session)
        stored.create_dagrun(
            run_id=NAME,
            run_after=timezone.utcnow(),
            run_type=DagRunType.MANUAL,
            triggered_by=DagRunTriggeredByType.TEST,
            state=DagRunState.RUNNING,
            session=session,
        )


def defer(numbers: Iterable[int], ids: list[str], trigger: Callable[[str], Any]) -> None:
    """Defer tasks, as Airflow's server does when their workers say so."""
    from airflow.models.taskinstance import TaskInstance

    wanted = set(numbers)
    with create_session() as session:
        for ti in session.query(TaskInstance).filter_by(dag_id=NAME, run_id=NAME):
            if ti.map_index not in wanted:
                continue
            row = Trigger.from_object(trigger(ids[ti.map_index]))
            session.add(row)
            session.flush()
            ti.trigger_id = row.id
            ti.state = TaskInstanceState.DEFERRED
            ti.start_date = timezone.utcnow()
            ti.try_number = 1
            ti.next_method, ti.next_kwargs = "execute_complete", {}


def main() -> None:
    """Make them, and defer them when told to."""
    logging.disable(logging.INFO)
    _, kind, said = sys.argv
    scenario = load(said)
    ids, trigger = scenario.ids(), triggers(kind, scenario)
    made(scenario.count)
    defer([0], ids, trigger)
    print("one", flush=True)
    sys.stdin.readline()
    defer(range(1, scenario.count), ids, trigger)
    print("all", flush=True)


if __name__ == "__main__":
    main()

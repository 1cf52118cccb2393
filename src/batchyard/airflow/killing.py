"""Whether a task that was deferred is still, or whether somebody has ended it.

A trigger is cancelled when its task is killed, and also when a triggerer stops or hands over.
"""

from __future__ import annotations

import asyncio
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from asgiref.sync import sync_to_async

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

AIRFLOW = tuple(int(part) for part in version("apache-airflow").split(".")[:2])
"""Major and minor version."""

TELLS_OF_KILLS = AIRFLOW >= (3, 3)
"""Whether triggers have on_kill: https://github.com/apache/airflow/pull/65590"""

HAS_SDK = AIRFLOW >= (3, 0)
"""Whether tasks and triggers speak to Airflow's API, and not to its database."""

DEFERRED = "deferred"


class Endings:
    """What ends jobs of killed tasks, held on to until it is done."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, ending: Coroutine[Any, Any, None]) -> None:
        """Wait for it; if whoever waits is cancelled, it goes on all the same.

        Airflow 3.3.2 cancels a trigger anew every second until it has ended, and its on_kill with
        it (TriggerRunnerSupervisor._handle_request sends the same ids again).
        """
        task = asyncio.create_task(ending)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.shield(task)


async def is_deferred(task_instance: Any) -> bool:  # noqa: ANN401 - Airflow's, which differs by version
    """Ask whether a task is deferred still; one that is not there any more is not.

    Raises:
        Exception: whatever Airflow raises when it cannot be asked.
    """
    ask = _states if HAS_SDK else _state
    return await sync_to_async(ask)(task_instance)


def _states(task_instance: Any) -> bool:  # noqa: ANN401 - see there
    from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

    runs: Mapping[str, Mapping[str, Any]] = RuntimeTaskInstance.get_task_states(
        dag_id=task_instance.dag_id,
        task_ids=[task_instance.task_id],
        run_ids=[task_instance.run_id],
        map_index=task_instance.map_index,
    )
    states = runs.get(task_instance.run_id) or {}
    return any(state == DEFERRED for state in states.values())


def _state(task_instance: Any) -> bool:  # noqa: ANN401 - see there
    from airflow.models.taskinstance import TaskInstance
    from airflow.utils.session import create_session

    ti = task_instance
    with create_session() as session:
        state: str | None = (
            session.query(TaskInstance.state)
            .filter_by(
                dag_id=ti.dag_id, task_id=ti.task_id, run_id=ti.run_id, map_index=ti.map_index
            )
            .scalar()
        )
    return state == DEFERRED

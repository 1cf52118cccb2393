"""Triggers that wait for AWS Batch; those of one connection share its clients and its watcher.

They have the names and arguments of ``airflow.providers.amazon.aws.triggers.batch``.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import BaseTrigger, TaskSuccessEvent, TriggerEvent

from batchyard.airflow import killing
from batchyard.airflow.connections import Place, forget_session, session_on_loop
from batchyard.airflow.printing import watched
from batchyard.airflow.telling import kept_of
from batchyard.airflow.triggers.resources import BatchCreateComputeEnvironmentTrigger
from batchyard.airflow.waiting import Ended, Waiting
from batchyard.client.sessions import connect, kept
from batchyard.errors import RefusedCredentials

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from batchyard.client.sessions import Client

__all__ = ["BatchCreateComputeEnvironmentTrigger", "BatchJobTrigger"]

KILLED = "Task killed by the user"
"""As the Amazon provider's operator says."""


class BatchJobTrigger(BaseTrigger):
    """Waits for a job, and terminates it when somebody kills its task.

    Args:
        job_id: the job.
        region_name: instead of the connection's.
        aws_conn_id: of the connection; None for what AWS's own tools find.
        waiter_delay: seconds between two questions at most; None as the watcher sees fit. A hundred
            jobs share a question.
        waiter_max_attempts: with waiter_delay, how long to wait; None for as long as the job lives.
        verify: see boto3.
        botocore_config: keywords of botocore's Config.
        deadline: seconds since the epoch at which the wait ends, instead of waiter_max_attempts.
        runnable_timeout: seconds that the job may stand still; see `Waiting`.
        awslogs_enabled: whether what the job prints is printed in the task's log as it comes.
        terminate_on_kill: whether the job is terminated when its task is marked or cleared.
        not_before: seconds since the epoch before which nothing is told; see `settings.settled`.
        ends_task: whether the job's success is the task's, so that no worker hears of it.

    The event's payload has ``status`` (``success``, ``failed``, ``stuck``, ``timeout``, ``error``),
    ``job_id``, ``message``, and ``job``: AWS's JobDetail without what is long or secret.
    """

    def __init__(  # noqa: PLR0913 - all that another triggerer needs to go on
        self,
        *,
        job_id: str | None,
        region_name: str | None = None,
        aws_conn_id: str | None = "aws_default",
        waiter_delay: float | None = None,
        waiter_max_attempts: int | None = None,
        verify: bool | str | None = None,
        botocore_config: dict[str, Any] | None = None,
        deadline: float | None = None,
        runnable_timeout: float | None = None,
        awslogs_enabled: bool = False,
        terminate_on_kill: bool = True,
        not_before: float | None = None,
        ends_task: bool = False,
    ) -> None:
        super().__init__()
        self.job_id = job_id
        self.aws_conn_id = aws_conn_id
        self.region_name = region_name
        self.verify = verify
        self.botocore_config = botocore_config
        self.waiter_delay = waiter_delay
        if deadline is None and waiter_max_attempts and waiter_delay:
            deadline = time.time() + waiter_max_attempts * waiter_delay
        self.deadline = deadline
        self.runnable_timeout = runnable_timeout
        self.awslogs_enabled = awslogs_enabled
        self.terminate_on_kill = terminate_on_kill
        self.not_before = not_before
        self.ends_task = ends_task
        self._over = False

    @property
    def place(self) -> Place:
        """Where the job is."""
        return Place(self.aws_conn_id, self.region_name, self.verify, self.botocore_config)

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Tell all that another triggerer needs to go on; times are of the wall clock."""
        whole: dict[str, Any] = {
            "job_id": self.job_id,
            "aws_conn_id": self.aws_conn_id,
            "region_name": self.region_name,
            "verify": self.verify,
            "botocore_config": self.botocore_config,
            "waiter_delay": self.waiter_delay,
            "deadline": self.deadline,
            "runnable_timeout": self.runnable_timeout,
            "awslogs_enabled": self.awslogs_enabled or None,
            "terminate_on_kill": self.terminate_on_kill,
            "not_before": self.not_before,
            "ends_task": self.ends_task or None,
        }
        said = {name: value for name, value in whole.items() if value is not None}
        said.setdefault("aws_conn_id", None)  # which is not what it is when it is not said
        return f"{__name__}.{type(self).__name__}", said

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Wait, and tell how the wait ended."""
        end = await self._wait()
        if self.not_before is not None:
            await asyncio.sleep(self.not_before - time.time())
        self._over = True
        if self.ends_task and end.status == "success":
            yield TaskSuccessEvent()
            return
        yield TriggerEvent(
            {
                "status": end.status,
                "job_id": self.job_id,
                "message": end.message,
                "job": kept_of(end.job),
            }
        )

    async def _wait(self) -> Ended:
        waiting = Waiting(
            str(self.job_id),
            await session_on_loop(self.place),
            self.deadline,
            self.runnable_timeout,
            self.waiter_delay,
        )
        log = self.log if self.awslogs_enabled else None
        end = await watched(waiting, log)
        if isinstance(end.error, RefusedCredentials):  # they may have been changed since
            forget_session(self.place)
            session = await session_on_loop(self.place)
            end = await watched(waiting._replace(session=session), log)
        return end

    async def on_kill(self) -> None:
        """Terminate the job, unless its task waits for it still.

        Airflow 3.3 calls this when somebody has marked or cleared the task, and also when another
        triggerer has taken it over.
        """
        await kept(killing.Endings).run(self._end_unless_deferred())

    async def _end_unless_deferred(self) -> None:
        with suppress(Exception):  # who cannot be asked has called this for a reason
            if await killing.is_deferred(self.task_instance):
                return
        await self._terminate()

    async def cleanup(self) -> None:
        """Terminate the job of a killed task where Airflow does not tell of kills."""
        if killing.TELLS_OF_KILLS or self._over or self.task_instance is None:
            return
        await kept(killing.Endings).run(self._end_if_not_deferred())

    async def _end_if_not_deferred(self) -> None:
        if not await killing.is_deferred(self.task_instance):
            await self._terminate()

    async def _terminate(self) -> None:
        if not self.terminate_on_kill or not self.job_id:
            return
        session = await session_on_loop(self.place)
        await asyncio.to_thread(_end, session, self.job_id)
        self.log.info("AWS Batch job (%s) terminated: %s", self.job_id, KILLED)


def _end(session: Client, job_id: str) -> None:
    from batchyard.airflow.adopting import end

    end(connect(session=session).client("batch"), job_id, KILLED)

"""Triggers that wait for compute environments and job queues to be as they will stay."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import BaseTrigger, TaskSuccessEvent, TriggerEvent

from batchyard.airflow.connections import Place, session_on_loop
from batchyard.airflow.resources import ENVIRONMENT, QUEUE, Resource, state_of
from batchyard.client.sessions import connect
from batchyard.errors import BatchyardError, ServiceError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

DELAY = 30.0
"""Seconds between two questions, as the Amazon provider's."""


class BatchResourceTrigger(BaseTrigger):
    """Waits until a compute environment or a job queue is VALID or DELETED.

    Args:
        kind: ``compute environment`` or ``job queue``.
        name: its name or ARN.
        aws_conn_id: see `BatchJobTrigger`.
        region_name: see there.
        verify: see there.
        botocore_config: see there.
        waiter_delay: seconds between two questions.
        waiter_max_attempts: with waiter_delay, how long to wait; None for as long as it takes.
        deadline: seconds since the epoch at which the wait ends, instead of waiter_max_attempts.
        treat_non_existing_as_deleted: whether one that is not there is DELETED, and no error.
        not_before: seconds since the epoch before which nothing is told; see `settings.settled`.
        ends_task: whether success is the task's, so that no worker hears of it.

    The event's payload has ``status`` (``success``, ``failed``, ``timeout``, ``error``), ``value``
    (the name) and ``message``.
    """

    def __init__(  # noqa: PLR0913 - all that another triggerer needs to go on
        self,
        *,
        kind: str,
        name: str,
        aws_conn_id: str | None = "aws_default",
        region_name: str | None = None,
        verify: bool | str | None = None,
        botocore_config: dict[str, Any] | None = None,
        waiter_delay: float = DELAY,
        waiter_max_attempts: int | None = None,
        deadline: float | None = None,
        treat_non_existing_as_deleted: bool = False,
        not_before: float | None = None,
        ends_task: bool = False,
    ) -> None:
        super().__init__()
        self.kind = kind
        self.name = name
        self.aws_conn_id = aws_conn_id
        self.region_name = region_name
        self.verify = verify
        self.botocore_config = botocore_config
        self.waiter_delay = waiter_delay
        if deadline is None and waiter_max_attempts:
            deadline = time.time() + waiter_max_attempts * waiter_delay
        self.deadline = deadline
        self.treat_non_existing_as_deleted = treat_non_existing_as_deleted
        self.not_before = not_before
        self.ends_task = ends_task

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Tell all that another triggerer needs to go on."""
        return f"{__name__}.BatchResourceTrigger", {
            "kind": self.kind,
            "name": self.name,
            "aws_conn_id": self.aws_conn_id,
            "region_name": self.region_name,
            "verify": self.verify,
            "botocore_config": self.botocore_config,
            "waiter_delay": self.waiter_delay,
            "deadline": self.deadline,
            "treat_non_existing_as_deleted": self.treat_non_existing_as_deleted,
            "not_before": self.not_before,
            "ends_task": self.ends_task,
        }

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Wait, and tell how the wait ended."""
        status, message = await self._wait()
        if self.not_before is not None:
            await asyncio.sleep(self.not_before - time.time())
        if self.ends_task and status == "success":
            yield TaskSuccessEvent()
            return
        yield TriggerEvent({"status": status, "value": self.name, "message": message})

    async def _wait(self) -> tuple[str, str]:
        place = Place(self.aws_conn_id, self.region_name, self.verify, self.botocore_config)
        client = await asyncio.to_thread(
            connect(session=await session_on_loop(place)).client, "batch"
        )
        resource = Resource(self.kind, self.name, self.treat_non_existing_as_deleted)
        while True:
            trouble = ""
            try:
                state = await asyncio.to_thread(state_of, client, resource)
                if state.over:
                    return ("success", "") if state.good else ("failed", state.message)
                trouble = state.message
            except ServiceError as error:  # it may pass
                trouble = str(error)
            except BatchyardError as error:
                return "error", str(error)
            if self.deadline is not None and time.time() >= self.deadline:
                return "timeout", f"waited for too long: {trouble}"
            await asyncio.sleep(self.waiter_delay)


class BatchCreateComputeEnvironmentTrigger(BatchResourceTrigger):
    """Waits until a compute environment is VALID; see `BatchResourceTrigger`.

    Args:
        compute_env_arn: its ARN.
        **kwargs: see there.
    """

    def __init__(self, *, compute_env_arn: str, **kwargs: Any) -> None:  # noqa: ANN401 - see there
        super().__init__(kind=ENVIRONMENT, name=compute_env_arn, **kwargs)


__all__ = ["ENVIRONMENT", "QUEUE", "BatchCreateComputeEnvironmentTrigger", "BatchResourceTrigger"]

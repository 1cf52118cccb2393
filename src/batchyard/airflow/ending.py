"""Ending the job of a task that does not wait for it any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.providers.amazon.aws.links.batch import BatchJobDetailsLink

from batchyard.airflow.adopting import end
from batchyard.errors import BatchyardError

if TYPE_CHECKING:
    from logging import Logger

    from batchyard.client.sessions import Client

REASON = 1024
"""Characters: https://docs.aws.amazon.com/batch/latest/APIReference/API_TerminateJob.html"""


def end_aloud(client: Client, job_id: str, reason: str, log: Logger) -> None:
    """Terminate a job, and say so; what keeps it from that is said, too, and fails nothing.

    Args:
        client: a boto3 client of AWS Batch.
        job_id: which.
        reason: becomes its statusReason, as far as there is room.
        log: the task's.
    """
    try:
        end(client, job_id, reason[:REASON])
        log.info("AWS Batch job (%s) terminated: %s", job_id, reason)
    except BatchyardError as error:
        log.warning("AWS Batch job (%s) could not be terminated: %s", job_id, error)


def own_job_id(task_instance: Any) -> str | None:  # noqa: ANN401 - Airflow's
    """Read the id of a task's job from the XCom of the link to it, if it has one."""
    ti = task_instance
    key = BatchJobDetailsLink.key
    said = ti.xcom_pull(task_ids=ti.task_id, map_indexes=ti.map_index, key=key)
    return str(said["job_id"]) if said else None


def tries_again(task_instance: Any) -> bool:  # noqa: ANN401 - Airflow's
    """Tell whether a task that fails now is tried again."""
    return int(task_instance.try_number) <= int(task_instance.max_tries or 0)

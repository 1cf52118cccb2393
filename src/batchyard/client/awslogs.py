"""Where a job's output is in CloudWatch Logs, in the form that Airflow's Batch client gives it.

Source: https://docs.aws.amazon.com/batch/latest/userguide/using_awslogs.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.client.logs import GROUP
from batchyard.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchyard.client.calls import Answer

DRIVER = "awslogs"


def awslogs_of(job: Answer, region: str) -> list[dict[str, str]]:
    """Name the log streams of a job, those of its first attempt first.

    Args:
        job: AWS's JobDetail.
        region: where the job is.

    Returns:
        For each stream ``awslogs_stream_name``, ``awslogs_group`` and ``awslogs_region``; none
        while there is no stream, and none when another log driver has the output.

    Raises:
        Refused: the job has neither a container nor nodes.
    """
    configurations = _configurations(job)
    if any(one.get("logDriver", DRIVER) != DRIVER for one in configurations):
        return []
    places = dict.fromkeys(_place(one.get("options") or {}, region) for one in configurations)
    return [
        {"awslogs_stream_name": stream, "awslogs_group": group, "awslogs_region": where}
        for stream in dict.fromkeys(_streams(job))
        for group, where in places
    ]


def _configurations(job: Answer) -> list[Answer]:
    """Give the log configuration of the container, or of each range of nodes."""
    if nodes := job.get("nodeProperties"):
        containers = [one.get("container") or {} for one in nodes.get("nodeRangeProperties", ())]
    elif "container" in job:
        containers = [job["container"]]
    else:
        raise Refused(
            f"job {job['jobId']} has neither a container nor nodes: "
            "where its output is, is not known here"
        )
    return [one.get("logConfiguration") or {} for one in containers]


def _streams(job: Answer) -> Iterator[str]:
    attempts = [one.get("container") or {} for one in job.get("attempts", ())]
    for one in (*attempts, job.get("container") or {}):
        if one.get("logStreamName"):
            yield one["logStreamName"]


def _place(options: dict[str, str], region: str) -> tuple[str, str]:
    return options.get("awslogs-group", GROUP), options.get("awslogs-region", region)

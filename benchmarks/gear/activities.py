"""Pipelines of activities that wait for a task runner, and a runner that does nothing with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from benchmarks.gear.endpoint import read

if TYPE_CHECKING:
    from benchmarks.gear.connections import Talk
    from benchmarks.gear.endpoint import Endpoint

MINUTES = 15
"""The shortest period that a schedule may have."""
MOST_INTERVALS = 95
"""Intervals that are over within a day: no earlier ones are made up for without being asked to."""


def offer(endpoint: Endpoint, name: str, groups: list[str], intervals: int, **fields: str) -> None:
    """Activate a pipeline whose intervals have all begun.

    Args:
        endpoint: the yard.
        name: the pipeline's.
        groups: the worker groups, one for each activity.
        intervals: how often each activity is to run.
        **fields: further fields of all activities.
    """
    begin = datetime.now(UTC) - timedelta(minutes=MINUTES * intervals)
    objects = [
        _object("Default", scheduleType="cron", schedule=("Often",), **fields),
        _object(
            "Often",
            type="Schedule",
            period=f"{MINUTES} minutes",
            startDateTime=begin.strftime("%Y-%m-%dT%H:%M:%S"),
            occurrences=str(intervals),
        ),
    ]
    for number, group in enumerate(groups):
        work = {"type": "ShellCommandActivity", "command": "true", "workerGroup": group}
        objects.append(_object(f"Work{number}", **work))
    made = endpoint.pipelines_call("CreatePipeline", {"name": name, "uniqueId": name})
    put = {**made, "pipelineObjects": objects}
    answer = endpoint.pipelines_call("PutPipelineDefinition", put)
    assert not answer["errored"], answer
    endpoint.pipelines_call("ActivatePipeline", made)


def _object(name: str, **fields: str | tuple[str]) -> dict[str, Any]:
    return {
        "id": name,
        "name": name,
        "fields": [
            {"key": key, "refValue": value[0]}
            if isinstance(value, tuple)
            else {"key": key, "stringValue": value}
            for key, value in fields.items()
        ],
    }


class Drain:
    """Takes a number of tasks from a worker group, by any number of runners.

    Args:
        endpoint: the yard.
        group: the worker group.
        count: how many tasks.

    Attributes:
        attempts: the attempts that were taken.
    """

    def __init__(self, endpoint: Endpoint, group: str, count: int) -> None:
        self._endpoint = endpoint
        self._left = count
        self._poll = endpoint.pipelines_request("PollForTask", poll(group))
        self.attempts: set[str] = set()

    def runner(self) -> Talk:
        """Poll, report and set the status, until as many polls were made as there are tasks."""
        while self._left:
            self._left -= 1
            task = read((yield self._poll))["taskObject"]
            self.attempts.add(task["attemptId"])
            named = {"taskId": task["taskId"]}
            report = read((yield self._endpoint.pipelines_request("ReportTaskProgress", named)))
            assert report == {"canceled": False}, report
            read((yield finish(self._endpoint, task)))


def poll(group: str) -> dict[str, str]:
    """Form the parameters of PollForTask."""
    return {"workerGroup": group, "hostname": "benchmark"}


def finish(endpoint: Endpoint, task: dict[str, Any]) -> bytes:
    """Form the request that ends a task."""
    ended = {"taskId": task["taskId"], "taskStatus": "FINISHED"}
    return endpoint.pipelines_request("SetTaskStatus", ended)

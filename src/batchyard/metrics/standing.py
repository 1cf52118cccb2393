"""How many jobs and tasks stand where: kept from each change, never counted over.

A job, or an activity of a pipeline, stands in one place at a time, or in none. What changes is
counted out of where it was and into where it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from batchyard.batch.reasons import MISFITS
from batchyard.batch.states import JobState
from batchyard.pipelines.states import HELD, Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchyard.batch.model import Job
    from batchyard.pipelines.instances import Instance

Stage: TypeAlias = Literal["scheduled", "executable", "misfit", "running"]
"""Waits for other work; waits for a slot; waits for one in vain; holds one."""

RESOURCE: Final = "(resource)"
"""Stands for the worker groups of pipelines' own resources, of which there is one for each."""


class Standing(NamedTuple):
    """Where something stands. While it is counted it is a plain tuple: a third of the time.

    Attributes:
        stage: how far it has come.
        queue: the ARN of its queue; nothing for an activity of a pipeline.
        environment: the ARN of where it was placed, if it was.
        worker_group: whose runners run it, if any do.
        region: of an activity; those of jobs are in their ARNs.
    """

    stage: Stage
    queue: str = ""
    environment: str = ""
    worker_group: str = ""
    region: str = ""


_Key: TypeAlias = "tuple[Stage, str, str, str, str]"

_STAGES: Final[dict[JobState, Stage]] = {
    JobState.SUBMITTED: "scheduled",
    JobState.PENDING: "scheduled",
    JobState.RUNNABLE: "executable",
    JobState.STARTING: "running",
    JobState.RUNNING: "running",
}


def of_job(job: Job) -> _Key | None:
    """Tell where a job stands; one that has ended, and an array of jobs, stand nowhere."""
    state, spec = job.state, job.spec
    stage = _STAGES.get(state)
    if stage is None or (spec.array_size is not None and job.index is None):
        return None
    if stage != "running":
        vain = stage == "executable" and job.status_reason in MISFITS
        return ("misfit" if vain else stage, spec.queue, "", "", "")
    latest = job.attempts[-1]
    group = latest.worker_group
    offered = group is not None and state is JobState.STARTING
    return ("executable" if offered else stage, spec.queue, latest.environment, group or "", "")


def of_instance(region: str, instance: Instance) -> _Key | None:
    """Tell where an activity stands; what is not for task runners stands nowhere."""
    status = instance.status
    if instance.ended or instance.by != "runner":
        return None
    group = RESOURCE if instance.resource is not None else instance.rules.worker_group or ""
    stage: Stage = "running"
    if status in HELD:
        stage = "scheduled"
    elif status is Status.WAITING_FOR_RUNNER:
        stage = "executable"
    return (stage, "", "", group, region)


class Standings:
    """How many stand where."""

    def __init__(self) -> None:
        """Begin with nothing anywhere."""
        self._counts: dict[_Key, int] = {}

    def job(self, was: Job | None, now: Job) -> None:
        """See a job change; all that live are to be seen, the first time as new ones."""
        if was is not None and was.state is now.state and was.status_reason == now.status_reason:
            return
        self._move(None if was is None else of_job(was), of_job(now))

    def instance(self, region: str, was: Instance | None, now: Instance | None) -> None:
        """See an activity change, begin, or be gone."""
        before = None if was is None else of_instance(region, was)
        self._move(before, None if now is None else of_instance(region, now))

    def counts(self) -> Iterator[tuple[Standing, int]]:
        """Tell how many stand where; nowhere is there nobody."""
        return ((Standing(*key), count) for key, count in self._counts.items())

    def _move(self, was: _Key | None, now: _Key | None) -> None:
        if was == now:
            return
        counts = self._counts
        if was is not None:
            left = counts.get(was, 0) - 1
            if left:
                counts[was] = left
            else:
                del counts[was]
        if now is not None:
            counts[now] = counts.get(now, 0) + 1

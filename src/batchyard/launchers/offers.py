"""What a task runner is handed of an attempt, and what its status says of the attempt.

The object is of a type of ours, ``BatchJobAttempt``; whoever writes a task runner reads its fields
in docs/how-to/run-jobs-on-other-machines.md.

Source: https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_TaskObject.html and
API_SetTaskStatus.html beside it
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from batchyard.batch.reasons import EXITED
from batchyard.launchers.seam import Exited, StartFailed
from batchyard.pipelines.model import Field, PipelineObject
from batchyard.pipelines.tasks import Task

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchyard.launchers.seam import Launch, Offer
    from batchyard.pipelines.instances import Failure

TYPE: Final = "BatchJobAttempt"

SILENCE: Final = 60
"""Seconds between two reports of a runner, at most (ours): then its machine counts as lost."""

UNKNOWN_CODE: Final = 1
"""The exit code of an attempt whose runner tells why it failed, but no exit code (ours)."""

_CODE: Final = re.compile(r"ExitCode:(-?[0-9]{1,10})")


def task_of(launch: Launch, offer: Offer) -> Task:
    """Form the task that an attempt is offered as: its holder's, once that has begun."""
    return Task(launch.attempt, offer.group, progress=SILENCE, again=False)


def object_of(launch: Launch, offer: Offer) -> PipelineObject:
    """Form the object that a task runner is handed."""
    return PipelineObject(launch.attempt, offer.name, tuple(_fields(launch, offer)))


def _fields(launch: Launch, offer: Offer) -> Iterator[Field]:
    yield Field("type", TYPE)
    yield Field("@sphere", "ATTEMPT")
    yield Field("jobId", offer.job)
    for word in launch.command:
        yield Field("command", word)
    for name, value in launch.environment.items():
        yield Field("environment", f"{name}={value}")
    if launch.directory is not None:
        yield Field("workingDirectory", launch.directory)
    if launch.memory is not None:
        yield Field("memory", str(launch.memory))
    yield Field("logGroupName", offer.log_group)
    yield Field("logStreamName", offer.log_stream)
    yield Field("reportProgressTimeout", f"{SILENCE // 60} minute")


def end_of(
    attempt: str, result: str, failure: Failure, at: int, *, begun: bool
) -> Exited | StartFailed:
    """Say how an attempt ended by the status that its task runner has set.

    FINISHED is exit code 0; FAILED with the errorId ``ExitCode:N`` is N. With any other errorId an
    attempt that had not begun could not be started, and one that had ends with exit code 1; so
    does FALSE, which is for preconditions.

    Args:
        attempt: the attempt.
        result: the status.
        failure: what goes with it.
        at: when it was set, epoch milliseconds.
        begun: whether the runner has reported that the attempt runs.
    """
    if result == "FINISHED":
        return Exited(attempt, 0, None, at)
    told = failure.error_message or failure.error_id or f"The task runner has set {result}"
    code = _CODE.fullmatch(failure.error_id)
    if code is not None and int(code[1]):
        ordinary = failure.error_message in {"", EXITED}
        return Exited(attempt, int(code[1]), None if ordinary else told, at)
    if not begun and result == "FAILED":
        return StartFailed(attempt, told, at)
    return Exited(attempt, UNKNOWN_CODE, told, at)

"""What PollForTask hands out, read; and what a task comes to in the end. Nothing is done here.

Source: https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_TaskObject.html
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from batchyard.pipelines import periods
from batchyard.pipelines.model import PipelineObject, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

REPORTS: Final = 6
"""Reports within a reportProgressTimeout, so that several may be lost (ours)."""

BATCH: Final = "BatchJobAttempt"
"""The type of an attempt of an AWS Batch job, as a yard offers it (ours)."""

LONGEST_ID: Final = 1024
"""Characters of errorId and of errorStackTrace:
https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_SetTaskStatus.html"""

LONGEST_MESSAGE: Final = 10_240
"""Characters of errorMessage: what a field of an object can hold."""

LONGEST_NAME: Final = 255
"""Bytes of a file's name."""


class Handed(Value, frozen=True):
    """A task as PollForTask hands it out."""

    task_id: str
    pipeline_id: str = ""
    attempt_id: str = ""
    objects: Mapping[str, PipelineObject] = MappingProxyType({})

    @property
    def work(self) -> PipelineObject:
        """The attempt itself; without fields where none was sent."""
        found = self.objects.get(self.attempt_id)
        return found or PipelineObject(self.attempt_id, self.attempt_id)

    @property
    def is_batch(self) -> bool:
        """Whether it is an attempt of a Batch job, which a yard offers in the same queues."""
        return self.work.type == BATCH

    @property
    def label(self) -> str:
        """Name it for people."""
        return f"{self.work.type or 'task'} {self.attempt_id or self.task_id}"

    def report_every(self, most: float) -> float:
        """Seconds between two reports, at most so many."""
        timeout = self.seconds("reportProgressTimeout")
        return most if timeout is None else min(most, timeout / REPORTS)

    @property
    def folder(self) -> PurePosixPath:
        """Where its logs are kept, relative: pipeline, component, instance and attempt.

        Source: the layout below pipelineLogUri, in
        https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-pipeline-status.html
        """
        component = self.work.ref("@componentParent") or self.work.name
        instance = self.work.ref("@instanceParent") or self.attempt_id
        parts = (self.pipeline_id, component, instance, self.attempt_id)
        return PurePosixPath(*map(file_name, parts))

    def seconds(self, key: str) -> float | None:
        """Read a field that holds a period; None without one, or with one that is none."""
        found = periods.period(self.work.string(key) or "")
        return None if found is None else found.seconds

    def flag(self, key: str) -> bool:
        """Tell whether a field says true."""
        return (self.work.string(key) or "").strip().lower() == "true"

    def nodes(self, key: str) -> Iterator[PipelineObject | None]:
        """Give the objects that a field refers to, in order; None for one that was not sent."""
        return (self.objects.get(ref) for ref in self.work.refs(key))


class Polled(Value, frozen=True):
    """The answer of PollForTask."""

    task_object: Handed | None = None


def file_name(part: str) -> str:
    """Make one name of a path of an id, which may hold anything.

    What a name cannot hold is percent-encoded; one that is too long loses its end.
    """
    safe = part.replace("%", "%25").replace("/", "%2F").replace("\0", "%00") or "%"
    if set(safe) == {"."}:
        safe = safe.replace(".", "%2E")
    return safe.encode(errors="replace")[:LONGEST_NAME].decode(errors="ignore")


class Ending(Value, frozen=True):
    """What a task came to, as SetTaskStatus says it."""

    task_status: Literal["FINISHED", "FAILED", "FALSE"]
    error_id: str = ""
    error_message: str = ""
    error_stack_trace: str = ""

    @property
    def members(self) -> dict[str, str]:
        """The members of the request; without what there is nothing to say of."""
        named = {
            "taskStatus": self.task_status,
            "errorId": self.error_id,
            "errorMessage": self.error_message,
            "errorStackTrace": self.error_stack_trace,
        }
        return {name: value for name, value in named.items() if value}


FINISHED: Final = Ending("FINISHED")
NOT_MET: Final = Ending("FALSE")
"""A precondition that does not hold."""


def failed(error_id: str, message: str, trace: str = "") -> Ending:
    """Form the ending of a task that failed, no longer than the service takes it.

    Args:
        error_id: what went wrong, in a word; never beginning with ``Service_``, which AWS keeps.
        message: a sentence.
        trace: its last words, of which the end counts most.
    """
    trace = "".join(char if char.isprintable() or char in "\n\t" else "\ufffd" for char in trace)
    return Ending("FAILED", error_id[:LONGEST_ID], message[:LONGEST_MESSAGE], trace[-LONGEST_ID:])


def unsupported(kind: str | None) -> Ending:
    """Form the ending of a task of a type that this runner does not run."""
    if kind is None:
        return failed("TypeMissing", "The task's attempt has no type: nobody can tell what to run.")
    return failed(
        "TypeUnsupported",
        f"batchyard's task runner does not run {kind}; it runs ShellCommandActivity, "
        "ShellCommandPrecondition and Exists. Let another runner poll this worker group, "
        "or say it as a shell command.",
    )

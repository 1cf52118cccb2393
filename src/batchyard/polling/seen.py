"""What one question shows of a job, and what a wait may be for.

Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_JobDetail.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import msgspec

from batchyard.errors import Refused

ENDED = frozenset({"SUCCEEDED", "FAILED"})
BEGUN = ENDED | {"RUNNING"}
"""https://docs.aws.amazon.com/batch/latest/userguide/job_states.html"""


class Array(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """What is shown of an array: of the parent its size and its children's states.

    Attributes:
        size: how many children there are; None for a child.
        index: the child's; None for the parent.
        status_summary: how many children are in each state, by its name.
    """

    size: int | None = None
    index: int | None = None
    status_summary: dict[str, int] | None = None


class Container(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """What is shown of a job's container.

    Attributes:
        exit_code: what its latest attempt exited with; None while it runs, or if it never did.
        reason: more about how it ended.
        log_stream_name: where its latest attempt's output is.
    """

    exit_code: int | None = None
    reason: str | None = None
    log_stream_name: str | None = None


class Seen(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A job as one answer of DescribeJobs showed it; only what a wait needs of it.

    Attributes:
        job_id: the service's id.
        status: e.g. ``RUNNING``.
        job_name: the name it was submitted under.
        status_reason: why it is in this state, where the service says so.
        array_properties: of an array's parent or child.
        container: of a job with one container.
    """

    job_id: str
    status: str
    job_name: str = ""
    status_reason: str | None = None
    array_properties: Array | None = None
    container: Container | None = None

    @property
    def ended(self) -> bool:
        """Whether it is SUCCEEDED or FAILED."""
        return self.status in ENDED

    @property
    def children(self) -> Mapping[str, int]:
        """How many children of an array are in each state; empty for any other job."""
        return (self.array_properties and self.array_properties.status_summary) or {}

    @property
    def log_stream_name(self) -> str | None:
        """Where its latest attempt's output is; each attempt has a stream of its own."""
        return self.container.log_stream_name if self.container else None

    @property
    def marks(self) -> tuple[object, ...]:
        """What makes it another job to look at when it changes."""
        return self.status, self.children, self.log_stream_name


Test: TypeAlias = Callable[[Seen], bool]
"""Whether a wait is over, by what was seen of the job."""

UNTIL: Mapping[str, Test] = {
    "complete": lambda seen: seen.status in ENDED,
    "running": lambda seen: seen.status in BEGUN,
    "exists": lambda _: True,
}
"""What a wait may be for, by its name. A job that has ended was running, so far as waiting goes."""


def test_of(until: str | Test) -> Test:
    """Find the test that a wait is over by.

    Args:
        until: ``complete``, ``running``, ``exists``, or a test of your own.

    Raises:
        Refused: it is none of them.
    """
    if callable(until):
        return until
    if until not in UNTIL:
        raise Refused(f"until {until!r}: give {', '.join(UNTIL)}, or a function of what is seen")
    return UNTIL[until]

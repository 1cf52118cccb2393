"""The states of a job, in AWS Batch's words and order.

Source: https://docs.aws.amazon.com/batch/latest/userguide/job_states.html
"""

from __future__ import annotations

from enum import StrEnum


class JobState(StrEnum):
    """Where a job stands; members are in the order a job passes through them."""

    SUBMITTED = "SUBMITTED"
    PENDING = "PENDING"
    RUNNABLE = "RUNNABLE"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


ENDED = frozenset({JobState.SUCCEEDED, JobState.FAILED})
"""States a job never leaves."""

WAITING = frozenset({JobState.SUBMITTED, JobState.PENDING, JobState.RUNNABLE})
"""States in which no attempt exists: what CancelJob ends."""

PLACED = frozenset({JobState.STARTING, JobState.RUNNING})
"""States in which an attempt holds vCPUs and memory."""

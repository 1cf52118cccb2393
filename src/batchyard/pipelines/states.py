"""The statuses of instances, in AWS Data Pipeline's words.

Source: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-interpret-status.html
"""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """Where an instance stands."""

    WAITING_ON_DEPENDENCIES = "WAITING_ON_DEPENDENCIES"
    PAUSED = "PAUSED"
    WAITING_FOR_RUNNER = "WAITING_FOR_RUNNER"
    ACTIVATING = "ACTIVATING"
    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    CASCADE_FAILED = "CASCADE_FAILED"
    TIMEDOUT = "TIMEDOUT"
    SKIPPED = "SKIPPED"


HELD = frozenset({Status.WAITING_ON_DEPENDENCIES, Status.PAUSED})
"""Nothing of it has begun (or its last attempt is over and the next has not begun)."""

BEGUN = frozenset({Status.WAITING_FOR_RUNNER, Status.ACTIVATING, Status.RUNNING})
"""An attempt, or a resource, is there."""

BAD = frozenset({Status.FAILED, Status.CANCELED, Status.CASCADE_FAILED, Status.TIMEDOUT})
"""Ended otherwise than well: what makes consumers fail in cascade."""

ENDED = BAD | {Status.FINISHED, Status.SKIPPED}
"""Over, unless it is rerun."""

"""The numbers that stand for states on disk. They are kept for good, whatever states come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchyard.batch.states import JobState
from batchyard.pipelines.states import Status

if TYPE_CHECKING:
    from collections.abc import Iterable

NUMBERS: Final = {
    JobState.SUBMITTED: 0,
    JobState.PENDING: 1,
    JobState.RUNNABLE: 2,
    JobState.STARTING: 3,
    JobState.RUNNING: 4,
    JobState.SUCCEEDED: 5,
    JobState.FAILED: 6,
}

STATUS_NUMBERS: Final = {
    Status.WAITING_ON_DEPENDENCIES: 0,
    Status.PAUSED: 1,
    Status.WAITING_FOR_RUNNER: 2,
    Status.ACTIVATING: 3,
    Status.RUNNING: 4,
    Status.FINISHED: 5,
    Status.FAILED: 6,
    Status.CANCELED: 7,
    Status.CASCADE_FAILED: 8,
    Status.TIMEDOUT: 9,
    Status.SKIPPED: 10,
}

ENDED: Final = 5
"""From here on a job, or an instance of a pipeline, has ended; statements say so too."""

STATES: Final = {number: state for state, number in NUMBERS.items()}


def bits(states: Iterable[JobState]) -> int:
    """Form the number with the bit of each of these states set, as statements take them."""
    return sum(1 << NUMBERS[state] for state in set(states))


def status_bits(statuses: Iterable[Status]) -> int:
    """Form the number with the bit of each of these statuses set, as statements take them."""
    return sum(1 << STATUS_NUMBERS[status] for status in set(statuses))

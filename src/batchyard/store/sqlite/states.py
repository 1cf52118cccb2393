"""The numbers that stand for states on disk. They are kept for good, whatever states come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchyard.batch.states import JobState

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

ENDED: Final = 5
"""From here on a job has ended; statements say so too."""

STATES: Final = {number: state for state, number in NUMBERS.items()}


def bits(states: Iterable[JobState]) -> int:
    """Form the number with the bit of each of these states set, as statements take them."""
    return sum(1 << NUMBERS[state] for state in set(states))

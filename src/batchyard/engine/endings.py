"""Ends many jobs so many a turn, however many they are: an array's children, a queue's jobs.

What is under way is on disk with whoever it began with, and begins anew after a restart: an
array keeps its ``stop``, a queue or quota share is ``deleting``, until every job has been told.
To be told twice changes nothing.

Source: "All jobs in the queue are eventually terminated when you delete a job queue",
https://docs.aws.amazon.com/batch/latest/APIReference/API_DeleteJobQueue.html
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from batchyard.batch import events, ids
from batchyard.batch.resources import JobQueue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from batchyard.batch.commands import StopChildren
    from batchyard.batch.events import Event
    from batchyard.batch.ids import Place
    from batchyard.batch.model import Job
    from batchyard.batch.resources import QuotaShare
    from batchyard.engine.catalog import Shelf
    from batchyard.engine.clock import Clock

    Owner = JobQueue | QuotaShare
    Told = tuple[str, Event]

A_TURN: Final = 250
"""How many jobs are told in one turn of the loop: 5 ms of a core (ours, measured)."""


class Endings:
    """Tells jobs to end, in the order in which it was asked for, `A_TURN` of them a turn.

    Args:
        jobs: every live job, by id.
        clock: has the turns.
        apply: applies an event to a job.
        gone: told of every queue or quota share whose jobs all know, and where it is.
    """

    def __init__(
        self,
        jobs: Mapping[str, Job],
        clock: Clock,
        apply: Callable[[str, Event], None],
        gone: Callable[[Place, Owner], None],
    ) -> None:
        """Begin with nobody to tell."""
        self._jobs = jobs
        self._clock = clock
        self._apply = apply
        self._gone = gone
        self._lots: deque[Iterator[Told]] = deque()
        self._left = A_TURN
        self._telling = False
        self._turn_due = False

    def of_children(self, parent: Job, command: StopChildren) -> None:
        """Stop every child of an array, the last one first, and tell the array when all know.

        Children are placed, and wait for each other, from the first one on: told in that order,
        others would begin, or fail for their forerunner's sake, before they hear of it.
        """
        self._begin(self._children(parent, command))

    def of_jobs(self, place: Place, owner: Owner) -> None:
        """Terminate every job of a queue or quota share that is being deleted."""
        self._begin(self._owned(place, owner))

    def resume(self, shelves: Mapping[Place, Shelf]) -> None:
        """Go on with what was being deleted when the yard stopped."""
        for place, shelf in shelves.items():
            for owner in shelf.deleting():
                self.of_jobs(place, owner)

    def stop(self) -> None:
        """Tell nobody any more; what was under way begins anew after the next start."""
        self._lots.clear()

    def _children(self, parent: Job, command: StopChildren) -> Iterator[Told]:
        kind = events.Terminated if command.how == "terminate" else events.Cancelled
        for index in reversed(range(parent.spec.array_size or 0)):
            event = kind(self._clock.now(), "the array was stopped", reason=command.reason)
            yield ids.child_id(parent.id, index), event
        yield parent.id, events.ChildrenStopped(at=self._clock.now(), how=command.how)

    def _owned(self, place: Place, owner: Owner) -> Iterator[Told]:
        in_queue = isinstance(owner, JobQueue)
        reason = "Job queue deleted" if in_queue else "Quota share deleted"
        alone = (job for job in self._jobs.values() if job.index is None)
        owned = [j.id for j in alone if (j.spec.queue if in_queue else j.quota_share) == owner.arn]
        for job_id in reversed(owned):
            yield job_id, events.Terminated(at=self._clock.now(), reason=reason)
        self._gone(place, owner)

    def _begin(self, lot: Iterator[Told]) -> None:
        self._lots.append(lot)
        self._tell()

    def _tell(self) -> None:
        """Tell as many as this turn has left; what is begun meanwhile waits for its place."""
        if self._telling:
            return
        self._telling = True
        try:
            while self._left and self._lots:
                self._tell_next()
        finally:
            self._telling = False
        if self._left < A_TURN and not self._turn_due:
            self._turn_due = True
            self._clock.call_soon(self._next_turn)

    def _tell_next(self) -> None:
        told = next(self._lots[0], None)
        if told is None:
            self._lots.popleft()
            return
        self._left -= 1
        self._apply(*told)

    def _next_turn(self) -> None:
        self._turn_due = False
        self._left = A_TURN
        self._tell()

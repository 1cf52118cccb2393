"""Who is given room: queues by priority, within a queue by age or by fair share.

The parts: `rooms` counts what there is, `waiting` keeps who waits in a queue, `shares` what shares
have used, `turns` whose turn it is. A small job may pass a large one that does not fit; a job of
equal size, queue and share never does.

Sources: https://docs.aws.amazon.com/batch/latest/userguide/job_queue_parameters.html (priority,
computeEnvironmentOrder), https://docs.aws.amazon.com/batch/latest/userguide/job_scheduling.html
"""

from __future__ import annotations

import heapq
from itertools import count, islice
from typing import TYPE_CHECKING, Final, NamedTuple

from batchyard.batch.resources import (
    ComputeEnvironment,
    ConsumableResource,
    FairShare,
    JobQueue,
    SchedulingPolicy,
)
from batchyard.batch.rooms import Rooms
from batchyard.batch.turns import Turns
from batchyard.batch.waiting import Line, Queue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from batchyard.batch.resources import Resource
    from batchyard.batch.waiting import Claim

UNKNOWN: Final = -1
"""Stands for the number of a job that has not been looked up; it goes before every other."""


class Found(NamedTuple):
    """Room for a job."""

    job_id: str
    environment: str


class Held(NamedTuple):
    """What a job was given, and where."""

    environment: str
    claim: Claim


class Placement:
    """Keeps what there is, and who waits for it; decides who is given what.

    Args:
        memory: what all environments of this machine share, in MiB; those whose attempts are
            offered to task runners take none of it.

    Attributes:
        rooms: what there is.
        queues: every queue, by ARN.
        held: what every placed job was given, by its id.
    """

    def __init__(self, memory: int) -> None:
        """Begin with no environments and nobody waiting."""
        self.rooms = Rooms(memory)
        self.queues: dict[str, Queue] = {}
        self.held: dict[str, Held] = {}
        self._policies: dict[str, FairShare | None] = {}
        self._where: dict[str, Line] = {}
        self._number = count()
        self._changed = False

    def put(self, resource: Resource, now: int) -> None:
        """Take in a new or changed resource: it holds for who waits at once.

        Args:
            resource: one that placement knows nothing of changes nothing.
            now: epoch milliseconds.
        """
        match resource:
            case ComputeEnvironment():
                self.rooms.put_environment(resource)
            case ConsumableResource():
                self.rooms.put_consumable(resource)
            case JobQueue():
                queue = self._queue(resource.arn)
                queue.resource = resource
                self._follow(queue, now)
            case SchedulingPolicy():
                self._policies[resource.arn] = resource.fair_share
                for queue in self.queues.values():
                    self._follow(queue, now)
            case _:
                return
        self._changed = True

    def _queue(self, arn: str) -> Queue:
        return self.queues.setdefault(arn, Queue())

    def _follow(self, queue: Queue, now: int) -> None:
        """Let a queue follow its policy, if it has one and that is there."""
        policy = queue.resource.scheduling_policy if queue.resource else None
        followed = self._policies.get(policy) if policy else None
        queue.fair = followed is not None
        queue.shares.follow(followed or FairShare(), now)

    def remove(self, resource: Resource) -> None:
        """Forget a resource, a queue with who waits in it; what attempts hold stays counted."""
        match resource:
            case ComputeEnvironment():
                self.rooms.close_environment(resource.arn)
            case ConsumableResource():
                self.rooms.close_consumable(resource.arn)
            case SchedulingPolicy():
                self._policies.pop(resource.arn, None)
            case JobQueue():
                self._close(resource.arn)

    def _close(self, arn: str) -> None:
        if queue := self.queues.get(arn):
            for line in queue.lines():
                for job_id in line.jobs:
                    del self._where[job_id]
            queue.sizes.clear()
            queue.waiting.clear()
            queue.resource = None
            self._forget(arn, queue)

    def _forget(self, arn: str, queue: Queue) -> None:
        if queue.resource is None and not queue.used and not queue.sizes:
            del self.queues[arn]

    def offer(self, job_id: str, claim: Claim) -> None:
        """Let a job wait for room; one that waits already keeps its place."""
        if job_id in self._where:
            return
        queue = self._queue(claim.queue)
        if not queue.fair:
            claim = claim._replace(share="", priority=0)
        self._where[job_id] = queue.add(job_id, claim, next(self._number))
        self._changed = True

    def withdraw(self, job_id: str) -> None:
        """Let a job wait no longer; one that does not wait is none to withdraw."""
        line = self._where.pop(job_id, None)
        if line is not None:
            self.queues[line.claim.queue].remove(job_id, line)

    def resume(self, job_id: str, environment: str, claim: Claim, since: int) -> None:
        """Count what a job holds that was placed before a restart.

        Args:
            job_id: whose.
            environment: where.
            claim: what it was given.
            since: when it was placed, epoch milliseconds.
        """
        queue, vcpus = self._queue(claim.queue), claim.size.demand.vcpus
        self.held[job_id] = Held(environment, claim)
        self.rooms.hold(environment, claim.size)
        queue.used += vcpus
        queue.shares.resume(claim.share, vcpus, since)

    def release(self, job_id: str, now: int) -> None:
        """Count back what a job was given; one that holds nothing gives nothing back."""
        held = self.held.pop(job_id, None)
        if held is None:
            return
        claim, vcpus = held.claim, held.claim.size.demand.vcpus
        queue = self.queues[claim.queue]
        self.rooms.give_back(held.environment, claim.size)
        queue.used -= vcpus
        queue.shares.hold(claim.share, -vcpus, now)
        self._forget(claim.queue, queue)
        self._changed = True

    def decide(self, now: int) -> list[Found]:
        """Give room to every waiting job that fits, best claim first, and hold it for them.

        Queues are compared by priority, then by whose next job came first. Calling again without
        a change finds nothing and costs nothing: as time goes by nothing comes to fit.

        Args:
            now: epoch milliseconds.
        """
        if not self._changed:
            return []
        self._changed = False
        found: list[Found] = []
        contest = [(-priority, UNKNOWN, *each) for priority, each in self._contest(now)]
        heapq.heapify(contest)
        while contest:
            priority, number, entry, turns = contest[0]
            line = turns.line()
            if line is None:
                heapq.heappop(contest)
            elif (first := line.head()).number != number:
                heapq.heapreplace(contest, (priority, first.number, entry, turns))
            elif (environment := turns.fit(line.claim.size)) is None:
                turns.pass_over(line.claim.size)
            else:
                self._give(line, first.job_id, environment, now)
                turns.given(line.claim.share)
                found.append(Found(first.job_id, environment))
        return found

    def _contest(self, now: int) -> Iterator[tuple[int, tuple[int, Turns]]]:
        """List the queues in which somebody waits, each with its priority and a number."""
        for number, queue in enumerate(self.queues.values()):
            if queue.resource is not None and queue.sizes:
                order = queue.resource.environments
                yield queue.resource.priority, (number, Turns(queue, order, self.rooms, now))

    def _give(self, line: Line, job_id: str, environment: str, now: int) -> None:
        claim, vcpus = line.claim, line.claim.size.demand.vcpus
        queue = self.queues[claim.queue]
        self.withdraw(job_id)
        self.held[job_id] = Held(environment, claim)
        self.rooms.take(environment, claim.size)
        queue.used += vcpus
        queue.shares.hold(claim.share, vcpus, now)

    def misfit(self, claim: Claim) -> str | None:
        """Say why a job of this size can never run in this queue as things are; None if it can."""
        queue = self.queues.get(claim.queue)
        environments = queue.resource.environments if queue and queue.resource else ()
        return self.rooms.misfit(environments, claim.size)

    def order(self, queue: str, limit: int, now: int) -> list[str]:
        """List who waits in a queue as they would start if there were room for all of them now.

        Args:
            queue: its ARN.
            limit: how many to list at most.
            now: epoch milliseconds.

        Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_GetJobQueueSnapshot.html
        """
        found = self.queues.get(queue)
        return [head.job_id for head in islice(found.order(now), limit)] if found else []

    def waits(self, job_id: str) -> Line | None:
        """Find the line that a job waits in."""
        return self._where.get(job_id)

    def waiting(self) -> Iterator[tuple[Claim, Iterable[str]]]:
        """List every line's claim and jobs, each oldest first."""
        for queue in self.queues.values():
            for line in queue.lines():
                yield line.claim, line.jobs

"""Where jobs fit: queues by priority, environments in each queue's order, vCPUs and memory.

RUNNABLE jobs wait in lines, one per queue and size. Only the head of a line is ever looked at:
if the oldest job of a size does not fit, none of that size does. So a decision costs what
changed and the number of distinct sizes, never the number of waiting jobs; a small job may pass
a large one that does not fit, a job of equal size and queue never does.

Sources: https://docs.aws.amazon.com/batch/latest/userguide/job_queue_parameters.html (priority,
computeEnvironmentOrder), https://docs.aws.amazon.com/batch/latest/userguide/job_scheduling.html
"""

from __future__ import annotations

import heapq
from collections import OrderedDict
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from batchyard.batch import reasons
from batchyard.batch.model import Demand

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from batchyard.batch.resources import ComputeEnvironment, JobQueue


class Found(NamedTuple):
    """Room for a job."""

    job_id: str
    environment: str


class Room:
    """What an environment can hold, and what it holds.

    Attributes:
        vcpus: how much there is, in thousandths.
        enabled: whether new work may be placed.
        elsewhere: whether attempts take the memory of other machines, which is not counted.
        used: vCPUs that are taken, in thousandths.
        memory: what attempts take, in MiB.
    """

    __slots__ = ("elsewhere", "enabled", "memory", "used", "vcpus")

    def __init__(self) -> None:
        """Begin empty, closed and without vCPUs."""
        self.vcpus = 0
        self.enabled = False
        self.elsewhere = False
        self.used = 0
        self.memory = 0


class Line:
    """The jobs of one size in one queue, oldest first, each with its place in the order."""

    __slots__ = ("demand", "jobs", "queue")

    def __init__(self, queue: str, demand: Demand) -> None:
        """Begin empty."""
        self.queue = queue
        self.demand = demand
        self.jobs: OrderedDict[str, int] = OrderedDict()

    def head(self) -> tuple[str, int]:
        """Give the oldest job and its place in the order."""
        return next(iter(self.jobs.items()))


class Placement:
    """Keeps the room of every environment and the lines before it; decides who goes where.

    Args:
        memory: what all environments of this machine share, in MiB; those whose attempts are
            offered to task runners take none of it.
    """

    def __init__(self, memory: int) -> None:
        """Begin with no environments and nobody waiting."""
        self._memory = memory
        self._memory_used = 0
        self._rooms: dict[str, Room] = {}
        self._queues: dict[str, JobQueue] = {}
        self._lines: dict[tuple[str, Demand], Line] = {}
        self._where: dict[str, Line] = {}
        self._order = count()
        self._changed = False

    def put_environment(self, environment: ComputeEnvironment) -> None:
        """Take in a new or changed environment; what runs in it stays counted."""
        room = self._rooms.setdefault(environment.arn, Room())
        room.vcpus, room.enabled = environment.vcpus, environment.state == "ENABLED"
        elsewhere = environment.worker_group is not None
        if room.elsewhere != elsewhere:
            room.elsewhere = elsewhere
            self._memory_used += -room.memory if elsewhere else room.memory
        self._changed = True

    def remove_environment(self, arn: str) -> None:
        """Close an environment; what still runs in it stays counted, should it be made again."""
        if room := self._rooms.get(arn):
            room.vcpus, room.enabled = 0, False

    def put_queue(self, queue: JobQueue) -> None:
        """Take in a new or changed queue: its priority and order hold for waiting jobs at once."""
        self._queues[queue.arn] = queue
        self._changed = True

    def remove_queue(self, arn: str) -> None:
        """Forget a queue, and whoever still waits in it."""
        self._queues.pop(arn, None)
        for key in [key for key in self._lines if key[0] == arn]:
            for job_id in self._lines.pop(key).jobs:
                del self._where[job_id]

    def offer(self, job_id: str, queue: str, demand: Demand) -> None:
        """Let a job wait for room; one that waits already keeps its place."""
        if job_id in self._where:
            return
        line = self._lines.get((queue, demand))
        if line is None:
            line = self._lines[queue, demand] = Line(queue, demand)
        line.jobs[job_id] = next(self._order)
        self._where[job_id] = line
        self._changed = True

    def withdraw(self, job_id: str) -> None:
        """Let a job wait no longer; one that does not wait is none to withdraw."""
        line = self._where.pop(job_id, None)
        if line is None:
            return
        del line.jobs[job_id]
        if not line.jobs:
            del self._lines[line.queue, line.demand]

    def hold(self, environment: str, demand: Demand) -> None:
        """Count what an attempt takes (also at a restart: what still runs)."""
        self._count(self._rooms.setdefault(environment, Room()), demand.vcpus, demand.memory)

    def release(self, environment: str, demand: Demand) -> None:
        """Count back what an attempt took."""
        if room := self._rooms.get(environment):
            self._count(room, -demand.vcpus, -demand.memory)
        self._changed = True

    def _count(self, room: Room, vcpus: int, memory: int) -> None:
        room.used += vcpus
        room.memory += memory
        if not room.elsewhere:
            self._memory_used += memory

    def decide(self) -> list[Found]:
        """Give room to every waiting job that fits, best claim first, and hold it for them.

        Claims are compared by the queue's priority, then by who waited first. Calling again
        without a change finds nothing and costs nothing.
        """
        if not self._changed:
            return []
        self._changed = False
        found: list[Found] = []
        claims = [self._claim(line) for line in self._lines.values()]
        heapq.heapify(claims)
        while claims:
            line = heapq.heappop(claims)[-1]
            environment = self._fit(line)
            if environment is None:
                continue
            job_id, _ = line.head()
            self.withdraw(job_id)
            self.hold(environment, line.demand)
            found.append(Found(job_id, environment))
            if line.jobs:
                heapq.heappush(claims, self._claim(line))
        return found

    def _claim(self, line: Line) -> tuple[int, int, Line]:
        """Rank a line by its queue's priority and its oldest job; places never tie."""
        return -self._queues[line.queue].priority, line.head()[1], line

    def _fit(self, line: Line) -> str | None:
        """Name the first environment of the line's queue that has room now."""
        full = self._memory_used + line.demand.memory > self._memory
        for arn, room in self._open(line.queue):
            if room.used + line.demand.vcpus <= room.vcpus and (room.elsewhere or not full):
                return arn
        return None

    def _open(self, queue: str) -> Iterator[tuple[str, Room]]:
        """List a queue's environments that take work, in order."""
        for arn in self._queues[queue].environments:
            room = self._rooms.get(arn)
            if room is not None and room.enabled:
                yield arn, room

    def misfit(self, queue: str, demand: Demand) -> str | None:
        """Say why a job of this size can never run in this queue as things are; None if it can."""
        rooms = [self._rooms[arn] for arn in self._queues[queue].environments if arn in self._rooms]
        wide = [room for room in rooms if demand.vcpus <= room.vcpus]
        if not wide:
            return reasons.TOO_MANY_VCPUS
        holds = demand.memory <= self._memory or any(room.elsewhere for room in wide)
        return None if holds else reasons.TOO_LARGE

    def waiting(self) -> Iterable[tuple[str, str, Demand]]:
        """List every waiting job with its queue and size, each line oldest first."""
        for line in self._lines.values():
            for job_id in line.jobs:
                yield job_id, line.queue, line.demand

"""Who waits for room in one queue, by size and share: only heads of lines are ever looked at.

If the oldest job of a size does not fit, none of that size does. So a decision costs what changed
and the number of distinct sizes and shares, never the number of waiting jobs.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, insort
from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

from batchyard.batch.rooms import Size
from batchyard.batch.shares import Shares

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from batchyard.batch.model import Spec
    from batchyard.batch.resources import JobQueue


class Claim(NamedTuple):
    """What a job that waits for room asks for, and in whose name.

    Attributes:
        queue: the queue's ARN.
        size: what its attempt takes.
        share: its share identifier; of a queue without shares, nothing.
        priority: its scheduling priority within the share.
    """

    queue: str
    size: Size
    share: str = ""
    priority: int = 0


def claim_of(spec: Spec) -> Claim:
    """Form the claim of a job."""
    return Claim(spec.queue, Size(spec.demand, spec.consumes), spec.share or "", spec.priority)


class Head(NamedTuple):
    """A waiting job: by scheduling priority (the highest first), then by who came first."""

    rank: int
    number: int
    job_id: str
    claim: Claim


class Line:
    """The jobs of one claim, oldest first."""

    __slots__ = ("claim", "jobs")

    def __init__(self, claim: Claim) -> None:
        """Begin empty."""
        self.claim = claim
        self.jobs: OrderedDict[str, int] = OrderedDict()

    @property
    def rank(self) -> int:
        """Orders the lines of a share: a higher priority goes first."""
        return -self.claim.priority

    def head(self) -> Head:
        """Give the oldest job."""
        job_id, number = next(iter(self.jobs.items()))
        return Head(self.rank, number, job_id, self.claim)

    def __iter__(self) -> Iterator[Head]:
        return (Head(self.rank, number, job_id, self.claim) for job_id, number in self.jobs.items())

    def before(self, rank: int, number: int) -> int:
        """Count the jobs that go before a place in the order."""
        if self.rank != rank:
            return len(self.jobs) if self.rank < rank else 0
        return bisect_left(list(self.jobs.values()), number)


class Queue:
    """One queue: the resource, its lines and its shares.

    Attributes:
        resource: the queue as it is; None when it was deleted and attempts still hold room.
        fair: whether a policy divides its room among shares.
        shares: what these have used.
        used: the vCPUs that its attempts hold, in thousandths.
        sizes: its lines by size and share, and each time by priority.
        waiting: the shares whose jobs wait, each with the number of the job that began it.
    """

    def __init__(self) -> None:
        """Begin with nobody waiting."""
        self.resource: JobQueue | None = None
        self.fair = False
        self.shares = Shares()
        self.used = 0
        self.sizes: dict[Size, dict[str, list[Line]]] = {}
        self.waiting: dict[str, int] = {}

    def add(self, job_id: str, claim: Claim, number: int) -> Line:
        """Let a job wait, behind everybody of its claim; ``number`` is its place in the order."""
        row = self.sizes.setdefault(claim.size, {}).setdefault(claim.share, [])
        at = bisect_left(row, -claim.priority, key=_rank)
        if at == len(row) or row[at].claim != claim:
            insort(row, Line(claim), key=_rank)
        row[at].jobs[job_id] = number
        self.waiting.setdefault(claim.share, number)
        return row[at]

    def remove(self, job_id: str, line: Line) -> None:
        """Let a job wait no more, and take away what it leaves empty."""
        del line.jobs[job_id]
        if line.jobs:
            return
        size, share = line.claim.size, line.claim.share
        row = self.sizes[size][share]
        row.remove(line)
        if not row:
            del self.sizes[size][share]
            if not self.sizes[size]:
                del self.sizes[size]
            if not any(share in rows for rows in self.sizes.values()):
                del self.waiting[share]

    def lines(self, share: str | None = None) -> list[Line]:
        """List the lines, all or those of a share."""
        if share is None:
            return [line for rows in self.sizes.values() for row in rows.values() for line in row]
        return [line for rows in self.sizes.values() for line in rows.get(share, ())]

    def order(self, now: int) -> Iterator[Head]:
        """List who waits as they would start if there were room for all of them now."""
        if self.fair:
            yield from self._in_turn(now)
        else:
            yield from heapq.merge(*self.lines())

    def _in_turn(self, now: int) -> Iterator[Head]:
        coming = {share: heapq.merge(*self.lines(share)) for share in self.waiting}
        given = dict.fromkeys(coming, 0)
        heads: list[tuple[float, int, Head]] = []

        def call(share: str) -> None:
            if head := next(coming[share], None):
                rank = self.shares.rank(share, now, given[share])
                heapq.heappush(heads, (rank, self.waiting[share], head))

        for share in coming:
            call(share)
        while heads:
            head = heapq.heappop(heads)[-1]
            yield head
            given[head.claim.share] += head.claim.size.demand.vcpus
            call(head.claim.share)


def _rank(line: Line) -> int:
    return line.rank


def oldest(rows: Iterable[list[Line]]) -> Line | None:
    """Give the line whose head goes first, of the first lines of some rows."""
    return min((row[0] for row in rows), key=Line.head, default=None)

"""Placement as the engine uses it: with the yard's clock, and with what outlives a restart.

What runs is told anew at a restart, from the jobs. What shares have used is kept as one note per
queue with a policy, in the same commit as the placements and ends that it comes from; what jobs
hold since then counts from there. What is used up of a consumable resource is taken off its total,
in the commit of the placement that takes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from batchyard.batch import reasons
from batchyard.batch.ids import Place
from batchyard.batch.placement import Placement
from batchyard.batch.quota_lines import Wanted
from batchyard.batch.quotas import Quotas
from batchyard.batch.resources import (
    ConsumableResource,
    Environment,
    JobQueue,
    QuotaShare,
    ServiceEnvironment,
)
from batchyard.batch.shares import Written
from batchyard.batch.waiting import claim_of
from batchyard.store.seam import ResourceChange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from batchyard.batch.model import Job
    from batchyard.batch.placement import Found
    from batchyard.batch.quotas import Preempt
    from batchyard.batch.resources import Resource
    from batchyard.batch.waiting import Claim
    from batchyard.engine.catalog import Shelf
    from batchyard.engine.journal import Journal

NOTE = "usage of "
"""What the names of notes begin with; a queue's ARN follows."""

_usage = msgspec.json.Decoder(dict[str, Written])


class Scheduler:
    """Who waits and what there is, kept in step with jobs and resources.

    Args:
        memory: what all attempts together may take, in MiB.
        shelves: the resources of every place that has some.
        journal: keeps what outlives a restart.
        now: tells the time, in epoch milliseconds.

    Attributes:
        placement: decides.
        quotas: decides about the service jobs that have a quota share.
    """

    def __init__(
        self,
        memory: int,
        shelves: Mapping[Place, Shelf],
        journal: Journal,
        now: Callable[[], int],
    ) -> None:
        """Begin with nothing."""
        self.placement = Placement(memory)
        self.quotas = Quotas()
        self._shelves = shelves
        self._journal = journal
        self._now = now
        self._used: set[str] = set()

    # -- resources ---------------------------------------------------------------------------

    def put(self, resource: Resource) -> None:
        """Take in a new or changed resource; one that is being deleted gives room to nobody."""
        if isinstance(resource, JobQueue | QuotaShare) and resource.deleting:
            return
        self.placement.put(_room(resource), self._now())
        self.quotas.put(resource)

    def remove(self, resource: Resource) -> None:
        """Forget a resource; what attempts hold stays counted."""
        self.placement.remove(_room(resource))
        self.quotas.remove(resource)

    def counted(self, resource: Resource) -> Resource:
        """Say of a consumable resource what jobs hold of it; others are as they were."""
        stock = self.placement.rooms.stocks.get(resource.arn)
        if not isinstance(resource, ConsumableResource):
            return resource
        return replace(resource, in_use=stock.used if stock else 0)

    def reviewed(
        self, resource: Resource, jobs: Mapping[str, Job]
    ) -> Iterator[tuple[str, str | None]]:
        """Tell which waiting jobs a changed queue or environment can hold now, or can no more.

        Args:
            resource: what has changed.
            jobs: every live job, by id.

        Yields:
            A job's id, and why it cannot be held; None if it can.
        """
        if isinstance(resource, ServiceEnvironment | QuotaShare):
            yield from self._reviewed_quotas(jobs)
        if not isinstance(resource, Environment | JobQueue):
            return
        for claim, waiting in list(self.placement.waiting()):
            misfit = self.placement.misfit(claim)
            for job_id in list(waiting):
                reason = _said(misfit, jobs[job_id])
                if reason or jobs[job_id].status_reason in reasons.MISFITS:
                    yield job_id, reason

    def _reviewed_quotas(self, jobs: Mapping[str, Job]) -> Iterator[tuple[str, str | None]]:
        for each in list(self.quotas.waiting.values()):
            reason = self.quotas.misfit(each.wanted)
            if reason or jobs[each.job_id].status_reason in reasons.MISFITS:
                yield each.job_id, reason

    # -- jobs --------------------------------------------------------------------------------

    def offer(self, job: Job) -> str | None:
        """Let a job wait for room; say why it can never be held as things are, if it cannot."""
        if wanted := _wanted(job):
            self.quotas.offer(job.id, wanted)
            return self.quotas.misfit(wanted)
        self.placement.offer(job.id, _claim(job))
        return _said(self.placement.misfit(_claim(job)), job)

    def withdraw(self, job: Job) -> None:
        """Let a job wait no longer."""
        self.quotas.withdraw(job.id)
        self.placement.withdraw(job.id)

    def adopt(self, job: Job) -> None:
        """Count what a job holds that was placed before the restart."""
        latest = job.attempts[-1]
        if wanted := _wanted(job):
            leaving = job.stop is not None and job.stop.kind == "preempt"
            self.quotas.hold(job.id, latest.environment, wanted, leaving=leaving)
            return
        self.placement.resume(job.id, latest.environment, claim_of(job.spec), latest.placed_at)
        self._count(job)

    def release(self, job: Job) -> None:
        """Count back what a job was given."""
        self.quotas.release(job.id)
        self.placement.release(job.id, self._now())
        self._used.add(job.spec.queue)
        self._count(job)

    def decide(self, jobs: Mapping[str, Job]) -> tuple[list[Found], list[Preempt]]:
        """Give room to every waiting job that fits, and hold it for them; tell who makes room."""
        found = self.placement.decide(self._now())
        for each in found:
            job = jobs[each.job_id]
            self._used.add(job.spec.queue)
            self._count(job)
        given, preempted = self.quotas.decide()
        return [*found, *given], preempted

    def _count(self, job: Job) -> None:
        """Show what is left of the consumable resources of a job, and keep what is used up."""
        if not job.spec.consumes:
            return
        place = Place(job.spec.account, job.spec.region)
        for each in job.spec.consumes:
            shelf = self._shelves.get(place)
            resource = shelf.consumable(each.resource) if shelf else None
            if shelf is None or resource is None:
                continue
            stock = self.placement.rooms.stocks[each.resource]
            counted = replace(resource, in_use=stock.used, total=stock.total)
            shelf.put(counted)
            if counted.total != resource.total:
                self._journal.resource(ResourceChange(place, counted))

    # -- what outlives a restart -------------------------------------------------------------

    def keep(self) -> None:
        """Note what shares have used, of the queues in which something was placed or ended."""
        for arn in self._used:
            queue = self.placement.queues.get(arn)
            if queue is not None and queue.fair:
                written = queue.shares.written(self._now())
                self._journal.note(NOTE + arn, msgspec.json.encode(written).decode())
        self._used.clear()

    def restore(self, notes: Mapping[str, str]) -> None:
        """Take up what shares had used; to be told after the resources, and before any job."""
        for name, text in notes.items():
            queue = self.placement.queues.get(name.removeprefix(NOTE))
            if queue is not None and name.startswith(NOTE):
                queue.shares.restore(_usage.decode(text))


def _room(resource: Resource) -> Resource:
    """Give what placement knows of environments: service environments are rooms like others."""
    return resource.room if isinstance(resource, Environment) else resource


def _said(misfit: str | None, job: Job) -> str | None:
    return reasons.TOO_MANY_INSTANCES if misfit and job.spec.service else misfit


def _wanted(job: Job) -> Wanted | None:
    """Form what a service job with a quota share asks for; None for other jobs."""
    service = job.spec.service
    if service is None or service.quota_share is None:
        return None
    asked = service.quota_share, service.unit, service.instances
    return Wanted(job.spec.queue, *asked, job.scheduling_priority)


def _claim(job: Job) -> Claim:
    return claim_of(job.spec)._replace(priority=job.scheduling_priority)

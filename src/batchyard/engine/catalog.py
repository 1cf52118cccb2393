"""The resources of every account and region, in memory: what names and ARNs stand for."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from batchyard.batch import ids
from batchyard.batch.resources import (
    ComputeEnvironment,
    ConsumableResource,
    JobDefinition,
    JobQueue,
    QuotaShare,
    Resource,
    SchedulingPolicy,
    ServiceEnvironment,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

Removable = (
    ComputeEnvironment
    | JobQueue
    | SchedulingPolicy
    | ConsumableResource
    | ServiceEnvironment
    | QuotaShare
)
"""What can be deleted; definitions only become INACTIVE."""


class Shelf:
    """The resources of one place, by name; definitions by name and revision.

    Policies and quota shares are only ever named by their ARNs.
    """

    def __init__(self) -> None:
        """Start empty."""
        self.environments: dict[str, ComputeEnvironment] = {}
        self.queues: dict[str, JobQueue] = {}
        self.definitions: dict[str, dict[int, JobDefinition]] = defaultdict(dict)
        self.policies: dict[str, SchedulingPolicy] = {}
        self.consumables: dict[str, ConsumableResource] = {}
        self.service_environments: dict[str, ServiceEnvironment] = {}
        self.quota_shares: dict[str, QuotaShare] = {}
        self._latest: dict[str, JobDefinition] = {}

    def put(self, resource: Resource) -> None:
        """Insert a resource, or replace the one of that name."""
        match resource:
            case ComputeEnvironment():
                self.environments[resource.name] = resource
            case JobQueue():
                self.queues[resource.name] = resource
            case JobDefinition():
                self.definitions[resource.name][resource.revision] = resource
                self._choose(resource)
            case SchedulingPolicy():
                self.policies[resource.arn] = resource
            case ConsumableResource():
                self.consumables[resource.name] = resource
            case ServiceEnvironment():
                self.service_environments[resource.name] = resource
            case QuotaShare():
                self.quota_shares[resource.arn] = resource

    def _choose(self, changed: JobDefinition) -> None:
        """Keep the latest active revision of a name at hand."""
        latest = self._latest.get(changed.name)
        if changed.status == "ACTIVE" and (latest is None or changed.revision >= latest.revision):
            self._latest[changed.name] = changed
        elif latest is not None and changed.revision == latest.revision:
            active = (r for r in self.definitions[changed.name].values() if r.status == "ACTIVE")
            del self._latest[changed.name]
            self._latest.update({r.name: r for r in sorted(active, key=lambda r: r.revision)})

    def remove(self, resource: Removable) -> None:
        """Take a resource away; one that is not there is none to remove."""
        match resource:
            case ComputeEnvironment():
                self.environments.pop(resource.name, None)
            case JobQueue():
                self.queues.pop(resource.name, None)
            case SchedulingPolicy():
                self.policies.pop(resource.arn, None)
            case ConsumableResource():
                self.consumables.pop(resource.name, None)
            case ServiceEnvironment():
                self.service_environments.pop(resource.name, None)
            case QuotaShare():
                self.quota_shares.pop(resource.arn, None)

    def environment(self, reference: str) -> ComputeEnvironment | None:
        """Find a compute environment by name or ARN."""
        found = self.environments.get(ids.name_of(reference, ids.ENVIRONMENT))
        return found if found and _is_meant(found, reference) else None

    def worker_group(self, environment: str) -> str | None:
        """Name the task runners to whom attempts of an environment are offered, if any."""
        found = self.environment(environment)
        return found.worker_group if found else None

    def queue(self, reference: str) -> JobQueue | None:
        """Find a job queue by name or ARN."""
        found = self.queues.get(ids.name_of(reference, ids.QUEUE))
        return found if found and _is_meant(found, reference) else None

    def consumable(self, reference: str) -> ConsumableResource | None:
        """Find a consumable resource by name or ARN."""
        found = self.consumables.get(ids.name_of(reference, ids.CONSUMABLE))
        return found if found and _is_meant(found, reference) else None

    def service_environment(self, reference: str) -> ServiceEnvironment | None:
        """Find a service environment by name or ARN."""
        found = self.service_environments.get(ids.name_of(reference, ids.SERVICE_ENVIRONMENT))
        return found if found and _is_meant(found, reference) else None

    def definition(self, reference: str) -> JobDefinition | None:
        """Find a definition by name:revision, ARN, or name alone: then its latest active revision.

        Source: SubmitJob's jobDefinition in botocore's model.
        """
        name, _, revision = ids.name_of(reference, ids.DEFINITION).partition(":")
        revisions = self.definitions.get(name, {})
        if not revision:
            found = self._latest.get(name)
        else:
            found = revisions.get(int(revision)) if revision.isdecimal() else None
        return found if found and _is_meant(found, reference) else None

    def queues_on(self, environment: ComputeEnvironment | ServiceEnvironment) -> Iterable[JobQueue]:
        """List the queues that send work to an environment."""
        return (q for q in self.queues.values() if environment.arn in q.environments)

    def queues_of(self, policy: SchedulingPolicy) -> Iterable[JobQueue]:
        """List the queues that a policy is attached to."""
        return (q for q in self.queues.values() if q.scheduling_policy == policy.arn)

    def shares_of(self, queue: JobQueue) -> Iterable[QuotaShare]:
        """List the quota shares of a queue."""
        return (share for share in self.quota_shares.values() if share.queue == queue.arn)

    def deleting(self) -> list[JobQueue | QuotaShare]:
        """List what was deleted and is here only until each of its jobs was told to end."""
        queues = [queue for queue in self.queues.values() if queue.deleting]
        return [*queues, *(share for share in self.quota_shares.values() if share.deleting)]


def _is_meant(found: Resource, reference: str) -> bool:
    """Tell whether an ARN names what was found by its name, and not another region's or account's.

    An ARN of a definition may leave out the revision.
    """
    return not reference.startswith("arn:") or f"{found.arn}:".startswith(f"{reference}:")

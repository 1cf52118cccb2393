"""The resources of every account and region, in memory: what names and ARNs stand for."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from batchyard.batch import ids
from batchyard.batch.resources import ComputeEnvironment, JobDefinition, JobQueue, Resource

if TYPE_CHECKING:
    from collections.abc import Iterable


class Shelf:
    """The resources of one place, by name; definitions by name and revision."""

    def __init__(self) -> None:
        """Start empty."""
        self.environments: dict[str, ComputeEnvironment] = {}
        self.queues: dict[str, JobQueue] = {}
        self.definitions: dict[str, dict[int, JobDefinition]] = defaultdict(dict)

    def put(self, resource: Resource) -> None:
        """Insert a resource, or replace the one of that name."""
        match resource:
            case ComputeEnvironment():
                self.environments[resource.name] = resource
            case JobQueue():
                self.queues[resource.name] = resource
            case JobDefinition():
                self.definitions[resource.name][resource.revision] = resource

    def remove(self, resource: ComputeEnvironment | JobQueue) -> None:
        """Take a resource away; one that is not there is none to remove."""
        match resource:
            case ComputeEnvironment():
                self.environments.pop(resource.name, None)
            case JobQueue():
                self.queues.pop(resource.name, None)

    def environment(self, reference: str) -> ComputeEnvironment | None:
        """Find a compute environment by name or ARN."""
        return self.environments.get(ids.name_of(reference, ids.ENVIRONMENT))

    def queue(self, reference: str) -> JobQueue | None:
        """Find a job queue by name or ARN."""
        return self.queues.get(ids.name_of(reference, ids.QUEUE))

    def definition(self, reference: str) -> JobDefinition | None:
        """Find a definition by name:revision, ARN, or name alone: then its latest active revision.

        Source: SubmitJob's jobDefinition in botocore's model.
        """
        name, _, revision = ids.name_of(reference, ids.DEFINITION).partition(":")
        revisions = self.definitions.get(name, {})
        if revision:
            return revisions.get(int(revision)) if revision.isdecimal() else None
        active = (r for r in revisions.values() if r.status == "ACTIVE")
        return max(active, key=lambda found: found.revision, default=None)

    def queues_on(self, environment: ComputeEnvironment) -> Iterable[JobQueue]:
        """List the queues that send work to an environment."""
        return (q for q in self.queues.values() if environment.arn in q.environments)

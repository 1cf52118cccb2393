"""Where a queue sends its jobs: up to three compute environments, or one service environment.

Sources: computeEnvironmentOrder and serviceEnvironmentOrder of CreateJobQueue in botocore's model,
https://docs.aws.amazon.com/batch/latest/userguide/service-environments.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from batchyard.batch import ids
from batchyard.batch.resources import ComputeEnvironment, Environment, ServiceEnvironment
from batchyard.server.operations.batch.compute_resources import platform
from batchyard.server.operations.batch.refusals import missing, refused

if TYPE_CHECKING:
    from batchyard.batch.ids import Place
    from batchyard.engine.catalog import Shelf
    from batchyard.server.operations.batch.echoes import Wire

COMPUTE, SERVICE = "computeEnvironmentOrder", "serviceEnvironmentOrder"
MOST = {COMPUTE: 3, SERVICE: 1}
"""Of service environments: "each job queue supporting only one associated service environment"."""

TYPES = {"EC2": "ECS", "FARGATE": "ECS_FARGATE"}
"""jobQueueType, by where the jobs run."""


class Order(NamedTuple):
    """Environments that were found, under the numbers that order them.

    Attributes:
        member: AWS's name of the list they were given in.
        found: the environments; there is one at least.
    """

    member: str
    found: dict[int, Environment]

    @property
    def queue_type(self) -> str:
        """The jobQueueType that goes with these environments."""
        first = next(iter(self.found.values()))
        return first.kind if isinstance(first, ServiceEnvironment) else TYPES[platform(first)]

    @property
    def arns(self) -> tuple[str, ...]:
        """The environments' ARNs, in order."""
        return tuple(environment.arn for environment in self.found.values())

    def shown(self) -> dict[str, list[dict[str, object]]]:
        """Form both lists as a queue shows them."""
        key = self.member.removesuffix("Order")
        entries = [{"order": n, key: one.arn} for n, one in self.found.items()]
        return {COMPUTE: [], self.member: entries}


def order_of(place: Place, shelf: Shelf, request: Wire) -> Order | None:
    """Find the environments that a request lists; None if it lists none of either kind.

    Args:
        place: where the queue is.
        shelf: what is there.
        request: the wire's CreateJobQueueRequest or UpdateJobQueueRequest.

    Raises:
        Fault: there are too many or both kinds, one does not exist or comes twice, two have one
            number, or some run jobs on EC2 and others on Fargate.
    """
    compute = request.compute_environment_order
    service = getattr(request, "service_environment_order", None)
    if service:
        if compute:
            raise refused(f"give one of {COMPUTE} and {SERVICE}; both were given")
        return _found(place, shelf, SERVICE, service)
    return None if compute is None else _found(place, shelf, COMPUTE, compute)


def _found(place: Place, shelf: Shelf, member: str, entries: list[Wire]) -> Order:
    if not 1 <= len(entries) <= MOST[member]:
        raise refused(f"{member}: 1 to {MOST[member]} are allowed, not {len(entries)}")
    found: dict[int, Environment] = {}
    for entry in sorted(entries, key=lambda one: one.order):
        environment = _environment(place, shelf, member, entry)
        if entry.order in found:
            raise refused(f"{member}: order {entry.order} is given more than once")
        if environment in found.values():
            raise refused(f"{member}: {environment.arn} is given more than once")
        found[entry.order] = environment
    _check_platforms(found)
    return Order(member, found)


def _environment(place: Place, shelf: Shelf, member: str, entry: Wire) -> Environment:
    if member == SERVICE:
        kind, reference = ids.SERVICE_ENVIRONMENT, entry.service_environment
        found: Environment | None = shelf.service_environment(reference)
    else:
        kind, reference = ids.ENVIRONMENT, entry.compute_environment
        found = shelf.environment(reference)
    if found is None:
        raise missing(place, kind, reference)
    return found


def _check_platforms(found: dict[int, Environment]) -> None:
    platforms = {e.arn: platform(e) for e in found.values() if isinstance(e, ComputeEnvironment)}
    if len(set(platforms.values())) > 1:
        raise refused(f"{COMPUTE}: EC2 and Fargate cannot be mixed: {platforms}")

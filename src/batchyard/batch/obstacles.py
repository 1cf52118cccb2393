"""What stands in the way of a waiting job, from the scheduler's own state.

Everything that does so now is named; what can never change by itself stands alone.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from batchyard.batch import reasons
from batchyard.batch.turns import exceeds, limit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from batchyard.batch.placement import Placement
    from batchyard.batch.rooms import Room, Rooms, Stock
    from batchyard.batch.waiting import Claim, Queue


class Cause(StrEnum):
    """What a job waits for, in a word."""

    QUEUE_DELETED = "QUEUE_DELETED"
    NO_ENVIRONMENT = "NO_ENVIRONMENT"
    TOO_MANY_VCPUS = "TOO_MANY_VCPUS"
    TOO_MUCH_MEMORY = "TOO_MUCH_MEMORY"
    DISABLED = "ENVIRONMENTS_DISABLED"
    CONSUMABLE = "CONSUMABLE_RESOURCE"
    RESERVED = "RESERVED_FOR_OTHER_SHARES"
    VCPUS = "VCPUS"
    MEMORY = "MEMORY"
    QUOTA = "QUOTA_SHARE"
    NEXT = "NEXT"
    RUNNER = "TASK_RUNNER"
    DEPENDENCIES = "DEPENDENCIES"
    CHILDREN = "CHILDREN"
    NOTHING = "NOTHING"


class Obstacle(NamedTuple):
    """One thing in a job's way."""

    cause: Cause
    sentence: str


def obstacles(
    placement: Placement, claim: Claim, now: int, unit: str = "vCPU"
) -> Iterator[Obstacle]:
    """Name everything that stands in the way of a claim now.

    Args:
        placement: the scheduler's state.
        claim: what a job waits for.
        now: epoch milliseconds.
        unit: what its demand counts: of a service job, instances.
    """
    queue = placement.queues[claim.queue]
    if queue.resource is None:
        yield Obstacle(Cause.QUEUE_DELETED, f"Its queue {named(claim.queue)} is not there.")
        return
    order = queue.resource.environments
    rooms = dict(placement.rooms.known(order))
    if never := _never(placement, claim, rooms, unit):
        yield never
        return
    yield from _lacking(placement.rooms, claim)
    yield from _no_room(claim, rooms, unit)
    yield from _no_memory(placement.rooms, claim, rooms)
    most = limit(queue, order, placement.rooms, now) if queue.fair else None
    if most is not None and exceeds(queue, most, claim.size):
        yield Obstacle(Cause.RESERVED, _reserved(queue, claim, most, now, unit))


def short_of_memory(placement: Placement, now: int) -> Iterator[str]:
    """Name the jobs that are next in their queue, and that only this machine's memory holds up.

    Their environment has vCPUs to give, as one of AWS that could start an instance if there were
    any: https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable_capacity.html

    Args:
        placement: the scheduler's state.
        now: epoch milliseconds.
    """
    for queue in placement.queues.values():
        head = next(queue.order(now), None)
        if head is None:
            continue
        found = [each.cause for each in obstacles(placement, head.claim, now)]
        if found == [Cause.MEMORY]:
            yield head.job_id


def _never(
    placement: Placement, claim: Claim, rooms: Mapping[str, Room], unit: str
) -> Obstacle | None:
    """Say what only a change of the queue, an environment or the machine can help against."""
    name, demand = named(claim.queue), claim.size.demand
    if not rooms:
        sentence = f"Queue {name} has no compute environment that is there."
        return Obstacle(Cause.NO_ENVIRONMENT, sentence)
    misfit = placement.misfit(claim)
    if misfit == reasons.TOO_MANY_VCPUS:
        largest = max(rooms, key=lambda arn: rooms[arn].vcpus)
        return Obstacle(
            Cause.TOO_MANY_VCPUS,
            f"It asks for {_amount(demand.vcpus, unit)}, and the largest compute environment of "
            f"queue {name}, {named(largest)}, has {_count(rooms[largest].vcpus)}.",
        )
    if misfit:
        return Obstacle(
            Cause.TOO_MUCH_MEMORY,
            f"It asks for {demand.memory} MiB of memory, and this yard gives all attempts "
            f"together {placement.rooms.memory} MiB.",
        )
    return None


def _lacking(rooms: Rooms, claim: Claim) -> Iterator[Obstacle]:
    for each in claim.size.consumes:
        stock = rooms.stocks.get(each.resource)
        free = 0 if stock is None else max(0, stock.free)
        if each.quantity > free:
            needs = f"It needs {each.quantity} of consumable resource {named(each.resource)}"
            yield Obstacle(Cause.CONSUMABLE, f"{needs}, {_left(stock)}.")


def _left(stock: Stock | None) -> str:
    if stock is None:
        return "which is not there"
    total = f" of {stock.total}" if stock.replenished else ""
    return f"of which {max(0, stock.free)}{total} are left"


def _no_room(claim: Claim, rooms: Mapping[str, Room], unit: str) -> Iterator[Obstacle]:
    vcpus = claim.size.demand.vcpus
    large = {arn: room for arn, room in rooms.items() if vcpus <= room.vcpus}
    if not any(room.enabled for room in large.values()):
        names = ", ".join(map(named, large))
        yield Obstacle(Cause.DISABLED, f"What could hold it is DISABLED: {names}.")
    elif not any(room.enabled and vcpus <= room.free for room in large.values()):
        told = ", ".join(f"{named(arn)} {_state(room)}" for arn, room in rooms.items())
        yield Obstacle(Cause.VCPUS, f"It asks for {_amount(vcpus, unit)}; {told}.")


def _state(room: Room) -> str:
    if not room.enabled:
        return "is DISABLED"
    return f"has {_count(max(0, room.free))} of {_count(room.vcpus)} free"


def _no_memory(there: Rooms, claim: Claim, rooms: Mapping[str, Room]) -> Iterator[Obstacle]:
    """Say that memory is short, unless all that could hold a job is on other machines."""
    vcpus = claim.size.demand.vcpus
    here = any(vcpus <= room.vcpus and not room.elsewhere for room in rooms.values())
    if here and there.lacks_memory(claim.size):
        free = f"{max(0, there.memory - there.memory_used)} of {there.memory} MiB are free"
        asks = f"It asks for {claim.size.demand.memory} MiB of memory"
        yield Obstacle(Cause.MEMORY, f"{asks}; {free}.")


def _reserved(queue: Queue, claim: Claim, most: float, now: int, unit: str) -> str:
    active = len(queue.shares.active(queue.waiting, now))
    shares = "1 active share" if active == 1 else f"{active} active shares"
    return (
        f"It asks for {_amount(claim.size.demand.vcpus, unit)}; computeReservation leaves "
        f"{_count(int(most))} to the {shares} of queue {named(claim.queue)}, whose jobs hold "
        f"{_count(queue.used)}."
    )


def named(arn: str) -> str:
    """Give the name in an ARN."""
    return arn.rpartition("/")[2]


def _count(thousandths: int) -> str:
    return f"{thousandths / 1000:g}"


def _amount(thousandths: int, unit: str) -> str:
    return f"{_count(thousandths)} {unit}" + ("" if thousandths == 1000 else "s")  # noqa: PLR2004 - one

"""What there is for attempts: vCPUs of environments, the machine's memory, consumable resources.

It only counts. Who is given what, and when, is decided in ``placement``.

Sources: https://docs.aws.amazon.com/batch/latest/userguide/compute_environment_parameters.html
(maxvCpus), https://docs.aws.amazon.com/batch/latest/userguide/\
resource-aware-scheduling-how-to-check-resources-check-resources.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from batchyard.batch import reasons
from batchyard.batch.model import Consumed, Demand

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from batchyard.batch.resources import ComputeEnvironment, ConsumableResource


class Size(NamedTuple):
    """What an attempt takes: jobs of equal size fit, or do not fit, together."""

    demand: Demand
    consumes: tuple[Consumed, ...] = ()


class Room:
    """What one environment can hold, and what it holds.

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

    @property
    def free(self) -> int:
        """What new work may take; less than nothing when the room was made smaller meanwhile."""
        return self.vcpus - self.used if self.enabled else 0


class Stock:
    """A consumable resource: what there is of it, and what attempts hold.

    What is used up of one that is not replenished is taken off its total at once.
    """

    __slots__ = ("replenished", "total", "used")

    def __init__(self) -> None:
        """Begin with nothing."""
        self.total = 0
        self.used = 0
        self.replenished = True

    @property
    def free(self) -> int:
        """What new work may take; less than nothing when the total was lowered meanwhile."""
        return self.total - self.used if self.replenished else self.total


class Rooms:
    """Counts what all environments of a machine have, and what they gave.

    Args:
        memory: what they share, in MiB; those whose attempts are offered to task runners take
            none of it.
    """

    def __init__(self, memory: int) -> None:
        """Begin without environments and consumable resources."""
        self.memory = memory
        self.memory_used = 0
        self.stocks: dict[str, Stock] = {}
        self._rooms: dict[str, Room] = {}

    def put_environment(self, environment: ComputeEnvironment) -> None:
        """Take in a new or changed environment; what runs in it stays counted."""
        room = self._rooms.setdefault(environment.arn, Room())
        room.vcpus, room.enabled = environment.vcpus, environment.state == "ENABLED"
        elsewhere = environment.worker_group is not None
        if room.elsewhere != elsewhere:
            room.elsewhere = elsewhere
            self.memory_used += -room.memory if elsewhere else room.memory

    def close_environment(self, arn: str) -> None:
        """Close an environment; what still runs in it stays counted, should it be made again."""
        if room := self._rooms.get(arn):
            room.vcpus, room.enabled = 0, False

    def put_consumable(self, resource: ConsumableResource) -> None:
        """Take in a new or changed consumable resource; what attempts hold stays counted."""
        stock = self.stocks.setdefault(resource.arn, Stock())
        stock.total, stock.replenished = resource.total, resource.kind == "REPLENISHABLE"

    def close_consumable(self, arn: str) -> None:
        """Leave nothing of a consumable resource; what attempts hold stays counted."""
        if stock := self.stocks.get(arn):
            stock.total = 0

    def take(self, environment: str, size: Size) -> None:
        """Give an attempt what it asks for."""
        self.hold(environment, size)
        for resource, quantity in _each(size):
            if not self.stocks[resource].replenished:
                self.stocks[resource].total -= quantity

    def hold(self, environment: str, size: Size) -> None:
        """Count what an attempt was given before: at a restart, what still runs."""
        room = self._rooms.setdefault(environment, Room())
        self._count(room, size.demand.vcpus, size.demand.memory)
        for resource, quantity in _each(size):
            self.stocks.setdefault(resource, Stock()).used += quantity

    def give_back(self, environment: str, size: Size) -> None:
        """Count back what an attempt was given."""
        if room := self._rooms.get(environment):
            self._count(room, -size.demand.vcpus, -size.demand.memory)
        for resource, quantity in _each(size):
            if stock := self.stocks.get(resource):
                stock.used -= quantity

    def _count(self, room: Room, vcpus: int, memory: int) -> None:
        room.used += vcpus
        room.memory += memory
        if not room.elsewhere:
            self.memory_used += memory

    def known(self, order: Iterable[str]) -> Iterator[tuple[str, Room]]:
        """List those of some environments that there are, in order."""
        return ((arn, self._rooms[arn]) for arn in order if arn in self._rooms)

    def all(self) -> Iterable[tuple[str, Room]]:
        """List all environments, those that were closed too."""
        return self._rooms.items()

    def fit(self, order: Sequence[str], size: Size) -> str | None:
        """Name the first of some environments that has room now, if all else is there as well."""
        if size.consumes and self.lacking(size):
            return None
        vcpus, full = size.demand.vcpus, self.lacks_memory(size)
        for arn in order:
            room = self._rooms.get(arn)
            if room is None or not room.enabled or (full and not room.elsewhere):
                continue
            if room.used + vcpus <= room.vcpus:
                return arn
        return None

    def lacks_memory(self, size: Size) -> bool:
        """Tell whether this machine has too little memory left."""
        return self.memory_used + size.demand.memory > self.memory

    def lacking(self, size: Size) -> Consumed | None:
        """Give the first consumable resource of which too little is left, as asked for."""
        for each in size.consumes:
            stock = self.stocks.get(each.resource)
            if stock is None or stock.free < each.quantity:
                return each
        return None

    def most(self, order: Iterable[str]) -> int:
        """Sum up the vCPUs of those of some environments that take work, in thousandths."""
        return sum(room.vcpus for _, room in self.known(order) if room.enabled)

    def misfit(self, order: Iterable[str], size: Size) -> str | None:
        """Say why no environment could hold this size if it were empty; None if one could."""
        wide = [room for _, room in self.known(order) if size.demand.vcpus <= room.vcpus]
        if not wide:
            return reasons.TOO_MANY_VCPUS
        holds = size.demand.memory <= self.memory or any(room.elsewhere for room in wide)
        return None if holds else reasons.TOO_LARGE


def _each(size: Size) -> Iterator[tuple[str, int]]:
    return ((each.resource, each.quantity) for each in size.consumes)

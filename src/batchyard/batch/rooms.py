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
    """The vCPUs of one environment, in thousandths: what it can hold, and what it holds."""

    __slots__ = ("enabled", "used", "vcpus")

    def __init__(self, vcpus: int = 0, *, enabled: bool = False) -> None:
        """Begin empty; ``enabled`` is whether new work may be placed."""
        self.vcpus = vcpus
        self.enabled = enabled
        self.used = 0

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
        memory: what they share, in MiB.
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
        self._rooms.setdefault(environment, Room()).used += size.demand.vcpus
        self.memory_used += size.demand.memory
        for resource, quantity in _each(size):
            self.stocks.setdefault(resource, Stock()).used += quantity

    def give_back(self, environment: str, size: Size) -> None:
        """Count back what an attempt was given."""
        if room := self._rooms.get(environment):
            room.used -= size.demand.vcpus
        self.memory_used -= size.demand.memory
        for resource, quantity in _each(size):
            if stock := self.stocks.get(resource):
                stock.used -= quantity

    def known(self, order: Iterable[str]) -> Iterator[tuple[str, Room]]:
        """List those of some environments that there are, in order."""
        return ((arn, self._rooms[arn]) for arn in order if arn in self._rooms)

    def fit(self, order: Sequence[str], size: Size) -> str | None:
        """Name the first of some environments that has room now, if all else is there as well."""
        if self.lacks_memory(size) or self.lacking(size):
            return None
        for arn, room in self.known(order):
            if room.enabled and size.demand.vcpus <= room.free:
                return arn
        return None

    def lacks_memory(self, size: Size) -> bool:
        """Tell whether the machine has too little memory left."""
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
        if not any(size.demand.vcpus <= room.vcpus for _, room in self.known(order)):
            return reasons.TOO_MANY_VCPUS
        return None if size.demand.memory <= self.memory else reasons.TOO_LARGE


def _each(size: Size) -> Iterator[tuple[str, int]]:
    return ((each.resource, each.quantity) for each in size.consumes)

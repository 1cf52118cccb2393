"""consumableResourceProperties: which consumable resources a job takes while it runs, checked.

Sources: ConsumableResourceProperties in botocore's model,
https://docs.aws.amazon.com/batch/latest/userguide/resource-aware-scheduling-how-to-for-jobs.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.batch import ids
from batchyard.batch.model import Consumed
from batchyard.server.operations.batch.refusals import check_range, missing, refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchyard.batch.ids import Place
    from batchyard.engine.catalog import Shelf
    from batchyard.server.operations.batch.echoes import Wire

MOST = 5
"""Resources of a job ("You can specify up to 5 resources for each job you define")."""


def quantities(properties: Wire | None) -> dict[str, int]:
    """Read how much of which resource is asked for, by the names or ARNs that were given.

    Args:
        properties: the wire's ConsumableResourceProperties, if there are any.

    Raises:
        Fault: there are too many, one lacks its name or its quantity, or comes twice.
    """
    entries = (properties and properties.consumable_resource_list) or []
    if len(entries) > MOST:
        raise refused(f"consumableResourceList: at most {MOST} are allowed, not {len(entries)}")
    found: dict[str, int] = {}
    for entry in entries:
        name, quantity = entry.consumable_resource, entry.quantity
        if not name or quantity is None:
            raise refused("consumableResourceList: each needs consumableResource and quantity")
        check_range(f"consumableResourceList: quantity of {name}", quantity, 1)
        if name in found:
            raise refused(f"consumableResourceList: {name} is given more than once")
        found[name] = quantity
    return found


def consumed_of(
    place: Place, shelf: Shelf, base: Mapping[str, int], override: Mapping[str, int]
) -> tuple[Consumed, ...]:
    """Find what a job takes: its definition's resources, and what it says differently of them.

    Args:
        place: where the job is.
        shelf: what is there.
        base: the definition's, as `quantities` reads them.
        override: the job's own; a resource of both is taken as often as this says.

    Raises:
        Fault: a resource does not exist, or they are too many together.
    """
    taken = _found(place, shelf, base) | _found(place, shelf, override)
    if len(taken) > MOST:
        raise refused(f"consumableResourceList: at most {MOST} are allowed, not {len(taken)}")
    return tuple(Consumed(arn, quantity) for arn, quantity in sorted(taken.items()))


def _found(place: Place, shelf: Shelf, asked: Mapping[str, int]) -> dict[str, int]:
    found = {}
    for name, quantity in asked.items():
        resource = shelf.consumable(name)
        if resource is None:
            raise missing(place, ids.CONSUMABLE, name)
        found[resource.arn] = quantity
    return found


def shown(consumed: tuple[Consumed, ...]) -> dict[str, object] | None:
    """Form the consumableResourceProperties of a job; None if it takes nothing."""
    if not consumed:
        return None
    entries = [{"consumableResource": one.resource, "quantity": one.quantity} for one in consumed]
    return {"consumableResourceList": entries}

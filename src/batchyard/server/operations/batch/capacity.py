"""capacityLimits: how much room service environments and quota shares have.

Sources: CapacityLimit and QuotaShareCapacityLimit in botocore's model,
https://docs.aws.amazon.com/batch/latest/userguide/quota-shares.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from batchyard.batch.resources import INSTANCES, Capacity
from batchyard.server.operations.batch.refusals import check_range, refused

if TYPE_CHECKING:
    from batchyard.server.operations.batch.echoes import Wire

MOST = 5
INSTANCE_TYPE = re.compile(r"ml\.[a-z0-9-]+\.[a-z0-9]+")
"""SageMaker's names of instance types (ResourceConfig.InstanceType in its model)."""


def capacity_of(entries: list[Wire], *, by_type: bool) -> tuple[Capacity, ...]:
    """Read capacityLimits.

    Args:
        entries: the wire's structs, with ``max_capacity`` and ``capacity_unit``.
        by_type: whether only instance types count; else one entry may count instances.

    Raises:
        Fault: there are none or too many, a number or a unit is missing or not valid, or a unit
            comes twice or beside others that it does not go with.
    """
    if not 1 <= len(entries) <= MOST:
        raise refused(f"capacityLimits: 1 to {MOST} are allowed, not {len(entries)}")
    found = tuple(_entry(entry, by_type=by_type) for entry in entries)
    units = [one.unit for one in found]
    if len(set(units)) < len(units) or (INSTANCES in units and len(units) > 1):
        raise refused(
            f"capacityLimits: capacityUnit {', '.join(units)}: each is given once, and "
            f"{INSTANCES} alone"
        )
    return found


def _entry(entry: Wire, *, by_type: bool) -> Capacity:
    unit, quantity = entry.capacity_unit, entry.max_capacity
    if unit is None or quantity is None:
        raise refused("capacityLimits: each entry needs maxCapacity and capacityUnit")
    check_range("capacityLimits: maxCapacity", quantity, 0)
    allowed = "an instance type (ml.m5.large)" + ("" if by_type else f" or {INSTANCES}")
    if not INSTANCE_TYPE.fullmatch(unit) and (by_type or unit != INSTANCES):
        raise refused(f"capacityLimits: capacityUnit {unit!r} is not valid: give {allowed}")
    return Capacity(unit, quantity)

"""What becomes of a consumable resource: jobs take of it and give it back, people change its total.

Source: https://docs.aws.amazon.com/batch/latest/userguide/resource-aware-scheduling.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from msgspec.structs import replace

from batchyard.errors import Refused

if TYPE_CHECKING:
    from batchyard.batch.resources import ConsumableResource

Operation = Literal["SET", "ADD", "REMOVE"]

MOST: Final = 2**63 - 1
"""The largest quantity (Long in botocore's model)."""

TOKEN_LIFE: Final = 8 * 3_600_000
"""Milliseconds for which a clientToken is remembered (UpdateConsumableResource: 8 hours)."""


def updated(resource: ConsumableResource, operation: Operation, quantity: int) -> int:
    """Say what the total is after an update; what jobs hold stays theirs.

    Args:
        resource: the resource as it stands.
        operation: what is done with the quantity.
        quantity: not negative.

    Raises:
        Refused: the total would be negative or too large.
    """
    total = {
        "SET": quantity,
        "ADD": resource.total + quantity,
        "REMOVE": resource.total - quantity,
    }[operation]
    if not 0 <= total <= MOST:
        raise Refused(
            f"quantity {quantity} is not valid: {operation} would make the total of "
            f"{resource.name} {total}; it must be between 0 and {MOST}"
        )
    return total


def changed(resource: ConsumableResource, total: int, request: str, at: int) -> ConsumableResource:
    """Give a resource a new total, and let it remember the request that asked for it.

    Args:
        resource: the resource as it stands.
        total: the new total.
        request: what tells this request from others; empty if nothing does.
        at: now, epoch milliseconds.
    """
    fresh = {one: when for one, when in resource.requests.items() if at - when < TOKEN_LIFE}
    return replace(resource, total=total, requests=fresh | ({request: at} if request else {}))


def knows(resource: ConsumableResource, request: str, at: int) -> bool:
    """Tell whether a request was carried out before, not long ago."""
    when = resource.requests.get(request)
    return when is not None and at - when < TOKEN_LIFE

"""Consumable resources: create, describe, list, update, delete.

Source: https://docs.aws.amazon.com/batch/latest/userguide/resource-aware-scheduling.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import msgspec

from batchyard.batch import consumables, ids
from batchyard.batch.resources import ConsumableResource, Kind
from batchyard.errors import Refused
from batchyard.server.operations.batch.echoes import members_of
from batchyard.server.operations.batch.filters import chosen, matches
from batchyard.server.operations.batch.paging import Key, page
from batchyard.server.operations.batch.refusals import (
    check_name,
    check_one_of,
    check_range,
    check_tags,
    missing,
    refused,
    taken,
)
from batchyard.server.operations.known import known

if TYPE_CHECKING:
    from batchyard.server.operations import Context
    from batchyard.server.operations.batch.echoes import Wire

TYPES: tuple[Kind, ...] = get_args(Kind)
UPDATES: tuple[consumables.Operation, ...] = get_args(consumables.Operation)
FILTERS = {"CONSUMABLE_RESOURCE_NAME": "name"}
"""Strings of the model's text: it has no enums for them."""


def create_consumable_resource(context: Context, request: Wire) -> Wire:
    """Create a resource that jobs can take of.

    Raises:
        Fault: the name is taken or not valid, or something else is not valid.
    """
    name: str = request.consumable_resource_name
    kind: Kind = request.resource_type or TYPES[0]
    check_name("consumableResourceName", name)
    check_one_of("resourceType", kind, TYPES)
    check_range("totalQuantity", request.total_quantity, 0)
    check_tags(request.tags)
    if context.engine.shelf(context.place).consumable(name):
        raise taken()
    made = ConsumableResource(
        name=name,
        arn=ids.arn(context.place, ids.CONSUMABLE, name),
        created_at=context.engine.now(),
        total=request.total_quantity or 0,
        kind=kind,
        detail=msgspec.json.encode({"tags": request.tags or {}}),
    )
    context.engine.put(context.place, made)
    return context.types.CreateConsumableResourceResponse(
        consumable_resource_name=name, consumable_resource_arn=made.arn
    )


def describe_consumable_resource(context: Context, request: Wire) -> Wire:
    """Show a resource, and how much of it is in use and available now.

    Raises:
        Fault: there is no such resource.
    """
    found = found_consumable(context, request.consumable_resource)
    return known(
        context.types.DescribeConsumableResourceResponse,
        **_summary(found),
        available_quantity=found.available,
        created_at=found.created_at,
        tags=members_of(found.detail).get("tags") or {},
    )


def list_consumable_resources(context: Context, request: Wire) -> Wire:
    """List resources by name, a page at a time."""
    wanted = chosen(request.filters or [], FILTERS).get("name")
    shelf, types = context.engine.shelf(context.place), context.types
    listed = {
        Key(one.name): msgspec.json.encode(types.ConsumableResourceSummary(**_summary(one)))
        for one in shelf.consumables.values()
        if wanted is None or any(matches(one.name, value) for value in wanted)
    }
    shown = page(listed, request)
    return types.ListConsumableResourcesResponse(
        consumable_resources=shown.items, next_token=shown.next_token
    )


def update_consumable_resource(context: Context, request: Wire) -> Wire:
    """Change how much there is; the same request with the same clientToken does so once.

    Raises:
        Fault: there is no such resource, or the operation or the quantity is not valid.
    """
    found = found_consumable(context, request.consumable_resource)
    check_one_of("operation", request.operation, UPDATES)
    if request.quantity is None:
        raise refused(f"quantity is missing: how much is operation {request.operation} about?")
    check_range("quantity", request.quantity, 0)
    total = _updated(context, found, request)
    return context.types.UpdateConsumableResourceResponse(
        consumable_resource_name=found.name, consumable_resource_arn=found.arn, total_quantity=total
    )


def _updated(context: Context, found: ConsumableResource, request: Wire) -> int:
    now, asked = context.engine.now(), f"{request.operation} {request.quantity}"
    token = f"{request.client_token} {asked}" if request.client_token else ""
    if token and consumables.knows(found, token, now):
        return found.total
    try:
        total = consumables.updated(found, request.operation, request.quantity)
    except Refused as refusal:
        raise refused(str(refusal)) from None
    context.engine.put(context.place, consumables.changed(found, total, token, now))
    return total


def delete_consumable_resource(context: Context, request: Wire) -> Wire:
    """Delete a resource; one that is not there is deleted already.

    Jobs that still need it wait until there is one of its name again.
    """
    found = context.engine.shelf(context.place).consumable(request.consumable_resource)
    if found:
        context.engine.remove(context.place, found)
    return context.types.DeleteConsumableResourceResponse()


def found_consumable(context: Context, reference: str) -> ConsumableResource:
    """Find a resource by name or ARN.

    Raises:
        Fault: there is none.
    """
    found = context.engine.shelf(context.place).consumable(reference)
    if found is None:
        raise missing(context.place, ids.CONSUMABLE, reference)
    return found


def _summary(found: ConsumableResource) -> dict[str, object]:
    return {
        "consumable_resource_arn": found.arn,
        "consumable_resource_name": found.name,
        "total_quantity": found.total,
        "in_use_quantity": found.in_use,
        "resource_type": found.kind,
    }

"""A resource's JSON, as it was given to the service and as it is shown again."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from batchyard.server.operations.known import known

if TYPE_CHECKING:
    from collections.abc import Mapping

Wire: TypeAlias = Any
"""A struct that :mod:`batchyard.wire` generated: what it has is the model's business."""


def echo(given: Wire, shape: type[msgspec.Struct], **more: object) -> bytes:
    """Form the JSON that shows a resource: all its members that were given, and more.

    Going by names keeps every member that this or a later botocore knows, without a list of them.

    Args:
        given: the request that made the resource.
        shape: the struct that describes it.
        **more: what the service adds.
    """
    kind: type[msgspec.Struct] = type(given)
    shared = {name: getattr(given, name) for name in _shared(kind, shape)}
    return msgspec.json.encode(known(shape, **shared | more))


@lru_cache(maxsize=256)
def _shared(one: type[msgspec.Struct], other: type[msgspec.Struct]) -> frozenset[str]:
    """Name the members that two structs have in common."""
    return frozenset(one.__struct_fields__).intersection(other.__struct_fields__)


def amended(detail: bytes, **changes: object) -> bytes:
    """Replace members of a resource's JSON by AWS's names; those that are None stay as they are."""
    members = msgspec.json.decode(detail, type=dict[str, msgspec.Raw])
    wanted = {name: value for name, value in changes.items() if value is not None}
    return msgspec.json.encode({**members, **wanted})


def members_of(detail: bytes) -> dict[str, Any]:
    """Read a resource's JSON."""
    members: dict[str, Any] = msgspec.json.decode(detail)
    return members


def members_given(struct: Wire) -> Mapping[str, Any]:
    """List what a struct gives, by AWS's names; nothing for None."""
    return {} if struct is None else members_of(msgspec.json.encode(struct))

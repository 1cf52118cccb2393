"""A template's properties as an operation takes them.

CloudFormation writes ``JobQueueName`` where the API has ``jobQueueName``, and a template may hold
``"4"`` where a number is meant. The operation's own model in botocore says what is what.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Shape = Any


class UnknownProperty(ValueError):
    """A property that the operation does not take.

    Args:
        path: where it stands, e.g. ``ComputeResources.Colour``.
    """

    def __init__(self, path: str) -> None:
        """Name it."""
        super().__init__(path)
        self.path = path


def translated(value: Any, shape: Shape, path: str = "", *, strict: bool = True) -> Any:  # noqa: ANN401 - whatever a template holds
    """Put a property into the form that a shape of botocore's model has.

    Args:
        value: from the template, references resolved.
        shape: botocore's shape of what is meant.
        path: where it stands.
        strict: whether a property that the shape lacks is refused, or left out.

    Raises:
        UnknownProperty: the shape lacks it.
        ValueError: a number is none.
    """
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        return _structure(value, shape, path, strict=strict)
    if kind == "list" and isinstance(value, list):
        return [translated(each, shape.member, path, strict=strict) for each in value]
    if kind == "map" and isinstance(value, dict):
        return {str(name): _text(each) for name, each in value.items()}
    plain: Callable[[Any], Any] | None = _PLAIN.get(kind)
    try:
        return value if plain is None else plain(value)
    except (TypeError, ValueError):
        raise ValueError(f"{path} takes a number ({kind}), not {value!r}") from None


def _structure(value: Mapping[str, Any], shape: Shape, path: str, *, strict: bool) -> Any:  # noqa: ANN401 - as above
    members = {name.lower(): name for name in shape.members}
    found = {}
    for name, each in value.items():
        where = f"{path}.{name}" if path else name
        member = members.get(name.lower())
        if member is None:
            if strict:
                raise UnknownProperty(where)
            continue
        found[member] = translated(each, shape.members[member], where, strict=strict)
    return found


def _text(value: Any) -> Any:  # noqa: ANN401 - as above
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def _truth(value: Any) -> bool:  # noqa: ANN401 - as above
    return str(value).lower() == "true"


_PLAIN: dict[str, Callable[[Any], Any]] = {
    "boolean": _truth,
    "double": float,
    "float": float,
    "integer": int,
    "long": int,
    "string": _text,
}

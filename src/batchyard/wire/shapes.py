"""Structs generated from a model's shapes, each when it is first asked for.

Fields carry AWS's words in snake_case and are renamed to the wire's. What is optional defaults to
None and is left out when it is None; empty lists and maps are kept, so that what a caller sent can
be answered exactly. Strings are ``str``, blobs ``bytes``, timestamps seconds since 1970 as
``float``.

What a request can carry is held to the model: required members, enums, lengths, ranges, patterns.
What only answers carry is not: AWS's own answers leave out members that its model requires (a job
that waits has no ``startedAt``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

import msgspec

from batchyard.wire.constraints import Definition, loose, meta
from batchyard.wire.names import snake_case

_SCALARS: Mapping[str, type] = {
    "blob": bytes,
    "boolean": bool,
    "double": float,
    "float": float,
    "integer": int,
    "long": int,
    "string": str,
    "timestamp": float,
}


class Shapes:
    """The shapes of one model, as types.

    Args:
        definitions: the model's ``shapes``.
        inputs: the names of the shapes that requests are made of; what they hold is checked.
        loose_enums: the names of enums whose values are taken in any case.
    """

    def __init__(
        self,
        definitions: Mapping[str, Definition],
        inputs: Iterable[str] = (),
        loose_enums: frozenset[str] = frozenset(),
    ) -> None:
        self.definitions = definitions
        self.loose_enums = loose_enums
        self._inputs = tuple(inputs)
        self._structs: dict[str, type[msgspec.Struct]] = {}
        self._types: dict[tuple[str, bool], Any] = {}

    @cached_property
    def _checked(self) -> frozenset[str]:
        """The shapes that can occur in a request."""
        found: set[str] = set()
        waiting = list(self._inputs)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting.extend(_parts(self.definitions[name]))
        return frozenset(found)

    def of(self, name: str, *, checked: bool | None = None) -> Any:  # noqa: ANN401 - any type
        """The type of any shape: a struct's class, or what msgspec takes as an annotation.

        Args:
            name: the shape's name in the model, e.g. ``JobDetail``.
            checked: whether the model's limits apply; unless said, if requests can carry the shape.

        Raises:
            KeyError: the model has no such shape.
        """
        if self.definitions[name]["type"] == "structure":
            return self._struct(name)
        key = name, name in self._checked if checked is None else checked
        if key not in self._types:
            self._types[key] = self._annotation(*key)
        return self._types[key]

    def _struct(self, name: str) -> type[msgspec.Struct]:
        made = self._structs.get(name)
        return self._generate(name) if made is None else made

    def _generate(self, name: str) -> type[msgspec.Struct]:
        definition = self.definitions[name]
        checked = name in self._checked
        required = frozenset(definition.get("required", ()) if checked else ())
        fields = {snake_case(wire): wire for wire in definition["members"]}
        # Published before its members are typed, so that a shape that holds itself finds itself.
        made = self._structs[name] = msgspec.defstruct(
            name,
            [(f, Any) if w in required else (f, Any, None) for f, w in fields.items()],
            namespace={"__post_init__": _one_member} if checked and "union" in definition else {},
            module=__name__,
            rename=fields,
            kw_only=True,
            frozen=True,
            omit_defaults=True,
            repr_omit_defaults=True,
        )
        for field, wire in fields.items():
            kind = self.of(definition["members"][wire]["shape"], checked=checked)
            made.__annotations__[field] = kind if wire in required else kind | None
        return made

    def _annotation(self, name: str, checked: bool) -> Any:  # noqa: ANN401, FBT001 - a type; a key
        shape = self.definitions[name]
        if checked and "enum" in shape:
            return self._enum(name)
        limits = meta(shape) if checked else None
        kind = self._container(shape, checked=checked)
        return kind if limits is None else Annotated[kind, limits]

    def _enum(self, name: str) -> Any:  # noqa: ANN401 - any type
        shape = self.definitions[name]
        if name in self.loose_enums:
            return Annotated[str, msgspec.Meta(pattern=loose(shape))]
        return Literal[tuple(shape["enum"])]

    def _container(self, shape: Definition, *, checked: bool) -> Any:  # noqa: ANN401 - any type
        parts = [self.of(part, checked=checked) for part in _parts(shape)]
        if shape["type"] == "list":
            return list.__class_getitem__(parts[0])
        if shape["type"] == "map":
            return dict.__class_getitem__(tuple(parts))
        return _SCALARS[shape["type"]]


def _parts(shape: Definition) -> list[str]:
    """The names of the shapes that a shape is made of."""
    members = [member["shape"] for member in shape.get("members", {}).values()]
    return members + [shape[part]["shape"] for part in ("member", "key", "value") if part in shape]


def _one_member(union: msgspec.Struct) -> None:
    """Hold a union to exactly one member.

    Raises:
        ValueError: none is given, or several; msgspec reports it as a ValidationError.
    """
    given = [name for name in union.__struct_fields__ if getattr(union, name) is not None]
    if len(given) != 1:
        names = ", ".join(union.__struct_encode_fields__)
        raise ValueError(f"Exactly one of {names} must be given, not {len(given)}")

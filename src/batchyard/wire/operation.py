"""One operation: where the members of its input stand in a request, and how they are decoded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs

import msgspec

from batchyard.wire.messages import Request
from batchyard.wire.routing import Labels
from batchyard.wire.shapes import Shapes

# The shape of an operation's input that has none, by Smithy's name for it.
NOTHING = "Unit"
NOTHING_AT_ALL: Mapping[str, Any] = {"type": "structure", "members": {}}
_LOCATIONS = frozenset({"uri", "querystring", "header"})
# Outside the body all values are text; these types are read from it.
_TEXT_AS: Mapping[str, type] = {
    "boolean": bool,
    "double": float,
    "float": float,
    "integer": int,
    "long": int,
}


class Operation:
    """One operation of a model.

    Args:
        definition: the operation in the model.
        shapes: the shapes of the same model.
    """

    def __init__(self, definition: Mapping[str, Any], shapes: Shapes) -> None:
        self._shapes = shapes
        self.input: str = definition.get("input", {"shape": NOTHING})["shape"]
        self.output: str | None = definition.get("output", {}).get("shape")

    @cached_property
    def servable(self) -> bool:
        """Whether input and output are plain JSON: no stream of events, no raw body."""
        ends = [self._shapes.definitions[end] for end in (self.input, self.output) if end]
        return not any(self._is_stream(end) for end in ends) and all(
            member.get("location", "uri") in _LOCATIONS for end in ends for member in _members(end)
        )

    def _is_stream(self, end: Mapping[str, Any]) -> bool:
        parts = [self._shapes.definitions[member["shape"]] for member in _members(end)]
        return "payload" in end or any("eventstream" in part for part in parts)

    @cached_property
    def _struct(self) -> type[msgspec.Struct]:
        struct: type[msgspec.Struct] = self._shapes.of(self.input)
        return struct

    @cached_property
    def _decoder(self) -> msgspec.json.Decoder[msgspec.Struct]:
        return msgspec.json.Decoder(self._struct)

    @cached_property
    def _located(self) -> dict[str, Mapping[str, Any]]:
        """The members that stand outside the body."""
        members = self._shapes.definitions[self.input]["members"]
        return {name: member for name, member in members.items() if "location" in member}

    def read(self, request: Request, labels: Labels) -> msgspec.Struct:
        """Decode and validate a request's input.

        Args:
            request: the request.
            labels: the labels of its path, unquoted.

        Raises:
            msgspec.ValidationError: the input is JSON, and breaks the model.
            msgspec.DecodeError, ValueError: the body is not JSON; something is not UTF-8.
            RecursionError: the body is nested too deep.
        """
        if self._located:
            return msgspec.convert(self.document(request, labels), self._struct)
        return self._decoder.decode(request.body or b"{}")

    def document(self, request: Request, labels: Labels) -> object:
        """A request's input before it is held to the model: what its JSON says.

        Raises:
            msgspec.DecodeError, ValueError: the body is not JSON; something is not UTF-8.
            RecursionError: the body is nested too deep.
        """
        body = msgspec.json.decode(request.body or b"{}") if self._has_body else {}
        if not self._located or not isinstance(body, dict):
            return body
        inside = {name: value for name, value in body.items() if name not in self._located}
        return inside | dict(self._outside(request, labels))

    @cached_property
    def _has_body(self) -> bool:
        members = self._shapes.definitions[self.input]["members"]
        return not self._located or len(self._located) < len(members)

    def _outside(self, request: Request, labels: Labels) -> Iterator[tuple[str, object]]:
        query = parse_qs(request.query, keep_blank_values=True, errors="strict")
        for name, member in self._located.items():
            key = member.get("locationName", name)
            if member["location"] == "querystring":
                values = query.get(key, [])
            else:
                holder = labels if member["location"] == "uri" else request.headers
                values = [holder[found] for found in (key, key.lower()) if found in holder][:1]
            if values:
                "".join(values).encode()  # fails for what is no Unicode and could not be answered
                yield name, self._value(member["shape"], values)

    def _value(self, name: str, values: list[str]) -> object:
        shape = self._shapes.definitions[name]
        if shape["type"] == "list":
            return [self._value(shape["member"]["shape"], [value]) for value in values]
        return _from_text(values[0], _TEXT_AS.get(shape["type"], str))


def _members(shape: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(shape["members"].values())


def _from_text(text: str, kind: type) -> object:
    """Read a value from text; what cannot be read stays text, for the validation to refuse."""
    try:
        return msgspec.convert(text, kind, strict=False)
    except msgspec.ValidationError:
        return text

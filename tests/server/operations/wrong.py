"""What can be wrong with a request, made by the model: so that new operations are covered at once.

A wrong request is a good one with one thing changed. `by_model` breaks what the model says of any
operation; `by_words` breaks what only the texts of AWS say, wherever a member of that name stands.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tests.wire.samples import Json

Path = tuple[str | int, ...]
Shapes = Mapping[str, Any]


class Wrong(NamedTuple):
    """A request that must be refused.

    Attributes:
        what: what is wrong, for people.
        request: the request.
        words: what the refusal must name: the value, or the member that is missing.
    """

    what: str
    request: Json
    words: str


class Spot(NamedTuple):
    """A value inside a request: where it stands, and its shape in the model."""

    path: Path
    shape: str
    value: Json

    @property
    def name(self) -> str:
        """The member that it is the value of."""
        return next((str(part) for part in reversed(self.path) if isinstance(part, str)), "")


def spots(shapes: Shapes, shape: str, value: Json, path: Path = ()) -> Iterator[Spot]:
    """Give every value inside a request, itself included."""
    yield Spot(path, shape, value)
    definition = shapes[shape]
    if definition["type"] == "structure":
        for name, inner in value.items():
            yield from spots(shapes, definition["members"][name]["shape"], inner, (*path, name))
    elif definition["type"] == "list":
        for index, inner in enumerate(value):
            yield from spots(shapes, definition["member"]["shape"], inner, (*path, index))


def put(request: Json, path: Path, value: Json) -> Json:
    """Copy a request with one value replaced, or added."""
    if not path:
        return value
    changed = copy.deepcopy(request)
    inner = changed
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = value
    return changed


def drop(request: Json, path: Path) -> Json:
    """Copy a request without one member."""
    changed = copy.deepcopy(request)
    inner = changed
    for part in path[:-1]:
        inner = inner[part]
    del inner[path[-1]]
    return changed


def by_model(shapes: Shapes, shape: str, request: Json) -> Iterator[Wrong]:
    """Break a request in every way that the model rules out.

    Args:
        shapes: the model's shapes.
        shape: the name of the operation's input shape.
        request: a good request, with every member given.
    """
    for spot in spots(shapes, shape, request):
        definition = shapes[spot.shape]
        located = _located(shapes, shape)
        if spot.path and spot.path[0] in located:
            continue  # a part of the address: without it, another operation is meant
        for member in definition.get("required", ()):
            if member in spot.value and member not in located:
                path = (*spot.path, member)
                yield Wrong(f"{_at(path)} is missing", drop(request, path), member)
        if "enum" in definition:
            yield _replaced(request, spot, "WRONG", "WRONG")
        yield from _limits(definition, request, spot)
        if definition["type"] in {"string", "integer", "long", "structure", "list"} and spot.path:
            wrong: Json = {"string": 5, "structure": "text", "list": {"a": 1}}
            given = wrong.get(definition["type"], "text")
            yield _replaced(request, spot, given, spot.name)


def _located(shapes: Shapes, shape: str) -> frozenset[str]:
    members = shapes[shape]["members"].items()
    return frozenset(name for name, member in members if "location" in member)


def _limits(definition: Mapping[str, Any], request: Json, spot: Spot) -> Iterator[Wrong]:
    kind, low, high = definition["type"], definition.get("min"), definition.get("max")
    if kind == "string" and "enum" not in definition:
        if high is not None:
            yield _replaced(request, spot, "x" * (high + 1), str(high))
        if low:
            yield _replaced(request, spot, "", spot.name)
        if "pattern" in definition:
            yield _replaced(request, spot, "\x00", spot.name)
    elif kind == "map" and high is not None:
        yield _replaced(request, spot, {f"k{n}": "v" for n in range(high + 1)}, spot.name)
    elif kind in {"integer", "long"}:
        width = 31 if kind == "integer" else 63
        bounds = (-(2**width) if low is None else low, 2**width - 1 if high is None else high)
        yield _replaced(request, spot, bounds[0] - 1, str(bounds[0] - 1))
        yield _replaced(request, spot, bounds[1] + 1, str(bounds[1] + 1))


def by_words(
    shapes: Shapes, shape: str, request: Json, words: Mapping[str, tuple[Json, ...]]
) -> Iterator[Wrong]:
    """Break a request in the ways that only AWS's texts rule out.

    Args:
        shapes: the model's shapes.
        shape: the name of the operation's input shape.
        request: a good request.
        words: values that a member must not have, by its name, wherever it stands; or by its path,
            which says more.
    """
    for spot in spots(shapes, shape, request):
        if shapes[spot.shape]["type"] != "structure":
            continue
        for member, inner in shapes[spot.shape]["members"].items():
            path = (*spot.path, member)
            for value in words.get(_dotted(path), words.get(member, ())):
                wrong = Spot(path, inner["shape"], value)
                yield _replaced(request, wrong, value, _named(member, value))


def _dotted(path: Path) -> str:
    return ".".join(part for part in path if isinstance(part, str))


def _named(member: str, value: Json) -> str:
    return str(value) if isinstance(value, int) else member


def _replaced(request: Json, spot: Spot, value: Json, words: str) -> Wrong:
    return Wrong(f"{_at(spot.path)} is {str(value)[:20]!r}", put(request, spot.path, value), words)


def _at(path: Path) -> str:
    return ".".join(map(str, path))

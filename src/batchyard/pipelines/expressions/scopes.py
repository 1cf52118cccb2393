"""Where names are looked up: the fields of objects, what they refer to, and parameters.

A name is a field of the object itself, its ``id`` or ``name``, or a parameter, whose value may hold
expressions in turn: they are worked out where it is used. ``a.b`` is field b
of the objects that field a refers to, over as many references as one likes; a runtime field (its
name begins with @) is reached over one at most, as AWS has it. ``parent.@id`` names the component
of an instance; ``node`` is the object that refers to an alarm or a precondition.

Source: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-pipeline-expressions.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchyard.pipelines.expressions.evaluation import evaluate
from batchyard.pipelines.expressions.parsing import parse
from batchyard.pipelines.expressions.trees import Malformed, Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchyard.pipelines.model import PipelineObject

VERBATIM: Final = frozenset({"id", "name", "type", "@sphere", "parent", "@id"})
"""Fields whose expressions stay as they are ("ID, NAME, TYPE, SPHERE", says the guide)."""
FARTHEST: Final = 16
"""Over how many fields with expressions of their own a value may be fetched (ours)."""
_PARAMETER: Final = ""
"""Whose the value of a parameter is, on a trail of fields: no object's."""
NEAR: Final = 2
"""How long the path to a runtime field may be: over one reference."""


class ObjectScope:
    """An object as a scope.

    Args:
        item: the object, with all its fields: inherited ones, and those of run time.
        find: gives an object by the id a reference holds; None when there is none.
        parameters: the values of parameters, by id.
    """

    def __init__(
        self,
        item: PipelineObject,
        find: Callable[[str], PipelineObject | None],
        parameters: Mapping[str, tuple[str, ...]],
        trail: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self._item = item
        self._find = find
        self._parameters = parameters
        self._trail = trail

    def values(self, path: tuple[str, ...]) -> tuple[Scalar, ...]:
        """Give what a reference stands for."""
        if len(path) > NEAR and path[-1].startswith("@"):
            raise ValueError(
                f"the runtime field {path[-1]!r} can be reached over one reference only"
            )
        return self.reach(path)

    def reach(self, path: tuple[str, ...]) -> tuple[Scalar, ...]:
        """Go along a path, however long."""
        if len(path) == 1:
            return self._own(path[0])
        found: list[Scalar] = []
        for scope in self._follow(path[0]):
            found += scope.reach(path[1:])
        return tuple(found)

    def _follow(self, name: str) -> list[ObjectScope]:
        refs = self._item.refs("@componentParent" if name == "parent" else name)
        refs = refs or self._item.refs(name)
        items = [(ref, self._find(ref)) for ref in refs]
        if not items:
            raise ValueError(f"{name!r} is no reference of {self._item.id!r}")
        for ref, item in items:
            if item is None:
                raise ValueError(f"{name!r} refers to {ref!r}, which does not exist")
        return [self._beside(item) for _, item in items if item is not None]

    def _beside(self, item: PipelineObject) -> ObjectScope:
        return ObjectScope(item, self._find, self._parameters, self._trail)

    def _own(self, name: str) -> tuple[Scalar, ...]:
        if name in {"id", "@id"}:
            return (self._item.id,)
        if name == "name":
            return (self._item.name,)
        given = self._item.strings(name) or self._item.refs(name)
        if given:
            return self._evaluated(name, given)
        if name in self._parameters:
            return self._given(name)
        raise ValueError(f"{name!r} is no field of {self._item.id!r} and no parameter with a value")

    def _evaluated(self, name: str, given: tuple[str, ...]) -> tuple[Scalar, ...]:
        if name in VERBATIM:
            return given
        step = (self._item.id, name)
        if step in self._trail and name in self._parameters:
            return self._given(name)
        if step in self._trail or len(self._trail) >= FARTHEST:
            raise ValueError(f"{name!r} of {self._item.id!r} refers to itself in the end")
        return self._further(step, given)

    def _given(self, name: str) -> tuple[Scalar, ...]:
        """Give the values of a parameter, with the expressions in them worked out here."""
        step = (_PARAMETER, name)
        if step in self._trail or len(self._trail) >= FARTHEST:
            raise ValueError(f"the value of {name!r} refers to itself in the end")
        return self._further(step, self._parameters[name])

    def _further(self, step: tuple[str, str], given: tuple[str, ...]) -> tuple[Scalar, ...]:
        trail = (*self._trail, step)
        scope = ObjectScope(self._item, self._find, self._parameters, trail)
        return tuple(value for text in given for value in scope.field(text))

    def field(self, text: str) -> tuple[Scalar, ...]:
        """Work out a field that another one asks for; what is wrong in it is told as its own."""
        try:
            return evaluate(text, self)
        except Malformed as error:
            where = ".".join(filter(None, self._trail[-1])) if self._trail else self._item.id
            raise ValueError(f"{where}: {error.pointing(text)}") from None


def rendered(
    item: PipelineObject, scope: ObjectScope
) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """Work out every string field of an object.

    Args:
        item: the object.
        scope: where its expressions look names up: the object's own.

    Returns:
        The values by field, and by field what is wrong with those that have none.
    """
    done: dict[str, tuple[str, ...]] = {}
    wrong: dict[str, str] = {}
    for field in item.fields:
        text = field.string_value
        if text is None:
            continue
        try:
            found = (text,) if field.key in VERBATIM else evaluate(text, scope)
            done[field.key] = (*done.get(field.key, ()), *found)
        except Malformed as error:
            wrong[field.key] = error.pointing(text)
    return done, wrong


def references(text: str) -> bool:
    """Tell whether a value holds an expression."""
    return any(not isinstance(part, str) for part in parse(text))

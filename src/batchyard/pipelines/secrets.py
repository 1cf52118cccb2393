"""Secrets: fields and parameters whose names begin with an asterisk are never shown.

Something else stands in their place. Whoever gets a definition, edits it and puts it again gives
that back, and the secret stays what it was (ours: AWS says only that it encrypts them). A field
that merely names a parameter, ``#{*myPassword}``, is no secret.

Source: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-pipeline-characters.html
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, TypeVar

from msgspec.structs import replace

from batchyard.pipelines.expressions.parsing import parse
from batchyard.pipelines.expressions.trees import Malformed, Reference
from batchyard.pipelines.model import Attribute, Definition, Field, ParameterValue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from batchyard.pipelines.model import ParameterObject, PipelineObject

    _Change = Callable[["_Name", int, str], str]

HIDDEN: Final = "********"
"""What stands in a secret's place."""

_MARK: Final = "*"
_SAID: Final = frozenset({"default", "allowedValues"})
"""Attributes of a secret parameter that give it away."""

_Text = TypeVar("_Text", Field, Attribute, ParameterValue)
_Name = tuple[str, str]


def hidden(definition: Definition) -> Definition:
    """Give a definition as it is shown."""
    return _changed(definition, lambda _name, _number, _text: HIDDEN)


def kept(definition: Definition, before: Definition | None) -> Definition:
    """Put secrets back where a definition only has what stands in their place.

    Args:
        definition: the definition that is put.
        before: the one that it replaces.
    """
    if before is None:
        return definition
    known: dict[tuple[_Name, int], str] = {}

    def note(name: _Name, number: int, text: str) -> str:
        known[name, number] = text
        return text

    def found(name: _Name, number: int, text: str) -> str:
        return known.get((name, number), text) if text == HIDDEN else text

    _changed(before, note)
    return _changed(definition, found)


def hidden_object(item: PipelineObject) -> PipelineObject:
    """Give an object as it is shown."""
    if not any(field.secret for field in item.fields):
        return item
    return replace(item, fields=tuple(_object(item, lambda _name, _number, _text: HIDDEN)))


def hidden_values(values: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Give the values of parameters as they are shown."""
    return {
        name: (HIDDEN,) * len(given) if name.startswith(_MARK) else given
        for name, given in values.items()
    }


def _changed(definition: Definition, change: _Change) -> Definition:
    """Let every secret be changed; each is told by its object, its field, and its number there."""
    return Definition(
        tuple(
            replace(item, fields=tuple(_object(item, change)))
            for item in definition.pipeline_objects
        ),
        tuple(
            replace(item, attributes=tuple(_parameter(item, change)))
            for item in definition.parameter_objects
        ),
        tuple(_values(definition.parameter_values, change)),
    )


def _object(item: PipelineObject, change: _Change) -> Iterator[Field]:
    named = (((item.id, field.key), _secret(field), field) for field in item.fields)
    return _each(named, change)


def _parameter(item: ParameterObject, change: _Change) -> Iterator[Attribute]:
    secret = item.id.startswith(_MARK)
    named = (((item.id, a.key), secret and a.key in _SAID, a) for a in item.attributes)
    return _each(named, change)


def _values(values: Iterable[ParameterValue], change: _Change) -> Iterator[ParameterValue]:
    return _each((((_MARK, v.id), v.id.startswith(_MARK), v) for v in values), change)


def _each(named: Iterable[tuple[_Name, bool, _Text]], change: _Change) -> Iterator[_Text]:
    seen: Counter[_Name] = Counter()
    for name, secret, holder in named:
        text = holder.string_value
        if not secret or text is None:
            yield holder
        else:
            yield replace(holder, string_value=change(name, seen[name], text))
        seen[name] += 1


def _secret(field: Field) -> bool:
    """Tell whether a field's value is a secret, and not the name of one."""
    if not field.secret:
        return False
    try:
        parts = parse(field.string_value or "")
    except Malformed:
        return True
    return len(parts) != 1 or not isinstance(parts[0], Reference)

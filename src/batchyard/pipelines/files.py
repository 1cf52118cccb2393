"""Definitions as files: what ``aws datapipeline put-pipeline-definition`` reads and writes.

A file's objects are plain JSON: a field is a string, ``{"ref": id}``, or a list of these. The name
defaults to the id, and fields are sent in the order of their names, as the AWS CLI sends them. What
the API's GetPipelineDefinition answers is read as well: ``pipelineObjects`` and what goes with it.

Source: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-writing-pipeline-definition.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

import msgspec

from batchyard.errors import Refused
from batchyard.pipelines.model import (
    Attribute,
    Definition,
    Field,
    ParameterObject,
    ParameterValue,
    PipelineObject,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


_MARK = "\ufeff"
"""What some editors put before a file in UTF-8."""


def read(text: str | bytes) -> Definition:
    """Read a definition file.

    Args:
        text: the file: JSON with ``objects`` and, if need be, ``parameters`` and ``values``; or
            with ``pipelineObjects``, ``parameterObjects`` and ``parameterValues``.

    Returns:
        The definition, unvalidated.

    Raises:
        Refused: it is no JSON, or not of this form; the message names the place.
    """
    try:
        document = json.loads(text.removeprefix(_MARK) if isinstance(text, str) else text)
    except (ValueError, RecursionError) as error:
        raise Refused(f"The definition is no JSON: {error}.") from None
    if isinstance(document, dict) and "pipelineObjects" in document:
        return _of_the_api(document)
    if not isinstance(document, dict) or "objects" not in document:
        raise Refused('The definition has no "objects": {"objects": [{"id": …, "type": …}]}.')
    return Definition(
        tuple(_object(where, item) for where, item in _items(document, "objects")),
        tuple(_parameter(where, item) for where, item in _items(document, "parameters")),
        tuple(read_values(document.get("values"))),
    )


def read_values(values: object) -> Iterator[ParameterValue]:
    """Read parameter values, ``{"myName": "value", "myList": ["a", "b"]}``.

    Raises:
        Refused: they are not of this form.
    """
    if values is None:
        return
    if not isinstance(values, dict):
        _refuse("values", values, "an object of names and values")
    for name, given in values.items():
        for value in given if isinstance(given, list) else [given]:
            yield ParameterValue(name, _text(f"values.{name}", value))


def written(definition: Definition) -> dict[str, Any]:
    """Give a definition the form of a file, ready for ``json.dumps``.

    Raises:
        Refused: a field has both a stringValue and a refValue, or neither, or is called id or
            name: a file cannot say this.
    """
    document: dict[str, Any] = {"objects": [_shown(item) for item in definition.pipeline_objects]}
    if definition.parameter_objects:
        document["parameters"] = [
            _gathered({"id": p.id}, ((a.key, a.string_value) for a in p.attributes))
            for p in definition.parameter_objects
        ]
    if definition.parameter_values:
        given = ((v.id, v.string_value) for v in definition.parameter_values)
        document["values"] = _gathered({}, given)
    return document


def _of_the_api(document: dict[str, Any]) -> Definition:
    """Read a definition in the API's own form; what else stands in it is left out."""
    try:
        return msgspec.convert(document, Definition)
    except msgspec.ValidationError as error:
        raise Refused(f"The definition is not of the form that the API has: {error}.") from None


def _items(document: Mapping[str, Any], key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each object or parameter, after the place where it stands."""
    items = document.get(key, [])
    if not isinstance(items, list):
        _refuse(key, items, "a list")
    for index, item in enumerate(items):
        where = f"{key}[{index}]"
        if not isinstance(item, dict):
            _refuse(where, item, "an object")
        if "id" not in item:
            raise Refused(f'{where} has no "id".')
        yield where, item


def _object(where: str, item: dict[str, Any]) -> PipelineObject:
    name = _text(f"{where}.id", item["id"])
    fields = tuple(
        _field(f"{where}.{key}", key, value)
        for key, given in sorted(item.items())
        if key not in {"id", "name"}
        for value in (given if isinstance(given, list) else [given])
    )
    return PipelineObject(name, _text(f"{where}.name", item.get("name", name)), fields)


def _field(where: str, key: str, value: object) -> Field:
    if isinstance(value, dict) and list(value) == ["ref"]:
        return Field(key, ref_value=_text(f"{where}.ref", value["ref"]))
    return Field(key, string_value=_text(where, value))


def _parameter(where: str, item: dict[str, Any]) -> ParameterObject:
    attributes = tuple(
        Attribute(key, _text(f"{where}.{key}", value))
        for key, given in sorted(item.items())
        if key != "id"
        for value in (given if isinstance(given, list) else [given])
    )
    return ParameterObject(_text(f"{where}.id", item["id"]), attributes)


def _text(where: str, value: object) -> str:
    if not isinstance(value, str):
        _refuse(where, value, 'a string, {"ref": id} or a list of these')
    return value


def _refuse(where: str, value: object, wanted: str) -> NoReturn:
    shown = json.dumps(value, ensure_ascii=False)
    raise Refused(f"{where} must be {wanted}, and is {shown[:60]}.")


def _shown(item: PipelineObject) -> dict[str, Any]:
    for field in item.fields:
        if (field.string_value is None) == (field.ref_value is None):
            raise Refused(f"{item.id}.{field.key} must have a stringValue or a refValue, and one.")
    given = (
        (f.key, f.string_value if f.ref_value is None else {"ref": f.ref_value})
        for f in item.fields
    )
    return _gathered({"id": item.id, "name": item.name}, given)


def _gathered(taken: dict[str, Any], given: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Put names and values together; a name that comes again makes a list."""
    lists: dict[str, list[Any]] = {}
    for key, value in given:
        if key in taken:
            raise Refused(f"{taken['id']} has a field called {key!r}, which no file can hold.")
        lists.setdefault(key, []).append(value)
    return taken | {k: values[0] if len(values) == 1 else values for k, values in lists.items()}

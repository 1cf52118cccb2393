"""Whether parameters and their values are what they should be.

Source: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-custom-templates.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from batchyard.pipelines.expressions.parsing import parse
from batchyard.pipelines.expressions.trees import Malformed
from batchyard.pipelines.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchyard.pipelines.model import Definition, ParameterObject

TYPES: Final = ("String", "Integer", "Double", "AWS::S3::ObjectKey")
NAME: Final = re.compile(r"\*?my\S.*", re.DOTALL)
"""A parameter's name begins with ``my``, after an asterisk if it is secret."""

_NUMBERS: Final = {
    "Integer": re.compile(r"[+-]?\d{1,18}"),
    "Double": re.compile(r"[+-]?(\d{1,18}(\.\d{0,18})?|\.\d{1,18})"),
}


def wrong(definition: Definition) -> Iterator[Finding]:
    """Find what is wrong with a definition's parameters."""
    seen: set[str] = set()
    values = definition.values()
    for parameter in definition.parameter_objects:
        for text in _texts(parameter, values.get(parameter.id, ())):
            yield Finding(parameter.id, f"INVALID_PARAMETER: {text}")
        if parameter.id in seen:
            yield Finding(parameter.id, "DUPLICATE_ID: Several parameters have this id.")
        seen.add(parameter.id)
    for name in {value.id: None for value in definition.parameter_values}:
        if name not in seen and not NAME.fullmatch(name):
            yield Finding(name, f"INVALID_PARAMETER: '{name}' does not begin with 'my'.")


def unset(definition: Definition) -> tuple[str, ...]:
    """Name the parameters that must have a value before the pipeline can be activated."""
    values = definition.values()
    return tuple(p.id for p in definition.parameter_objects if p.id not in values)


def _texts(parameter: ParameterObject, values: tuple[str, ...]) -> Iterator[str]:
    if not NAME.fullmatch(parameter.id):
        yield f"'{parameter.id}' does not begin with 'my'."
    kind = next(iter(parameter.attribute("type")), "String")
    if kind not in TYPES:
        yield f"'type' must be one of {', '.join(TYPES)}, and is '{kind}'."
    if len(values) > 1 and not parameter.flag("isArray"):
        yield f"It is no array, and has {len(values)} values."
    allowed = parameter.attribute("allowedValues")
    for value in values:
        yield from _value(value, kind, allowed)


def _value(value: str, kind: str, allowed: tuple[str, ...]) -> Iterator[str]:
    """Check a value; what an expression in it comes to is known where the parameter is used."""
    try:
        if any(not isinstance(part, str) for part in parse(value)):
            return
    except Malformed as error:
        yield f"The value has an expression that is none: {error.pointing(value)}."
        return
    if kind in _NUMBERS and not _NUMBERS[kind].fullmatch(value):
        yield f"The value '{value}' is no {kind}."
    if allowed and value not in allowed:
        yield f"The value '{value}' is none of {', '.join(allowed)}."

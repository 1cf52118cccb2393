"""What a pipeline's definition is made of, as the service holds it. Frozen values only.

Encoded by msgspec these are the wire's own structures (``pipelineObjects``, ``parameterObjects``,
``parameterValues``); ``msgspec.convert(…, from_attributes=True)`` makes them from decoded requests.

Source: https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_PipelineObject.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFAULT: Final = "Default"
"""The id of the object whose fields every object without a parent of its own inherits."""


class Value(msgspec.Struct, frozen=True, omit_defaults=True, gc=False, rename="camel"):
    """A frozen record, named in camelCase when encoded, as on the wire."""


class Field(Value, frozen=True):
    """A field of an object: a string or a reference, never both (validation says so)."""

    key: str
    string_value: str | None = None
    ref_value: str | None = None

    @property
    def value(self) -> str:
        """What it holds, whichever of the two it is; empty when neither."""
        return (self.string_value if self.ref_value is None else self.ref_value) or ""

    @property
    def secret(self) -> bool:
        """Whether AWS encrypts it and never shows it (its name begins with an asterisk)."""
        return self.key.startswith("*")


class PipelineObject(Value, frozen=True, omit_defaults=False):
    """An object: a component as it was written, or an instance or attempt as it is shown.

    Encoded it always has ``fields``, which the wire asks for.
    """

    id: str
    name: str
    fields: tuple[Field, ...] = ()

    def strings(self, key: str) -> tuple[str, ...]:
        """Give the string values of a field, in order."""
        return tuple(_present(f.string_value for f in self.fields if f.key == key))

    def refs(self, key: str) -> tuple[str, ...]:
        """Give the ids a field refers to, in order."""
        return tuple(_present(f.ref_value for f in self.fields if f.key == key))

    def string(self, key: str) -> str | None:
        """Give the first string value of a field; None without one."""
        return next(iter(self.strings(key)), None)

    def ref(self, key: str) -> str | None:
        """Give the first id a field refers to; None without one."""
        return next(iter(self.refs(key)), None)

    @property
    def type(self) -> str | None:
        """Its type, such as ``ShellCommandActivity``; None for Default and other mere parents.

        Templates for CloudFormation give Default the type of its own name, as AWS's example does.
        """
        said = self.string("type")
        return None if said == DEFAULT else said

    @property
    def keys(self) -> frozenset[str]:
        """The names of its fields."""
        return frozenset(f.key for f in self.fields)


class Attribute(Value, frozen=True):
    """An attribute of a parameter: type, default, description and so on."""

    key: str
    string_value: str = ""


class ParameterObject(Value, frozen=True):
    """A parameter: a value the definition leaves open, named ``my…`` or ``*my…``."""

    id: str
    attributes: tuple[Attribute, ...] = ()

    def attribute(self, key: str) -> tuple[str, ...]:
        """Give the values of an attribute, in order."""
        return tuple(a.string_value for a in self.attributes if a.key == key)

    def flag(self, key: str) -> bool:
        """Tell whether an attribute says true."""
        return [value.lower() for value in self.attribute(key)] == ["true"]


class ParameterValue(Value, frozen=True):
    """One value of a parameter; those of an array stand one after the other."""

    id: str
    string_value: str


class Definition(Value, frozen=True):
    """A pipeline's definition: objects, parameters, and the values given for these."""

    pipeline_objects: tuple[PipelineObject, ...] = ()
    parameter_objects: tuple[ParameterObject, ...] = ()
    parameter_values: tuple[ParameterValue, ...] = ()

    def values(self) -> dict[str, tuple[str, ...]]:
        """Give what each parameter comes to: the values given, else the default's.

        A parameter with neither is absent; an optional one has no values then.
        """
        found: dict[str, tuple[str, ...]] = {
            p.id: p.attribute("default")
            for p in self.parameter_objects
            if p.attribute("default") or p.flag("optional")
        }
        given: dict[str, tuple[str, ...]] = {}
        for value in self.parameter_values:
            given[value.id] = (*given.get(value.id, ()), value.string_value)
        return found | given


def _present(values: Iterator[str | None]) -> Iterator[str]:
    return (value for value in values if value is not None)

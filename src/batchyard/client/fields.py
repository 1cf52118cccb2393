"""The typed fields of a job definition: found, checked, and made the texts that AWS Batch takes."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, get_origin, get_type_hints

from batchyard.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

MISSING: Any = object()
"""The default of a field that has none."""

CLASSES = 1024
"""Classes whose fields are remembered."""


class Field(NamedTuple):
    """A parameter: its name, what it must be, and what it is when not given."""

    name: str
    kind: Any
    default: Any


@lru_cache(maxsize=CLASSES)
def fields_of(definition: type, base: type) -> tuple[Field, ...]:
    """Find a class's annotated fields, those of its parents first.

    Args:
        definition: the class.
        base: the class above all definitions; what it has is no parameter's name.

    Raises:
        Refused: an annotation names what is not there at run time, or a field's name is taken.
    """
    try:
        hints = get_type_hints(definition)
    except (NameError, TypeError) as error:
        raise Refused(
            f"{definition.__qualname__}: an annotation cannot be read ({error}): "
            "import what it names outside `if TYPE_CHECKING`, and define it in a module"
        ) from error
    known = {name for name in get_type_hints(base) if name not in _own(definition, base)}
    found = [name for name, hint in hints.items() if name not in known and not _is_class_var(hint)]
    for name in found:
        if name.startswith("_") or name == "name" or hasattr(base, name):
            raise Refused(
                f"{definition.__qualname__}.{name}: a parameter cannot have this name"
                + (": to name the definition, leave out its type" if name == "name" else "")
            )
    return tuple(Field(one, hints[one], getattr(definition, one, MISSING)) for one in found)


def _is_class_var(hint: object) -> bool:
    return hint is ClassVar or get_origin(hint) is ClassVar


def _own(definition: type, base: type) -> set[str]:
    """Name what the classes between two of them annotate."""
    between = definition.__mro__[: definition.__mro__.index(base)]
    return {name for one in between for name in getattr(one, "__annotations__", {})}


def bound(owner: str, fields: tuple[Field, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    """Give each field its value.

    Args:
        owner: the definition's class, for messages.
        fields: its fields.
        values: what was given.

    Raises:
        Refused: a value is missing, is of a wrong type, or belongs to no field.
    """
    names = [field.name for field in fields]
    if unknown := [name for name in values if name not in names]:
        has = ", ".join(names) or "none"
        raise Refused(f"{owner} has no parameter {', '.join(unknown)}; its parameters: {has}")
    filled = {field.name: values.get(field.name, field.default) for field in fields}
    if missing := [name for name, value in filled.items() if value is MISSING]:
        raise Refused(f"{owner} needs {', '.join(missing)}")
    return {field.name: _checked(owner, field, filled[field.name]) for field in fields}


def _checked(owner: str, field: Field, value: object) -> object:
    import msgspec

    try:
        return msgspec.convert(value, field.kind, dec_hook=_made)
    except Refused as error:
        raise Refused(f"{owner}.{field.name}: {error}") from error
    except msgspec.ValidationError as error:
        raise Refused(f"{owner}.{field.name} = {value!r}: {error}") from error
    except TypeError as error:
        raise Refused(
            f"{owner}.{field.name}: a parameter of this type cannot be: {error}"
        ) from error


def _made(kind: type, value: object) -> object:
    """Make a value of a type that msgspec does not know (a path, an S3 URI) from text."""
    if isinstance(value, kind):
        return value
    if not isinstance(value, str):
        import msgspec

        raise msgspec.ValidationError(f"Expected `{kind.__name__}`, got `{type(value).__name__}`")
    return kind(value)


def text_of(value: object) -> str:
    """Write a parameter as text, as a command line and a shell script would have it.

    Text stays as it is; true and false are small; dates are ISO 8601; an enum is its value; paths
    and URIs are themselves; lists and mappings are JSON.

    Raises:
        Refused: there is no text for it.
    """
    import msgspec

    try:
        plain = msgspec.to_builtins(value, enc_hook=_written, str_keys=True)
        if isinstance(plain, str):
            return plain
        if isinstance(plain, bool | list | tuple | dict | None):
            return msgspec.json.encode(plain).decode()
    except (TypeError, ValueError) as error:
        raise Refused(f"{value!r} cannot be a parameter: {error}") from error
    return str(plain)


def _written(value: object) -> str:
    from pathlib import PurePath

    if isinstance(value, PurePath | str):
        return str(value)
    raise TypeError(f"there is no text for {type(value).__name__}")

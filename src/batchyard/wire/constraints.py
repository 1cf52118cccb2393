"""The limits that a model sets on a value, and AWS's words for each when it is broken.

Two readings of the same lines of the model: :func:`meta` makes them a check that msgspec runs while
it decodes, and :func:`broken` names the first one that a refused value breaks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

Definition = Mapping[str, Any]

_INTEGERS = {"integer": 2**31, "long": 2**63}
_SIZED: Mapping[str, type] = {"string": str, "list": list, "map": dict}
# What a datetime can hold: the years 1 to 9999, in seconds since 1970.
_FIRST_SECOND, _LAST_SECOND = -62_135_596_800, 253_402_300_799
# AWS writes for Java: everything beyond the basic plane as a range of surrogate pairs.
_SURROGATE_PAIRS = (r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF")


def pattern(shape: Definition) -> str | None:
    r"""The shape's pattern as Python's, matching the whole value, or None when it has none.

    A pattern that Python cannot read (``\p{L}``) is no constraint.
    """
    if "pattern" not in shape:
        return None
    whole = rf"\A(?a:{shape['pattern'].replace(*_SURROGATE_PAIRS)})\Z"
    try:
        re.compile(whole)
    except re.error:
        return None
    return whole


def loose(shape: Definition) -> str:
    """A pattern for the values of the shape's enum, in any case."""
    return rf"\A(?ai:{'|'.join(map(re.escape, shape['enum']))})\Z"


def meta(shape: Definition) -> msgspec.Meta | None:
    """The shape's limits as msgspec checks them, or None when it has none.

    Args:
        shape: a shape of the model that is neither a structure nor an enum.
    """
    low, high = limits(shape)
    if shape["type"] in {*_SIZED, "blob"}:
        expected = pattern(shape) if shape["type"] == "string" else None
        given = msgspec.Meta(min_length=low, max_length=high, pattern=expected)
    else:
        given = msgspec.Meta(ge=low, le=high)
    return None if given == msgspec.Meta() else given


def limits(shape: Definition) -> tuple[int | None, int | None]:
    """The least and the greatest length or value of a shape; None stands for no limit.

    An integer has the limits of its width. A map has no least size: AWS takes ``"tags": {}``
    although the model says one (Airflow's BatchOperator sends it with every job).
    """
    low, high, kind = shape.get("min"), shape.get("max"), shape["type"]
    if kind in _INTEGERS:
        width = _INTEGERS[kind]
        return (-width if low is None else low, width - 1 if high is None else high)
    if kind == "timestamp":
        return _FIRST_SECOND, _LAST_SECOND
    return (None if kind == "map" else low), high


def broken(shape: Definition, value: object, *, any_case: bool = False) -> str | None:
    """AWS's words for the first constraint of the shape that a value breaks.

    Args:
        shape: the shape of the model that the value belongs to.
        value: a value out of JSON; one of another type than the shape's breaks no constraint.
        any_case: whether the shape's enum is compared without regard to case.

    Returns:
        For example ``Member must have length less than or equal to 512``, or None.
    """
    return next(_all_broken(shape, value, any_case=any_case), None)


def _all_broken(shape: Definition, value: object, *, any_case: bool) -> Iterator[str]:
    low, high = limits(shape)
    measured = _measure(shape["type"], value)
    if measured is None:
        return
    if isinstance(value, str):
        yield from _broken_by_text(shape, value, any_case=any_case)
    what = "value" if measured is value else "length"
    if high is not None and measured > high:
        yield f"Member must have {what} less than or equal to {high}"
    if low is not None and measured < low:
        yield f"Member must have {what} greater than or equal to {low}"


def _measure(kind: str, value: object) -> int | float | None:
    """What the limits of a type apply to: a size, a number, or (another type's value) nothing."""
    if isinstance(value, (str, list, dict)):
        return len(value) if isinstance(value, _SIZED.get(kind, ())) else None
    return value if isinstance(value, (int, float)) and kind not in _SIZED else None


def _broken_by_text(shape: Definition, value: str, *, any_case: bool) -> Iterator[str]:
    if "enum" in shape:
        matches = re.search(loose(shape), value) if any_case else value in shape["enum"]
        if not matches:
            yield f"Member must satisfy enum value set: [{', '.join(shape['enum'])}]"
    elif (whole := pattern(shape)) is not None and not re.search(whole, value):
        yield f"Member must satisfy regular expression pattern: {shape['pattern']}"

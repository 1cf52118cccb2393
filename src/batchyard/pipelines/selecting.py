"""Selectors: which objects a query of QueryObjects finds.

An object must satisfy every selector; one whose field is not set satisfies none. EQ and REF_EQ take
several values, of which any one will do (the AWS CLI asks for statuses like this).

Source: https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_Operator.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchyard.pipelines import periods
from batchyard.pipelines.model import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from batchyard.pipelines.model import PipelineObject

MOST: Final = 10
"""How many selectors a query may have (QueryObjects in botocore's model)."""

TIMES: Final = frozenset(
    {"@scheduledStartTime", "@scheduledEndTime", "@actualStartTime", "@actualEndTime"}
)
REFERENCES: Final = frozenset({"parent", "@componentParent", "@instanceParent"})
STRINGS: Final = frozenset({"name", "@sphere", "@status"}) | TIMES

_FIELDS: Final[Mapping[str, frozenset[str]]] = {
    "EQ": STRINGS,
    "REF_EQ": REFERENCES,
    "LE": TIMES,
    "GE": TIMES,
    "BETWEEN": TIMES,
}
_COUNTS: Final[Mapping[str, int]] = {"LE": 1, "GE": 1, "BETWEEN": 2}
_A_DAY: Final = len("2012-12-12")


class Selector(Value, frozen=True):
    """A comparison of a field with values."""

    field: str
    operator: str
    values: tuple[str, ...]


def wrong(selectors: tuple[Selector, ...]) -> str | None:
    """Say what is wrong with a query; None when nothing is.

    AWS's words are known for an operator that a field does not take:
    https://github.com/aws/aws-cli/issues/1224
    """
    if len(selectors) > MOST:
        return f"A query can have {MOST} selectors, and this has {len(selectors)}."
    return next(filter(None, map(_wrong, selectors)), None)


def _wrong(selector: Selector) -> str | None:
    operator, field = selector.operator, selector.field
    if field not in _FIELDS.get(operator, ()):
        takes = ", ".join(sorted(_FIELDS.get(operator, ()))) or "none"
        return (
            f"Operator: {operator} not supported for field {field[:100]} in query (fields that "
            f"take it: {takes})"
        )
    count, given = _COUNTS.get(operator), len(selector.values)
    if given < 1 or count not in {None, given}:
        return f"Operator: {operator} takes {count or 'one or more'} values, and {given} are given."
    for value in selector.values if field in TIMES else ():
        if _moment(value) is None:
            return f"The value {value[:100]!r} for {field} is no time: YYYY-MM-DDTHH:MM:SS, in UTC."
    return None


def matches(item: PipelineObject, selectors: Iterable[Selector]) -> bool:
    """Tell whether an object, as it is shown, satisfies every selector of a query."""
    return all(_satisfies(item, selector) for selector in selectors)


def _satisfies(item: PipelineObject, selector: Selector) -> bool:
    if selector.operator == "REF_EQ":
        return any(ref in selector.values for ref in item.refs(selector.field))
    found = (item.name,) if selector.field == "name" else item.strings(selector.field)
    wanted: tuple[str, ...] = selector.values
    if selector.field in TIMES:
        wanted = tuple(_moment(value) or value for value in wanted)
    return any(_compared(selector.operator, value, wanted) for value in found)


def _compared(operator: str, value: str, wanted: tuple[str, ...]) -> bool:
    """Compare a field's value; moments in AWS's form come in the order of their text."""
    if operator == "EQ":
        return value in wanted
    low = wanted[0] if operator != "LE" else ""
    high = wanted[-1] if operator != "GE" else value
    return low <= value <= high


def _moment(text: str) -> str | None:
    """Complete a moment; of a date alone its beginning, as users of the AWS CLI give it."""
    whole = f"{text}T00:00:00" if len(text) == _A_DAY else text.removesuffix("Z")
    return None if periods.moment(whole) is None else whole

"""Whether a field's literal value fits its slot.

Source: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-expressions-functions.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from batchyard.pipelines import periods, types

if TYPE_CHECKING:
    from batchyard.pipelines.limits import Limits

ONDEMAND_PERIOD = "ONDEMAND_PERIOD"
"""The period of the schedule that an on-demand pipeline may spell out."""

_INTEGER = re.compile(r"[+-]?\d{1,18}")
_DOUBLE = re.compile(r"[+-]?(\d{1,18}(\.\d{0,18})?|\.\d{1,18})")


def misfit(key: str, slot: str, value: str, limits: Limits) -> str | None:
    """Say why a value does not fit.

    Args:
        key: the field's name.
        slot: the letter of its slot.
        value: the value, without expressions.
        limits: how long, how often.

    Returns:
        A sentence as AWS words it, or None when the value fits.
    """
    wanted = _wanted(key, slot, value, limits)
    return None if wanted is None else f"INVALID_FIELD_VALUE: '{key}' value must be {wanted}."


def _wanted(key: str, slot: str, value: str, limits: Limits) -> str | None:
    if slot == "P":
        return _period(key, value, limits)
    if slot == "I":
        return _integer(key, value, limits)
    if slot == "E":
        allowed = types.ENUMERATIONS.get(key, (value,))
        known = value.lower() in {choice.lower() for choice in allowed}
        return None if known else f"one of {', '.join(allowed)}"
    return _SIMPLE[slot][1] if slot in _SIMPLE and not _SIMPLE[slot][0](value) else None


_SIMPLE: Final[dict[str, tuple[Callable[[str], object], str]]] = {
    "D": (periods.moment, "a literal datetime value"),
    "F": (_DOUBLE.fullmatch, "a number"),
    "B": (lambda value: value.lower() in {"true", "false"}, "true or false"),
}


def _period(key: str, value: str, limits: Limits) -> str | None:
    if key == "period" and value.upper() == ONDEMAND_PERIOD:
        return None
    found = periods.lifetime(value) if key == "terminateAfter" else periods.period(value)
    if found is None:
        return "a period such as '15 minutes' or '1 day'"
    if key == "period" and not limits.shortest_period <= found.seconds <= limits.longest_period:
        return "between 15 minutes and 3 years"
    if key == "retryDelay" and found.seconds < limits.retry_delay:
        return f"at least {limits.retry_delay // 60} minutes"
    return None


def _integer(key: str, value: str, limits: Limits) -> str | None:
    if not _INTEGER.fullmatch(value):
        return "an integer"
    if int(value) < (0 if key == "maximumRetries" else 1):
        return "positive"
    if key == "maximumRetries" and int(value) > limits.retries:
        return f"at most {limits.retries}"
    if key == "maxActiveInstances" and int(value) > limits.active:
        return f"at most {limits.active}"
    return None

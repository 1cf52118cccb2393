"""The functions and operators of expressions, on single values.

Source: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-pipeline-reference-functions-datetime.html
and dp-pipeline-reference-functions-math.html beside it; ``plusPeriod`` is in none of the tables,
but in the guide's examples
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from batchyard.pipelines import periods
from batchyard.pipelines.expressions import joda
from batchyard.pipelines.expressions.trees import Scalar

MOMENT, WHOLE, TEXT = "a DateTime", "an integer", "a string"
"""What a parameter takes; strings that read as such will do, for fields hold nothing else."""

Sunday = 7


class Function(NamedTuple):
    """A function: what it takes, in order, and what it does."""

    takes: tuple[str, ...]
    does: Callable[..., Scalar]


def _shift(unit: str, sign: int) -> Function:
    """Make the function that moves a DateTime by so many of a unit."""

    def shifted(moment: datetime, count: int) -> datetime:
        if unit in {"Months", "Years"}:
            months = count * sign * (periods.MONTHS_A_YEAR if unit == "Years" else 1)
            return periods.plus_months(moment, months)
        return moment + timedelta(**{unit.lower(): sign * count})

    return Function((MOMENT, WHOLE), shifted)


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _sunday(moment: datetime) -> datetime:
    return moment - timedelta(days=moment.isoweekday() % Sunday)


def _plus_period(moment: datetime, text: str) -> datetime:
    period = periods.period(text)
    if period is None:
        raise ValueError(f"{text!r} is no period such as '1 day'")
    return period.after(moment)


def _make(*numbers: int) -> datetime:
    return datetime(*numbers)  # type: ignore[arg-type] # noqa: DTZ001 - naive and UTC; all are ints


FUNCTIONS: Final[Mapping[str, Function]] = {
    "day": Function((MOMENT,), lambda moment: moment.day),
    "dayOfYear": Function((MOMENT,), lambda moment: moment.timetuple().tm_yday),
    "firstOfMonth": Function((MOMENT,), lambda moment: moment.replace(day=1)),
    "format": Function((MOMENT, TEXT), joda.shown),
    "hour": Function((MOMENT,), lambda moment: moment.hour),
    "makeDate": Function((WHOLE,) * 3, _make),
    "makeDateTime": Function((WHOLE,) * 5, _make),
    "midnight": Function((MOMENT,), _midnight),
    "minute": Function((MOMENT,), lambda moment: moment.minute),
    "month": Function((MOMENT,), lambda moment: moment.month),
    "plusPeriod": Function((MOMENT, TEXT), _plus_period),
    "sunday": Function((MOMENT,), _sunday),
    "year": Function((MOMENT,), lambda moment: moment.year),
    "yesterday": Function((MOMENT,), lambda moment: moment - timedelta(days=1)),
    **{
        f"{way}{unit}": _shift(unit, sign)
        for way, sign in (("plus", 1), ("minus", -1))
        for unit in ("Days", "Hours", "Minutes", "Months", "Weeks", "Years")
    },
}
"""Every function by its name."""

_WHOLE = re.compile(r"[+-]?\d{1,18}")
_NUMBER = re.compile(r"[+-]?(\d{1,18}(\.\d{0,18})?|\.\d{1,18})")


def called(name: str, given: tuple[Scalar, ...]) -> Scalar:
    """Call a function with values.

    Raises:
        ValueError: a value is not what it takes, or lies beyond the calendar.
    """
    function = FUNCTIONS[name]
    fitting = (_fit(name, kind, value) for kind, value in zip(function.takes, given, strict=True))
    try:
        return function.does(*fitting)
    except OverflowError:
        raise ValueError(f"{name}: the result lies beyond the calendar") from None


def _fit(name: str, kind: str, value: Scalar) -> Scalar:
    fit: Any = {MOMENT: _as_moment, WHOLE: _as_whole, TEXT: text}[kind](value)
    if fit is None:
        raise ValueError(f"{name} takes {kind}, and {text(value)!r} is none")
    found: Scalar = fit
    return found


def _as_moment(value: Scalar) -> datetime | None:
    if isinstance(value, str):
        return periods.moment(value)
    return value if isinstance(value, datetime) else None


def _as_whole(value: Scalar) -> int | None:
    if isinstance(value, str):
        return int(value) if _WHOLE.fullmatch(value) else None
    return value if isinstance(value, int) else None


def operated(sign: str, left: Scalar, right: Scalar) -> Scalar:
    """Put an operator between two values.

    ``+`` joins strings as soon as one side is no number. Integers are divided as Java divides
    them, towards zero; ``^`` makes a floating-point number.

    Raises:
        ValueError: they are no numbers, or the result is none.
    """
    if sign == "+" and not (isinstance(left, int | float) and isinstance(right, int | float)):
        return text(left) + text(right)
    first, second = _number(sign, left), _number(sign, right)
    try:
        found = _OPERATORS[sign](first, second)
    except (OverflowError, ZeroDivisionError):
        raise ValueError(f"{text(left)} {sign} {text(right)} has no result") from None
    if isinstance(found, complex):
        raise ValueError(f"{text(left)} {sign} {text(right)} has no real result")  # noqa: TRY004 - blame: the caller's value
    return found


def _number(sign: str, value: Scalar) -> int | float:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return float(value) if "." in value else int(value)
    if isinstance(value, int | float):
        return value
    raise ValueError(f"'{sign}' takes numbers, and {text(value)!r} is none")


def _divided(left: float, right: float) -> int | float:
    if isinstance(left, int) and isinstance(right, int):
        whole = abs(left) // abs(right)
        return whole if (left < 0) == (right < 0) else -whole
    return left / right


_OPERATORS: Final[Mapping[str, Callable[[Any, Any], int | float | complex]]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": _divided,
    "^": lambda left, right: float(left) ** float(right),
}


def text(value: Scalar) -> str:
    """Write a value as it stands in a field."""
    return periods.shown(value) if isinstance(value, datetime) else str(value)

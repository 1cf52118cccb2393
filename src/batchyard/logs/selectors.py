"""Filter patterns that select events by their JSON: ``{ $.user.id = 1 && $.name = "a*" }``.

A property is selected by names, ``[index]``, ``['any name']`` and one wildcard, ``.*`` or ``[*]``,
of which one fitting value is enough; a pattern has three wildcards at most. A value is compared
with a number, with a string in which ``*`` stands for anything, or with an ``%expression%``; or it
IS NULL, IS TRUE, IS FALSE or does NOT EXIST. A property that is not there, or is an object or an
array, fits no comparison, ``!=`` included, and a message that is no JSON object or array fits no
selector.

Source:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-json-log-events.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from batchyard.logs.grammar import (
    EQUAL,
    ORDER,
    Malformed,
    Test,
    Tokens,
    conditions,
    fitting,
    number,
    unquoted,
)

Value = Any
"""Anything that JSON can hold."""
Holds = Callable[[Value], bool]
"""Says of a decoded message, or of one value in it, whether it fits."""

MOST_WILDCARDS = 3
"""Of a whole pattern: "up to three wildcard selectors in a filter pattern" (page above)."""

_TOKEN = re.compile(
    r"""\s*(?P<token>&&|\|\||!=|<=|>=|[=<>(){}]|"(?:[^"\\]|\\.)*"|%[^%]+%"""
    r"""|\$(?:\.[\w-]+|\.\*|\.?\[(?:\d+|\*|'[^']*'|"[^"]*")\])+|[\w.*:/+-]+)\s*"""
)
_STEP = re.compile(r"""\.([\w-]+|\*)|\.?\[(?:(\d+|\*)|'([^']*)'|"([^"]*)")\]""")
_BARE = re.compile(r"[\w.*:/+-]+")
_WORDS: dict[tuple[str, str], Callable[[list[Value]], bool]] = {
    ("IS", "NULL"): lambda found: any(value is None for value in found),
    ("IS", "TRUE"): lambda found: any(value is True for value in found),
    ("IS", "FALSE"): lambda found: any(value is False for value in found),
    ("NOT", "EXISTS"): lambda found: not found,
}


def selecting(text: str, expression: Callable[[str], Test]) -> Test:
    """Read a selector.

    Args:
        text: the pattern, braces included.
        expression: reads what stands between percent signs.

    Returns:
        What tells matching messages.

    Raises:
        Malformed: it is no selector.
    """
    try:
        holds = _Reader(text, expression).whole()
    except RecursionError:
        raise Malformed("too many parentheses") from None
    return lambda message: _decoded(message, holds)


def _decoded(message: str, holds: Holds) -> bool:
    try:
        value = json.loads(message)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict | list) and holds(value)


class _Reader:
    """Reads a selector from left to right."""

    def __init__(self, text: str, expression: Callable[[str], Test]) -> None:
        self._tokens = Tokens(text, _TOKEN)
        self._expression = expression
        self._wildcards = 0

    def whole(self) -> Holds:
        self._tokens.expect("{")
        holds: Holds = conditions(self._tokens, self._one)
        self._tokens.end("}")
        return holds

    def _one(self) -> Holds:
        selector = self._tokens.next()
        if not selector.startswith("$"):
            raise Malformed(f"a selector like $.name is missing before {selector}")
        steps = [_step(step) for step in _STEP.finditer(selector)]
        self._count(selector, steps.count(None))
        fits = self._condition()
        return lambda value: fits(_selected(value, steps))

    def _count(self, selector: str, wildcards: int) -> None:
        self._wildcards += wildcards
        if wildcards > 1:
            raise Malformed(f"{selector} has more than one wildcard")
        if self._wildcards > MOST_WILDCARDS:
            raise Malformed(f"it has more than {MOST_WILDCARDS} wildcards")

    def _condition(self) -> Callable[[list[Value]], bool]:
        sign, wanted = self._tokens.next(), self._tokens.next()
        if sign in EQUAL or sign in ORDER:
            fits = _comparison(sign, wanted, self._expression)
            return lambda found: any(fits(value) for value in found if _simple(value))
        condition = _WORDS.get((sign.upper(), wanted.upper()))
        if condition is None:
            raise Malformed(f"a comparison is missing before {sign}")
        return condition


def _step(step: re.Match[str]) -> str | int | None:
    """Read a step of a selector: a name, an index, or None for all there are."""
    name, index, *quoted = step.groups()
    if "*" in (name, index):
        return None
    return int(index) if index is not None else next(x for x in (name, *quoted) if x is not None)


def _selected(value: Value, steps: list[str | int | None]) -> list[Value]:
    found = [value]
    for step in steps:
        found = [below for each in found for below in _below(each, step)]
    return found


def _below(value: Value, step: str | int | None) -> list[Value]:
    if isinstance(value, dict):
        return list(value.values()) if step is None else [value[step]] if step in value else []
    if isinstance(value, list):
        return value if step is None else value[step : step + 1] if isinstance(step, int) else []
    return []


def _simple(value: Value) -> bool:
    return not isinstance(value, dict | list)


def _comparison(sign: str, wanted: str, expression: Callable[[str], Test]) -> Holds:
    """Compare with a number, a string or an expression, in the order of their marks."""
    limit = number(wanted)
    if sign in ORDER:
        if limit is None:
            raise Malformed(f"{sign} compares with numbers, not with {wanted}")
        return lambda value: _numeric(value) and ORDER[sign](value, limit)
    equal = _equal_to_number(limit) if limit is not None else _equal_to(wanted, expression)
    return equal if sign == "=" else lambda value: not equal(value)


def _numeric(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _equal_to_number(limit: float) -> Holds:
    return lambda value: _numeric(value) and value == limit


def _equal_to(wanted: str, expression: Callable[[str], Test]) -> Holds:
    if wanted.startswith("%"):
        test = expression(wanted[1:-1])
        return lambda value: isinstance(value, str) and test(value)
    if not wanted.startswith('"') and not _BARE.fullmatch(wanted):
        raise Malformed(f"a value is missing before {wanted}")
    text = unquoted(wanted)
    if text == "*":
        return lambda _: True
    fits = fitting(text)
    return lambda value: (
        (isinstance(value, str) or ("*" in text and _numeric(value))) and fits(str(value))
    )

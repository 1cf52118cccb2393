"""Filter patterns that select events by their JSON: ``{ $.user.id = 1 && $.name = "a*" }``.

A property is selected by names, ``[index]``, ``['any name']`` and the wildcards ``.*`` and
``[*]``, of which one fitting value is enough. It is compared with a number, with a string in
which ``*`` stands for anything, or with an ``%expression%``; or it IS NULL, IS TRUE, IS FALSE,
EXISTS or NOT EXISTS. ``&&`` binds more tightly than ``||``. A property that is not there fits no
comparison, ``!=`` included, and a message that is no JSON object or array fits no selector.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable
from typing import Any

Test = Callable[[str], bool]
Value = Any
"""Anything that JSON can hold."""
Holds = Callable[[Value], bool]
"""Says of a decoded message, or of one value in it, whether it fits."""

_TOKEN = re.compile(
    r"""\s*(?P<token>&&|\|\||!=|<=|>=|[=<>(){}]|"(?:[^"\\]|\\.)*"|%[^%]+%"""
    r"""|\$(?:\.[\w-]+|\.\*|\.?\[(?:\d+|\*|'[^']*'|"[^"]*")\])+|[\w.*:/+-]+)\s*"""
)
_STEP = re.compile(r"""\.([\w-]+|\*)|\.?\[(?:(\d+|\*)|'([^']*)'|"([^"]*)")\]""")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_ORDER: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_WORDS: dict[tuple[str, str], Callable[[list[Value]], bool]] = {
    ("IS", "NULL"): lambda found: any(value is None for value in found),
    ("IS", "TRUE"): lambda found: any(value is True for value in found),
    ("IS", "FALSE"): lambda found: any(value is False for value in found),
    ("NOT", "EXISTS"): lambda found: not found,
}


class Malformed(ValueError):
    """A pattern that cannot be read; says why."""


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
        self._tokens = _tokens(text)
        self._expression = expression

    def whole(self) -> Holds:
        self._expect("{")
        holds = self._either()
        self._expect("}")
        if self._tokens:
            raise Malformed(f"nothing can follow the braces, but {self._tokens[-1]} does")
        return holds

    def _next(self) -> str:
        if not self._tokens:
            raise Malformed("it ends too early")
        return self._tokens.pop()

    def _expect(self, wanted: str) -> None:
        if (found := self._next()) != wanted:
            raise Malformed(f"{wanted} is missing before {found}")

    def _follows(self, token: str) -> bool:
        follows = self._tokens[-1:] == [token]
        if follows:
            self._tokens.pop()
        return follows

    def _either(self) -> Holds:
        parts = [self._both()]
        while self._follows("||"):
            parts.append(self._both())
        return lambda value: any(part(value) for part in parts)

    def _both(self) -> Holds:
        parts = [self._one()]
        while self._follows("&&"):
            parts.append(self._one())
        return lambda value: all(part(value) for part in parts)

    def _one(self) -> Holds:
        if self._follows("("):
            holds = self._either()
            self._expect(")")
            return holds
        selector = self._next()
        if not selector.startswith("$"):
            raise Malformed(f"a selector like $.name is missing before {selector}")
        steps = [_step(step) for step in _STEP.finditer(selector)]
        fits = self._condition()
        return lambda value: fits(_selected(value, steps))

    def _condition(self) -> Callable[[list[Value]], bool]:
        word = self._next()
        if word.upper() == "EXISTS":
            return bool
        if word in {"=", "!=", *_ORDER}:
            fits = _comparison(word, self._next(), self._expression)
            return lambda found: any(fits(value) for value in found)
        condition = _WORDS.get((word.upper(), self._next().upper()))
        if condition is None:
            raise Malformed(f"a comparison is missing before {word}")
        return condition


def _tokens(text: str) -> list[str]:
    """Cut a pattern into tokens, the first one last."""
    tokens, at = [], 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            raise Malformed(f"{text[at:]!r} cannot be read")
        tokens.append(token["token"])
        at = token.end()
    return tokens[::-1]


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


def _comparison(sign: str, wanted: str, expression: Callable[[str], Test]) -> Holds:
    """Compare with a number, a string or an expression, in the order of their marks."""
    number = float(wanted) if _NUMBER.fullmatch(wanted) else None
    if sign in _ORDER:
        if number is None:
            raise Malformed(f"{sign} compares with numbers, not with {wanted}")
        return lambda value: _numeric(value) and _ORDER[sign](value, number)
    equal = _equal_to_number(number) if number is not None else _equal_to(wanted, expression)
    return equal if sign == "=" else lambda value: not equal(value)


def _numeric(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _equal_to_number(number: float) -> Holds:
    return lambda value: _numeric(value) and value == number


def _equal_to(wanted: str, expression: Callable[[str], Test]) -> Holds:
    if wanted.startswith("%"):
        test = expression(wanted[1:-1])
        return lambda value: isinstance(value, str) and test(value)
    if not wanted.startswith('"') and not re.fullmatch(r"[\w.*:/+-]+", wanted):
        raise Malformed(f"a value is missing before {wanted}")
    text = re.sub(r"\\(.)", r"\1", wanted[1:-1]) if wanted.startswith('"') else wanted
    if text == "*":
        return lambda _: True
    glob = re.compile(".*".join(map(re.escape, text.split("*"))), re.DOTALL)
    return lambda value: (
        (isinstance(value, str) or ("*" in text and _numeric(value)))
        and bool(glob.fullmatch(str(value)))
    )

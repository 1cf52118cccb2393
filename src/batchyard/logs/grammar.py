"""What the structured filter patterns have in common: tokens, conditions, comparisons.

Conditions are put together by ``&&``, which binds more tightly, by ``||`` and by parentheses.
What is compared is a number, or a text in which ``*`` stands for anything.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import TypeVar

Test = Callable[[str], bool]
"""Says of a text whether it fits."""

T = TypeVar("T")

ORDER: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
EQUAL = ("=", "!=")

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class Malformed(ValueError):
    """A pattern that cannot be read; says why."""


class Tokens:
    """The tokens of a pattern, read from left to right.

    Args:
        text: the pattern.
        token: matches one token, named ``token``, and the blanks around it.

    Raises:
        Malformed: some of the text is no token.
    """

    def __init__(self, text: str, token: re.Pattern[str]) -> None:
        """Cut the pattern into tokens."""
        self._left: list[str] = []
        at = 0
        while at < len(text):
            found = token.match(text, at)
            if found is None:
                raise Malformed(f"{text[at:]!r} cannot be read")
            self._left.append(found["token"])
            at = found.end()
        self._left.reverse()

    def next(self) -> str:
        """Take the next token."""
        if not self._left:
            raise Malformed("it ends too early")
        return self._left.pop()

    def expect(self, wanted: str) -> None:
        """Take the next token, which must be this one."""
        if (found := self.next()) != wanted:
            raise Malformed(f"{wanted} is missing before {found}")

    def comes(self, *tokens: str, after: int = 0) -> bool:
        """Tell whether one of these comes next, or next after so many others."""
        return len(self._left) > after and self._left[-1 - after] in tokens

    def follows(self, token: str) -> bool:
        """Take the next token if it is this one; tell whether it was."""
        follows = self.comes(token)
        if follows:
            self._left.pop()
        return follows

    def end(self, bracket: str) -> None:
        """Take the closing bracket, behind which nothing may follow."""
        self.expect(bracket)
        if self._left:
            raise Malformed(f"nothing can follow {bracket}, but {self._left[-1]} does")


def conditions(tokens: Tokens, one: Callable[[], Callable[[T], bool]]) -> Callable[[T], bool]:
    """Read conditions as far as they go.

    Args:
        tokens: where they stand.
        one: reads one that is not in parentheses.
    """
    parts = [_both(tokens, one)]
    while tokens.follows("||"):
        parts.append(_both(tokens, one))
    return parts[0] if len(parts) == 1 else lambda value: any(part(value) for part in parts)


def _both(tokens: Tokens, one: Callable[[], Callable[[T], bool]]) -> Callable[[T], bool]:
    parts = [_single(tokens, one)]
    while tokens.follows("&&"):
        parts.append(_single(tokens, one))
    return parts[0] if len(parts) == 1 else lambda value: all(part(value) for part in parts)


def _single(tokens: Tokens, one: Callable[[], Callable[[T], bool]]) -> Callable[[T], bool]:
    if not tokens.follows("("):
        return one()
    inner = conditions(tokens, one)
    tokens.expect(")")
    return inner


def number(text: str) -> float | None:
    """Read a number as patterns and fields hold it; None if the text is none."""
    return float(text) if _NUMBER.fullmatch(text) else None


def unquoted(token: str) -> str:
    """Take a token out of its quotation marks, if it stands in any."""
    return _ESCAPED.sub(r"\1", token[1:-1]) if token.startswith('"') else token


def fitting(pattern: str) -> Test:
    """Compare texts with one in which ``*`` stands for anything: no text takes long."""
    first, *inner = pattern.split("*")
    if not inner:
        return lambda text: text == pattern
    last = inner.pop()
    return lambda text: (
        len(text) >= len(first) + len(last)
        and text.startswith(first)
        and text.endswith(last)
        and _in_order(inner, text, len(first), len(text) - len(last))
    )


def _in_order(parts: list[str], text: str, at: int, stop: int) -> bool:
    """Tell whether the parts come one after the other, none over another."""
    for part in parts:
        found = text.find(part, at, stop)
        if found < 0:
            return False
        at = found + len(part)
    return True

"""Filter patterns for events that are words: ``[ip, user, ..., status = 4*, bytes > 1000]``.

The pattern names an event's fields in order. What stands between brackets or quotation marks is
one field. Of more fields than are named the last name takes all that are left, unless an ellipsis
stands for those that nobody names; of fewer fields the event does not match.

Source:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-space-delimited-log-events.html
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

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

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Values = Sequence[str]
    Holds = Callable[[Values], bool]
    """Says of the values of a pattern's names whether they fit."""

ELLIPSIS = "..."

_TOKEN = re.compile(
    r"""\s*(?P<token>&&|\|\||!=|<=|>=|[=<>()\[\],]|"(?:[^"\\]|\\.)*"|%[^%]+%"""
    r"""|[^\s=<>()\[\],&|!"%]+)\s*"""
)
_NAME = re.compile(r"[\w.-]+")
_VALUE = re.compile(r"""["%]|[^\s=<>()\[\],&|!]""")
_BLANKS = re.compile(r"\s*")
_WORD = re.compile(r"\S+")
_CLOSING = {"[": "]", '"': '"'}


class Field(NamedTuple):
    """A field of an event: where it stands, brackets included, and its value without them."""

    start: int
    stop: int
    value: str


def delimited(text: str, expression: Callable[[str], Test]) -> Test:
    """Read a pattern.

    Args:
        text: the pattern, brackets included.
        expression: reads what stands between percent signs.

    Returns:
        What tells matching messages.

    Raises:
        Malformed: it is no pattern.
    """
    try:
        names, holds = _Reader(text, expression).whole()
    except RecursionError:
        raise Malformed("too many parentheses") from None

    def matches(message: str) -> bool:
        values = valued(names, message)
        return values is not None and all(fits(values) for fits in holds)

    return matches


class _Reader:
    """Reads a pattern from left to right."""

    def __init__(self, text: str, expression: Callable[[str], Test]) -> None:
        self._tokens = Tokens(text, _TOKEN)
        self._expression = expression
        self._names: list[str] = []
        self._own = ""
        self._asked: dict[str, int] = {}

    def whole(self) -> tuple[list[str], list[Holds]]:
        """Read all of it: the names of its fields, and its conditions."""
        self._tokens.expect("[")
        if self._tokens.comes("]"):  # no field at all: any event, as in TestMetricFilter's examples
            return [ELLIPSIS], []
        holds = [self._field()]
        while self._tokens.follows(","):
            holds.append(self._field())
        self._tokens.end("]")
        self._check_names()
        return self._names, [each for each in holds if each is not None]

    def _check_names(self) -> None:
        if self._names.count(ELLIPSIS) > 1:
            raise Malformed(f"{ELLIPSIS} can stand in one place only")
        for name in self._asked:
            if self._names.count(name) != 1:
                raise Malformed(f"{name} is not the name of exactly one field")
            self._asked[name] = self._names.index(name)

    def _field(self) -> Holds | None:
        """Read a field: nothing, an ellipsis, a name, or a condition, whose first name is its."""
        self._own, condition = "", None
        if self._tokens.follows(ELLIPSIS):
            self._own = ELLIPSIS
        elif self._tokens.comes(",", "]"):
            pass
        elif self._tokens.comes(",", "]", after=1):
            self._name()
        else:
            condition = conditions(self._tokens, self._one)
        self._names.append(self._own)
        return condition

    def _name(self) -> str:
        name = self._tokens.next()
        if not _NAME.fullmatch(name) or name == ELLIPSIS:
            raise Malformed(f"the name of a field is missing before {name}")
        self._own = self._own or name
        return name

    def _one(self) -> Holds:
        name = self._name()
        fits = self._comparison(self._tokens.next(), self._tokens.next())
        asked = self._asked  # where the name stands is known when the whole pattern is read
        asked[name] = -1
        return lambda values: fits(values[asked[name]])

    def _comparison(self, sign: str, wanted: str) -> Test:
        if sign not in EQUAL and sign not in ORDER:
            raise Malformed(f"a comparison is missing before {sign}")
        if not _VALUE.match(wanted):
            raise Malformed(f"a value is missing before {wanted}")
        if sign in ORDER:
            return _ordered(sign, wanted)
        equal = self._equal(wanted)
        return equal if sign == "=" else lambda value: not equal(value)

    def _equal(self, wanted: str) -> Test:
        if wanted.startswith("%"):
            return self._expression(wanted[1:-1])
        same, wanted_number = fitting(unquoted(wanted)), number(wanted)
        if wanted_number is None:
            return same
        return lambda value: same(value) or number(value) == wanted_number


def _ordered(sign: str, wanted: str) -> Test:
    limit, holds = number(wanted), ORDER[sign]
    if limit is None:
        raise Malformed(f"{sign} compares with numbers, not with {wanted}")

    def fits(value: str) -> bool:
        found = number(value)
        return found is not None and holds(found, limit)

    return fits


def valued(names: Sequence[str], message: str) -> list[str] | None:
    """Give each name of a pattern its value in a message.

    Args:
        names: the names in their order, one of them perhaps the ellipsis.
        message: the event.

    Returns:
        The values in the same order, the ellipsis without one; None if there are too few fields.
    """
    if ELLIPSIS in names:
        found = [*fields(message)]
        before = names.index(ELLIPSIS)
        after = len(names) - before - 1
        if len(found) < before + after:
            return None
        rest = found[len(found) - after :]
        return [*(each.value for each in found[:before]), "", *(each.value for each in rest)]
    found = [*islice(fields(message), len(names))]
    if len(found) < len(names):
        return None
    last, values = found[-1], [each.value for each in found]
    if message[last.stop :].strip():
        values[-1] = message[last.start :].rstrip()
    return values


def fields(message: str) -> Iterator[Field]:
    """Cut a message into its fields; what begins with a mark that nothing closes is a word."""
    at, never = _skip(message, 0), set[str]()
    while at < len(message):
        closing = _CLOSING.get(message[at], "")
        end = message.find(closing, at + 1) if closing and closing not in never else -1
        if end < 0:
            never.add(closing)  # looked for once only: else many open ones would take for ever
            stop = _WORD.match(message, at).end()  # type: ignore[union-attr] # no blank is here
            yield Field(at, stop, message[at:stop])
        else:
            stop = end + 1
            yield Field(at, stop, message[at + 1 : end])
        at = _skip(message, stop)


def _skip(message: str, at: int) -> int:
    found = _BLANKS.match(message, at)
    return found.end() if found else at

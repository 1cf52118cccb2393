r"""The regular expressions of filter patterns: what AWS's subset of them may hold.

There are no parentheses, so an expression is nothing but alternatives, each a row of characters
and classes that may be left out or repeated. ``^`` begins an alternative and ``$`` ends one;
elsewhere they are refused, as is all that AWS does not list, such as ``\b`` or ``*?``.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/regex-expressions.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from batchyard.logs.grammar import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

OTHER = 128
"""Stands for every character that is not ASCII: no expression tells them apart."""

_ALL = frozenset(range(OTHER + 1))
_DIGITS = frozenset(b"0123456789")
_WORD = _DIGITS | frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_")
_BLANK = frozenset(b" \t\n\r\f\v")
_CLASSES = {"d": _DIGITS, "s": _BLANK, "w": _WORD}
_CLASSES |= {name.upper(): _ALL - held for name, held in _CLASSES.items()}
_CLASSES |= {"t": frozenset(b"\t"), "n": frozenset(b"\n"), "r": frozenset(b"\r")}

_ALLOWED = re.compile(r"[A-Za-z0-9:_#=@/;,^$?\[\]{}|\\*+. -]+")
_ESCAPE = re.compile(r"\\(?:x([0-7][0-9A-Fa-f])|([dDsSwWtnr])|([^A-Za-z0-9]))")
_TIMES = re.compile(r"[?*+]|\{ *(\d*) *(?:(,) *(\d*) *)?\}")


class Term(NamedTuple):
    """A character, or one of several, so and so often.

    Attributes:
        held: the characters' codes.
        least: how often it must be there.
        most: how often it may; None is any number.
    """

    held: frozenset[int]
    least: int = 1
    most: int | None = 1


class Alternative(NamedTuple):
    """Terms in a row, and whether they must begin or end the text."""

    terms: tuple[Term, ...]
    begins: bool
    ends: bool


def read(text: str) -> list[Alternative]:
    """Read an expression.

    Args:
        text: what stands between the percent signs.

    Raises:
        Malformed: it holds what AWS does not support, or is no expression.
    """
    if not _ALLOWED.fullmatch(text):
        raise Malformed(f"%{text}% holds a character that expressions do not support")
    try:
        return [*_alternatives(text)]
    except Malformed as error:
        raise Malformed(f"%{text}% is no regular expression: {error}") from None


def _alternatives(text: str) -> Iterator[Alternative]:
    at, terms, begins = 0, list[Term](), text[:1] == "^"
    at += begins
    while at < len(text):
        if text[at] == "|":
            yield Alternative(tuple(terms), begins, ends=False)
            begins, terms = text[at + 1 : at + 2] == "^", []
            at += 1 + begins
        elif text[at] == "$" and text[at + 1 : at + 2] in {"", "|"}:
            yield Alternative(tuple(terms), begins, ends=True)
            if at + 1 == len(text):
                return
            begins, terms = text[at + 2 : at + 3] == "^", []
            at += 2 + begins
        else:
            held, at = _one(text, at)
            times, at = _times(text, at)
            terms.append(Term(held, *times))
    yield Alternative(tuple(terms), begins, ends=False)


def _one(text: str, at: int) -> tuple[frozenset[int], int]:
    """Read a character or a class; also say where the rest begins."""
    if text[at] == "[":
        return _class(text, at + 1)
    if text[at] == "\\":
        return _escaped(text, at)
    if text[at] in "^$":
        raise Malformed(f"{text[at]} stands in the middle")
    if text[at] in "?*+{":
        raise Malformed(f"{text[at]} follows nothing that could be repeated")
    return (_ALL if text[at] == "." else frozenset((ord(text[at]),))), at + 1


def _escaped(text: str, at: int) -> tuple[frozenset[int], int]:
    found = _ESCAPE.match(text, at)
    if found is None:
        raise Malformed(f"{text[at : at + 2]} means nothing")
    code, name, literal = found.groups()
    if name:
        return _CLASSES[name], found.end()
    return frozenset((int(code, 16) if code else ord(literal),)), found.end()


def _class(text: str, at: int) -> tuple[frozenset[int], int]:
    """Read a class from behind its bracket; one that begins with a bracket holds it."""
    negated = text[at : at + 1] == "^"
    at += negated
    held, begin = frozenset[int](), at
    while at < len(text) and (text[at] != "]" or at == begin):
        first, at = _in_class(text, at)
        if text[at : at + 1] == "-" and text[at + 1 : at + 2] not in {"", "]"}:
            last, at = _in_class(text, at + 1)
            first = _range(first, last)
        held |= first
    if at == len(text):
        raise Malformed("a bracket is not closed")
    return (_ALL - held if negated else held), at + 1


def _in_class(text: str, at: int) -> tuple[frozenset[int], int]:
    if text[at] == "\\":
        return _escaped(text, at)
    return frozenset((ord(text[at]),)), at + 1


def _range(first: frozenset[int], last: frozenset[int]) -> frozenset[int]:
    if len(first) != 1 or len(last) != 1 or min(first) > min(last):
        raise Malformed("a range goes from a character to a later one")
    return frozenset(range(min(first), min(last) + 1))


def _times(text: str, at: int) -> tuple[tuple[int, int | None], int]:
    """Read how often a term may be there; also say where the rest begins."""
    found = _TIMES.match(text, at)
    if found is None:
        if text[at : at + 1] == "{":
            raise Malformed("{ begins no number of times")
        return (1, 1), at
    low, comma, high = found.groups()
    if low is not None and not (low or high):
        raise Malformed(f"{found[0]} names no number of times")
    times = {"?": (0, 1), "*": (0, None), "+": (1, None)}.get(found[0])
    least = int(low or 0)
    most = least if not comma else int(high) if high else None
    if times is None and most is not None and least > most:
        raise Malformed(f"{found[0]} asks for more than it allows")
    return times or (least, most), found.end()

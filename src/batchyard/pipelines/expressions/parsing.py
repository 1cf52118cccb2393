"""Reading expressions: a field's value to literal text and trees.

``#{`` begins an expression anywhere in a value, and the first ``}`` outside quotes ends it. The
grammar is lark's, LALR(1); operators bind as in arithmetic, ``^`` most and to the right.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

from lark import Lark, Token, Transformer, UnexpectedInput, UnexpectedToken, v_args
from lark.exceptions import VisitError

from batchyard.pipelines.expressions.trees import (
    Call,
    Literal,
    Malformed,
    Negation,
    Operation,
    Part,
    Reference,
    Tree,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

GRAMMAR: Final = r"""
?start: sum
?sum: product | sum "+" product -> add | sum "-" product -> subtract
?product: unary | product "*" unary -> multiply | product "/" unary -> divide
?unary: power | "-" unary -> negate
?power: postfix | postfix "^" unary -> raise_to
?postfix: path | called
?called: atom | called "." FUNCTION arguments -> method | path "." FUNCTION arguments -> method
?atom: NUMBER -> number | TEXT -> text | FUNCTION arguments -> call | "(" sum ")"
?path: NAME -> first | path "." NAME -> further
arguments: "(" [sum ("," sum)*] ")"
FUNCTION.2: /[A-Za-z_][A-Za-z0-9_]*(?=\s*\()/
NAME: /[@*]?[A-Za-z_][A-Za-z0-9_]*/
NUMBER: /\d+(\.\d+)?|\.\d+/
TEXT: /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/
%import common.WS
%ignore WS
"""

DEEPEST: Final = 64
"""How deeply parentheses and functions may be nested in one expression (ours: AWS says nothing)."""

LONGEST_REMEMBERED: Final = 10_240
"""Characters of a text whose tree is kept for the next time: as many as a field can have."""

LONGEST_NUMBER: Final = 18
"""How many digits a number may have: as many as any Java long has (ours)."""

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^'"}]""", re.DOTALL)


def parse(text: str) -> tuple[Part, ...]:
    """Read a field's value.

    Args:
        text: the value: text with any number of ``#{…}``.

    Returns:
        Its pieces in order; no two strings stand side by side.

    Raises:
        Malformed: an expression in it cannot be read.
    """
    return _remembered(text) if len(text) <= LONGEST_REMEMBERED else tuple(_parts(text))


@lru_cache(maxsize=4096)
def _remembered(text: str) -> tuple[Part, ...]:
    return tuple(_parts(text))


def _parts(text: str) -> Iterator[Part]:
    done = 0
    while (start := text.find("#{", done)) >= 0:
        if start > done:
            yield text[done:start]
        end = _end(text, start)
        yield expression(text[start + 2 : end], start + 2)
        done = end + 1
    if done < len(text):
        yield text[done:]


def _end(text: str, start: int) -> int:
    """Find the brace that ends the expression which begins at ``start``."""
    at = start + 2
    while (piece := _QUOTED.match(text, at)) is not None:
        at = piece.end()
    if at >= len(text):
        raise Malformed("'#{' has no '}' that ends it", start)
    if text[at] != "}":
        raise Malformed("this quote is never closed", at)
    return at


def expression(text: str, at: int = 0) -> Tree:
    """Read one expression, without its braces.

    Args:
        text: what stands between them.
        at: where it begins in the field's value, for errors.

    Raises:
        Malformed: it is no expression.
    """
    _shallow(text, at)
    try:
        parsed = _lark().parse(text)
    except UnexpectedInput as error:
        raise Malformed(*_unexpected(error, text, at)) from None
    try:
        tree: Tree = _Building(at).transform(parsed)
    except VisitError as error:
        raise error.orig_exc from None
    return tree


def _shallow(text: str, at: int) -> None:
    """Refuse what is so deep, or so long, that walking it would end in a RecursionError."""
    depth = 0
    bare = re.sub(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""", lambda m: " " * len(m[0]), text)
    for position, character in enumerate(bare):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth > DEEPEST:
            raise Malformed(f"parentheses are nested more than {DEEPEST} deep", at + position)
    signs = [found.start() for found in re.finditer(r"[-+*/^]", bare)]
    if len(signs) > 2 * DEEPEST:
        raise Malformed(f"there are more than {2 * DEEPEST} operators", at + signs[2 * DEEPEST])


def _unexpected(error: UnexpectedInput, text: str, at: int) -> tuple[str, int]:
    position: int | None = error.pos_in_stream
    if not text.strip():
        return "the expression is empty", at
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return "the expression ends too early", at + len(text)
    spot = position or 0
    return f"{text[spot]!r} is not expected here", at + spot


@cache
def _lark() -> Lark:
    return Lark(GRAMMAR, parser="lalr", propagate_positions=True)


@v_args(inline=True)
class _Building(Transformer[Token, Any]):
    """Turns lark's tree into ours, with places counted in the field's value."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self._at = at

    def _place(self, tree: Tree | Token) -> int:
        return tree.at if not isinstance(tree, Token) else self._at + (tree.start_pos or 0)

    def number(self, token: Token) -> Literal:
        if len(token) > LONGEST_NUMBER:
            raise Malformed("the number has too many digits", self._place(token))
        return Literal(self._place(token), float(token) if "." in token else int(token))

    def text(self, token: Token) -> Literal:
        return Literal(self._place(token), _ESCAPED.sub(r"\1", token[1:-1]))

    def first(self, name: Token) -> Reference:
        return Reference(self._place(name), (str(name),))

    def further(self, before: Reference, name: Token) -> Reference:
        return Reference(before.at, (*before.path, str(name)))

    def arguments(self, *given: Tree | None) -> tuple[Tree, ...]:
        return tuple(tree for tree in given if tree is not None)

    def call(self, name: Token, given: tuple[Tree, ...]) -> Call:
        return Call(self._place(name), str(name), given)

    def method(self, of: Tree, name: Token, given: tuple[Tree, ...]) -> Call:
        return Call(self._place(name), str(name), (of, *given))

    def negate(self, of: Tree) -> Negation:
        return Negation(self._place(of), of)

    def add(self, left: Tree, right: Tree) -> Operation:
        return Operation(self._place(left), "+", left, right)

    def subtract(self, left: Tree, right: Tree) -> Operation:
        return Operation(self._place(left), "-", left, right)

    def multiply(self, left: Tree, right: Tree) -> Operation:
        return Operation(self._place(left), "*", left, right)

    def divide(self, left: Tree, right: Tree) -> Operation:
        return Operation(self._place(left), "/", left, right)

    def raise_to(self, left: Tree, right: Tree) -> Operation:
        return Operation(self._place(left), "^", left, right)

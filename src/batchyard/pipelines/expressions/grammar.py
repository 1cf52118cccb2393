"""The grammar of expressions, and what lark's trees become.

LALR(1); operators bind as in arithmetic, ``^`` most and to the right.

Source: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-pipeline-expressions.html
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

from lark import Lark, Token, Transformer, UnexpectedInput, UnexpectedToken, v_args
from lark.exceptions import VisitError

from batchyard.pipelines.expressions.trees import (
    Call,
    Literal,
    Malformed,
    Negation,
    Operation,
    Reference,
    Tree,
)

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

LONGEST_NUMBER: Final = 18
"""How many digits a number may have: as many as any Java long has (ours)."""

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def read(text: str, at: int) -> Tree:
    """Read one expression that is not too deep.

    Args:
        text: the expression.
        at: where it begins in the field's value, for errors.

    Raises:
        Malformed: it is no expression.
    """
    try:
        parsed = _lark().parse(text)
    except UnexpectedInput as error:
        raise Malformed(*_unexpected(error, text, at)) from None
    try:
        tree: Tree = _Building(at).transform(parsed)
    except VisitError as error:
        raise error.orig_exc from None
    return tree


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

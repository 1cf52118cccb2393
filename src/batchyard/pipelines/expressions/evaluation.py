"""What a field's value comes to.

An expression on a list is evaluated for each of its values, and makes a list. Where two lists meet,
every pair is made (inferred: AWS says only that lists are flattened); ``[#{a}, #{b}]`` puts lists
one after the other.

Source: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-pipeline-expressions.html
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final, Protocol

from batchyard.pipelines.expressions import functions
from batchyard.pipelines.expressions.parsing import parse
from batchyard.pipelines.expressions.trees import (
    Call,
    Literal,
    Malformed,
    Negation,
    Operation,
    Part,
    Reference,
    Scalar,
    Tree,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST_VALUES: Final = 10_000
"""How many values lists may grow to in one field (ours: AWS says nothing)."""


class Scope(Protocol):
    """Where an expression's names are looked up: an object, and what it refers to."""

    def values(self, path: tuple[str, ...]) -> tuple[Scalar, ...]:
        """Give what a reference stands for; several values of a list.

        Raises:
            ValueError: there is no such field.
        """


def evaluate(value: str, scope: Scope) -> tuple[str, ...]:
    """Work out a field's value.

    Args:
        value: the value as it was written, with any number of ``#{…}``.
        scope: where names are looked up.

    Returns:
        The values: one, or as many as the lists in it make.

    Raises:
        Malformed: an expression is none, or has no value here.
    """
    if plain(value):
        return (value,)
    parts = parse(value)
    if _is_list(parts):
        given = (_worked(part, scope) for part in parts if not isinstance(part, str))
        return tuple(functions.text(found) for values in given for found in values)
    pieces = [(part,) if isinstance(part, str) else _worked(part, scope) for part in parts]
    if len(pieces) > 1:  # within text, nothing leaves no trace
        pieces = [piece or ("",) for piece in pieces]
    return tuple(
        "".join(functions.text(piece) for piece in found) for found in _combined(pieces, 0)
    )


def told(value: str, scope: Scope) -> str:
    """Work a text for people out, as far as it goes.

    Args:
        value: the value as it was written, with any number of ``#{…}``.
        scope: where names are looked up.

    Returns:
        The text. What has no value here leaves a gap, a list is written with commas, and a value
        that cannot even be read stays as it was written.
    """
    try:
        parts = parse(value)
    except Malformed:
        return value
    return "".join(part if isinstance(part, str) else _told(part, scope) for part in parts)


def _told(tree: Tree, scope: Scope) -> str:
    try:
        return ", ".join(functions.text(found) for found in _worked(tree, scope))
    except Malformed:
        return ""


def plain(value: str) -> bool:
    """Tell whether a value stands for itself: no expression is in it."""
    return "#{" not in value


def _is_list(parts: Sequence[Part]) -> bool:
    """Tell whether a value is ``[#{a}, #{b}]`` and nothing more."""
    bare = "".join(part if isinstance(part, str) else "#" for part in parts)
    return bare[:1] == "[" and bare.replace(" ", "") == f"[{','.join('#' * bare.count('#'))}]"


def _worked(tree: Tree, scope: Scope) -> tuple[Scalar, ...]:
    try:
        return _RULES[type(tree)](tree, scope)
    except ValueError as error:
        if isinstance(error, Malformed):
            raise
        raise Malformed(str(error), tree.at) from None


def _literal(tree: Literal, _: Scope) -> tuple[Scalar, ...]:
    return (tree.value,)


def _reference(tree: Reference, scope: Scope) -> tuple[Scalar, ...]:
    return scope.values(tree.path)


def _call(tree: Call, scope: Scope) -> tuple[Scalar, ...]:
    check(tree)
    given = [_worked(argument, scope) for argument in tree.arguments]
    return tuple(functions.called(tree.name, found) for found in _combined(given, tree.at))


def _operation(tree: Operation, scope: Scope) -> tuple[Scalar, ...]:
    sides = [_worked(tree.left, scope), _worked(tree.right, scope)]
    return tuple(functions.operated(tree.sign, *pair) for pair in _combined(sides, tree.at))


def _negation(tree: Negation, scope: Scope) -> tuple[Scalar, ...]:
    return tuple(functions.operated("-", 0, value) for value in _worked(tree.of, scope))


def _combined(given: Sequence[tuple[Scalar, ...]], at: int) -> list[tuple[Scalar, ...]]:
    count = 1
    for values in given:
        count *= len(values)
        if count > MOST_VALUES:
            raise Malformed(f"the lists make more than {MOST_VALUES} values", at)
    return list(product(*given))


def check(tree: Call) -> None:
    """Make sure that a function exists and is given as much as it takes.

    Raises:
        Malformed: it is not so.
    """
    known = functions.FUNCTIONS.get(tree.name)
    if known is None:
        raise Malformed(f"there is no function called {tree.name!r}", tree.at)
    if len(known.takes) != len(tree.arguments):
        takes, given = len(known.takes), len(tree.arguments)
        raise Malformed(f"{tree.name} takes {takes} arguments, and {given} are given", tree.at)


_RULES: Final[dict[type, Callable[..., tuple[Scalar, ...]]]] = {
    Literal: _literal,
    Reference: _reference,
    Call: _call,
    Operation: _operation,
    Negation: _negation,
}

"""The tree of an expression, and the error that points into its text."""

from __future__ import annotations

from datetime import datetime

import msgspec

Scalar = str | int | float | datetime
"""What one value of an expression can be; a datetime is UTC and naive, as AWS writes it."""


class Malformed(ValueError):
    """An expression that cannot be read, or cannot be worked out.

    Args:
        why: what is wrong, a sentence without its full stop.
        at: where, in characters from the beginning of the field's value.
    """

    def __init__(self, why: str, at: int) -> None:
        super().__init__(why, at)
        self.why = why
        self.at = at

    def pointing(self, text: str) -> str:
        """Say what is wrong and show the spot in the field's value."""
        return f"{self.why}, at character {self.at + 1}: {text[: self.at]}»{text[self.at :]}"


class Literal(msgspec.Struct, frozen=True):
    """A number, or a string between quotes."""

    at: int
    value: str | int | float


class Reference(msgspec.Struct, frozen=True):
    """A field, reached through fields that are references: ``node.output.directoryPath``."""

    at: int
    path: tuple[str, ...]


class Call(msgspec.Struct, frozen=True):
    """A function and its arguments; ``value.format('…')`` is ``format(value, '…')``."""

    at: int
    name: str
    arguments: tuple[Tree, ...]


class Operation(msgspec.Struct, frozen=True):
    """An operator between two values."""

    at: int
    sign: str
    left: Tree
    right: Tree


class Negation(msgspec.Struct, frozen=True):
    """A minus before a value."""

    at: int
    of: Tree


Tree = Literal | Reference | Call | Operation | Negation

Part = str | Tree
"""A piece of a field's value: text that stands for itself, or an expression."""

"""Reading expressions: a field's value to literal text and trees.

``#{`` begins an expression anywhere in a value, and the first ``}`` outside quotes ends it. The
grammar is in `grammar`, which is loaded with the first expression.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from batchyard.pipelines.expressions.trees import (
    Malformed,
    Part,
    Tree,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

DEEPEST: Final = 64
"""How deeply parentheses and functions may be nested in one expression (ours: AWS says nothing)."""

LONGEST_REMEMBERED: Final = 10_240
"""Characters of a text whose tree is kept for the next time: as many as a field can have."""

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
    from batchyard.pipelines.expressions.grammar import read

    return read(text, at)


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

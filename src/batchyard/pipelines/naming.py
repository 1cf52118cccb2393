"""Whether the names in expressions stand for anything, as far as the definition can tell.

Runtime fields, ``node`` and ``parent`` are known at run time only, and so are the fields that a
mere parent leaves to its heirs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchyard.pipelines import types
from batchyard.pipelines.expressions.evaluation import check
from batchyard.pipelines.expressions.parsing import parse
from batchyard.pipelines.expressions.trees import (
    Call,
    Malformed,
    Negation,
    Operation,
    Reference,
    Tree,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from batchyard.pipelines.model import PipelineObject

ALWAYS: Final = frozenset({"id", "name", "parent", *types.GIVEN_AT_RUN_TIME})


def ill(
    text: str,
    item: PipelineObject,
    known: Mapping[str, PipelineObject],
    parameters: frozenset[str],
) -> str | None:
    """Say what is wrong with the expressions in a value.

    Args:
        text: the value.
        item: the object it belongs to, with what it inherits.
        known: every object, likewise.
        parameters: the names of parameters, and of values given.

    Returns:
        A sentence that points at the spot, or None.
    """
    try:
        for part in parse(text):
            if not isinstance(part, str):
                for tree in _within(part):
                    _check(tree, item, known, parameters)
    except Malformed as error:
        return f"INVALID_EXPRESSION: {error.pointing(text)}"
    return None


def _within(tree: Tree) -> Iterator[Tree]:
    yield tree
    if isinstance(tree, Call):
        for argument in tree.arguments:
            yield from _within(argument)
    elif isinstance(tree, Operation):
        yield from _within(tree.left)
        yield from _within(tree.right)
    elif isinstance(tree, Negation):
        yield from _within(tree.of)


def _check(
    tree: Tree,
    item: PipelineObject,
    known: Mapping[str, PipelineObject],
    parameters: frozenset[str],
) -> None:
    if isinstance(tree, Call):
        check(tree)
    if not isinstance(tree, Reference) or item.type is None:
        return
    name, *further = tree.path
    if name not in parameters or further:
        _reach(tree, item, (name, *further), known)


def _reach(
    tree: Reference,
    item: PipelineObject,
    path: tuple[str, ...],
    known: Mapping[str, PipelineObject],
) -> None:
    name, *further = path
    if name.startswith("@") or name in ALWAYS:
        return
    if name not in item.keys:
        raise Malformed(f"'{name}' is no field of '{item.id}' and no parameter", tree.at)
    if not further:
        return
    if not item.refs(name):
        raise Malformed(f"'{name}' of '{item.id}' is no reference", tree.at)
    for ref in item.refs(name):
        if ref in known:
            _reach(tree, known[ref], tuple(further), known)

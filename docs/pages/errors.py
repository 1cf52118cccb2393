"""The exception tree, and the error codes that a yard answers."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import batchyard
from batchyard import errors
from batchyard.wire.sigv4_claim import REFUSED
from pages.markdown import code, doc, summary, table

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(batchyard.__file__).parent
NAMED = {"REFUSED": REFUSED}
"""The statuses that the code gives by a name."""


def page() -> str:
    """Form the page of the errors."""
    tree = doc(errors).partition("::\n")[2].partition("\n\nCallers")[0].strip("\n")
    rows = ((code(kind.__name__), _parent(kind), summary(kind)) for kind in kinds())
    every = table(("class", "is a", "when"), rows)
    return "\n\n".join((INTRODUCTION, f"```\n{tree}\n```", every, CODES, _codes()))


INTRODUCTION = """# Errors

Everything batchyard raises on purpose is in `batchyard.errors`. Branch on the class, never on the
text. On the command line a CallerError is one line and exit code 2, any other one line and exit
code 1."""

CODES = """## What a yard answers

Errors are JSON: `{"message": …}`, with the code in the header `x-amzn-ErrorType`. A request that
breaks the service's model is answered with the service's own code: `ClientException` of Batch,
`InvalidParameterException` of CloudWatch Logs. These codes are given out by name:"""


def kinds() -> Iterator[type[Exception]]:
    """List the classes of the tree, as the module defines them."""
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, errors.BatchyardError):
            yield kind


def _parent(kind: type[Exception]) -> str:
    base = kind.__bases__[0]
    return code(base.__name__)


def _codes() -> str:
    found: dict[str, set[str]] = {}
    for name, status in sorted(_faults()):
        found.setdefault(name, set()).add(status)
    return table(
        ("code", "HTTP status"),
        ((code(name), ", ".join(sorted(statuses))) for name, statuses in found.items()),
    )


def _faults() -> Iterator[tuple[str, str]]:
    """Find every fault that the code forms with a code of its own, and its status."""
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) != "Fault":
                continue
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value, _status(node)


def _status(node: ast.Call) -> str:
    given = node.args[2:3]
    if not given:
        return "400"
    if isinstance(given[0], ast.Constant):
        return str(given[0].value)
    return str(NAMED[ast.unparse(given[0])])

"""From a request to the name of its operation: one dictionary look-up wherever the path is fixed.

rest-json names an operation by method and path, some of it in labels
(``/v1/tags/{resourceArn}``); JSON 1.1 by the header ``X-Amz-Target``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import unquote

from batchyard.errors import Fault
from batchyard.wire.messages import Request

Labels = Mapping[str, str]
UNKNOWN = "UnknownOperationException"
_NO_LABELS: Labels = {}
_LABEL = re.compile(r"{(\w+)\+?}")


class Routes(Protocol):
    """How one protocol names operations."""

    def find(self, request: Request) -> tuple[str, Labels]:
        """Name the operation of a request, with the labels of its path.

        Raises:
            Fault: UnknownOperationException, which names what was asked for.
        """
        ...


class PathRoutes:
    """rest-json's routes: method and path.

    Args:
        operations: the model's ``operations``, those that are served.
    """

    def __init__(self, operations: Mapping[str, Mapping[str, Any]]) -> None:
        self._fixed: dict[tuple[str, str], str] = {}
        self._templates: list[tuple[str, re.Pattern[str], str]] = []
        for name, operation in operations.items():
            method, path = operation["http"]["method"], operation["http"]["requestUri"]
            if "{" in path:
                self._templates.append((method, _compiled(path), name))
            else:
                self._fixed[method, path] = name

    def find(self, request: Request) -> tuple[str, Labels]:
        """Name the operation of a request; an unknown path is a Fault with status 404."""
        name = self._fixed.get((request.method, request.path))
        if name is not None:
            return name, _NO_LABELS
        for method, template, labelled in self._templates:
            if method == request.method and (match := template.fullmatch(request.path)):
                return labelled, _unquoted(match.groupdict(), request.path)
        raise Fault(UNKNOWN, f"No operation is at {request.method} {request.path}", 404)


class TargetRoutes:
    """JSON 1.1's routes: the header ``X-Amz-Target``.

    Args:
        prefixes: the model's ``targetPrefix``, e.g. ``Logs_20140328``, and others that will do.
        operations: the names of the operations that are served.
        unsupported: the names of those that are known and not served.
    """

    def __init__(
        self, prefixes: tuple[str, ...], operations: tuple[str, ...], unsupported: tuple[str, ...]
    ) -> None:
        self._targets = {f"{prefix}.{name}": name for prefix in prefixes for name in operations}
        self._unsupported = frozenset(f"{prefixes[0]}.{name}" for name in unsupported)

    def find(self, request: Request) -> tuple[str, Labels]:
        """Name the operation of a request; an unknown target is a Fault with status 400."""
        target = request.headers.get("x-amz-target", "")
        name = self._targets.get(target)
        if name is not None and request.method == "POST":
            return name, _NO_LABELS
        raise Fault(UNKNOWN, self._unknown(target, f"{request.method} {request.path}"))

    def _unknown(self, target: str, asked: str) -> str:
        if not target:
            return f"{asked} names no operation: the header X-Amz-Target is missing"
        if target in self._unsupported:
            return f"{target} ({asked}) answers with a stream of events, which is not served here"
        return f"No operation is named {target} ({asked}); operations are asked for with POST /"


def _compiled(path: str) -> re.Pattern[str]:
    """A path's template as a pattern; the last label takes slashes too.

    An ARN holds slashes. botocore sends them percent-encoded, people with curl do not.
    """
    pieces = _LABEL.split(path)
    literals, labels = pieces[::2], pieces[1::2]
    groups = [f"(?P<{label}>[^/]+)" for label in labels]
    groups[-1] = f"(?P<{labels[-1]}>.+)"
    pairs = zip(literals, [*groups, ""], strict=True)
    return re.compile("".join(re.escape(literal) + group for literal, group in pairs), re.DOTALL)


def _unquoted(labels: Labels, path: str) -> Labels:
    try:
        return {name: unquote(value, errors="strict") for name, value in labels.items()}
    except UnicodeDecodeError:
        raise Fault(UNKNOWN, f"The path {path} is not UTF-8 when it is unquoted", 404) from None

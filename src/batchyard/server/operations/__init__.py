"""One function per AWS operation, named after it: each reads, or submits an event.

An operation takes a :class:`Context` and its decoded request (a struct of :mod:`batchyard.wire`)
and returns the answer's struct, or raises :class:`batchyard.errors.Fault`. What it changed is on
disk before the gateway lets the answer leave.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from batchyard.batch.ids import Place
    from batchyard.engine.engine import Engine


class Context(NamedTuple):
    """What an operation may use.

    Attributes:
        place: the account and region the request was signed for.
        engine: the yard's heart.
        types: the service's generated structs, by shape name.
        user: the id of the access key that the request was signed with.
    """

    place: Place
    engine: Engine
    types: Any
    user: str = ""

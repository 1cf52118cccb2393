"""Pages of lists that are sorted anew each time, and the tokens between them.

A token holds the order and the last item shown, so that what comes or goes in between leaves
nothing out and shows nothing twice.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from batchyard.logs.tokens import invalid

if TYPE_CHECKING:
    from collections.abc import Iterable

Key = tuple[int, str]
"""Where an item stands: by a number, then by its name."""


class Mark(NamedTuple):
    """What a token says.

    Attributes:
        order: the list it belongs to and how that is ordered.
        number: where the last item stands.
        name: the last item's name, or a cursor of the store.
    """

    order: str
    number: int
    name: str


def written(mark: Mark) -> str:
    """Form a token."""
    return urlsafe_b64encode(msgspec.json.encode(mark)).decode()


def read(token: str | None, order: str) -> Mark | None:
    """Read a token; None when none was given.

    Raises:
        Fault: InvalidParameterException; it is no token, or one of another list or order.
    """
    if token is None:
        return None
    try:
        mark = msgspec.json.decode(urlsafe_b64decode(token.encode("ascii")), type=Mark)
    except (ValueError, msgspec.DecodeError):
        raise invalid() from None
    if mark.order != order or written(mark) != token:
        raise invalid()
    return mark


def page(
    keys: Iterable[Key], mark: Mark | None, order: str, limit: int, *, descending: bool = False
) -> tuple[list[str], str | None]:
    """Take a page of names.

    Args:
        keys: all items.
        mark: where the page before ended; None asks for the first.
        order: what the next token will belong to.
        limit: the most names to take.
        descending: whether the last come first.

    Returns:
        The names, and the token to go on with; None when there are no more.
    """
    if mark is not None:
        last = mark.number, mark.name
        keys = [key for key in keys if (key < last if descending else key > last)]
    ordered = sorted(keys, reverse=descending)
    taken = ordered[:limit]
    more = len(ordered) > limit
    return [name for _, name in taken], written(Mark(order, *taken[-1])) if more else None

"""Where a page ended, in a form that nobody is tempted to read."""

from __future__ import annotations

import base64
import binascii

from batchyard.errors import Refused


def written(*position: int) -> str:
    """Form a cursor.

    Args:
        position: the numbers that say where the last row of a page stands.
    """
    return base64.urlsafe_b64encode(".".join(map(str, position)).encode()).decode()


def read(cursor: str, length: int) -> tuple[int, ...]:
    """Read a cursor again.

    Args:
        cursor: what `written` gave.
        length: how many numbers it was given.

    Raises:
        Refused: it was not formed here, or for another kind of list.
    """
    try:
        text = base64.b64decode(cursor.encode(), altchars=b"-_", validate=True).decode()
        position = tuple(int(part) for part in text.split("."))
    except (ValueError, binascii.Error):
        position = ()
    if len(position) != length or written(*position) != cursor or not _fits(position):
        raise Refused(
            f"nextToken {cursor[:100]!r} was not given by this list: ask without it to begin anew"
        )
    return position


def _fits(position: tuple[int, ...]) -> bool:
    return all(abs(number) < 1 << 63 for number in position)

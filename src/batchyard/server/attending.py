"""Waiting for an answer as long as somebody waits for it: a poll leaves with its poller."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from batchyard.wire.messages import Gone

GONE: Final = object()
"""In place of an answer: nobody waits for it any more."""


async def attended(answer: Awaitable[Any], gone: Gone | None) -> Any:  # noqa: ANN401 - whatever is awaited
    """Wait for an answer, or until whoever asked has hung up; then the work is cancelled.

    Thousands may wait: it takes no task beside the one that waits.

    Args:
        answer: what is being worked out.
        gone: tells when whoever asked has hung up; None where nobody can tell.

    Returns:
        The answer, or `GONE`.
    """
    work = asyncio.current_task()
    if gone is None or work is None:
        return await answer
    left = False

    def leave() -> None:
        nonlocal left
        left = work.cancel()

    gone(leave)
    try:
        return await answer
    except asyncio.CancelledError:
        if not left or work.uncancel():
            raise
        return GONE
    finally:
        gone(None)

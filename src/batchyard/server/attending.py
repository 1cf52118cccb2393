"""Waiting for an answer as long as somebody waits for it: a poll leaves with its poller."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

GONE: Final = object()
"""In place of an answer: nobody waits for it any more."""


async def attended(answer: Awaitable[Any], gone: Callable[[], Awaitable[None]] | None) -> Any:  # noqa: ANN401 - whatever is awaited
    """Wait for an answer, or until whoever asked has hung up; then the work is cancelled.

    Args:
        answer: what is being worked out.
        gone: waits until whoever asked has hung up; None where nobody can tell.

    Returns:
        The answer, or `GONE`.
    """
    if gone is None:
        return await answer
    work = asyncio.ensure_future(answer)
    leaving = asyncio.ensure_future(gone())
    try:
        await asyncio.wait((work, leaving), return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            return work.result()
        return GONE
    finally:
        work.cancel()
        leaving.cancel()

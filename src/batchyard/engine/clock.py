"""Time and turns, as the engine sees them: a seam, so that tests need neither clock nor loop."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Handle(Protocol):
    """A call that is due later."""

    def cancel(self) -> None:
        """Let it not happen; fine when it already has."""


class Clock(Protocol):
    """Tells the time and calls back; every callback runs on the engine's own thread."""

    def now(self) -> int:
        """Tell the time in milliseconds since the epoch."""

    def call_at(self, moment: int, callback: Callable[[], None]) -> Handle:
        """Call back at a moment (epoch milliseconds), or soon if it has passed."""

    def call_soon(self, callback: Callable[[], None]) -> None:
        """Call back once the present turn is over."""

    def call_from_thread(self, callback: Callable[[], None]) -> None:
        """Call back on the engine's thread; the one call that any thread may make."""


class LoopClock:
    """The system's time and the running event loop's turns."""

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        """Bind to a loop; None is the running one."""
        self._loop = loop or asyncio.get_running_loop()

    def now(self) -> int:
        """Tell the system's time in milliseconds since the epoch."""
        return time.time_ns() // 1_000_000

    def call_at(self, moment: int, callback: Callable[[], None]) -> asyncio.TimerHandle:
        """Call back on the loop after the milliseconds that are left."""
        return self._loop.call_later(max(0, moment - self.now()) / 1000, callback)

    def call_soon(self, callback: Callable[[], None]) -> None:
        """Call back in the loop's next turn."""
        self._loop.call_soon(callback)

    def call_from_thread(self, callback: Callable[[], None]) -> None:
        """Wake the loop for a callback; a loop that is closed has nobody to tell any more."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(callback)

"""Signals, delivered as calls from the loop."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

from batchyard.launchers.supervisor.loop import Loop


class Wakes:
    """Turns signals into calls from the loop: several of a kind may become one call."""

    def __init__(self, loop: Loop) -> None:
        self._calls: dict[int, Callable[[], None]] = {}
        self._ours, self._theirs = os.pipe()
        os.set_blocking(self._ours, False)
        os.set_blocking(self._theirs, False)
        signal.set_wakeup_fd(self._theirs, warn_on_full_buffer=False)
        loop.watch(self._ours, self._wake)

    def on(self, number: signal.Signals, call: Callable[[], None]) -> None:
        """Call back, from the loop, after a signal."""
        self._calls[number] = call
        signal.signal(number, lambda *_: None)

    def wake(self, number: signal.Signals) -> None:
        """Behave as if a signal had come."""
        os.write(self._theirs, bytes([number]))

    def _wake(self) -> None:
        numbers = set(os.read(self._ours, 4096))
        for number in numbers & self._calls.keys():
            self._calls[number]()

"""The supervisor's loop: files that become readable, and timers. One thread, no callbacks kept."""

from __future__ import annotations

import select
from collections.abc import Callable
from heapq import heappop, heappush
from time import monotonic

READ = select.POLLIN
"""Readable, or at its end."""

WRITE = select.POLLOUT
"""Writable."""


class Timer:
    """A call that is due at a time; `cancel` takes it back."""

    __slots__ = ("call", "when")

    def __init__(self, when: float, call: Callable[[], None]) -> None:
        self.when = when
        self.call: Callable[[], None] | None = call

    def cancel(self) -> None:
        """Take the call back; fine at any time."""
        self.call = None

    def __lt__(self, other: Timer) -> bool:
        return self.when < other.when


class Loop:
    """Calls back what is ready. epoll where there is one, poll elsewhere (macOS)."""

    def __init__(self) -> None:
        self._calls: dict[int, Callable[[], None]] = {}
        self._timers: list[Timer] = []
        if hasattr(select, "epoll"):
            epoll = select.epoll()
            self._register: Callable[[int, int], None] = epoll.register
            self._unregister: Callable[[int], None] = epoll.unregister
            self._poll: Callable[[float], list[tuple[int, int]]] = epoll.poll
        else:  # pragma: no cover (where there is no epoll)
            poll = select.poll()
            self._register, self._unregister = poll.register, poll.unregister
            self._poll = lambda seconds: poll.poll(None if seconds < 0 else seconds * 1000)

    def watch(self, fd: int, call: Callable[[], None], events: int = READ) -> None:
        """Call back whenever a file is ready; watching it again replaces what was asked."""
        if fd in self._calls:
            self._unregister(fd)
        self._calls[fd] = call
        self._register(fd, events)

    def forget(self, fd: int) -> None:
        """Stop watching a file; to be called before it is closed."""
        if self._calls.pop(fd, None) is not None:
            self._unregister(fd)

    def after(self, seconds: float, call: Callable[[], None]) -> Timer:
        """Call back once, a number of seconds from now."""
        timer = Timer(monotonic() + seconds, call)
        heappush(self._timers, timer)
        return timer

    def turn(self, *, wait: bool) -> None:
        """Wait for something to do (or only look, without ``wait``), and do it."""
        for fd, _ in self._poll(self._patience() if wait else 0):
            # An earlier call of this turn may have closed the file.
            call = self._calls.get(fd)
            if call is not None:
                call()
        self._ring()

    def _patience(self) -> float:
        while self._timers and self._timers[0].call is None:
            heappop(self._timers)
        return max(0.0, self._timers[0].when - monotonic()) if self._timers else -1

    def _ring(self) -> None:
        if not self._timers:
            return
        now = monotonic()
        while self._timers and self._timers[0].when <= now:
            call = heappop(self._timers).call
            if call is not None:
                call()

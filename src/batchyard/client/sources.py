"""Which queues are read for whom: one reader for each queue and watcher, while anybody waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batchyard.client.events import EventSource
from batchyard.client.sessions import REGISTRY

if TYPE_CHECKING:
    from batchyard.client.sessions import Clients
    from batchyard.client.watcher import Watcher


@dataclass
class _Used:
    source: EventSource
    users: int = 0


class Source:
    """A queue that is read as long as somebody uses it.

    Args:
        queue_url: which.
        watcher: whom its events hurry.
        clients: as whom to read it.
    """

    def __init__(self, queue_url: str, watcher: Watcher, clients: Clients) -> None:
        self._key = "events", queue_url, watcher
        with REGISTRY.lock:
            self._shared = REGISTRY.shared
            used: _Used | None = self._shared.get(self._key)
        if used is None:
            used = _Used(EventSource(queue_url, watcher, **clients.connection))
        with REGISTRY.lock:
            used = self._shared.setdefault(self._key, used)
            used.users += 1
        used.source.start()

    def release(self) -> None:
        """Use it no more; the last one to do so stops it."""
        with REGISTRY.lock:
            used = self._shared[self._key]
            used.users -= 1
            if used.users:
                return
            del self._shared[self._key]
        used.source.stop()

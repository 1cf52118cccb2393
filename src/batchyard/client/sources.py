"""Which queues are read for whom: one reader for each queue, while anybody in this process waits.

A message goes to one reader only, so the watchers of several places (two sessions on one account,
say) share the reader of a queue that they name.
"""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

from batchyard.client.events import EventSource
from batchyard.client.sessions import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batchyard.client.events import Hurried
    from batchyard.client.sessions import Clients


class _Audience:
    """The watchers whom the events of one queue hurry; to its source they are one.

    Attributes:
        source: reads the queue, as whoever named it first.
        starting: held while that begins, which makes a client.
    """

    def __init__(self, queue_url: str, clients: Clients) -> None:
        self.source = EventSource(queue_url, self, **clients.connection)
        self._users: Counter[Hurried] = Counter()
        self._longest: float | None = None
        self.starting = threading.Lock()
        self._lock = threading.RLock()

    def join(self, watcher: Hurried) -> None:
        with self._lock:
            self._users[watcher] += 1
            if self._longest is not None:
                watcher.relax(self._longest)

    def leave(self, watcher: Hurried) -> bool:
        """Let a watcher hear nothing any more; tell whether it was the last."""
        with self._lock:
            self._users[watcher] -= 1
            if not self._users[watcher]:
                del self._users[watcher]
                watcher.relax(None)
            return not self._users

    def hurry(self, job_ids: Iterable[str]) -> None:
        ids = list(job_ids)
        for watcher in self._all():
            if theirs := [one for one in ids if watcher.watches(one)]:
                watcher.hurry(theirs)

    def relax(self, longest: float | None) -> None:
        with self._lock:
            self._longest = longest
            for watcher in list(self._users):
                watcher.relax(longest)

    def watches(self, job_id: str) -> bool:
        return any(watcher.watches(job_id) for watcher in self._all())

    def _all(self) -> list[Hurried]:
        with self._lock:
            return list(self._users)


class Source:
    """A queue that is read as long as somebody uses it.

    Args:
        queue_url: which.
        watcher: whom its events hurry.
        clients: as whom to read it, unless somebody reads it already.

    Raises:
        Refused: there is no region, or the queue's URL is none.
    """

    def __init__(self, queue_url: str, watcher: Hurried, clients: Clients) -> None:
        self._key, self._watcher = ("events", queue_url), watcher
        with REGISTRY.lock:
            self._shared = REGISTRY.shared
            audience: _Audience | None = self._shared.get(self._key)
            if audience is None:
                audience = self._shared[self._key] = _Audience(queue_url, clients)
            audience.join(watcher)
        try:
            with audience.starting:
                audience.source.start()
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        """Use it no more; the last one to do so stops it."""
        with REGISTRY.lock:
            audience: _Audience = self._shared[self._key]
            if not audience.leave(self._watcher):
                return
            del self._shared[self._key]
        audience.source.stop()

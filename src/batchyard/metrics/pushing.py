"""Sends what is counted by the clock, from a thread of its own."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchyard.metrics.seam import Exporter

EVERY: Final = 1.0
"""Seconds between two times: Airflow's own gauges of slots come as often."""

log = logging.getLogger(__name__)


class Pusher:
    """Lets an exporter export every second, and a last time at the end.

    Args:
        exporter: the exporter.
        call: has something done where the exporter may be used, soon, such as a loop's
            ``call_soon_threadsafe``; without it, it is done here.
        every: seconds.
    """

    def __init__(
        self,
        exporter: Exporter,
        call: Callable[[Callable[[], None]], object] | None = None,
        every: float = EVERY,
    ) -> None:
        self._exporter = exporter
        self._call = call or (lambda work: work())
        self._every = every
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; a second start is fine."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._go_on, name="metrics", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Export a last time, here, and end; twice, or before the start, is fine."""
        thread, self._thread = self._thread, None
        self._over.set()
        if thread is not None:
            thread.join()
            self._export()
        self._exporter.close()

    def _go_on(self) -> None:
        while not self._over.wait(self._every):
            try:
                self._call(self._export)
            except RuntimeError:  # the loop is gone
                return

    def _export(self) -> None:
        try:
            self._exporter.export()
        except Exception:
            log.exception("metrics could not be sent")

"""What is counted of a process that waits: jobs, calls, and how old the oldest answer is."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from batchyard.client.sessions import REGISTRY, kept
from batchyard.metrics import catalogue
from batchyard.metrics.board import Board, Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from batchyard.client.sessions import Client
    from batchyard.client.watcher import Watcher


class Waits:
    """What all watchers of this process do, and have done.

    Attributes:
        board: what was counted.
    """

    def __init__(self) -> None:
        self.board = Board(catalogue.of("waits"), self._read)

    def called(self, where: tuple[str, str], outcome: str) -> None:
        """A DescribeJobs call has come back."""
        self.board.count("waits.calls", *where, outcome)

    def _read(self) -> Iterator[Reading]:
        with REGISTRY.lock:
            watchers: list[Watcher] = list(REGISTRY.shared.values())
        now, oldest = time.monotonic(), dict[tuple[str, str], float]()
        for watcher in watchers:
            where = watcher.where
            yield Reading("waits.jobs", where, watcher.watched)
            answered = watcher.oldest_answer
            age = 0.0 if answered is None else max(0.0, now - answered)
            oldest[where] = max(age, oldest.get(where, 0.0))
        for where, age in oldest.items():
            yield Reading("waits.oldest_answer", where, age)


def waits() -> Board:
    """Give what is counted of this process's waits, of all that there have been.

    It can be shown among what a program has of its own:
    ``prometheus_client.REGISTRY.register(batchyard.metrics.prometheus.Prometheus(waits()))``.
    """
    return kept(Waits).board


def place_of(client: Client) -> tuple[str, str]:
    """Name where a client's calls go: the endpoint's host and port, and the region."""
    return urlsplit(client.meta.endpoint_url).netloc, client.meta.region_name


@contextmanager
def export_waits(
    *,
    listen: str | None = None,
    statsd: str | None = None,
    prefix: str = catalogue.PREFIX,
    say: Callable[[str], None] = lambda _: None,
) -> Iterator[None]:
    """Show what is counted of this process's waits, as long as a ``with`` block lasts.

    Args:
        listen: ``PORT`` or ``HOST:PORT`` at which Prometheus finds ``/metrics``; a port alone is
            for this machine, and 0 is any that is free.
        statsd: ``HOST:PORT`` of a StatsD server.
        prefix: what names begin with.
        say: told, in a sentence, where Prometheus finds it.

    Raises:
        Refused: an address is none or cannot be had, or a library is missing: both are in the
            extra ``metrics``.
    """
    from batchyard.metrics.address import address_of, listening_at
    from batchyard.metrics.exporting import Ways, exported

    ways = Ways(
        listening_at(listen) if listen is not None else None,
        address_of(statsd) if statsd is not None else None,
        prefix,
    )
    with exported(waits(), ways, say):
        yield

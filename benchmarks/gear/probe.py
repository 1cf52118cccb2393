"""A process of its own that asks a server for its health, over and over, and times the answers."""

from __future__ import annotations

import multiprocessing
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from benchmarks.gear.connections import Connection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection as Pipe

_PAUSE = 0.002
_REQUEST = "GET /_batchyard/health HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"


class Probe:
    """What was seen.

    Attributes:
        seconds: how long each answer took; filled when the probe has ended.
    """

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def wait(self, seconds: float) -> None:
        """Let it ask for a while."""
        time.sleep(seconds)


@contextmanager
def probing(port: int) -> Iterator[Probe]:
    """Ask a server for its health until the block ends."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=_ask, args=(port, theirs), daemon=True)
    process.start()
    probe = Probe()
    try:
        yield probe
        ours.send(None)
        probe.seconds += ours.recv()
    finally:
        process.kill()
        process.join()
    assert probe.seconds


def _ask(port: int, told: Pipe) -> None:
    """Ask until something is told, then tell."""
    connection = Connection(port)
    request = _REQUEST.format(port=port).encode()
    seconds = []
    while not told.poll(_PAUSE):
        answer = connection.ask(request)
        assert answer.status == 200, answer
        seconds.append(answer.seconds)
    told.send(seconds)

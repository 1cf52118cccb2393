"""What Airflow sends to statsd, received and kept with its time.

Source of the form: https://github.com/statsd/statsd/blob/master/docs/metric_types.md
"""

from __future__ import annotations

import socket
import threading
import time
from typing import NamedTuple, Self


class Sample(NamedTuple):
    """A value that was received.

    Attributes:
        at: seconds, of a clock that only goes forward.
        name: of the metric.
        value: of it.
    """

    at: float
    name: str
    value: float


class Gauges:
    """Receives statsd's datagrams on a port from the system, until it is closed."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self.samples: list[Sample] = []
        self._thread = threading.Thread(target=self._receive, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join()
        self._socket.close()

    def _receive(self) -> None:
        while data := self._socket.recv(65536):
            now = time.monotonic()
            self.samples += [
                Sample(now, *read)
                for line in data.decode(errors="replace").splitlines()
                if (read := parse(line))
            ]

    @property
    def names(self) -> set[str]:
        """The metrics that were received."""
        return {sample.name for sample in self.samples}

    def of(self, name: str, since: float, until: float) -> list[tuple[float, float]]:
        """Give the values of a metric within a time, each with the seconds after its begin."""
        return [
            (sample.at - since, sample.value)
            for sample in self.samples
            if sample.name == name and since <= sample.at <= until
        ]


def parse(line: str) -> tuple[str, float] | None:
    """Read a line of statsd; None for one that is none."""
    name, colon, rest = line.rpartition(":")
    value = rest.partition("|")[0]
    try:
        return (name, float(value)) if colon else None
    except ValueError:
        return None

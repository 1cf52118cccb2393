"""The limit of answering: uvicorn as a yard has it, and an application that decides nothing."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.gear import processes
from benchmarks.gear.endpoint import Endpoint

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = Path(__file__).resolve().parents[1] / "programs" / "bare_asgi.py"


class Bare(NamedTuple):
    """A running server: its process, and where it is asked."""

    pid: int
    endpoint: Endpoint

    def cpu(self) -> float:
        """Tell its CPU seconds so far."""
        return processes.cpu(self.pid)


@contextmanager
def bare(body: bytes) -> Iterator[Bare]:
    """Start a server that answers everything with the same bytes, and end it."""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, PROGRAM], stdin=pipe, stdout=pipe) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            server.stdin.write(body)
            server.stdin.close()
            yield Bare(server.pid, Endpoint(int(server.stdout.readline())))
        finally:
            processes.end(server.pid)

"""A yard as people start it: a server, its supervisor, and what both of them cost."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

from batchyard.server.keys import load_or_create
from benchmarks.gear import processes
from benchmarks.gear.endpoint import Endpoint

if TYPE_CHECKING:
    from types import TracebackType

COMMAND = Path(sys.executable).with_name("batchyard")
"""The command as it is installed beside this Python."""
ERRORS = "serve.err"


class Yard:
    """A running ``batchyard serve``; a context manager.

    Args:
        folder: its data directory.
        *options: further options of the command.

    Attributes:
        ready_seconds: from the start of its process to its line ``ready``.
        endpoint: where it is asked, with its own keys.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        self._folder = folder
        self._options = options
        self.ready_seconds = 0.0

    def __enter__(self) -> Self:
        """Start it, and wait until it answers."""
        data = str(self._folder)
        command = [str(COMMAND), "serve", "--port", "0", "--data-dir", data, *self._options]
        self._folder.mkdir(parents=True, exist_ok=True)
        began = time.perf_counter()
        with (self._folder / ERRORS).open("wb") as errors:
            self._server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors)
        try:
            port = self._port(self._server.stdout)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        self.ready_seconds = time.perf_counter() - began
        keys = load_or_create(self._folder)
        self.endpoint = Endpoint(port, keys.access_key_id, keys.secret_access_key)
        return self

    def _port(self, output: IO[bytes] | None) -> int:
        line = output.readline().decode() if output else ""
        word, _, url = line.strip().partition(" ")
        if word != "ready":
            raise RuntimeError(f"no yard: {line!r}\n{self.errors()}")
        return int(url.rpartition(":")[2])

    @property
    def server(self) -> int:
        """The server's process."""
        return self._server.pid

    @property
    def supervisors(self) -> list[int]:
        """The other processes of this data directory: one, as soon as it is needed."""
        return [pid for pid in processes.naming(str(self._folder)) if pid != self._server.pid]

    def errors(self) -> str:
        """Tell what it has said on stderr."""
        return (self._folder / ERRORS).read_text()

    def cpu(self) -> float:
        """Tell the CPU seconds so far of server, supervisor and all jobs that have ended."""
        return sum(processes.cpu(pid) for pid in (self._server.pid, *self.supervisors))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the server, then its supervisor, which would outlive it."""
        processes.end(self._server.pid)
        self._server.wait()
        if self._server.stdout:
            self._server.stdout.close()
        for pid in self.supervisors:
            processes.end(pid)

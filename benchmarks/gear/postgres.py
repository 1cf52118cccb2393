"""PostgreSQL as its package leaves it, in a folder of its own, on a Unix socket only."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.gear import processes

if TYPE_CHECKING:
    from collections.abc import Iterator

HOW = "apt-get install postgresql"
DEBIANS = Path("/usr/lib/postgresql")
"""Where Debian keeps the programs, in a folder for each version."""
OWNER = "postgres"
"""The user that Debian's package makes; the server refuses to run as root."""
DATABASE = "postgres"
_PATIENCE = 30.0


class Postgres(NamedTuple):
    """A running server: its process, and how libpq and asyncpg name it."""

    pid: int
    dsn: str

    def cpu(self) -> float:
        """Tell the CPU seconds so far of all its processes."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return processes.cpu(self.pid) + sum(map(processes.own_cpu, map(int, children)))


def programs() -> Path | None:
    """Find the folder with the server's programs; the newest version's."""
    known = [path.parent for path in DEBIANS.glob("*/bin/initdb")]
    found = shutil.which("initdb")
    newest = max(known, key=lambda path: float(path.parent.name), default=None)
    return newest or (None if found is None else Path(found).resolve().parent)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Start a server with its defaults (fsync and synchronous_commit on), and end it."""
    folder, user = programs(), OWNER if os.geteuid() == 0 else None
    assert folder is not None, HOW
    with tempfile.TemporaryDirectory(prefix="batchyard-pg-") as name:
        if user is not None:
            os.chown(name, pwd.getpwnam(user).pw_uid, -1)
        data, log = Path(name) / "data", Path(name) / "log"
        made = [folder / "initdb", "-D", data, "-U", OWNER, "-A", "trust", "-E", "UTF8"]
        subprocess.run(made, check=True, user=user, cwd=name, stdout=subprocess.DEVNULL)
        command = [folder / "postgres", "-D", data, "-k", name, "-c", "listen_addresses="]
        with log.open("wb") as said:
            server = subprocess.Popen(command, user=user, cwd=name, stdout=said, stderr=said)
        try:
            _await(folder, name, log)
            yield Postgres(server.pid, f"postgresql://{OWNER}@/{DATABASE}?host={name}")
        finally:
            processes.end(server.pid)
            server.wait()


def _await(folder: Path, name: str, log: Path) -> None:
    """Wait until it takes connections."""
    until = time.monotonic() + _PATIENCE
    while subprocess.run([folder / "pg_isready", "-q", "-h", name], check=False).returncode:
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.05)

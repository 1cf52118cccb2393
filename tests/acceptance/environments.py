"""Real clients of AWS, each in a virtual environment of its own, kept beside this one."""

import fcntl
import hashlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.requires import require

ROOT = Path(__file__).resolve().parents[2]
UV = ROOT / "tools" / "uv"
KEPT = ROOT / ".venv" / "clients"


def bin_of(client: str) -> Path:
    """Give the folder of a client's programs; the first who asks makes its environment.

    It is made anew when its lock or this Python changes. Others wait meanwhile, so that workers
    share it.

    Args:
        client: whose lock is ``requirements/client-NAME.txt``.
    """
    require("uv in .venv", "make setup", present=(ROOT / ".venv" / "bin" / "uv").exists())
    lock = ROOT / "requirements" / f"client-{client}.txt"
    mark = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
    folder = KEPT / client
    with _alone(client):
        made = folder / "made"
        if not made.exists() or made.read_text() != mark:
            _make(client, folder, lock)
            made.write_text(mark)
    return folder / "bin"


@contextmanager
def _alone(client: str) -> Iterator[None]:
    KEPT.mkdir(exist_ok=True)
    with (KEPT / f"{client}.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _make(client: str, folder: Path, lock: Path) -> None:
    said = _failed("venv", "--clear", "--python", sys.executable, str(folder)) or _failed(
        "pip", "sync", "--python", str(folder), "--require-hashes", str(lock)
    )
    where = f"an index that has what {lock.relative_to(ROOT)} names; uv said: {said}"
    require(f"{client} in an environment of its own", where, present=not said)


def _failed(*command: str) -> str:
    """Run uv; give what it said if it failed, else nothing."""
    done = subprocess.run(
        [UV, "--quiet", *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "nothing" if done.returncode else ""

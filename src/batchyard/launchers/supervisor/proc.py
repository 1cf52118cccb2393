"""What /proc tells about processes. Where there is no /proc, nothing is known."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

PAGE = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")
MARKER = "BATCHYARD_ATTEMPT"
"""The variable in every attempt's environment that tells its processes from all others."""


class Stat(NamedTuple):
    """One line of /proc/PID/stat: proc_pid_stat(5)."""

    state: str
    parent: int
    session: int
    ticks: int


def read(path: str) -> bytes:
    """Read a small file of /proc; empty when it is gone or not ours to read."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return b"".join(iter(lambda: os.read(fd, 65536), b""))
    except OSError:
        return b""
    finally:
        os.close(fd)


def stat(pid: int) -> Stat | None:
    """Tell a process's state, parent, session and start time; None when it is gone."""
    line = read(f"/proc/{pid}/stat")
    if not line:
        return None
    # The program's name, in parentheses, may itself hold spaces and parentheses.
    fields = line[line.rindex(b")") + 2 :].split()
    return Stat(fields[0].decode(), int(fields[1]), int(fields[3]), int(fields[19]))


def alive(pid: int) -> bool:
    """Tell whether a process still runs; a zombie does not."""
    found = stat(pid)
    return found is not None and found.state not in "ZX"


def pids() -> Iterator[int]:
    """Name every process of the machine that can be seen."""
    try:
        names = os.listdir("/proc")  # noqa: PTH208 - pathlib costs its import
    except OSError:
        return
    yield from (int(name) for name in names if name.isdecimal())


def marker(pid: int) -> str | None:
    """Tell which attempt a process belongs to, by its environment; None when it does not say."""
    for variable in read(f"/proc/{pid}/environ").split(b"\0"):
        if variable.startswith(b"BATCHYARD_ATTEMPT="):
            return os.fsdecode(variable.partition(b"=")[2])
    return None


def children(pid: int) -> list[int]:
    """List the children of a process, by all its threads (CONFIG_PROC_CHILDREN)."""
    try:
        threads = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208 - as above
    except OSError:
        return []
    return [
        int(child)
        for thread in threads
        for child in read(f"/proc/{pid}/task/{thread}/children").split()
    ]


def tree(roots: list[int]) -> list[int]:
    """List processes with all their descendants."""
    found = list(roots)
    for pid in found:  # grows while it is walked
        found.extend(children(pid))
    return found


def anonymous(pid: int) -> int:
    """Tell the bytes of memory a process holds that no file backs.

    Pages shared after a fork count for each process: the sum over a tree is an upper bound.
    """
    fields = read(f"/proc/{pid}/statm").split()
    return (int(fields[1]) - int(fields[2])) * PAGE if fields else 0


def proportional(pid: int) -> int:
    """Tell the bytes a process holds, shared pages divided among those who share them.

    The kernel walks the page tables for it: milliseconds per gigabyte.
    """
    for line in read(f"/proc/{pid}/smaps_rollup").splitlines():
        if line.startswith(b"Pss_Anon:"):
            return int(line.split()[1]) * 1024
    return anonymous(pid)


def boot() -> str:
    """Tell this boot's id: pids and start times mean nothing beyond it."""
    return read("/proc/sys/kernel/random/boot_id").decode().strip() or "-"

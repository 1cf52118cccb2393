"""Memory limits by control groups, where the kernel lets us make some.

Groups are nested below this process's own group, in a folder that is this state directory's own,
and used again: making one with its limit costs 100-170 us, moving a process 12 us, while a group
in hand only needs its limit written. A group that was left with much in it (the page cache of what
its attempt wrote is charged to it) is removed instead: lowering its limit would make the kernel
reclaim that at our expense.

Version 1 (the memory controller's own mount) and version 2 (memory delegated to our group).
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import NamedTuple

from batchyard.launchers.supervisor import proc

MEBIBYTE = 1024 * 1024
_SPARE = 32
"""Groups kept in hand."""
_LIGHT = 4 * MEBIBYTE
"""A group charged with more than this is not used again."""


class Flavour(NamedTuple):
    """The file names of one version of control groups."""

    limit: str
    usage: str
    events: str
    swap: tuple[str, str]


V1 = Flavour(
    "memory.limit_in_bytes",
    "memory.usage_in_bytes",
    "memory.oom_control",
    ("memory.swappiness", "0"),
)
V2 = Flavour("memory.max", "memory.current", "memory.events", ("memory.swap.max", "0"))


class Group:
    """One control group.

    Attributes:
        path: its folder.
        limit: the limit it has, in MiB.
        killed: how often the kernel had killed in it when it was last given out.
    """

    __slots__ = ("killed", "limit", "path")

    def __init__(self, path: str) -> None:
        self.path = path
        self.limit = self.killed = 0


class Groups:
    """The groups below one folder, which is made now and emptied of what others left in it.

    Raises:
        OSError: it cannot be made.
    """

    def __init__(self, folder: str, flavour: Flavour) -> None:
        self._folder = folder
        self._flavour = flavour
        self._spare: list[Group] = []
        self._made = 0
        os.makedirs(folder, exist_ok=True)  # noqa: PTH103 - pathlib costs its import
        self.clear()
        self.give_back(self.take(1024))

    def take(self, limit: int) -> Group:
        """Give out an empty group with a limit in MiB.

        Raises:
            OSError: the kernel makes no more of them.
        """
        group = self._spare.pop() if self._spare else self._make()
        if group.limit != limit:
            write(f"{group.path}/{self._flavour.limit}", str(limit * MEBIBYTE))
            group.limit = limit
        group.killed = self._kills(group)
        return group

    def add(self, group: Group, pids: list[int]) -> None:
        """Move processes into a group; those that ended meanwhile are passed over."""
        for pid in pids:
            with suppress(ProcessLookupError):
                write(f"{group.path}/cgroup.procs", str(pid))

    def pids(self, group: Group) -> list[int]:
        """List the processes in a group."""
        return [int(pid) for pid in proc.read(f"{group.path}/cgroup.procs").split()]

    def killed(self, group: Group) -> bool:
        """Tell whether the kernel killed in a group since it was given out."""
        return self._kills(group) > group.killed

    def give_back(self, group: Group) -> None:
        """Take a group back when nothing runs in it any more."""
        usage = proc.read(f"{group.path}/{self._flavour.usage}")
        if len(self._spare) < _SPARE and usage and int(usage) <= _LIGHT:
            self._spare.append(group)
        else:
            _remove(group.path)

    def clear(self) -> None:
        """Kill what runs in any group of the folder, and remove the groups."""
        self._spare.clear()
        with os.scandir(self._folder) as found:
            folders = [entry.path for entry in found if entry.is_dir()]
        for path in folders:
            for pid in proc.read(f"{path}/cgroup.procs").split():
                with suppress(OSError):
                    os.kill(int(pid), 9)
            _remove(path)

    def close(self) -> None:
        """Remove everything."""
        self.clear()
        _remove(self._folder)

    def _make(self) -> Group:
        self._made += 1
        group = Group(f"{self._folder}/{os.getpid()}-{self._made}")
        os.mkdir(group.path)  # noqa: PTH102 - as above
        name, value = self._flavour.swap
        with suppress(OSError):  # a kernel without swap accounting has no such file
            write(f"{group.path}/{name}", value)
        return group

    def _kills(self, group: Group) -> int:
        for line in proc.read(f"{group.path}/{self._flavour.events}").splitlines():
            if line.startswith(b"oom_kill "):
                return int(line.split()[1])
        return 0


def write(path: str, text: str) -> None:
    """Write to a file of the kernel's; it must be there."""
    fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)


def _remove(path: str) -> None:
    with suppress(OSError):  # something in it still dies: the next supervisor removes it
        os.rmdir(path)  # noqa: PTH106 - as above

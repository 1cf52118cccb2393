"""Where this process may make control groups: below its own, if the kernel and others let it."""

from __future__ import annotations

import os

from batchyard.launchers.supervisor import proc
from batchyard.launchers.supervisor.groups import V1, V2, Flavour, Groups, write


def find(name: str) -> Groups | None:
    """Make a folder of groups below this process's own group; None where that cannot be."""
    for own, flavour in _own():
        try:
            if flavour is V2:
                _delegate(own)
            return Groups(f"{own}/{name}", flavour)
        except OSError:
            continue
    return None


def _own() -> list[tuple[str, Flavour]]:
    """Find the folders of this process's own groups that have the memory controller."""
    paths = {
        controllers: path
        for _, controllers, path in (
            line.split(":", 2) for line in os.fsdecode(proc.read("/proc/self/cgroup")).splitlines()
        )
    }
    found = []
    for root, mount, kind, options in _mounts():
        if kind == "cgroup" and "memory" in options:
            path = next((p for names, p in paths.items() if "memory" in names.split(",")), None)
            flavour = V1
        elif kind == "cgroup2":
            path, flavour = paths.get(""), V2
        else:
            continue
        if path is not None:
            inner = path.removeprefix(root.rstrip("/"))
            found.append((f"{mount}{inner}".rstrip("/"), flavour))
    return found


def _mounts() -> list[tuple[str, str, str, list[str]]]:
    """Read root, mount point, type and options of every mount: proc_pid_mountinfo(5)."""
    found = []
    for line in os.fsdecode(proc.read("/proc/self/mountinfo")).splitlines():
        before, _, after = line.partition(" - ")
        fields, (kind, _, options) = before.split(), after.split(" ", 2)
        found.append((fields[3], fields[4], kind, options.split(",")))
    return found


def _delegate(own: str) -> None:
    """Let groups below ours have limits.

    Raises:
        OSError: our group is not ours to divide, or the controller is elsewhere.
    """
    if b"memory" not in proc.read(f"{own}/cgroup.subtree_control").split():
        write(f"{own}/cgroup.subtree_control", "+memory")

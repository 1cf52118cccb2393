"""Processes from outside: what they cost, which they are, and their end."""

from __future__ import annotations

import os
import select
import signal
import time
from contextlib import suppress
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_CPU_OF_A_PROCESS = 2
"""The low bits of a process's CPU clock: CPUCLOCK_SCHED in the kernel's posix-timers_types.h."""
_PATIENCE = 10.0
"""Seconds between SIGTERM and SIGKILL."""


def cpu(pid: int) -> float:
    """Tell the CPU seconds of a living process, and of those of its children that were reaped.

    The children's are read from /proc, in hundredths of a second.
    """
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    reaped = int(fields[13]) + int(fields[14])  # cutime and cstime: proc_pid_stat(5), 16 and 17
    return own_cpu(pid) + reaped / _TICKS


def own_cpu(pid: int) -> float:
    """Tell the CPU seconds of a living process alone, by its CPU clock (clock_getcpuclockid(3))."""
    return time.clock_gettime((~pid << 3) | _CPU_OF_A_PROCESS)


def memory(pid: int) -> int:
    """Tell how many bytes of memory a living process has now."""
    return _status(pid, "VmRSS")


def peak_memory(pid: int) -> int:
    """Tell how many bytes of memory a living process ever had (VmHWM in proc_pid_status(5))."""
    return _status(pid, "VmHWM")


def _status(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (value,) = [line.split()[1] for line in lines if line.startswith(f"{name}:")]
    return int(value) * 1024


def naming(text: str) -> list[int]:
    """List the processes whose command line holds a text."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):  # it may end meanwhile
            if entry.name.isdecimal() and text.encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
    return found


def end(pid: int) -> None:
    """End a process, with SIGKILL if it must be; one that is gone is fine."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    with os.fdopen(fd), suppress(ProcessLookupError):
        gone = select.poll()
        gone.register(fd, select.POLLIN)
        signal.pidfd_send_signal(fd, signal.SIGTERM)
        if not gone.poll(_PATIENCE * 1000):
            signal.pidfd_send_signal(fd, signal.SIGKILL)
            gone.poll(_PATIENCE * 1000)

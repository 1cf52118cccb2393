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

    Its own are read from its CPU clock, in nanoseconds (clock_getcpuclockid(3)), those of its
    children from /proc, in hundredths of a second.
    """
    own = time.clock_gettime((~pid << 3) | _CPU_OF_A_PROCESS)
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    reaped = int(fields[13]) + int(fields[14])  # cutime and cstime: proc_pid_stat(5), 16 and 17
    return own + reaped / _TICKS


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

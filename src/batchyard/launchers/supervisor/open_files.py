"""How many files a process may have open: many for ourselves, what it was started with for others.

Many programs take time or memory by the soft limit, or select(2), which knows 1,024 files: it is
for each program itself to ask for more (systemd's ``LimitNOFILE=`` says the same).
"""

from __future__ import annotations

import resource
from contextlib import suppress

SOFT, HARD = resource.getrlimit(resource.RLIMIT_NOFILE)
"""What this process was started with."""

_MOST = 65536
OURS = min(HARD, _MOST) if HARD != resource.RLIM_INFINITY else _MOST
"""What this process asks for."""


def raise_limit() -> None:
    """Let this process open as many files as it may."""
    with suppress(OSError, ValueError):  # macOS has a limit of its own below the hard one
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(SOFT, OURS), HARD))


def lower_limit() -> None:
    """Let those that are started meanwhile open as many as this process was started with."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (SOFT, HARD))


def of_others() -> int:
    """Tell the soft limit that others are started with, as far as this process may still say."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowered = hard != resource.RLIM_INFINITY and (resource.RLIM_INFINITY == SOFT or hard < SOFT)
    return hard if lowered else SOFT


def restore(pid: int) -> None:
    """Give a process that was just started the limit back; where that cannot be, it keeps ours."""
    with suppress(AttributeError, OSError, ValueError):  # prlimit(2) is Linux's
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (of_others(), HARD))

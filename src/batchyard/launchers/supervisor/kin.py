"""What attempts leave behind: processes that outlive the main process of their attempt.

As a "subreaper" (prctl(2), Linux 3.4) the supervisor becomes the parent of every descendant whose
own parent ends, however it detached itself. So an attempt can be ended whole, as a container
would be, and one read of /proc (2 us) tells that nothing of it is left. Where this cannot be
had, an attempt's process group is all that is ended with it.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from contextlib import suppress

from batchyard.launchers.supervisor import proc
from batchyard.launchers.supervisor.children import gone

_PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
_PAGE = 4096
"""The kernel fills one page per read of such a list; less is the end of it."""


class Kin:
    """The children of this process that it did not start.

    Args:
        ours: tells whether a child is one that this process started.
    """

    def __init__(self, ours: Callable[[int], bool]) -> None:
        self._ours = ours
        self._list = _adopt()

    def strays(self) -> list[int]:
        """List the children that were adopted and still run, reaping those that do not."""
        return [pid for pid in self._children() if not self._ours(pid) and not gone(pid)]

    def of(self, attempt: str, leader: int) -> list[int]:
        """List the strays of an attempt: by their session, or by their environment."""
        return [pid for pid in self.strays() if _belongs(pid, attempt, leader)]

    def _children(self) -> list[int]:
        if self._list < 0:
            return []
        text = chunk = os.pread(self._list, _PAGE, 0)
        while len(chunk) > _PAGE - 16:
            chunk = os.pread(self._list, _PAGE, len(text))
            text += chunk
        return [int(pid) for pid in text.split()]


def _belongs(pid: int, attempt: str, leader: int) -> bool:
    found = proc.stat(pid)
    return found is not None and (found.session == leader or proc.marker(pid) == attempt)


def _adopt() -> int:
    """Become a subreaper; return the open list of our children, or -1 where there is none."""
    with suppress(OSError, AttributeError):
        if ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0:
            pid = os.getpid()
            return os.open(f"/proc/{pid}/task/{pid}/children", os.O_RDONLY | os.O_CLOEXEC)
    return -1

"""The working directories that attempts are given: made fresh, private, and removed afterwards."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from batchyard.launchers.supervisor.children import Children
from batchyard.launchers.supervisor.protocol import Start
from batchyard.launchers.supervisor.spawning import DEFAULT_PATH, CannotStart, resolve

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,199}")
"""What an attempt may be called: its name becomes a file name."""


class Places:
    """Directories below one folder, one for each attempt that was not given another.

    Args:
        folder: where they are made.
        children: tells when a removal has ended.
        note: takes what went wrong.
    """

    def __init__(self, folder: str, children: Children, note: Callable[[str], None]) -> None:
        self._folder = folder
        self._children = children
        self._note = note
        self.removing: set[int] = set()
        """The processes that remove directories now."""

    def make(self, launch: Start) -> str | None:
        """Make the directory of an attempt; None when it was given one.

        Raises:
            CannotStart: it cannot be made, or the attempt's name cannot be a file's.
        """
        if not _NAME.fullmatch(launch.attempt):
            raise CannotStart(f"{launch.attempt!r} is no name for an attempt")
        if launch.directory is not None:
            return None
        path = f"{self._folder}/{launch.attempt}"
        try:
            os.mkdir(path, 0o700)  # noqa: PTH102 - pathlib costs its import
        except OSError as error:
            why = f"cannot make the working directory {path!r}: {error.strerror}"
            raise CannotStart(why) from error
        return path

    def remove(self, path: str) -> None:
        """Remove a directory; one that is not empty is left to a process of its own."""
        try:
            os.rmdir(path)  # noqa: PTH106 - as above
        except FileNotFoundError:
            pass
        except OSError:
            self._remove_tree(path)

    def _remove_tree(self, path: str) -> None:
        try:
            pid = os.posix_spawn(
                resolve(["rm"], {}),
                ["rm", "-rf", "--", path],
                {"PATH": DEFAULT_PATH},
                file_actions=((os.POSIX_SPAWN_DUP2, 2, 1),),
            )
        except (OSError, CannotStart) as error:
            self._note(f"cannot remove {path}: {error}")
            return
        self.removing.add(pid)
        self._children.watch(pid, lambda status: self._removed(pid, path, status))

    def _removed(self, pid: int, path: str, status: int) -> None:
        self.removing.discard(pid)
        if status:
            self._note(f"cannot remove {path}: rm ended with status {status}")

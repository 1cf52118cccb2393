"""Jobs that say when they ran: the program ``stamp``, and the file that it writes to."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from benchmarks.gear.compiling import compiled

if TYPE_CHECKING:
    from pathlib import Path

PAUSE = 0.04
"""Seconds that each job sleeps, so that its start and its end do not get into each other's way."""


class Stamp(NamedTuple):
    """A job's first moment and its last, seconds since the epoch by its own clock."""

    began: float
    ended: float


class Stamps:
    """The program and its file.

    Args:
        folder: where both go.

    Attributes:
        command: what to run.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "stamps"
        program = compiled("stamp", folder)
        self.command = (str(program), str(self._file), f"{PAUSE * 1000:.0f}")

    def last(self) -> Stamp:
        """Read what the last job wrote."""
        began, ended = self._file.read_text().splitlines()[-1].split()
        return Stamp(int(began) / 1e9, int(ended) / 1e9)

    def count(self) -> int:
        """Tell how many jobs wrote."""
        return len(self._file.read_text().splitlines())

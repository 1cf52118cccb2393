"""How what is counted leaves a process: one protocol, two formats."""

from __future__ import annotations

from typing import Protocol


class Exporter(Protocol):
    """Shows a `board.Board` to others."""

    def export(self) -> bytes:
        """Show it as it is now.

        Returns:
            What is for whoever asked; nothing when it was sent to somebody else.
        """

    def close(self) -> None:
        """Let go of what it sends with; twice is fine."""

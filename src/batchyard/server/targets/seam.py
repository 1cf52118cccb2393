"""The seam between a yard and whoever is told what EventBridge is told of jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from batchyard.batch.notices import Notice


class Target(Protocol):
    """Takes notices. It is called from several threads at a time, as many as it has lanes.

    Attributes:
        name: by it the yard remembers how far it has come; it holds no secrets.
        most: how many notices it takes at a time.
        lanes: how many calls may be under way at a time.
        in_order: whether it takes what it is given in that order, all of it or none.
    """

    name: str
    most: int
    lanes: int
    in_order: bool

    def send(self, notices: Sequence[Notice]) -> Mapping[int, str]:
        """Hand over notices, and wait until they are safe there.

        Returns:
            Why not, by the number, of those that were not taken; they will be sent again.

        Raises:
            BatchyardError: none was taken, or nobody knows.
        """

    def close(self) -> None:
        """Let go of connections; it may still be used afterwards."""

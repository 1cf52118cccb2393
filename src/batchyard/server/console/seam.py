"""What a page shows live: the seam between the pages and the hub that keeps them up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from batchyard.batch.model import Job


class Rows(NamedTuple):
    """The rows of a table.

    Attributes:
        order: their ids, from the top.
        html: each of them by its id.
    """

    order: tuple[str, ...]
    html: Mapping[str, str]


class Cells(NamedTuple):
    """The cells of a grid, a letter for each, from the first."""

    letters: str


Fragment = str | Rows | Cells
"""What stands in an element of a page: HTML (escaped already), rows or cells."""

Fragments = dict[str, Fragment]
"""What is live of a page, by the ids of its elements."""


class View(Protocol):
    """What is live of a page; all pages that show the same share one."""

    about: str | None
    """The job that it is about (an array with its children); None: all of them."""

    def note(self, job: Job) -> bool:
        """Look at a job that has changed, if it is one of these; tell whether that shows."""

    def mark(self) -> Hashable:
        """Give what changes when anything but a job has changed that shows."""

    async def fragments(self) -> Fragments:
        """Form what is shown now."""

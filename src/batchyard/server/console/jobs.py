"""The jobs' page: a table that keeps itself up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.batch.states import JobState
from batchyard.server.console.listing import listed
from batchyard.server.console.seam import Rows

if TYPE_CHECKING:
    from collections.abc import Hashable

    from batchyard.batch.model import Job
    from batchyard.server.console.asked import Asked
    from batchyard.server.console.kit import Kit
    from batchyard.server.console.listing import Listed
    from batchyard.server.console.seam import Fragments
    from batchyard.store.asking import JobSummaryRow


class Jobs:
    """The live parts of the jobs' page.

    Args:
        kit: the yard.
        asked: which jobs.
    """

    about: str | None = None

    def __init__(self, kit: Kit, asked: Asked) -> None:
        """Take the parts; remember the rows that were drawn."""
        self._kit = kit
        self._asked = asked
        self._drawn: dict[str, tuple[JobSummaryRow, str]] = {}

    def note(self, job: Job) -> bool:
        """A child of an array is not in the table: its array tells of it."""
        if job.index is not None or self._asked.region not in ("", job.spec.region):
            return False
        return not self._asked.queue or job.spec.queue.endswith(f"/{self._asked.queue}")

    def mark(self) -> Hashable:
        """Nothing but jobs shows."""
        return None

    async def fragments(self) -> Fragments:
        """Form what is shown now; what is on disk is all that there is."""
        if not self._kit.engine.settled:
            await self._kit.engine.durable()
        found = listed(self._kit, self._asked)
        many = len(self._kit.regions()) > 1
        self._drawn = {row.id: (row, self._row(row, many=many)) for row in found.rows}
        order = tuple(row.id for row in found.rows)
        return {
            "rows": Rows(order, {name: html for name, (_, html) in self._drawn.items()}),
            "more": self._more(found),
        }

    def _row(self, row: JobSummaryRow, *, many: bool) -> str:
        known = self._drawn.get(row.id)
        if known is not None and known[0] == row:
            return known[1]
        failed = row.tally[JobState.FAILED] if row.tally else 0
        done = (row.tally[JobState.SUCCEEDED] + failed) if row.tally else 0
        return self._kit.draw("row.html", row=row, failed=failed, done=done, many=many)

    def _more(self, found: Listed) -> str:
        further = None if found.after is None else self._asked.further(found.after)
        return self._kit.draw("more.html", found=found, further=further, asked=self._asked)

"""The task runners' page: who polls, who holds what, and when each was last heard."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from batchyard.batch.ids import Place

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from batchyard.batch.model import Job
    from batchyard.engine.roster import Known
    from batchyard.server.console.kit import Kit
    from batchyard.server.console.seam import Fragments


class RunnerLine(NamedTuple):
    """A runner, as a row shows it."""

    region: str
    known: Known


class GroupLine(NamedTuple):
    """A worker group: how many of its tasks nobody has taken yet, and how many polls wait."""

    region: str
    name: str
    ready: int
    polls: int


class Runners:
    """The live parts of the runners' page.

    Args:
        kit: the yard.
        region: only this one; empty: all.
    """

    about: str | None = None

    def __init__(self, kit: Kit, region: str) -> None:
        """Take the parts."""
        self._kit = kit
        self._region = region

    def note(self, _: Job) -> bool:
        """No job shows."""
        return False

    def mark(self) -> Hashable:
        """Give all that a row shows."""
        return tuple(self._runners()), tuple(self._groups())

    async def fragments(self) -> Fragments:
        """Form what is shown now."""
        many = len(self._kit.regions()) > 1
        runners, groups = list(self._runners()), list(self._groups())
        return {
            "runners": self._kit.draw("runner_rows.html", runners=runners, many=many),
            "groups": self._kit.draw("groups.html", groups=groups, many=many),
        }

    def _places(self) -> list[Place]:
        engine = self._kit.engine
        account = engine.settings.account
        known = {Place(account, region) for region in self._kit.regions()}
        found = known | engine.tasks.roster.places()
        return sorted(place for place in found if self._region in ("", place.region))

    def _runners(self) -> Iterator[RunnerLine]:
        for place in self._places():
            for known in self._kit.engine.tasks.runners(place):
                yield RunnerLine(place.region, known)

    def _groups(self) -> Iterator[GroupLine]:
        for place in self._places():
            for name, (ready, polls) in sorted(self._kit.engine.tasks.depths(place).items()):
                yield GroupLine(place.region, name, ready, polls)

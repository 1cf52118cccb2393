"""Two places as one: attempts run on this machine, unless they are offered to task runners."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchyard.launchers.seam import Held, Launch, Launcher, Receive


class Routed:
    """The launcher for both; see `batchyard.launchers.seam.Launcher`.

    What is said of an attempt is said to both: one of them does not know it, and passes it over.

    Args:
        here: runs attempts on this machine.
        offered: has task runners run those that have an `Offer`.
    """

    def __init__(self, here: Launcher, offered: Launcher) -> None:
        self._here = here
        self._offered = offered

    async def start(self, held: Sequence[Held], report: Receive) -> Sequence[str]:
        """Begin in both places; see `Launcher.start`."""
        local = [each for each in held if each.launch is None or each.launch.offer is None]
        others = [each for each in held if each.launch is not None and each.launch.offer]
        unheard = await self._here.start(local, report)
        return [*unheard, *await self._offered.start(others, report)]

    def launch(self, launches: Sequence[Launch]) -> None:
        """Start each attempt where it belongs; see `Launcher.launch`."""
        for place, offered in ((self._here, False), (self._offered, True)):
            if mine := [each for each in launches if (each.offer is not None) is offered]:
                place.launch(mine)

    def end(self, attempt: str, grace: float) -> None:
        """Ask an attempt to stop; see `Launcher.end`."""
        self._here.end(attempt, grace)
        self._offered.end(attempt, grace)

    def acknowledge(self, attempts: Sequence[str]) -> None:
        """Forget attempts whose end is durable; see `Launcher.acknowledge`."""
        self._here.acknowledge(attempts)
        self._offered.acknowledge(attempts)

    async def stop(self, *, jobs: bool = False) -> None:
        """Let go of both places; see `Launcher.stop`."""
        await self._here.stop(jobs=jobs)
        await self._offered.stop(jobs=jobs)

"""Commands as process trees of this machine, under a supervisor of the runner's own.

The supervisor ends everything that is left of a command when its main process ends, when it is
stopped, and when the runner is killed; it is the one that yards use, see `batchyard.launchers`.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

from batchyard.launchers.output import Output
from batchyard.launchers.processes import Embedded
from batchyard.launchers.seam import Exited, Launch, Lost, Started, StartFailed
from batchyard.launchers.summons import Folders

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from batchyard.errors import BatchyardError
    from batchyard.launchers.seam import Report
    from batchyard.runner.stops import Stop

End = Exited | StartFailed | Lost


class Command(NamedTuple):
    """What is to be run; as `Launch` has it."""

    words: tuple[str, ...]
    environment: dict[str, str]
    directory: str | None = None
    memory: int | None = None


class _Following(NamedTuple):
    started: asyncio.Future[bool]
    ended: asyncio.Future[End]


class Running:
    """A command that was launched.

    Attributes:
        name: what the supervisor, and the files of its output, call it.
    """

    def __init__(self, name: str, following: _Following, launcher: Embedded, grace: float) -> None:
        self.name = name
        self._following = following
        self._launcher = launcher
        self._grace = grace

    async def started(self) -> bool:
        """Wait until its main process runs; tell whether it does, or could not be started."""
        return await asyncio.shield(self._following.started)

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self._following.ended.done()

    async def settled(self, seconds: float) -> None:
        """Wait for its end, but only so long."""
        await asyncio.wait((self._following.ended,), timeout=seconds)

    async def end(self, stop: Stop) -> End:
        """Wait for its end, which comes soon once it is told to stop."""
        stopping = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait((stopping, self._following.ended), return_when="FIRST_COMPLETED")
            if not self.over:
                self._launcher.end(self.name, self._grace)
            return await self._following.ended
        finally:
            stopping.cancel()
            if not self.over:
                self._launcher.end(self.name, 0)


class Processes:
    """Runs commands.

    Args:
        folder: for its own files; nobody else may use it.
        gone: is told when no commands can be run any more.
        grace: seconds between SIGTERM and SIGKILL.
    """

    def __init__(self, folder: Path, gone: Callable[[BatchyardError], None], grace: float) -> None:
        folders = Folders(folder / "supervisor", folder / "printed", folder / "work")
        self._launcher = Embedded(folders, gone=gone, grace=grace)
        self._grace = grace
        self._followed: dict[str, _Following] = {}
        self.output = Output(folders.logs)
        """What commands print."""

    async def start(self) -> None:
        """Start the supervisor.

        Raises:
            SupervisorGone: it cannot be started.
        """
        await self._launcher.start((), self._report)

    async def stop(self) -> None:
        """End every command and the supervisor; a second stop is fine."""
        await self._launcher.stop(jobs=True)

    def launch(self, command: Command) -> Running:
        """Start a command; what it prints is kept until `forget`."""
        name = uuid4().hex
        loop = asyncio.get_running_loop()
        self._followed[name] = _Following(loop.create_future(), loop.create_future())
        self._launcher.launch([Launch(name, *command)])
        return Running(name, self._followed[name], self._launcher, self._grace)

    def forget(self, running: Running) -> None:
        """Remove what a command printed."""
        self.output.remove([running.name])

    def _report(self, reports: Sequence[Report]) -> None:
        for report in reports:
            following = self._followed.get(report.attempt)
            if following is None:
                continue
            if not following.started.done():
                following.started.set_result(not isinstance(report, StartFailed))
            if not isinstance(report, Started):
                del self._followed[report.attempt]
                following.ended.set_result(report)
                self._launcher.acknowledge([report.attempt])

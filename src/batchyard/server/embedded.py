"""An engine for one command's time: in memory, without HTTP and without AWS's models.

What runs on it ends with it: its supervisor stops everything once this process is gone.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from batchyard.batch import ids
from batchyard.batch.resources import ComputeEnvironment, JobQueue
from batchyard.engine.chance import Ids
from batchyard.engine.clock import LoopClock
from batchyard.engine.engine import Engine
from batchyard.engine.parts import Parts
from batchyard.launchers.output import Output
from batchyard.launchers.processes import Embedded
from batchyard.launchers.summons import Folders
from batchyard.server.surroundings import Surroundings
from batchyard.store.memory import MemoryStore
from batchyard.store.writer import Writer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from batchyard.batch.ids import Place
    from batchyard.batch.model import Job
    from batchyard.engine.parts import Settings

ENVIRONMENT = "local"
QUEUE = "default"


class Plain:
    """Shows nothing: nobody describes jobs here.

    Args:
        vcpus: the room of the one environment, in thousandths.
    """

    def __init__(self, vcpus: int) -> None:
        """Remember the room."""
        self._vcpus = vcpus

    def detail(self, job: Job) -> bytes:  # noqa: ARG002 - the seam's signature
        """Show nothing."""
        return b"{}"

    def defaults(self, place: Place) -> tuple[ComputeEnvironment, JobQueue]:
        """Form the one environment and the one queue."""
        room = ids.arn(place, ids.ENVIRONMENT, ENVIRONMENT)
        queue = ids.arn(place, ids.QUEUE, QUEUE)
        return (
            ComputeEnvironment(ENVIRONMENT, room, "ENABLED", self._vcpus),
            JobQueue(QUEUE, queue, "ENABLED", 1, (room,)),
        )


@asynccontextmanager
async def embedded(settings: Settings) -> AsyncIterator[Engine]:
    """Run an engine in a temporary folder; leaving ends what still runs, and removes the folder.

    Args:
        settings: the machine, and what attempts are given.
    """
    folder = Path(tempfile.mkdtemp(prefix="batchyard-"))
    store = MemoryStore()
    writer = Writer(store)
    engine = Engine(
        settings,
        Parts(
            store=store,
            writer=writer,
            launcher=Embedded(Folders(folder / "supervisor", folder / "logs", folder / "work")),
            output=Output(folder / "logs"),
            clock=LoopClock(),
            new_id=Ids().uuid,
            presenter=Plain(settings.vcpus * 1000),
            surroundings=Surroundings(folder, folder / "tasks", settings.base),
        ),
    )
    writer.start()
    try:
        await engine.start()
        yield engine
    finally:
        await engine.stop()
        writer.stop()
        store.close()
        shutil.rmtree(folder, ignore_errors=True)

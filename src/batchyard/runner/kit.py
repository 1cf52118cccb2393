"""What activities work with: one of it for a runner."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from batchyard.polling.cadence import BackOff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from batchyard.runner.processes import Processes
    from batchyard.runner.service import Service
    from batchyard.runner.stops import Stop
    from batchyard.runner.storage import Storage
    from batchyard.runner.tasks import Ending, Handed


class Pace(NamedTuple):
    """How often things are done, and how long is waited; seconds.

    Attributes:
        report: between two reports about a task, at most: "Task runners should call
            ReportTaskProgress every 60 seconds",
            https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_ReportTaskProgress.html
        heartbeat: between two heartbeats: "Task runners call ReportTaskRunnerHeartbeat every 15
            minutes", …/API_ReportTaskRunnerHeartbeat.html
        look: between two looks at what a Batch attempt printed (ours).
        grace: between SIGTERM and SIGKILL, as Batch stops containers:
            https://docs.aws.amazon.com/batch/latest/userguide/job_timeouts.html
        patience: between two tries while the service does not answer (ours).
    """

    report: float = 60.0
    heartbeat: float = 15 * 60.0
    look: float = 1.0
    grace: float = 30.0
    patience: BackOff = BackOff(first=1, growth=2, longest=60, jitter=0.5)


class Kit(NamedTuple):
    """What activities work with.

    Attributes:
        processes: runs commands.
        storage: S3.
        logs: CloudWatch Logs at the endpoint.
        checks: lets so many preconditions be checked at once.
        output: the folder in which logs of tasks are kept.
        scratch: the folder for what is gone with its task.
        environment: what commands are given.
        say: tells people a sentence.
        chance: draws a number from 0 up to 1.
        pace: how often things are done.
    """

    processes: Processes
    storage: Storage
    logs: Service
    checks: asyncio.Semaphore
    output: Path
    scratch: Path
    environment: Mapping[str, str]
    say: Callable[[str], None]
    chance: Callable[[], float]
    pace: Pace

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """Make a folder that is gone afterwards, with whatever a command left in it."""
        folder = Path(tempfile.mkdtemp(dir=self.scratch))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


class Activity(Protocol):
    """Runs tasks of one type; see `batchyard.runner.activities`."""

    async def __call__(self, task: Handed, kit: Kit, stop: Stop, begun: asyncio.Event) -> Ending:
        """Run a task to its end.

        Args:
            task: the task.
            kit: what to work with.
            stop: its order to stop; it then ends soon.
            begun: is set once its process runs: then it is acknowledged, where it was not before.

        Raises:
            BatchyardError: what it needs is wrong or missing.
            OSError: a file cannot be read or written.
        """

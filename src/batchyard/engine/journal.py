"""What has changed and is not on disk yet, and what may happen only once it is.

Changes gather while a commit is under way and go together in the next one (group commit); a job
that changed five times meanwhile is written once. If a commit fails, whoever waits for it is
told, and the same changes are tried again: memory and disk never part for good.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, NamedTuple, Protocol

from batchyard.store.seam import Batch, JobChange

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from batchyard.batch.model import Job
    from batchyard.engine.clock import Clock
    from batchyard.store.seam import LogChange, ResourceChange, ResourceRemoval

    Done = Callable[[BaseException | None], None]

log = logging.getLogger(__name__)

RETRY_MS = 1_000
"""How long after a failed commit the next one is tried."""


class Writer(Protocol):
    """Makes batches durable, in order, and says when each is."""

    def submit(self, batch: Batch, done: Done) -> None:
        """Write a batch; ``done`` is called on any thread, with the error if it failed."""


class _Gathered(NamedTuple):
    """What is written together, and what may happen then."""

    jobs: dict[str, Job]
    resources: list[ResourceChange | ResourceRemoval]
    logs: list[LogChange]
    after: list[Callable[[], None]]


class Journal:
    """Gathers changes and what follows from them; writes one batch at a time.

    Args:
        writer: makes batches durable.
        clock: calls back on the engine's thread.
        present: forms the JobDetail JSON that is kept of an ended job.
        saved: told of every job that is on disk now.
    """

    def __init__(
        self,
        writer: Writer,
        clock: Clock,
        present: Callable[[Job], bytes],
        saved: Callable[[Sequence[Job]], None],
    ) -> None:
        """Begin with nothing to write."""
        self._writer = writer
        self._clock = clock
        self._present = present
        self._saved = saved
        self._jobs: dict[str, Job] = {}
        self._resources: list[ResourceChange | ResourceRemoval] = []
        self._logs: list[LogChange] = []
        self._after: list[Callable[[], None]] = []
        self._waiters: list[asyncio.Future[None]] = []
        self._under_way: list[asyncio.Future[None]] = []
        self._writing = False

    @property
    def idle(self) -> bool:
        """Whether everything that happened is on disk."""
        return not (self._writing or self._gathered)

    @property
    def _gathered(self) -> bool:
        return bool(self._jobs or self._resources or self._logs or self._after)

    def job(self, job: Job) -> None:
        """Note a new or changed job."""
        self._jobs[job.id] = job

    def resource(self, change: ResourceChange | ResourceRemoval) -> None:
        """Note a new, changed or removed resource."""
        self._resources.append(change)

    def log(self, change: LogChange) -> None:
        """Note what became of a log group or a stream."""
        self._logs.append(change)

    def after(self, command: Callable[[], None]) -> None:
        """Do something once everything noted so far is on disk."""
        self._after.append(command)

    async def durable(self) -> None:
        """Wait until everything noted so far is on disk.

        Raises:
            YardError: it could not be written.
        """
        if self.idle:
            return
        waiter = asyncio.get_running_loop().create_future()
        (self._waiters if self._gathered else self._under_way).append(waiter)
        await waiter

    def flush(self) -> None:
        """Write what has gathered, unless a batch is being written: then that one's end does."""
        if self._writing or not self._gathered:
            return
        self._writing = True
        taken = _Gathered(self._jobs, self._resources, self._logs, self._after)
        self._jobs, self._resources, self._logs, self._after = {}, [], [], []
        self._under_way, self._waiters = self._waiters, []

        def done(error: BaseException | None) -> None:
            self._clock.call_from_thread(lambda: end(error))

        def end(error: BaseException | None) -> None:
            self._writing = False
            waiters, self._under_way = self._under_way, []
            if error is None:
                self._written(taken, waiters)
            else:
                self._failed(error, taken, waiters)

        try:
            changes = [self._change(job) for job in taken.jobs.values()]
            self._writer.submit(Batch(changes, taken.resources, logs=taken.logs), done)
        except Exception as error:  # noqa: BLE001 - told to whoever waits, and tried again
            end(error)

    def _change(self, job: Job) -> JobChange:
        return JobChange(job, self._present(job) if job.ended else None)

    def _written(self, taken: _Gathered, waiters: list[asyncio.Future[None]]) -> None:
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)
        try:
            self._saved(list(taken.jobs.values()))
            for command in taken.after:
                command()
        finally:
            self.flush()

    def _failed(
        self, error: BaseException, taken: _Gathered, waiters: list[asyncio.Future[None]]
    ) -> None:
        log.error("cannot write to the store, trying again: %s", error)
        self._jobs = taken.jobs | self._jobs
        self._resources = taken.resources + self._resources
        self._logs = taken.logs + self._logs
        self._after = taken.after + self._after
        for waiter in waiters:
            if not waiter.done():
                waiter.set_exception(error)
        self._clock.call_at(self._clock.now() + RETRY_MS, self.flush)

"""What has changed and is not on disk yet, and what may happen only once it is.

Changes gather while a commit is under way and go together in the next one (group commit); a job,
or an instance of a pipeline, that changed five times meanwhile is written once. If a commit fails,
whoever waits for it is told, and the same changes are tried again: memory and disk never part for
good.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from batchyard.store.seam import Batch, InstanceChange, JobChange, TaskRemoval

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from batchyard.batch.model import Job
    from batchyard.batch.notices import Notice
    from batchyard.engine.clock import Clock
    from batchyard.pipelines.instances import Instance
    from batchyard.pipelines.pipeline import Pipeline
    from batchyard.pipelines.tasks import Taken
    from batchyard.store.seam import LogChange, ResourceChange, ResourceRemoval

    Done = Callable[[BaseException | None], None]

log = logging.getLogger(__name__)

RETRY_MS = 1_000
"""How long after a failed commit the next one is tried."""


class Writer(Protocol):
    """Makes batches durable, in order, and says when each is."""

    def submit(self, batch: Batch, done: Done) -> None:
        """Write a batch; ``done`` is called on any thread, with the error if it failed."""


@dataclass(slots=True)
class _Gathered:
    """What is written together, and what may happen then."""

    jobs: dict[str, Job] = field(default_factory=dict)
    resources: list[ResourceChange | ResourceRemoval] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    logs: list[LogChange] = field(default_factory=list)
    pipelines: dict[str, Pipeline] = field(default_factory=dict)
    instances: dict[tuple[str, str], Instance] = field(default_factory=dict)
    tasks: dict[str, Taken | TaskRemoval] = field(default_factory=dict)
    after: list[Callable[[], None]] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    delivered: int = 0

    def __bool__(self) -> bool:
        changes = self.jobs or self.resources or self.notes or self.logs
        pipelines = self.pipelines or self.instances or self.tasks
        return bool(changes or pipelines or self.after or self.notices or self.delivered)

    def then(self, later: _Gathered) -> _Gathered:
        """Join what has gathered since: it is written with this, and wins over it."""
        return _Gathered(
            self.jobs | later.jobs,
            self.resources + later.resources,
            self.notes | later.notes,
            self.logs + later.logs,
            self.pipelines | later.pipelines,
            self.instances | later.instances,
            self.tasks | later.tasks,
            self.after + later.after,
            self.notices + later.notices,
            max(self.delivered, later.delivered),
        )

    def batch(self, present: Callable[[Job], bytes]) -> Batch:
        """Form what the writer is given; ``present`` forms the JobDetail of an ended job."""
        return Batch(
            [JobChange(job, present(job) if job.ended else None) for job in self.jobs.values()],
            self.resources,
            self.notes,
            self.logs,
            pipelines=list(self.pipelines.values()),
            instances=[InstanceChange(owner, i) for (owner, _), i in self.instances.items()],
            tasks=list(self.tasks.values()),
            notices=self.notices,
            delivered=self.delivered,
        )


class Journal:
    """Gathers changes and what follows from them; writes one batch at a time.

    Args:
        writer: makes batches durable.
        clock: calls back on the engine's thread.
        present: forms the JobDetail JSON that is kept of an ended job.
        saved: told of every job that is on disk now.
        settled: told of every instance of a pipeline that is on disk now, with the pipeline's id.
    """

    def __init__(
        self,
        writer: Writer,
        clock: Clock,
        present: Callable[[Job], bytes],
        saved: Callable[[Sequence[Job]], None],
        settled: Callable[[Sequence[tuple[str, Instance]]], None],
    ) -> None:
        """Begin with nothing to write."""
        self._writer = writer
        self._clock = clock
        self._present = present
        self._saved = saved
        self._settled = settled
        self._gathered = _Gathered()
        self._waiters: list[asyncio.Future[None]] = []
        self._under_way: list[asyncio.Future[None]] = []
        self._writing = False

    @property
    def idle(self) -> bool:
        """Whether everything that happened is on disk."""
        return not (self._writing or self._gathered)

    def job(self, job: Job) -> None:
        """Note a new or changed job."""
        self._gathered.jobs[job.id] = job

    def resource(self, change: ResourceChange | ResourceRemoval) -> None:
        """Note a new, changed or removed resource."""
        self._gathered.resources.append(change)

    def note(self, name: str, text: str) -> None:
        """Note a small value under a name."""
        self._gathered.notes[name] = text

    def log(self, change: LogChange) -> None:
        """Note what became of a log group or a stream."""
        self._gathered.logs.append(change)

    def pipeline(self, pipeline: Pipeline) -> None:
        """Note a new or changed pipeline."""
        self._gathered.pipelines[pipeline.id] = pipeline

    def instance(self, pipeline_id: str, instance: Instance) -> None:
        """Note a new or changed instance of a pipeline."""
        self._gathered.instances[pipeline_id, instance.id] = instance

    def task(self, taken: Taken) -> None:
        """Note who holds a task, or held it."""
        self._gathered.tasks[taken.id] = taken

    def task_gone(self, task_id: str) -> None:
        """Note that nobody needs to know any more who held a task."""
        self._gathered.tasks[task_id] = TaskRemoval(task_id)

    def notice(self, notice: Notice) -> bool:
        """Note what targets are to be told; the numbers only ever rise.

        Returns:
            Whether it is the first of those that will be written together.
        """
        self._gathered.notices.append(notice)
        return len(self._gathered.notices) == 1

    def delivered(self, number: int) -> None:
        """Note that every target has the notices up to a number."""
        self._gathered.delivered = max(self._gathered.delivered, number)

    def after(self, command: Callable[[], None]) -> None:
        """Do something once everything noted so far is on disk."""
        self._gathered.after.append(command)

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
        taken, self._gathered = self._gathered, _Gathered()
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
            self._writer.submit(taken.batch(self._present), done)
        except Exception as error:  # noqa: BLE001 - told to whoever waits, and tried again
            end(error)

    def _written(self, taken: _Gathered, waiters: list[asyncio.Future[None]]) -> None:
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)
        try:
            self._saved(list(taken.jobs.values()))
            self._settled([(owner, each) for (owner, _), each in taken.instances.items()])
            for command in taken.after:
                command()
        finally:
            self.flush()

    def _failed(
        self, error: BaseException, taken: _Gathered, waiters: list[asyncio.Future[None]]
    ) -> None:
        log.error("cannot write to the store, trying again: %s", error)
        self._gathered = taken.then(self._gathered)
        for waiter in waiters:
            if not waiter.done():
                waiter.set_exception(error)
        self._clock.call_at(self._clock.now() + RETRY_MS, self.flush)

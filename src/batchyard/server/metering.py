"""What is counted of a yard: from what happens to its jobs and tasks, as it happens.

Nothing is looked for when somebody asks: how many jobs stand where is kept from each change, what
is free is what placement knows, and who starves is told by lines of equal jobs, not by jobs.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from inspect import isawaitable
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from batchyard.batch import ids
from batchyard.batch.states import ENDED, JobState
from batchyard.metrics import catalogue
from batchyard.metrics.board import Board, Reading
from batchyard.metrics.standing import Standings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    from batchyard.batch.model import Job
    from batchyard.batch.waiting import Queue
    from batchyard.engine.engine import Engine
    from batchyard.engine.journal import Writer
    from batchyard.pipelines.instances import Instance
    from batchyard.server.operations import Context
    from batchyard.store.seam import Batch

    Done = Callable[[BaseException | None], None]
    Operation = Callable[..., Any]
    Delivered = Literal["taken", "refused", "failed"]

POLL = "PollForTask"


class Named(NamedTuple):
    """What an ARN says."""

    region: str
    name: str


class Metering:
    """Counts what a yard does. Lives on the engine's thread, but for what its writer tells.

    Args:
        now: tells the time, epoch milliseconds.

    Attributes:
        board: what was counted.
    """

    def __init__(self, now: Callable[[], int]) -> None:
        """Begin without an engine."""
        self.board = Board(catalogue.of("yard"), self._read)
        self._now = now
        self._engine: Engine | None = None
        self._standings = Standings()
        self._polls: Counter[tuple[str, str]] = Counter()
        self._ended: list[tuple[Named, int]] = []

    # -- what happens --------------------------------------------------------------------------

    def begin(self) -> None:
        """An engine is about to be made: nothing stands anywhere yet."""
        self._engine, self._standings, self._ended = None, Standings(), []

    def follow(self, engine: Engine) -> None:
        """Take up the jobs of an engine that has started."""
        for job in engine.jobs.values():
            self._standings.job(None, job)
        self._engine = engine
        engine.watchers.append(self._standings.job)

    def changed(self, was: Job | None, now: Job) -> None:
        """See a job change: when it starts, and when it ends."""
        state = now.state
        if was is None or was.state is state:
            return
        if state is JobState.RUNNING:
            latest = now.attempts[-1] if len(now.attempts) == 1 else None
            if latest is not None and latest.started_at is not None:
                waited = (latest.started_at - now.created_at) / 1000
                self.board.observe("jobs.submit_to_start", waited, *named(now.spec.queue))
        elif state in ENDED and not now.is_array:
            self.board.count("jobs.ended", *named(now.spec.queue), state.value)
            latest = now.attempts[-1] if now.attempts else None
            if latest is not None and latest.stopped_at is not None:
                self._ended.append((named(now.spec.queue), latest.stopped_at))

    def moved(self, place: ids.Place, was: Instance | None, now: Instance | None) -> None:
        """See an instance of a pipeline change."""
        self._standings.instance(place.region, was, now)

    def called(self, service: str, operation: str, status: int) -> None:
        """A call was answered."""
        self.board.count("api.calls", service, operation, str(status))

    def delivered(self, outcome: Delivered, events: int) -> None:
        """Targets were told so many events."""
        if events:
            self.board.count("events.delivered", outcome, by=events)

    def written(self, writer: Writer) -> Writer:
        """Give the writer, with what it writes counted."""
        return _Written(self, writer)

    def committed(self, ended: list[tuple[Named, int]], began: float) -> None:
        """Note, on any thread, that a batch is on disk, with the ends of these jobs."""
        self.board.count("journal.commits", "done")
        self.board.observe("journal.commit_time", perf_counter() - began)
        now = self._now()
        for queue, stopped_at in ended:
            self.board.observe("jobs.exit_to_visible", (now - stopped_at) / 1000, *queue)

    def take_ended(self) -> list[tuple[Named, int]]:
        """Take the jobs that have ended since this was last asked."""
        taken, self._ended = self._ended, []
        return taken

    def not_committed(self, ended: list[tuple[Named, int]]) -> None:
        """Note, on any thread, that a batch was not written; it will be tried again."""
        self.board.count("journal.commits", "failed")
        self._ended.extend(ended)

    def polled(self, operations: Mapping[str, Operation]) -> dict[str, Operation]:
        """Give the operations of Data Pipeline, with what PollForTask does counted."""
        poll = operations[POLL]

        def poll_for_task(context: Context, params: Any) -> Any:  # noqa: ANN401 - wire structs
            where = context.place.region, params.worker_group
            answer = poll(context, params)
            if isawaitable(answer):
                return self._waited(where, answer)
            return self._told(where, answer)

        return {**operations, POLL: poll_for_task}

    async def _waited(self, where: tuple[str, str], answer: Awaitable[Any]) -> Any:  # noqa: ANN401 - wire structs
        self._polls[where] += 1
        try:
            return self._told(where, await answer)
        finally:
            self._polls[where] -= 1
            if not self._polls[where]:
                del self._polls[where]

    def _told(self, where: tuple[str, str], answer: Any) -> Any:  # noqa: ANN401 - wire structs
        outcome = "empty" if answer.task_object is None else "task"
        self.board.count("tasks.polled", *where, outcome)
        return answer

    # -- what is read --------------------------------------------------------------------------

    def _read(self) -> Iterator[Reading]:
        engine = self._engine
        if engine is None:
            return
        yield from self._standing()
        yield from self._slots(engine)
        for arn, queue in engine.placement.queues.items():
            yield from _idle(engine, arn, queue)
            yield Reading(
                "scheduler.tasks.starving", (*named(arn), "", ""), _starving(engine, queue)
            )

    def _standing(self) -> Iterator[Reading]:
        for standing, count in self._standings.counts():
            region, queue = named(standing.queue) if standing.queue else (standing.region, "")
            environment = named(standing.environment).name if standing.environment else ""
            where = region, queue, environment, standing.worker_group
            for name in SHOWN[standing.stage]:
                yield Reading(name, where, count)
            if standing.stage == "executable" and (region, standing.worker_group) in self._polls:
                yield Reading("scheduler.tasks.starving", where, count)

    def _slots(self, engine: Engine) -> Iterator[Reading]:
        for arn, room in engine.placement.rooms.all():
            if not room.elsewhere and (room.vcpus or room.used):
                region, name = named(arn)
                free = max(0, room.free) / 1000
                yield Reading("executor.open_slots", (region, "", name, ""), free)
        for (region, group), polls in self._polls.items():
            yield Reading("executor.open_slots", (region, "", "", group), polls)


SHOWN: dict[str, tuple[str, ...]] = {
    "scheduled": ("ti.scheduled",),
    "executable": ("executor.queued_tasks", "scheduler.tasks.executable"),
    "misfit": ("executor.queued_tasks",),
    "running": ("executor.running_tasks",),
}
"""The metrics in which work of a stage is counted."""


class _Written:
    """A writer that tells what came of each batch."""

    def __init__(self, metering: Metering, writer: Writer) -> None:
        self._metering = metering
        self._writer = writer

    def submit(self, batch: Batch, done: Done) -> None:
        metering, began = self._metering, perf_counter()
        ended = metering.take_ended()

        def told(error: BaseException | None) -> None:
            if error is None:
                metering.committed(ended, began)
            else:
                metering.not_committed(ended)
            done(error)

        try:
            self._writer.submit(batch, told)
        except Exception:
            metering.not_committed(ended)
            raise


def _idle(engine: Engine, arn: str, queue: Queue) -> Iterator[Reading]:
    """Show that nothing is in a queue: a series that is not there cannot be told from a fault."""
    if queue.resource is None:
        return
    region, name = named(arn)
    for metric in ("executor.queued_tasks", "scheduler.tasks.executable", "ti.scheduled"):
        yield Reading(metric, (region, name, "", ""), 0)
    shelf = engine.shelf(ids.Place(engine.settings.account, region))
    for each in queue.resource.environments:
        group = shelf.worker_group(each) or ""
        yield Reading("executor.running_tasks", (region, name, named(each).name, group), 0)


def _starving(engine: Engine, queue: Queue) -> int:
    """Count who waits though an environment has the vCPUs free; jobs of equal size at once."""
    if queue.resource is None:
        return 0
    order = queue.resource.environments
    most = max((room.free for _, room in engine.placement.rooms.known(order)), default=0)
    lines = queue.lines()
    return sum(len(line.jobs) for line in lines if line.claim.size.demand.vcpus <= most)


@lru_cache(maxsize=4096)
def named(arn: str) -> Named:
    """Read the region and the name out of the ARN of a queue or an environment."""
    return Named(arn.split(":", 4)[3], arn.partition("/")[2])

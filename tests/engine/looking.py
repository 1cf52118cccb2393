"""What gauges are to show, found the slow way: by a look at every job and every instance."""

from collections import Counter
from collections.abc import Iterator

from batchyard.batch import reasons
from batchyard.batch.model import Job
from batchyard.batch.states import JobState
from batchyard.engine.engine import Engine
from batchyard.metrics.board import Board
from batchyard.pipelines.instances import Instance
from batchyard.pipelines.states import Status

Series = tuple[str, tuple[str, ...]]

OPEN = "executor.open_slots"
QUEUED = "executor.queued_tasks"
RUNNING = "executor.running_tasks"
STARVING = "scheduler.tasks.starving"
EXECUTABLE = "scheduler.tasks.executable"
SCHEDULED = "ti.scheduled"


def shown(board: Board) -> dict[Series, float]:
    """What the gauges of a board show, without what is 0."""
    found: dict[Series, float] = {}
    for metric, series in board.families():
        for labels, value in series.items():
            if metric.kind == "gauge" and isinstance(value, float | int) and value:
                found[metric.name, labels] = value
    return found


def looked_at(engine: Engine) -> dict[Series, float]:
    """The same, of an engine in whose worker groups no polls wait."""
    found: Counter[Series] = Counter()
    for job in engine.jobs.values():
        found.update(_of_job(engine, job))
    for live in engine.pipelines._live.values():  # noqa: SLF001 - the state that is looked at
        for instance in live.instances.values():
            found.update(_of_instance(live.place.region, instance))
    return {**found, **dict(_open(engine))}


def _of_job(engine: Engine, job: Job) -> Iterator[Series]:
    if job.is_array or job.ended:
        return
    region, queue = job.spec.region, job.spec.queue.rpartition("/")[2]
    waits = (region, queue, "", "")
    if job.state in {JobState.SUBMITTED, JobState.PENDING}:
        yield SCHEDULED, waits
    elif job.state is JobState.RUNNABLE:
        yield QUEUED, waits
        if job.status_reason not in reasons.MISFITS:
            yield EXECUTABLE, waits
        if any(free >= job.spec.demand.vcpus for _, free in _rooms(engine)):
            yield STARVING, waits
    else:
        latest = job.attempts[-1]
        group = latest.worker_group or ""
        where = (region, queue, latest.environment.rpartition("/")[2], group)
        if job.state is JobState.STARTING and group:
            yield from ((QUEUED, where), (EXECUTABLE, where))
        else:
            yield RUNNING, where


def _of_instance(region: str, instance: Instance) -> Iterator[Series]:
    if instance.ended or instance.kind in {"node", "resource"} or instance.rules.system_managed:
        return
    own = instance.rules.worker_group or ""
    where = (region, "", "", "(resource)" if instance.resource else own)
    if instance.status in {Status.WAITING_ON_DEPENDENCIES, Status.PAUSED}:
        yield SCHEDULED, where
    elif instance.status is Status.WAITING_FOR_RUNNER:
        yield from ((QUEUED, where), (EXECUTABLE, where))
    else:
        yield RUNNING, where


def _rooms(engine: Engine) -> Iterator[tuple[str, int]]:
    """The environments, each with what is free for new work, in thousandths of a vCPU."""
    held: Counter[str] = Counter()
    for job in engine.jobs.values():
        if job.state in {JobState.STARTING, JobState.RUNNING}:
            held[job.attempts[-1].environment] += job.spec.demand.vcpus
    for shelf in engine._shelves.values():  # noqa: SLF001 - as above
        for each in shelf.environments.values():
            if each.worker_group is None and each.state == "ENABLED":
                yield each.arn, each.vcpus - held[each.arn]


def _open(engine: Engine) -> Iterator[tuple[Series, float]]:
    for arn, free in _rooms(engine):
        if free > 0:
            region, name = arn.split(":")[3], arn.rpartition("/")[2]
            yield (OPEN, (region, "", name, "")), free / 1000

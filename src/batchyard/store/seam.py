"""The seam between the yard and whatever keeps its state.

Live jobs are held in memory by the engine; a store makes them durable, and is where ended ones
are read. Two stores keep these promises (tests/store/test_conformance.py runs on each of them):

* A batch is kept whole or not at all, and is there for good when `Store.commit` returns.
* What is read is what was committed last, by whichever thread it is read.
* What belongs to one place is not seen from another, wherever a place is given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from batchyard.batch.ids import Place
from batchyard.batch.model import Job
from batchyard.batch.notices import Notice
from batchyard.batch.resources import Resource
from batchyard.batch.states import JobState
from batchyard.logs.groups import LogGroup
from batchyard.logs.putting import Given, PutEvent
from batchyard.pipelines.instances import Instance
from batchyard.pipelines.pipeline import Pipeline
from batchyard.pipelines.tasks import Taken
from batchyard.store.asking import (
    EventQuery,
    InstancePage,
    InstanceQuery,
    JobPage,
    JobQuery,
    Stream,
    StreamPage,
    StreamQuery,
)


class JobChange(Struct, frozen=True):
    """A new job, or what became of a known one.

    A job's spec is kept when the job is new and never again; a child of an array shares its
    parent's, so the parent is committed before it or in the same batch, ahead of it. Attempts
    are only ever added to a job.

    Args:
        job: the job as it stands now.
        detail: its JobDetail as JSON, once it has ended.
    """

    job: Job
    detail: bytes | None = None


class ResourceChange(Struct, frozen=True):
    """A new resource, or the one that replaces what had its name (and revision)."""

    place: Place
    resource: Resource


class ResourceRemoval(Struct, frozen=True):
    """A resource that is gone; one that was not there is fine."""

    place: Place
    resource: Resource


class LogGroupChange(Struct, frozen=True):
    """A new log group, or what became of a known one."""

    place: Place
    group: LogGroup


class LogGroupRemoval(Struct, frozen=True):
    """A log group that is gone, with all of its streams; one that was not there is fine."""

    place: Place
    name: str


class LogStreamCreation(Struct, frozen=True):
    """A log stream that was made by hand, perhaps where an attempt's is; its group is there."""

    place: Place
    log_group: str
    name: str
    at: int


class LogStreamRemoval(Struct, frozen=True):
    """A log stream that is gone, with what was put into it; one that was not there is fine."""

    place: Place
    log_group: str
    name: str


class EventsPut(Struct, frozen=True):
    """Events that were put into a log stream; into one that is not there, nothing is put.

    Args:
        place: whose stream.
        log_group: the group it is in.
        stream: its name.
        at: when they were put, epoch milliseconds.
        events: the events.
    """

    place: Place
    log_group: str
    stream: str
    at: int
    events: Sequence[Given]


class InstanceChange(Struct, frozen=True):
    """A new instance of a pipeline, or what became of a known one.

    Its pipeline is kept before it or in the same batch.
    """

    pipeline: str
    instance: Instance


class TaskRemoval(Struct, frozen=True):
    """A task whose holders are of no use any more; one that was not there is fine."""

    id: str


LogChange = LogGroupChange | LogGroupRemoval | LogStreamCreation | LogStreamRemoval | EventsPut


class Batch(Struct, frozen=True):
    """What is committed together.

    Args:
        logs: what became of log groups and streams, in the order it happened, and before any of
            the jobs: an attempt makes the group it logs to again.
        jobs: new and changed jobs, in the order they changed.
        resources: what became of resources, in the order it happened.
        notes: small values by name, for whoever needs one kept.
        pipelines: new and changed pipelines; the instances and tasks of one that is deleted go
            with it, and none is kept of it any more, of the same batch neither.
        instances: new and changed instances of pipelines, in the order they changed.
        tasks: who took which task, and whose hold is of no use any more. The pipeline that a task
            belongs to is kept before it or in the same batch.
        notices: what targets are to be told, in the order of their numbers, which are higher than
            any that was kept before.
        delivered: every target has the notices up to this number: they go.
    """

    jobs: Sequence[JobChange] = ()
    resources: Sequence[ResourceChange | ResourceRemoval] = ()
    notes: Mapping[str, str] = {}
    logs: Sequence[LogChange] = ()
    pipelines: Sequence[Pipeline] = ()
    instances: Sequence[InstanceChange] = ()
    tasks: Sequence[Taken | TaskRemoval] = ()
    notices: Sequence[Notice] = ()
    delivered: int = 0


class Forgotten(Struct, frozen=True):
    """What `Store.forget_before` removed.

    Args:
        jobs: how many jobs, children of arrays included.
        attempts: the ids of their attempts, whose logs are of no use any more.
    """

    jobs: int = 0
    attempts: tuple[str, ...] = ()


class Store(Protocol):
    """Keeps jobs, pipelines and resources. Any thread may call it; one call writes at a time.

    Every method may raise `YardError` when the store fails (the disk is full, say), and
    `Unreadable` when what it holds is damaged.
    """

    def commit(self, batch: Batch) -> None:
        """Keep a batch: all of it, on disk when this returns, or nothing of it on an error."""

    def live_jobs(self) -> Iterator[Job]:
        """Give every job that has not ended, in the order they came.

        The children of an array have the same `Spec` object as their parent.
        """

    def resources(self) -> Iterator[tuple[Place, Resource]]:
        """Give every resource with the place it belongs to."""

    def job(self, job_id: str) -> Job | None:
        """Find a job, live or ended, with its whole story."""

    def state_of(self, job_ids: Sequence[str]) -> dict[str, JobState]:
        """Tell where jobs stand; ids that are not known are left out."""

    def details(self, place: Place, job_ids: Sequence[str]) -> dict[str, bytes]:
        """Give the JobDetail JSON of ended jobs; others, and another place's, are left out."""

    def list_jobs(self, query: JobQuery) -> JobPage:
        """List the jobs of a queue or the children of an array, a page at a time.

        Raises:
            Refused: the query's cursor is none that a page gave.
        """

    def stream(self, place: Place, log_group: str, name: str) -> Stream | None:
        """Find a log stream by its name."""

    def streams(self, query: StreamQuery) -> StreamPage:
        """List log streams in the order of their names, a page at a time."""

    def log_groups(self, place: Place) -> tuple[LogGroup, ...]:
        """Give every log group of a place, in the order of their names."""

    def log_group(self, place: Place, name: str) -> LogGroup | None:
        """Find a log group by its name: made by hand, or by the first attempt that logs to it."""

    def forgetful_groups(self) -> tuple[tuple[Place, LogGroup], ...]:
        """Give every log group that keeps events for a time only, with its place."""

    def logging_attempts(self, place: Place, log_group: str) -> tuple[str, ...]:
        """Name every attempt that logs to a group."""

    def put_events(self, query: EventQuery) -> tuple[PutEvent, ...]:
        """Give events that were put into a stream, as many as a query has room for."""

    def forget_events(self, place: Place, log_group: str, moment: int, limit: int) -> int:
        """Remove events that were put into a group's streams and are older than a moment.

        Args:
            place: whose group.
            log_group: its name.
            moment: epoch milliseconds.
            limit: how many to remove at most.

        Returns:
            How many were removed; fewer than ``limit`` when none is left.
        """

    def forget_before(self, moment: int, limit: int) -> Forgotten:
        """Remove jobs that ended long ago, an array with all of its children or not at all.

        An array goes by its parent's end, and stays while a child lives.

        Args:
            moment: jobs that stopped earlier than this go, epoch milliseconds.
            limit: about how many to remove at most; the array that reaches it still goes whole.

        Returns:
            What was removed; nothing once there is no more to remove.
        """

    def pipelines(self) -> Iterator[Pipeline]:
        """Give every pipeline, in the order they came; those that are deleted as well."""

    def live_instances(self) -> Iterator[tuple[str, Instance]]:
        """Give every instance that has not ended with its pipeline's id, in the order they came."""

    def instance(self, pipeline: str, name: str) -> Instance | None:
        """Find an instance of a pipeline, live or ended."""

    def instances(self, query: InstanceQuery) -> InstancePage:
        """List a pipeline's instances, in the order they came, a page at a time.

        Raises:
            Refused: the query's cursor is none that a page gave.
        """

    def tasks(self) -> Iterator[Taken]:
        """Give everybody who holds a task, or held one that is not forgotten."""

    def notices(self, after: int, limit: int) -> tuple[Notice, ...]:
        """Give notices that not every target has, in the order of their numbers.

        Args:
            after: only those with higher numbers.
            limit: how many at most.
        """

    def last_notice(self) -> int:
        """Give the highest number of a notice that is kept; 0 if none is."""

    def notes(self) -> dict[str, str]:
        """Give every note, by name."""

    def clear(self) -> None:
        """Forget everything: for the reset of a yard whose state is worth nothing."""

    def close(self) -> None:
        """Let go of files; nothing else may be called afterwards but this again."""

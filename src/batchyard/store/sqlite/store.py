"""A store in one file: SQLite with a write-ahead log that is on disk at every commit."""

from __future__ import annotations

import threading
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING

from batchyard.errors import YardError
from batchyard.store.sqlite import asking, forgetting, listing, logs, pipelines
from batchyard.store.sqlite.keeping import Keeper
from batchyard.store.sqlite.opening import (
    connect,
    connect_for_reading,
    transaction,
    troubles,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from batchyard.batch.ids import Place
    from batchyard.batch.model import Job
    from batchyard.batch.notices import Notice
    from batchyard.batch.resources import Resource
    from batchyard.batch.states import JobState
    from batchyard.logs.groups import LogGroup
    from batchyard.logs.putting import PutEvent
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
    from batchyard.store.seam import Batch, Forgotten


class SQLiteStore:
    """Keeps everything in a file; one connection writes, another reads, each behind its lock.

    Only one store may write a file at a time: whoever opens it sees to that.

    Args:
        path: the file; it is made, for its owner alone, if there is none.

    Raises:
        Unreadable: the file is damaged, another program's, or a newer version's.
        YardError: it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        """Open the file and bring it up to date."""
        self._path = path
        self._write_lock = threading.Lock()
        self._read_lock = threading.Lock()
        self._closed = False
        with ExitStack() as opened, troubles(path):
            self._writing = opened.enter_context(closing(connect(path)))
            self._reading = opened.enter_context(closing(connect_for_reading(path)))
            self._keeper = Keeper(self._writing)
            opened.pop_all()

    def commit(self, batch: Batch) -> None:
        """Keep a batch; see `Store.commit`."""
        with self._writer():
            self._keeper.keep(batch)

    def live_jobs(self) -> Iterator[Job]:
        """Give every job that has not ended; see `Store.live_jobs`."""
        with self._reader() as connection, transaction(connection, "DEFERRED"):
            return iter(asking.live_jobs(connection))

    def resources(self) -> Iterator[tuple[Place, Resource]]:
        """Give every resource; see `Store.resources`."""
        with self._reader() as connection:
            return iter(asking.resources(connection))

    def job(self, job_id: str) -> Job | None:
        """Find a job; see `Store.job`."""
        with self._reader() as connection:
            return asking.job(connection, job_id)

    def state_of(self, job_ids: Sequence[str]) -> dict[str, JobState]:
        """Tell where jobs stand; see `Store.state_of`."""
        with self._reader() as connection:
            return asking.state_of(connection, job_ids)

    def details(self, place: Place, job_ids: Sequence[str]) -> dict[str, bytes]:
        """Give the JobDetail JSON of ended jobs; see `Store.details`."""
        with self._reader() as connection:
            return asking.details(connection, place, job_ids)

    def list_jobs(self, query: JobQuery) -> JobPage:
        """List jobs a page at a time; see `Store.list_jobs`."""
        with self._reader() as connection, transaction(connection, "DEFERRED"):
            return listing.list_jobs(connection, query)

    def stream(self, place: Place, log_group: str, name: str) -> Stream | None:
        """Find a log stream; see `Store.stream`."""
        with self._reader() as connection:
            return logs.stream(connection, place, log_group, name)

    def streams(self, query: StreamQuery) -> StreamPage:
        """List log streams a page at a time; see `Store.streams`."""
        with self._reader() as connection:
            return logs.streams(connection, query)

    def log_groups(self, place: Place) -> tuple[LogGroup, ...]:
        """Give every log group of a place; see `Store.log_groups`."""
        with self._reader() as connection:
            return logs.log_groups(connection, place)

    def log_group(self, place: Place, name: str) -> LogGroup | None:
        """Find a log group; see `Store.log_group`."""
        with self._reader() as connection:
            return logs.log_group(connection, place, name)

    def forgetful_groups(self) -> tuple[tuple[Place, LogGroup], ...]:
        """Give every log group with a retention; see `Store.forgetful_groups`."""
        with self._reader() as connection:
            return logs.forgetful_groups(connection)

    def logging_attempts(self, place: Place, log_group: str) -> tuple[str, ...]:
        """Name every attempt that logs to a group; see `Store.logging_attempts`."""
        with self._reader() as connection:
            return logs.logging_attempts(connection, place, log_group)

    def put_events(self, query: EventQuery) -> tuple[PutEvent, ...]:
        """Give events that were put into a stream; see `Store.put_events`."""
        with self._reader() as connection:
            return logs.put_events(connection, query)

    def forget_events(self, place: Place, log_group: str, moment: int, limit: int) -> int:
        """Remove events that were put long ago; see `Store.forget_events`."""
        with self._writer() as connection, transaction(connection):
            return self._keeper.logs.forget_events(place, log_group, moment, limit)

    def forget_before(self, moment: int, limit: int) -> Forgotten:
        """Remove jobs that ended long ago; see `Store.forget_before`."""
        with self._writer() as connection, transaction(connection):
            return forgetting.forget_before(connection, self._keeper.logs, moment, limit)

    def pipelines(self) -> Iterator[Pipeline]:
        """Give every pipeline; see `Store.pipelines`."""
        with self._reader() as connection:
            return iter(pipelines.pipelines(connection))

    def live_instances(self) -> Iterator[tuple[str, Instance]]:
        """Give every instance that has not ended; see `Store.live_instances`."""
        with self._reader() as connection:
            return iter(pipelines.live_instances(connection))

    def instance(self, pipeline: str, name: str) -> Instance | None:
        """Find an instance of a pipeline; see `Store.instance`."""
        with self._reader() as connection:
            return pipelines.instance(connection, pipeline, name)

    def instances(self, query: InstanceQuery) -> InstancePage:
        """List a pipeline's instances a page at a time; see `Store.instances`."""
        with self._reader() as connection, transaction(connection, "DEFERRED"):
            return pipelines.instances(connection, query)

    def tasks(self) -> Iterator[Taken]:
        """Give everybody who holds a task, or held one; see `Store.tasks`."""
        with self._reader() as connection:
            return iter(pipelines.tasks(connection))

    def notices(self, after: int, limit: int) -> tuple[Notice, ...]:
        """Give notices that are still to be delivered; see `Store.notices`."""
        with self._reader() as connection:
            return asking.notices(connection, after, limit)

    def last_notice(self) -> int:
        """Give the highest number of a notice; see `Store.last_notice`."""
        with self._reader() as connection:
            return asking.last_notice(connection)

    def notes(self) -> dict[str, str]:
        """Give every note; see `Store.notes`."""
        with self._reader() as connection:
            return asking.notes(connection)

    def clear(self) -> None:
        """Forget everything; see `Store.clear`."""
        with self._writer() as connection:
            with transaction(connection):
                forgetting.clear(connection)
            self._keeper.learn()

    def close(self) -> None:
        """Fold the log into the file and let go of it; see `Store.close`."""
        with self._read_lock, self._write_lock, troubles(self._path):
            self._closed = True
            self._reading.close()
            self._writing.close()

    @contextmanager
    def _reader(self) -> Iterator[sqlite3.Connection]:
        with self._read_lock, troubles(self._path):
            yield self._open(self._reading)

    @contextmanager
    def _writer(self) -> Iterator[sqlite3.Connection]:
        with self._write_lock, troubles(self._path):
            yield self._open(self._writing)

    def _open(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        if self._closed:
            raise YardError(f"the yard's state in {self._path} has been closed")
        return connection

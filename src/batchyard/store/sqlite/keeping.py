"""Writing batches: few statements, each for all the rows of a batch that need it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from batchyard.batch.ids import parent_id
from batchyard.errors import YardError
from batchyard.store import codec
from batchyard.store.rows import key_of, stream_name
from batchyard.store.seam import ResourceChange
from batchyard.store.sqlite import sql
from batchyard.store.sqlite.log_keeping import LogKeeper
from batchyard.store.sqlite.numbers import Numbers
from batchyard.store.sqlite.opening import transaction
from batchyard.store.sqlite.pipeline_keeping import PipelineKeeper
from batchyard.store.sqlite.states import ENDED, NUMBERS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from batchyard.batch.model import Job
    from batchyard.store.seam import Batch, JobChange, ResourceRemoval

    Row = tuple[object, ...]


Known = tuple[int, int]
"""What is written of a job: its number, and how many of its attempts have a stream."""


class Rows:
    """The rows that a batch comes to, by statement, and what is known once they are kept."""

    def __init__(self) -> None:
        """Start without any."""
        self.specs: list[Row] = []
        self.consumed: list[Row] = []
        self.jobs: list[Row] = []
        self.changes: list[Row] = []
        self.streams: list[Row] = []
        self.details: list[Row] = []
        self.known: dict[str, Known] = {}
        self.ended: list[str] = []

    def by_statement(self) -> Iterator[tuple[str, list[Row]]]:
        """Give the statements that have rows, with their rows."""
        every = {
            "add_spec": self.specs,
            "add_consumed": self.consumed,
            "add_job": self.jobs,
            "change_job": self.changes,
            "add_stream": self.streams,
            "put_detail": self.details,
        }
        return ((statement, rows) for statement, rows in every.items() if rows)


class Keeper:
    """Keeps batches; it remembers the numbers of live jobs, so that none is looked up twice.

    Args:
        connection: the one that writes.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Learn where numbering goes on."""
        self._connection = connection
        self._sql = sql.statements("keeping")
        self.numbers = Numbers(connection)
        self.logs = LogKeeper(connection, self.numbers)
        self._pipelines = PipelineKeeper(connection)
        self.learn()

    def learn(self) -> None:
        """Know nothing but what is on disk: after a transaction that was undone, or a clearing."""
        self.numbers.learn()
        self._pipelines.learn()
        self._known: dict[str, Known] = {}
        self._highest = self._connection.execute(self._sql["highest_number"]).fetchone()[0]

    def keep(self, batch: Batch) -> None:
        """Write a batch, in one transaction; see `Store.commit`."""
        rows = Rows()
        try:
            with transaction(self._connection):
                self._write(batch, rows)
        except BaseException:
            self.learn()
            raise
        self._known.update(rows.known)
        for job_id in rows.ended:
            self._known.pop(job_id, None)

    def _write(self, batch: Batch, rows: Rows) -> None:
        for log_change in batch.logs:
            self.logs.keep(log_change)
        self._plan(batch.jobs, rows)
        for statement, values in rows.by_statement():
            self._connection.executemany(self._sql[statement], values)
        self._pipelines.keep(batch)
        for change in batch.resources:
            self._resource(change)
        if batch.notes:
            self._connection.executemany(self._sql["put_note"], batch.notes.items())
        if batch.notices:
            notices = ((each.number, each.job_id, each.body) for each in batch.notices)
            self._connection.executemany(self._sql["add_notice"], notices)
        if batch.delivered:
            self._connection.execute(self._sql["drop_notices"], (batch.delivered,))

    def _plan(self, changes: Sequence[JobChange], rows: Rows) -> None:
        """Find the rows of every change: what a job costs is decided here."""
        self._look_up(changes, rows)
        for change in changes:
            job = change.job
            state = NUMBERS[job.state]
            known = self._known.get(job.id) or rows.known.get(job.id)
            number, streams = known or self._add(job, state, rows)
            if known is not None:
                body = codec.encode_job(job)
                rows.changes.append((state, _stopped_at(job, state), body, number))
            if change.detail is not None:
                rows.details.append((number, change.detail))
            if known is None or len(job.attempts) > streams:
                self._follow(job, number, streams, rows)
            if state >= ENDED:
                rows.ended.append(job.id)

    def _look_up(self, changes: Sequence[JobChange], rows: Rows) -> None:
        """Learn of the jobs that are not remembered: most are new, a few have ended before."""
        wanted = [change.job for change in changes if change.job.id not in self._known]
        ids = [job.id for job in wanted]
        parents = {parent_id(job.id) for job in wanted if job.index is not None}
        if wanted:
            given = msgspec.json.encode([*ids, *(parents - self._known.keys())]).decode()
            for job_id, number, body in self._connection.execute(self._sql["known_jobs"], (given,)):
                rows.known[job_id] = number, len(codec.decode_glance(body).attempts)

    def _add(self, job: Job, state: int, rows: Rows) -> Known:
        self._highest = number = self._highest + 1
        spec = job.spec
        place = self.numbers.place(spec.account, spec.region)
        if job.index is None:
            queue, share, parent = self.numbers.queue(place, spec.queue), spec.share, None
            rows.specs.append(self._spec_row(number, queue, job))
            taken = {each.resource for each in spec.consumes}
            rows.consumed += ((resource, job.created_at, number) for resource in taken)
        else:
            queue, share, parent = None, None, self._parent(job, rows)
        listed = (place, queue, share, parent, job.index, parent or number, job.created_at)
        body = codec.encode_job(job)
        rows.jobs.append((number, job.id, *listed, state, _stopped_at(job, state), body))
        return number, 0

    def _spec_row(self, number: int, queue: int, job: Job) -> Row:
        spec = job.spec
        definition = self.numbers.definition(spec.definition)
        listed = (queue, spec.name, definition, spec.array_size, spec.share, job.created_at)
        return number, *listed, codec.encode_spec(spec)

    def _parent(self, job: Job, rows: Rows) -> int:
        """Find the number of a child's array."""
        parent = parent_id(job.id) or ""
        known = self._known.get(parent) or rows.known.get(parent)
        if known is None:
            raise YardError(f"job {job.id} cannot be kept before its array, {parent!r}")
        return known[0]

    def _follow(self, job: Job, number: int, streams: int, rows: Rows) -> None:
        """Write the streams of attempts that have none, and remember that."""
        rows.known[job.id] = number, len(job.attempts)
        for attempt in job.attempts[streams:]:
            spec = job.spec
            place = self.numbers.place(spec.account, spec.region)
            group = self.numbers.log_group(place, spec.log_group, attempt.placed_at)
            rows.streams.append((group, stream_name(spec.definition, attempt.id), number))

    def _resource(self, change: ResourceChange | ResourceRemoval) -> None:
        key = (self.numbers.place(*change.place), *key_of(change.resource))
        if isinstance(change, ResourceChange):
            body = codec.encode_resource(change.resource)
            self._connection.execute(self._sql["put_resource"], (*key, body))
        else:
            self._connection.execute(self._sql["remove_resource"], key)


def _stopped_at(job: Job, state: int) -> int | None:
    """Tell when retention may ask for a job: never while it lives, nor for an array's child."""
    return (job.stopped_at or 0) if state >= ENDED and job.index is None else None

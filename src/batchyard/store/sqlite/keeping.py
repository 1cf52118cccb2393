"""Writing batches: few statements, each for all the rows of a batch that need it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from batchyard.batch.ids import parent_id
from batchyard.errors import YardError
from batchyard.store import codec
from batchyard.store.rows import key_of, stream_name
from batchyard.store.seam import ResourceChange, latest
from batchyard.store.sqlite import sql
from batchyard.store.sqlite.numbers import Numbers
from batchyard.store.sqlite.opening import transaction
from batchyard.store.sqlite.states import NUMBERS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from batchyard.batch.model import Job
    from batchyard.store.seam import Batch, JobChange, ResourceRemoval

    Row = tuple[object, ...]


class Known(NamedTuple):
    """What is written of a job: its number, and how many of its attempts have a stream."""

    number: int
    streams: int


class Rows:
    """The rows that a batch comes to, by statement, and what will be known once they are kept."""

    def __init__(self) -> None:
        """Start without any."""
        self.specs: list[Row] = []
        self.jobs: list[Row] = []
        self.changes: list[Row] = []
        self.streams: list[Row] = []
        self.details: list[Row] = []
        self.known: dict[str, Known] = {}

    def by_statement(self) -> Iterator[tuple[str, list[Row]]]:
        """Give the statements that have rows, with their rows."""
        every = {
            "add_spec": self.specs,
            "add_job": self.jobs,
            "change_job": self.changes,
            "add_stream": self.streams,
            "put_detail": self.details,
        }
        return ((statement, rows) for statement, rows in every.items() if rows)


class Keeper:
    """Keeps batches; it remembers the numbers of live jobs, so that none is looked up.

    Args:
        connection: the one that writes.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Learn where numbering goes on."""
        self._connection = connection
        self._sql = sql.statements("keeping")
        self.numbers = Numbers(connection)
        self.learn()

    def learn(self) -> None:
        """Know nothing but what is on disk: after a transaction that was undone, or a clearing."""
        self.numbers.learn()
        self._known: dict[str, Known] = {}
        self._highest = self._connection.execute(self._sql["highest_number"]).fetchone()[0]

    def keep(self, batch: Batch) -> None:
        """Write a batch, in one transaction; see `Store.commit`."""
        rows = Rows()
        try:
            with transaction(self._connection):
                self._plan(latest(batch.jobs), rows)
                for statement, values in rows.by_statement():
                    self._connection.executemany(self._sql[statement], values)
                for each in batch.resources:
                    self._resource(each)
                if batch.notes:
                    self._connection.executemany(self._sql["put_note"], batch.notes.items())
        except BaseException:
            self.learn()
            raise
        self._known.update(rows.known)
        for change in batch.jobs:
            if change.job.ended:
                self._known.pop(change.job.id, None)

    def _plan(self, changes: Sequence[JobChange], rows: Rows) -> None:
        self._look_up(changes, rows)
        for change in changes:
            known = self._known.get(change.job.id) or rows.known.get(change.job.id)
            if known is None:
                known = self._add(change.job, rows)
            else:
                self._change(change.job, known, rows)
            self._follow(change, known, rows)

    def _look_up(self, changes: Sequence[JobChange], rows: Rows) -> None:
        """Learn of the jobs that are not remembered: most are new, a few have ended before."""
        wanted = [change.job.id for change in changes if change.job.id not in self._known]
        parents = {parent_id(job_id) for job_id in wanted} - {None, *self._known}
        if wanted:
            ids = msgspec.json.encode([*wanted, *parents]).decode()
            for job_id, number, body in self._connection.execute(self._sql["known_jobs"], (ids,)):
                rows.known[job_id] = Known(number, len(codec.decode_glance(body).attempts))

    def _add(self, job: Job, rows: Rows) -> Known:
        self._highest = number = self._highest + 1
        spec = job.spec
        place = self.numbers.place(spec.account, spec.region)
        queue = parent = None
        if job.index is None:
            queue = self.numbers.queue(place, spec.queue)
            rows.specs.append(_spec_row(number, queue, job))
        else:
            parent = self._number_of_parent(job, rows)
        rows.jobs.append(
            (
                number,
                job.id,
                place,
                queue,
                parent,
                job.index,
                number if parent is None else parent,
                job.created_at,
                NUMBERS[job.state],
                _stopped_at(job),
                codec.encode_job(job),
            )
        )
        return Known(number, 0)

    def _number_of_parent(self, job: Job, rows: Rows) -> int:
        parent = parent_id(job.id) or ""
        known = rows.known.get(parent) or self._known.get(parent)
        if known is None:
            raise YardError(f"job {job.id} cannot be kept before its array, {parent!r}")
        return known.number

    def _change(self, job: Job, known: Known, rows: Rows) -> None:
        rows.changes.append(
            (NUMBERS[job.state], _stopped_at(job), codec.encode_job(job), known.number)
        )

    def _follow(self, change: JobChange, known: Known, rows: Rows) -> None:
        """Write what a job brings with it: streams of new attempts, its detail."""
        job = change.job
        if change.detail is not None:
            rows.details.append((known.number, change.detail))
        if len(job.attempts) > known.streams:
            spec = job.spec
            place = self.numbers.place(spec.account, spec.region)
            group = self.numbers.log_group(place, spec.log_group)
            for attempt in job.attempts[known.streams :]:
                name = stream_name(spec.definition, attempt.id)
                rows.streams.append((group, name, known.number))
        rows.known[job.id] = Known(known.number, len(job.attempts))

    def _resource(self, change: ResourceChange | ResourceRemoval) -> None:
        key = (self.numbers.place(*change.place), *key_of(change.resource))
        if isinstance(change, ResourceChange):
            body = codec.encode_resource(change.resource)
            self._connection.execute(self._sql["put_resource"], (*key, body))
        else:
            self._connection.execute(self._sql["remove_resource"], key)


def _spec_row(number: int, queue: int, job: Job) -> Row:
    spec = job.spec
    body = codec.encode_spec(spec)
    return number, queue, spec.name, spec.definition, spec.array_size, spec.share, body


def _stopped_at(job: Job) -> int | None:
    """Tell when retention may ask for a job: never while it lives, nor for an array's child."""
    return (job.stopped_at or 0) if job.ended and job.index is None else None

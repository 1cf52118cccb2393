"""A store that forgets with the process: for ephemeral yards and for tests."""

from __future__ import annotations

import bisect
import threading
from typing import TYPE_CHECKING

from batchyard.batch.ids import Place, parent_id
from batchyard.store import cursor
from batchyard.store.asking import JobPage, JobQuery, Stream, StreamPage, StreamQuery
from batchyard.store.matching import matches
from batchyard.store.memory_logs import MemoryLogs
from batchyard.store.memory_pipelines import MemoryPipelines
from batchyard.store.rows import attempt_named, attempt_of, fitted, key_of, stream_name, summary
from batchyard.store.seam import Batch, Forgotten, JobChange, ResourceChange, ResourceRemoval

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from batchyard.batch.model import Job
    from batchyard.batch.notices import Notice
    from batchyard.batch.resources import Resource
    from batchyard.batch.states import JobState
    from batchyard.logs.groups import LogGroup
    from batchyard.logs.putting import PutEvent
    from batchyard.pipelines.instances import Instance
    from batchyard.pipelines.pipeline import Pipeline
    from batchyard.pipelines.tasks import Taken
    from batchyard.store.asking import EventQuery, InstancePage, InstanceQuery
    from batchyard.store.memory_logs import KeptStream

    Position = tuple[int, int]


class MemoryStore:
    """Keeps everything in dictionaries; lists are found by looking at every job."""

    def __init__(self) -> None:
        """Start empty."""
        self._lock = threading.RLock()
        self._numbers = 0
        self.clear()

    def clear(self) -> None:
        """Forget everything; see `Store.clear`."""
        with self._lock:
            self._jobs: dict[str, Job] = {}
            self._number: dict[str, int] = {}
            self._children: dict[str, list[str]] = {}
            self._details: dict[str, bytes] = {}
            self._resources: dict[tuple[Place, str, str], Resource] = {}
            self._logs = MemoryLogs()
            self._pipelines = MemoryPipelines()
            self._notes: dict[str, str] = {}
            self._notices: list[Notice] = []

    def close(self) -> None:
        """Let go of nothing; see `Store.close`."""

    def commit(self, batch: Batch) -> None:
        """Keep a batch; see `Store.commit`."""
        with self._lock:
            self._pipelines.keep(batch)  # first: it may refuse
            for log_change in batch.logs:
                self._logs.keep(log_change)
            for job_change in batch.jobs:
                self._keep(job_change)
            for change in batch.resources:
                self._change(change)
            self._notes.update(batch.notes)
            self._notices += batch.notices
            if batch.delivered:
                self._notices = [n for n in self._notices if n.number > batch.delivered]

    def _keep(self, change: JobChange) -> None:
        job = change.job
        known = self._jobs.get(job.id)
        if known is None:
            self._numbers += 1
            self._number[job.id] = self._numbers
            if (parent := parent_id(job.id)) is not None:
                self._children.setdefault(parent, []).append(job.id)
        self._jobs[job.id] = job
        if change.detail is not None:
            self._details[job.id] = change.detail
        for attempt in job.attempts[len(known.attempts) if known else 0 :]:
            name = stream_name(job.spec.definition, attempt.id)
            at = attempt.placed_at
            self._logs.attempted(_place(job), job.spec.log_group, name, job.id, at)

    def _change(self, change: ResourceChange | ResourceRemoval) -> None:
        key = (change.place, *key_of(change.resource))
        if isinstance(change, ResourceChange):
            self._resources[key] = change.resource
        else:
            self._resources.pop(key, None)

    def live_jobs(self) -> Iterator[Job]:
        """Give every job that has not ended; see `Store.live_jobs`."""
        with self._lock:
            return iter([job for job in self._jobs.values() if not job.ended])

    def resources(self) -> Iterator[tuple[Place, Resource]]:
        """Give every resource; see `Store.resources`."""
        with self._lock:
            return iter([(key[0], resource) for key, resource in self._resources.items()])

    def job(self, job_id: str) -> Job | None:
        """Find a job; see `Store.job`."""
        return self._jobs.get(job_id)

    def state_of(self, job_ids: Sequence[str]) -> dict[str, JobState]:
        """Tell where jobs stand; see `Store.state_of`."""
        found = ((job_id, self._jobs.get(job_id)) for job_id in job_ids)
        return {job_id: job.state for job_id, job in found if job is not None}

    def details(self, place: Place, job_ids: Sequence[str]) -> dict[str, bytes]:
        """Give the JobDetail JSON of ended jobs; see `Store.details`."""
        with self._lock:
            kept = [job_id for job_id in job_ids if job_id in self._details]
            return {each: self._details[each] for each in kept if _place(self._jobs[each]) == place}

    def list_jobs(self, query: JobQuery) -> JobPage:
        """List jobs a page at a time; see `Store.list_jobs`."""
        with self._lock:
            after = cursor.read(query.after, 2) if query.after is not None else None
            found = [
                (position, job)
                for job in self._asked(query)
                if matches(query, job)
                if (position := self._position(query, job)) > (after or position[:0])
            ]
        found.sort(key=lambda each: each[0])
        rows = found[: query.limit]
        more = len(found) > query.limit
        page = tuple(summary(job, job.spec) for _, job in rows)
        return JobPage(page, cursor.written(*rows[-1][0]) if more else None)

    def _asked(self, query: JobQuery) -> Iterable[Job]:
        if query.parent is not None:
            return [self._jobs[child] for child in self._children.get(query.parent, ())]
        return self._jobs.values()

    def _position(self, query: JobQuery, job: Job) -> Position:
        """Say where a job stands in a list: children by index, others newest first."""
        if query.parent is not None:
            return job.index or 0, 0
        return -job.created_at, -self._number[job.id]

    def stream(self, place: Place, log_group: str, name: str) -> Stream | None:
        """Find a log stream; see `Store.stream`."""
        with self._lock:
            kept = self._logs.streams(place, log_group).get(name)
            return self._stream(name, kept) if kept is not None else None

    def _stream(self, name: str, kept: KeptStream) -> Stream:
        job = self._jobs[kept.job_id] if kept.job_id is not None else None
        return Stream(
            name=name,
            job_id=kept.job_id,
            attempt=attempt_of(job, name) if job is not None else None,
            created_at=kept.created_at,
            first_at=kept.first_at,
            last_at=kept.last_at,
            ingested_at=kept.ingested_at,
        )

    def streams(self, query: StreamQuery) -> StreamPage:
        """List log streams a page at a time; see `Store.streams`."""
        with self._lock:
            group = self._logs.streams(query.place, query.log_group)
            names = sorted(name for name in group if name.startswith(query.prefix))
            start = bisect.bisect_right(names, query.after) if query.after is not None else 0
            found = names[start : start + query.limit]
            page = tuple(self._stream(name, group[name]) for name in found)
        return StreamPage(page, found[-1] if len(names) > start + query.limit else None)

    def log_groups(self, place: Place) -> tuple[LogGroup, ...]:
        """Give every log group of a place; see `Store.log_groups`."""
        with self._lock:
            named = sorted(name for owner, name in self._logs.groups if owner == place)
            return tuple(self._logs.groups[place, name] for name in named)

    def log_group(self, place: Place, name: str) -> LogGroup | None:
        """Find a log group; see `Store.log_group`."""
        return self._logs.groups.get((place, name))

    def forgetful_groups(self) -> tuple[tuple[Place, LogGroup], ...]:
        """Give every log group with a retention; see `Store.forgetful_groups`."""
        with self._lock:
            groups = sorted(self._logs.groups.items(), key=lambda each: each[0])
            return tuple((key[0], group) for key, group in groups if group.retention is not None)

    def logging_attempts(self, place: Place, log_group: str) -> tuple[str, ...]:
        """Name every attempt that logs to a group; see `Store.logging_attempts`."""
        with self._lock:
            streams = sorted(self._logs.streams(place, log_group).items())
            return tuple(attempt_named(name) for name, kept in streams if kept.job_id is not None)

    def put_events(self, query: EventQuery) -> tuple[PutEvent, ...]:
        """Give events that were put into a stream; see `Store.put_events`."""
        with self._lock:
            return fitted(self._logs.events(query), query)

    def forget_events(self, place: Place, log_group: str, moment: int, limit: int) -> int:
        """Drop events that were put long ago; see `Store.forget_events`."""
        with self._lock:
            return self._logs.forget(place, log_group, moment, limit)

    def forget_before(self, moment: int, limit: int) -> Forgotten:
        """Remove jobs that ended long ago; see `Store.forget_before`."""
        with self._lock:
            whole = (self._whole(job) for job in self._oldest(moment))
            gone: list[Job] = []
            for jobs in whole:
                if len(gone) >= limit:
                    break
                gone += jobs if all(job.ended for job in jobs) else ()
            attempts = tuple(attempt for job in gone for attempt in self._forget(job))
        return Forgotten(len(gone), attempts)

    def _oldest(self, moment: int) -> list[Job]:
        ended = [
            job
            for job in self._jobs.values()
            if job.ended and job.index is None and (job.stopped_at or 0) < moment
        ]
        return sorted(ended, key=lambda job: (job.stopped_at or 0, self._number[job.id]))

    def _whole(self, job: Job) -> list[Job]:
        return [job, *(self._jobs[child] for child in self._children.get(job.id, ()))]

    def _forget(self, job: Job) -> Iterator[str]:
        del self._jobs[job.id], self._number[job.id]
        self._details.pop(job.id, None)
        self._children.pop(job.id, None)
        for attempt in job.attempts:
            name = stream_name(job.spec.definition, attempt.id)
            self._logs.forget_attempt(_place(job), job.spec.log_group, name)
            yield attempt.id

    def pipelines(self) -> Iterator[Pipeline]:
        """Give every pipeline; see `Store.pipelines`."""
        with self._lock:
            return iter(list(self._pipelines.pipelines.values()))

    def live_instances(self) -> Iterator[tuple[str, Instance]]:
        """Give every instance that has not ended; see `Store.live_instances`."""
        with self._lock:
            return iter(self._pipelines.live())

    def instance(self, pipeline: str, name: str) -> Instance | None:
        """Find an instance of a pipeline; see `Store.instance`."""
        return self._pipelines.instance(pipeline, name)

    def instances(self, query: InstanceQuery) -> InstancePage:
        """List a pipeline's instances a page at a time; see `Store.instances`."""
        with self._lock:
            return self._pipelines.page(query)

    def tasks(self) -> Iterator[Taken]:
        """Give everybody who holds a task, or held one; see `Store.tasks`."""
        with self._lock:
            return iter(list(self._pipelines.tasks.values()))

    def notices(self, after: int, limit: int) -> tuple[Notice, ...]:
        """Give notices that are still to be delivered; see `Store.notices`."""
        with self._lock:
            begin = bisect.bisect(self._notices, after, key=lambda each: each.number)
            return tuple(self._notices[begin : begin + limit])

    def last_notice(self) -> int:
        """Give the highest number of a notice; see `Store.last_notice`."""
        with self._lock:
            return self._notices[-1].number if self._notices else 0

    def notes(self) -> dict[str, str]:
        """Give every note; see `Store.notes`."""
        with self._lock:
            return dict(self._notes)


def _place(job: Job) -> Place:
    return Place(job.spec.account, job.spec.region)

"""What can be asked of a store, and how it answers: frozen values.

Times are milliseconds since the epoch. Cursors are opaque to whoever asks: each page gives the
one that the next page is asked with, and whatever is stored in between, no row comes twice and
none that stays is passed over.
"""

from __future__ import annotations

from msgspec import Struct

from batchyard.batch.ids import Place
from batchyard.batch.model import Attempt
from batchyard.batch.states import JobState
from batchyard.logs.putting import Gap
from batchyard.pipelines.instances import Instance
from batchyard.pipelines.states import Status

STREAM = "{definition}/default/{attempt}"
"""How a log stream is named (ContainerDetail.logStreamName in botocore's model)."""


ENDLESS = 2**63 - 1
"""A time after every event."""


class JobQuery(Struct, frozen=True, kw_only=True):
    """Which jobs to list; every condition that is given must hold.

    Args:
        place: whose jobs.
        queue: the ARN of a queue: its jobs, newest first, without the children of arrays.
        parent: the id of an array: its children, by index.
        consumes: the ARN of a consumable resource: the jobs that take of it, newest first, without
            the children of arrays. Exactly one of the three is given.
        states: the states to list; None lists all.
        name: the job's name in any case; with a trailing ``*``, how it begins.
        definition: the name of the job's definition, in any revision; with a trailing ``*``, how
            that name begins; or ``name:revision``, or the ARN of a revision.
        share: the job's share identifier.
        created_before: jobs created earlier than this.
        created_after: jobs created later than this.
        limit: how many rows a page holds at most.
        after: the cursor of the page before; None asks for the first.

    Source: ListJobs in botocore's model.
    """

    place: Place
    queue: str | None = None
    parent: str | None = None
    consumes: str | None = None
    states: frozenset[JobState] | None = None
    name: str | None = None
    definition: str | None = None
    share: str | None = None
    created_before: int | None = None
    created_after: int | None = None
    limit: int = 1000
    after: str | None = None


class JobSummaryRow(Struct, frozen=True, kw_only=True):
    """What ListJobs tells of a job; members are named as in `Job`, `Spec` and `Attempt`.

    ``started_at``, ``exit_code`` and ``reason`` are those of its latest attempt. ``tally`` and
    ``tally_at`` are there for the parents of arrays.
    """

    id: str
    name: str
    queue: str
    definition: str
    state: JobState
    created_at: int
    status_reason: str | None = None
    started_at: int | None = None
    stopped_at: int | None = None
    exit_code: int | None = None
    reason: str | None = None
    index: int | None = None
    array_size: int | None = None
    share: str | None = None
    cancelled: bool = False
    terminated: bool = False
    tally: dict[JobState, int] | None = None
    tally_at: int | None = None


class JobPage(Struct, frozen=True):
    """Some rows, and the cursor to go on from; None when there are no more."""

    rows: tuple[JobSummaryRow, ...]
    next: str | None = None


class StreamQuery(Struct, frozen=True, kw_only=True):
    """Which log streams to list, by name.

    Args:
        place: whose streams.
        log_group: the group they are in.
        prefix: how their names begin.
        limit: how many a page holds at most.
        after: the cursor of the page before; None asks for the first.

    Source: DescribeLogStreams in botocore's model.
    """

    place: Place
    log_group: str
    prefix: str = ""
    limit: int = 50
    after: str | None = None


class Stream(Struct, frozen=True, kw_only=True):
    """A log stream: of an attempt, made by hand, or both.

    Args:
        name: its name in its log group.
        job_id: whose attempt it is; None for a stream that was made by hand.
        attempt: the attempt, as it was last stored.
        created_at: when it was made by hand, epoch milliseconds; None for one that was not.
        first_at: the earliest timestamp that was put into it.
        last_at: the latest one.
        ingested_at: when something was put into it last.
    """

    name: str
    job_id: str | None = None
    attempt: Attempt | None = None
    created_at: int | None = None
    first_at: int | None = None
    last_at: int | None = None
    ingested_at: int | None = None

    @property
    def shown(self) -> bool:
        """Whether clients see it: an attempt that does not run yet has shown nothing."""
        started = self.attempt is not None and self.attempt.started_at is not None
        return started or self.created_at is not None or self.ingested_at is not None


class StreamPage(Struct, frozen=True):
    """Some streams, and the cursor to go on from; None when there are no more."""

    streams: tuple[Stream, ...]
    next: str | None = None


class InstanceQuery(Struct, frozen=True, kw_only=True):
    """Which instances of a pipeline to list, in the order they came.

    Args:
        pipeline: the pipeline's id.
        component: only this component's.
        statuses: only those in one of these statuses; None lists all.
        newest: whether those that came last come first instead.
        limit: how many a page holds at most.
        after: the cursor of the page before; None asks for the first.
    """

    pipeline: str
    component: str | None = None
    statuses: frozenset[Status] | None = None
    newest: bool = False
    limit: int = 1000
    after: str | None = None


class InstancePage(Struct, frozen=True):
    """Some instances, and the cursor to go on from; None when there are no more."""

    instances: tuple[Instance, ...]
    next: str | None = None


class EventQuery(Struct, frozen=True, kw_only=True):
    """Which events that were put into a stream to give, by time and then by number.

    Args:
        place: whose stream.
        log_group: the group it is in.
        stream: its name.
        descending: whether the latest come first.
        gap: where to begin; None is the beginning, or descending the end.
        since: only events of this time (epoch milliseconds) or later.
        until: only events before this time.
        limit: the most events to give.
        room: how many bytes they may come to, overhead included; one is given in any case.
    """

    place: Place
    log_group: str
    stream: str
    descending: bool = False
    gap: Gap | None = None
    since: int = 0
    until: int = ENDLESS
    limit: int = 10_000
    room: int = 1_048_576

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

STREAM = "{definition}/default/{attempt}"
"""How a log stream is named (ContainerDetail.logStreamName in botocore's model)."""


class JobQuery(Struct, frozen=True, kw_only=True):
    """Which jobs to list; every condition that is given must hold.

    Args:
        place: whose jobs.
        queue: the ARN of a queue: its jobs, newest first, without the children of arrays.
        parent: the id of an array: its children, by index. Exactly one of the two is given.
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


class Stream(Struct, frozen=True):
    """A log stream: one attempt of a job.

    Args:
        name: its name in its log group.
        job_id: whose attempt it is.
        attempt: the attempt, as it was last stored.
    """

    name: str
    job_id: str
    attempt: Attempt


class StreamPage(Struct, frozen=True):
    """Some streams, and the cursor to go on from; None when there are no more."""

    streams: tuple[Stream, ...]
    next: str | None = None

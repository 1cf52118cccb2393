"""A store with many jobs in it, made of two that a yard really had.

One job is run to its end, another is left waiting; then the yard is stopped, and its store is
given copies of both under ids of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

import msgspec

from batchyard.batch.ids import Place
from batchyard.store.seam import Batch, JobChange
from batchyard.store.sqlite import SQLiteStore
from benchmarks.gear import jobs
from benchmarks.gear.yards import Yard

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from batchyard.batch.model import Job

DATABASE = "yard.db"
SELDOM, OFTEN = "seldom", "often"
"""The shares of jobs that have one."""
_PER_COMMIT = 2000


class Stored(NamedTuple):
    """The ids of the jobs that a store was filled with."""

    live: list[str]
    ended: list[str]


def fill(folder: Path, count: int, ended: int | None = None) -> Stored:
    """Fill a new data directory with so many live jobs, and as many ended ones or so many."""
    with Yard(folder) as yard:
        jobs.prepare(yard.endpoint)
        first = _submit(yard)
        jobs.see_succeeded(yard.endpoint, [first])
        yard.endpoint.call(
            "UpdateComputeEnvironment", {"computeEnvironment": jobs.NAME, "state": "DISABLED"}
        )
        second = _submit(yard)
    return _multiplied(folder / DATABASE, first, second, (count, count if ended is None else ended))


def fill_ended(folder: Path, count: int) -> list[str]:
    """Fill a new data directory with so many jobs that have ended, a second apart, oldest first.

    Each has a name of its own; the oldest hundred have another share than all others.
    """
    with Yard(folder) as yard:
        jobs.prepare(yard.endpoint)
        job_id = _submit(yard)
        jobs.see_succeeded(yard.endpoint, [job_id])
    store = SQLiteStore(folder / DATABASE)
    try:
        job = store.job(job_id)
        assert job is not None
        (detail,) = store.details(Place(job.spec.account, job.spec.region), [job_id]).values()
        names = _new_ids(count)
        _commit(store, (_apart(job, detail, *each, count) for each in enumerate(names)))
    finally:
        store.close()
    return names


def _apart(job: Job, detail: bytes, number: int, name: str, count: int) -> JobChange:
    """Copy an ended job, moved into the past by seconds."""
    spec = msgspec.structs.replace(
        job.spec,
        name=f"{jobs.NAME}-{number}",
        share=SELDOM if number < jobs.MOST_DESCRIBED else OFTEN,
    )
    moved = msgspec.structs.replace(
        _copy(job, name), spec=spec, created_at=job.created_at - 1000 * (count - number)
    )
    return JobChange(moved, detail.replace(job.id.encode(), name.encode()))


def _submit(yard: Yard) -> str:
    (request,) = jobs.submits(yard.endpoint, 1, **jobs.EVERYDAY)
    return jobs.id_of(yard.endpoint.exchange([request], 1)[0])


def _multiplied(path: Path, ended_id: str, live_id: str, counts: tuple[int, int]) -> Stored:
    store = SQLiteStore(path)
    try:
        ended, live = store.job(ended_id), store.job(live_id)
        assert ended is not None
        assert live is not None
        place = Place(live.spec.account, live.spec.region)
        (detail,) = store.details(place, [ended_id]).values()
        stored = Stored(*map(_new_ids, counts))
        _commit(store, (JobChange(_copy(live, name)) for name in stored.live))
        _commit(
            store,
            (
                JobChange(_copy(ended, name), detail.replace(ended_id.encode(), name.encode()))
                for name in stored.ended
            ),
        )
    finally:
        store.close()
    return stored


def _new_ids(count: int) -> list[str]:
    return [str(uuid4()) for _ in range(count)]


def _copy(job: Job, name: str) -> Job:
    attempts = tuple(msgspec.structs.replace(one, id=uuid4().hex) for one in job.attempts)
    return msgspec.structs.replace(job, id=name, attempts=attempts)


def _commit(store: SQLiteStore, changes: Iterable[JobChange]) -> None:
    several: list[JobChange] = []
    for change in changes:
        several.append(change)
        if len(several) == _PER_COMMIT:
            store.commit(Batch(jobs=several))
            several = []
    store.commit(Batch(jobs=several))

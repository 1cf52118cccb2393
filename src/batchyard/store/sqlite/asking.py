"""Reading: what is asked of a store, but for lists of jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from batchyard.batch.ids import Place
from batchyard.batch.notices import Notice
from batchyard.store import codec
from batchyard.store.sqlite import sql
from batchyard.store.sqlite.states import STATES

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from batchyard.batch.model import Job
    from batchyard.batch.resources import Resource
    from batchyard.batch.states import JobState

SQL: Final = sql.statements("asking")


def live_jobs(connection: sqlite3.Connection) -> list[Job]:
    """Read live jobs, in the transaction under way; see `Store.live_jobs`."""
    bodies = connection.execute(SQL["live_specs"])
    specs = {number: codec.decode_spec(body) for number, body in bodies}
    jobs = connection.execute(SQL["live_jobs"])
    return [codec.decode_job(body, specs[number]) for number, body in jobs]


def resources(connection: sqlite3.Connection) -> list[tuple[Place, Resource]]:
    """Read resources; see `Store.resources`."""
    return [
        (Place(account, region), codec.decode_resource(kind, body))
        for account, region, kind, body in connection.execute(SQL["resources"])
    ]


def notes(connection: sqlite3.Connection) -> dict[str, str]:
    """Read notes; see `Store.notes`."""
    return dict(connection.execute(SQL["notes"]).fetchall())


def notices(connection: sqlite3.Connection, after: int, limit: int) -> tuple[Notice, ...]:
    """Read notices that are still to be delivered; see `Store.notices`."""
    return tuple(Notice(*row) for row in connection.execute(SQL["notices"], (after, limit)))


def last_notice(connection: sqlite3.Connection) -> int:
    """Read the highest number of a notice; see `Store.last_notice`."""
    found: int = connection.execute(SQL["last_notice"]).fetchone()[0]
    return found


def job(connection: sqlite3.Connection, job_id: str) -> Job | None:
    """Read a job; see `Store.job`."""
    found = connection.execute(SQL["job"], (job_id,)).fetchone()
    return codec.decode_job(found[0], codec.decode_spec(found[1])) if found else None


def state_of(connection: sqlite3.Connection, job_ids: Sequence[str]) -> dict[str, JobState]:
    """Read where jobs stand; see `Store.state_of`."""
    found = connection.execute(SQL["states"], (_listed(job_ids),))
    return {job_id: STATES[number] for job_id, number in found}


def details(
    connection: sqlite3.Connection, place: Place, job_ids: Sequence[str]
) -> dict[str, bytes]:
    """Read the JobDetail JSON of ended jobs; see `Store.details`."""
    given = {"ids": _listed(job_ids), "account": place.account, "region": place.region}
    return dict(connection.execute(SQL["details"], given).fetchall())


def _listed(job_ids: Sequence[str]) -> str:
    """Write ids as one value, so that one statement serves any number of them."""
    return msgspec.json.encode(list(job_ids)).decode()

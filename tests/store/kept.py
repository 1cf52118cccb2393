"""Jobs as stores are given them, and stores on every back end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from batchyard.batch import ids
from batchyard.batch.ids import Place
from batchyard.batch.model import Attempt, Demand, Entry, Job, Spec
from batchyard.batch.states import JobState
from batchyard.store.asking import JobQuery, JobSummaryRow, Stream, StreamQuery
from batchyard.store.seam import Batch, JobChange, Store

HERE = Place("123456789012", "eu-west-1")
ELSEWHERE = Place("123456789012", "us-east-1")


def queue(name: str = "default", place: Place = HERE) -> str:
    return ids.arn(place, ids.QUEUE, name)


def definition(revision: str = "census:1", place: Place = HERE) -> str:
    return ids.arn(place, ids.DEFINITION, revision)


def spec(place: Place = HERE, **members: Any) -> Spec:  # noqa: ANN401 - a spec's members, as needed
    """A spec; members not given do not matter."""
    given: dict[str, Any] = {
        "account": place.account,
        "region": place.region,
        "name": "job",
        "queue": queue(place=place),
        "definition": definition(place=place),
        "command": ("true",),
        "environment": {"A": "b"},
        "demand": Demand(1000, 128),
    }
    return Spec(**given | members)


def job(job_id: str, at: int = 1000, of: Spec | None = None, **members: Any) -> Job:  # noqa: ANN401 - as above
    story = (Entry(at, "Submitted", JobState.SUBMITTED, "SubmitJob"),)
    return Job(job_id, of or spec(), at, story=story, **members)


def array(job_id: str, size: int, at: int = 1000, **members: Any) -> list[Job]:  # noqa: ANN401 - as above
    """An array and its children, which share its spec."""
    of = spec(**members, array_size=size)
    parent = job(job_id, at, of, tally=dict.fromkeys(JobState, 0))
    return [parent, *(job(ids.child_id(job_id, n), at, of, index=n) for n in range(size))]


def running(was: Job, attempt: str, at: int = 2000) -> Job:
    """The job with one more attempt, that runs."""
    begun = Attempt(attempt, ids.arn(HERE, ids.ENVIRONMENT, "local"), at, pid=7, started_at=at)
    story = (*was.story, Entry(at, "Started", JobState.RUNNING, "pid 7"))
    return replace(was, state=JobState.RUNNING, attempts=(*was.attempts, begun), story=story)


def ended(was: Job, at: int = 3000, state: JobState = JobState.SUCCEEDED) -> Job:
    done = [replace(was.attempts[-1], stopped_at=at, exit_code=0)] if was.attempts else []
    return replace(was, state=state, stopped_at=at, attempts=(*was.attempts[:-1], *done))


def detail(of: Job) -> bytes | None:
    """What stands for the JobDetail of an ended job."""
    return f'{{"jobId":"{of.id}","stoppedAt":{of.stopped_at}}}'.encode() if of.ended else None


def batch(*jobs: Job, **members: Any) -> Batch:  # noqa: ANN401 - a batch's other members
    return Batch([JobChange(each, detail(each)) for each in jobs], **members)


def walk(store: Store, query: JobQuery) -> Iterator[tuple[JobSummaryRow, ...]]:
    """Ask for page after page."""
    more = True
    while more:
        page = store.list_jobs(query)
        yield page.rows
        more = page.next is not None
        query = replace(query, after=page.next)


def listed(store: Store, query: JobQuery) -> list[JobSummaryRow]:
    return [row for rows in walk(store, query) for row in rows]


def listed_ids(store: Store, **conditions: Any) -> list[str]:  # noqa: ANN401 - a query's members
    return [row.id for row in listed(store, JobQuery(**{"place": HERE, **conditions}))]


def streams(store: Store, query: StreamQuery) -> list[Stream]:
    found: list[Stream] = []
    more = True
    while more:
        page = store.streams(query)
        found.extend(page.streams)
        more = page.next is not None
        query = replace(query, after=page.next)
    return found

"""The asynchronous twin: the same names, differing by ``await``.

What calls the service runs on threads, with botocore and the same shared clients; waiting holds no
thread. Definitions and S3 URIs are values and the same in both worlds; their `validate` runs when
a job is made, and what it asks S3 there holds up the loop: `exists` here does not.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self

from batchyard.client import jobs, many, registering, s3
from batchyard.client.aio_following import follow_logs
from batchyard.client.aio_waits import as_completed, wait, wait_for_one
from batchyard.client.describing import describe_job, describe_jobs
from batchyard.client.failures import failure
from batchyard.client.feeds import clients_of
from batchyard.errors import Unsubmitted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Unpack

    from batchyard.client.attempts import Attempt
    from batchyard.client.calls import Answer
    from batchyard.client.definitions import JobDefinition
    from batchyard.client.feeds import Patience
    from batchyard.client.logs import LogEvent
    from batchyard.client.many import Given, Many
    from batchyard.client.orders import Order
    from batchyard.client.registering import Registration
    from batchyard.client.s3 import S3Uri
    from batchyard.client.sessions import Clients, Connection
    from batchyard.client.submitting import Submission

__all__ = [
    "Job",
    "as_completed",
    "exists",
    "follow_logs",
    "latest_revision",
    "register",
    "submit_many",
    "wait",
]


async def register(
    definition: type[JobDefinition] | JobDefinition, **registration: Unpack[Registration]
) -> Answer:
    """See `batchyard.register`."""
    return await asyncio.to_thread(registering.register, definition, **registration)


async def latest_revision(
    definition: type[JobDefinition] | JobDefinition, **connection: Unpack[Connection]
) -> int:
    """See `batchyard.latest_revision`."""
    return await asyncio.to_thread(registering.latest_revision, definition, **connection)


async def exists(uri: S3Uri, **connection: Unpack[Connection]) -> bool:
    """See `S3Uri.exists`."""
    return await asyncio.to_thread(s3.exists, uri, **connection)


async def submit_many(
    items: Iterable[Given],
    queue: str | None = None,
    container_overrides: Mapping[str, Any] | None = None,
    **options: Unpack[Many],
) -> list[Job]:
    """See `batchyard.submit_many`; the items are taken on a thread.

    When cancelled it waits a moment for the answers that are under way; the cause of the
    CancelledError is an Unsubmitted that holds what was submitted. `on_submitted` is called on the
    loop.
    """
    if (report := options.get("on_submitted")) is not None:
        loop = asyncio.get_running_loop()
        options["on_submitted"] = lambda job: loop.call_soon_threadsafe(report, job)
    batch = await asyncio.to_thread(
        many.batch_of, items, queue, container_overrides, options, _taken
    )
    running = asyncio.ensure_future(asyncio.to_thread(batch.run))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError as cancelled:
        batch.interrupt()
        await asyncio.wait([running])
        told = running.exception() or Unsubmitted("none is missing", jobs=running.result())
        raise cancelled from told


def _taken(order: Order, index: int, answer: Answer, clients: Clients) -> Job:
    return Job._of(many.job_of(order, index, answer, clients))  # noqa: SLF001 - of this module


class Job:
    """A job of AWS Batch; see `batchyard.Job`.

    Args:
        definition: what to run.
        **connection: where, and as whom; see `Connection`.
    """

    def __init__(self, definition: JobDefinition, **connection: Unpack[Connection]) -> None:
        self._job = jobs.Job(definition, **connection)

    @classmethod
    def attach(cls, job_id: str, **connection: Unpack[Connection]) -> Self:
        """See `batchyard.Job.attach`."""
        return cls._of(jobs.Job.attach(job_id, **connection))

    @classmethod
    def _of(cls, job: jobs.Job) -> Self:
        made = cls.__new__(cls)
        vars(made)["_job"] = job
        return made

    @property
    def definition(self) -> JobDefinition | None:
        """See `batchyard.Job.definition`."""
        return self._job.definition

    @property
    def job_id(self) -> str | None:
        """See `batchyard.Job.job_id`."""
        return self._job.job_id

    @property
    def job_name(self) -> str | None:
        """See `batchyard.Job.job_name`."""
        return self._job.job_name

    @property
    def queue(self) -> str | None:
        """See `batchyard.Job.queue`."""
        return self._job.queue

    @property
    def container_overrides(self) -> Mapping[str, Any] | None:
        """See `batchyard.Job.container_overrides`."""
        return self._job.container_overrides

    @property
    def response(self) -> Answer | None:
        """See `batchyard.Job.response`."""
        return self._job.response

    async def submit(
        self,
        queue: str,
        container_overrides: Mapping[str, Any] | None = None,
        **options: Unpack[Submission],
    ) -> Answer:
        """See `batchyard.Job.submit`; when cancelled, it is still carried out."""
        return await asyncio.to_thread(self._job.submit, queue, container_overrides, **options)

    async def describe(self) -> Answer:
        """See `batchyard.Job.describe`."""
        return await asyncio.to_thread(self._job.describe)

    async def status(self) -> str:
        """See `batchyard.Job.status`."""
        return await asyncio.to_thread(self._job.status)

    async def is_submitted(self) -> bool:
        """See `batchyard.Job.is_submitted`."""
        return await asyncio.to_thread(self._job.is_submitted)

    async def is_pending(self) -> bool:
        """See `batchyard.Job.is_pending`."""
        return await asyncio.to_thread(self._job.is_pending)

    async def is_runnable(self) -> bool:
        """See `batchyard.Job.is_runnable`."""
        return await asyncio.to_thread(self._job.is_runnable)

    async def is_starting(self) -> bool:
        """See `batchyard.Job.is_starting`."""
        return await asyncio.to_thread(self._job.is_starting)

    async def is_running(self) -> bool:
        """See `batchyard.Job.is_running`."""
        return await asyncio.to_thread(self._job.is_running)

    async def is_succeeded(self) -> bool:
        """See `batchyard.Job.is_succeeded`."""
        return await asyncio.to_thread(self._job.is_succeeded)

    async def is_failed(self) -> bool:
        """See `batchyard.Job.is_failed`."""
        return await asyncio.to_thread(self._job.is_failed)

    async def is_done(self) -> bool:
        """See `batchyard.Job.is_done`."""
        return await asyncio.to_thread(self._job.is_done)

    async def wait(
        self,
        timeout: float | None = None,  # noqa: ASYNC109 - the twin's signature
        *,
        check: bool = True,
        **terms: Unpack[Patience],
    ) -> Answer:
        """See `batchyard.Job.wait`; it holds no thread."""
        given: Any = {"timeout": timeout, **terms}
        job = await wait_for_one(jobs.id_of(self._job), self, given)
        if check and job["status"] == "FAILED":
            raise await asyncio.to_thread(failure, clients_of(self, {}), job)
        return job

    async def cancel(self, reason: str) -> Answer:
        """See `batchyard.Job.cancel`."""
        return await asyncio.to_thread(self._job.cancel, reason)

    async def terminate(self, reason: str) -> Answer:
        """See `batchyard.Job.terminate`."""
        return await asyncio.to_thread(self._job.terminate, reason)

    async def attempts(self) -> tuple[Attempt, ...]:
        """See `batchyard.Job.attempts`."""
        return await asyncio.to_thread(self._job.attempts)

    async def children(self) -> list[Self]:
        """See `batchyard.Job.children`."""
        return [self._of(job) for job in await asyncio.to_thread(self._job.children)]

    async def log_stream_name(self, attempt: int | None = None) -> str | None:
        """See `batchyard.Job.log_stream_name`."""
        return await asyncio.to_thread(self._job.log_stream_name, attempt)

    async def log_stream_events(
        self, attempt: int | None = None, *, all_attempts: bool = False
    ) -> list[LogEvent]:
        """See `batchyard.Job.log_stream_events`."""
        read = self._job.log_stream_events
        return await asyncio.to_thread(read, attempt, all_attempts=all_attempts)

    @staticmethod
    async def describe_job(job_id: str, **connection: Unpack[Connection]) -> Answer:
        """See `batchyard.Job.describe_job`."""
        return await asyncio.to_thread(describe_job, job_id, **connection)

    @staticmethod
    async def describe_jobs(ids: Iterable[str], **connection: Unpack[Connection]) -> list[Answer]:
        """See `batchyard.Job.describe_jobs`."""
        return await asyncio.to_thread(describe_jobs, ids, **connection)

    def __repr__(self) -> str:
        return repr(self._job)

"""A job: submitted, asked about, waited for, ended; one question a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from batchyard.client import describing, once
from batchyard.client.attempts import attempts_of
from batchyard.client.calls import call
from batchyard.client.definitions import JobDefinition
from batchyard.client.failures import failure
from batchyard.client.logs import events_of, stream_of, streams_of
from batchyard.client.sessions import connect
from batchyard.client.submitting import submission
from batchyard.errors import NotFound, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Unpack

    from batchyard.client.attempts import Attempt
    from batchyard.client.calls import Answer
    from batchyard.client.feeds import Patience
    from batchyard.client.logs import LogEvent
    from batchyard.client.orders import Order
    from batchyard.client.sessions import Clients, Connection
    from batchyard.client.submitting import Handle, Submission


class Job:
    """A job of AWS Batch: a handle on an id, that keeps nothing the service could tell better.

    ::

        job = Job(Align(reads="s3://lab/reads.fq"))
        job.submit(queue="prod")
        job.wait()

    Making one runs the definition's `validate`; the service is not called before it is needed.

    Args:
        definition: what to run.
        **connection: where, and as whom; see `Connection`.

    Raises:
        Refused: the definition is none, or parts of the connection contradict each other.
    """

    _job_id: str | None = None
    _job_name: str | None = None
    _queue: str | None = None
    _overrides: Mapping[str, Any] | None = None
    _response: Answer | None = None

    def __init__(self, definition: JobDefinition, **connection: Unpack[Connection]) -> None:
        if not isinstance(definition, JobDefinition):
            raise Refused(f"{definition!r} is no JobDefinition: make a value of your subclass")
        definition.validate()
        self._definition: JobDefinition | None = definition
        self._clients = connect(**connection)

    @classmethod
    def attach(cls, job_id: str, **connection: Unpack[Connection]) -> Self:
        """Take hold of a job that exists already; the service is asked with the first question.

        Args:
            job_id: the service's id, of an array's child with its index: ``id:3``.
            **connection: see `Connection`.

        Raises:
            Refused: parts of the connection contradict each other.
        """
        return cls._handle(None, job_id, connect(**connection))

    @classmethod
    def _handle(cls, definition: JobDefinition | None, job_id: str, clients: Clients) -> Self:
        job = cls.__new__(cls)
        vars(job).update(_definition=definition, _job_id=job_id, _clients=clients)
        return job

    @property
    def definition(self) -> JobDefinition | None:
        """What it runs; None for a job that was attached to."""
        return self._definition

    @property
    def job_id(self) -> str | None:
        """The service's id; None before the submit."""
        return self._job_id

    @property
    def job_name(self) -> str | None:
        """The name that it was submitted under; None before, and for one attached to."""
        return self._job_name

    @property
    def queue(self) -> str | None:
        """The queue that it was submitted to; None before, and for one attached to."""
        return self._queue

    @property
    def container_overrides(self) -> Mapping[str, Any] | None:
        """What its container was to have otherwise, as it was given to `submit`."""
        return self._overrides

    @property
    def response(self) -> Answer | None:
        """What the service answered to the submit; None before, and for one attached to."""
        return self._response

    def submit(
        self,
        queue: str,
        container_overrides: Mapping[str, Any] | None = None,
        **options: Unpack[Submission],
    ) -> Answer:
        """Submit the job, exactly once even where the answer is lost.

        Args:
            queue: the queue's name or ARN.
            container_overrides: AWS's containerOverrides; its environment may be a mapping.
            **options: see `Submission`.

        Returns:
            The service's response: jobId, jobName, jobArn; kept as `response`.

        Raises:
            Refused: it was submitted already, or the service does not take it.
            Unanswered: the answer was lost, and whether there is such a job cannot be known.
        """
        if self._job_id is not None or self._definition is None:
            raise Refused(f"{self!r} was submitted already: make another Job for another run")
        request = submission(self._definition, queue, container_overrides, options)
        unique = not options.get("name")
        response = once.submit(self._clients.client("batch"), request, unique=unique)
        self._job_id, self._job_name = response["jobId"], request["jobName"]
        self._queue, self._overrides, self._response = queue, container_overrides, response
        return response

    @classmethod
    def _of(cls, order: Order, index: int, response: Answer, clients: Clients) -> Self:
        """Take hold of the job of an order's item, which `submit_many` sent or found."""
        item = order.items[index]
        job = cls._handle(item.definition, order.job_id(index, response), clients)
        overrides = item.options.get("container_overrides")
        vars(job).update(_job_name=order.name, _queue=order.queue)
        vars(job).update(_overrides=overrides, _response=response)
        return job

    def describe(self) -> Answer:
        """Ask for AWS's JobDetail.

        Raises:
            Refused: the job was not submitted.
            NotFound: there is no such job (any more).
        """
        return describing.one_job(self._clients.client("batch"), id_of(self))

    def status(self) -> str:
        """Ask for the status: SUBMITTED, PENDING, RUNNABLE, STARTING, RUNNING, SUCCEEDED, FAILED.

        Source: https://docs.aws.amazon.com/batch/latest/userguide/job_states.html
        """
        return str(self.describe()["status"])

    def is_submitted(self) -> bool:
        """Ask whether it is SUBMITTED: taken, and not looked at yet."""
        return self.status() == "SUBMITTED"

    def is_pending(self) -> bool:
        """Ask whether it is PENDING: waiting for other jobs."""
        return self.status() == "PENDING"

    def is_runnable(self) -> bool:
        """Ask whether it is RUNNABLE: waiting for room."""
        return self.status() == "RUNNABLE"

    def is_starting(self) -> bool:
        """Ask whether it is STARTING."""
        return self.status() == "STARTING"

    def is_running(self) -> bool:
        """Ask whether it is RUNNING."""
        return self.status() == "RUNNING"

    def is_succeeded(self) -> bool:
        """Ask whether it has SUCCEEDED."""
        return self.status() == "SUCCEEDED"

    def is_failed(self) -> bool:
        """Ask whether it has FAILED."""
        return self.status() == "FAILED"

    def is_done(self) -> bool:
        """Ask whether it has ended, either way."""
        return self.status() in {"SUCCEEDED", "FAILED"}

    def wait(
        self, timeout: float | None = None, *, check: bool = True, **terms: Unpack[Patience]
    ) -> Answer:
        """Wait until the job has ended.

        Args:
            timeout: seconds; None for as long as the job answers.
            check: raise if it failed.
            **terms: see `Patience`.

        Returns:
            AWS's JobDetail.

        Raises:
            Failed: it ended FAILED; with exit code, reason and its last log lines.
            Unfinished: the time is up, and the job goes on.
            NotFound: there is no such job (any more).
            ServiceError: nobody answers, or only that it is asked too often.
        """
        from batchyard.client.waits import wait_for_one

        given: Any = {"timeout": timeout, **terms}
        job = wait_for_one(id_of(self), self, given)
        if check and job["status"] == "FAILED":
            raise failure(self._clients, job)
        return job

    def cancel(self, reason: str) -> Answer:
        """Cancel the job unless it is STARTING or further.

        Args:
            reason: becomes its statusReason.

        Returns:
            The service's response.

        Raises:
            NotFound: there is no such job (any more).
            Refused: it was not submitted, or the reason is empty or over 1024 characters.
        """
        return self._end("cancel_job", reason)

    def terminate(self, reason: str) -> Answer:
        """End the job wherever it stands; one that has ended is left alone.

        Args:
            reason: becomes its statusReason.

        Returns:
            The service's response.

        Raises:
            NotFound: there is no such job (any more).
            Refused: it was not submitted, or the reason is empty or over 1024 characters.
        """
        return self._end("terminate_job", reason)

    def _end(self, operation: str, reason: str) -> Answer:
        job_id = id_of(self)
        try:
            return call(self._clients.client("batch"), operation, jobId=job_id, reason=reason)
        except NotFound:
            raise
        except Refused:
            self.describe()  # what nobody knows is NotFound; AWS has one code for all refusals
            raise

    def attempts(self) -> tuple[Attempt, ...]:
        """Ask for the attempts, the first one first."""
        return attempts_of(self.describe())

    def children(self) -> list[Self]:
        """Ask for the children of an array, by index; none for a job that is no array."""
        size = self.describe().get("arrayProperties", {}).get("size") or 0
        ids = [f"{id_of(self)}:{index}" for index in range(size)]
        return [self._handle(self._definition, one, self._clients) for one in ids]

    def log_stream_name(self, attempt: int | None = None) -> str | None:
        """Ask for the name of an attempt's log stream; None while it has none.

        Args:
            attempt: which one, from 1; the latest when not given.
        """
        stream = stream_of(self.describe(), attempt)
        return stream.name if stream else None

    def log_stream_events(
        self, attempt: int | None = None, *, all_attempts: bool = False
    ) -> list[LogEvent]:
        """Read what the job printed: every page of it; nothing while there is no stream yet.

        Args:
            attempt: which one's, from 1; the latest's when not given.
            all_attempts: every attempt's, one after the other.
        """
        job = self.describe()
        one = stream_of(job, attempt)
        streams = streams_of(job) if all_attempts else [one] if one else []
        if not streams:
            return []
        client = self._clients.client("logs")
        return [event for stream in streams for event in events_of(client, stream)]

    @staticmethod
    def describe_job(job_id: str, **connection: Unpack[Connection]) -> Answer:
        """Describe a job by its id; see `describing.describe_job`."""
        return describing.describe_job(job_id, **connection)

    @staticmethod
    def describe_jobs(ids: Iterable[str], **connection: Unpack[Connection]) -> list[Answer]:
        """Describe any number of jobs by their ids; see `describing.describe_jobs`."""
        return describing.describe_jobs(ids, **connection)

    def __repr__(self) -> str:
        what = self._definition or "attached"
        return f"<Job {self._job_id or 'not submitted'}: {what!r}>"


def id_of(job: Handle) -> str:
    """Give the service's id of a job, synchronous or not.

    Raises:
        Refused: it is not submitted.
    """
    if job.job_id is None:
        raise Refused(f"{job!r} is not submitted: call submit first")
    return job.job_id

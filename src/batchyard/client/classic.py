"""The polling client under the names that Airflow's Batch hooks made known.

It polls nothing by itself: every wait and every description goes through the process's watcher,
which asks for a hundred jobs at a time. docs/how-to/come-from-airflows-hooks.md compares it, name
by name, with the BatchClientHook of apache-airflow-providers-amazon and the BatchClientHookAsync
of astronomer-providers.
"""

from __future__ import annotations

import random
import time
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from batchyard.batch.states import ENDED, JobState
from batchyard.client.awslogs import awslogs_of
from batchyard.client.calls import call
from batchyard.client.failures import failure
from batchyard.client.sessions import connect
from batchyard.errors import JobError, NotFound, Refused, Unfinished
from batchyard.polling.cadence import add_jitter, exponential_delay
from batchyard.polling.news import Limits

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Unpack

    from batchyard.client.calls import Answer
    from batchyard.client.feeds import Terms
    from batchyard.client.sessions import Client, Connection

MAX_RETRIES = 4200
STATUS_RETRIES = 10
SHORTEST = 1.0
LONGEST = 10.0
"""BatchClientHook's MAX_RETRIES, STATUS_RETRIES, DEFAULT_DELAY_MIN and DEFAULT_DELAY_MAX."""

BEGUN = (JobState.RUNNING, JobState.SUCCEEDED, JobState.FAILED)
DONE = (JobState.SUCCEEDED, JobState.FAILED)


class Waiters(Protocol):
    """What a client can be given to wait with, such as `BatchWaiters`."""

    def wait_for_job(self, job_id: str) -> object:
        """Wait until a job has succeeded."""


class BatchClient:
    """Waits for AWS Batch jobs, and tells about them; see `AsyncBatchClient` for the same, awaited.

    ::

        client = BatchClient(job_id, region="eu-west-1")
        client.monitor_job()  # {'status': 'success', …}, or Failed with the job's last log lines

    Args:
        job_id: the job that `monitor_job` waits for.
        waiters: what to wait with instead, such as `BatchWaiters` of your own.
        max_retries: how long to wait: for the time in which that many questions would be asked by
            `exponential_delay`, 19 days for 4200. How often is asked is the watcher's to say.
        status_retries: how long a job may be left out of the answers, counted in the same way: 74 s
            for 10.
        **connection: where, and as whom; see `Connection`.

    Attributes:
        DEFAULT_DELAY_MIN: seconds; set on the class, they hold for every client.
        DEFAULT_DELAY_MAX: seconds.

    Raises:
        Refused: an argument is not what it must be.
    """

    DEFAULT_DELAY_MIN: float = SHORTEST
    DEFAULT_DELAY_MAX: float = LONGEST

    def __init__(
        self,
        job_id: str | None = None,
        waiters: Waiters | None = None,
        max_retries: int = MAX_RETRIES,
        status_retries: int = STATUS_RETRIES,
        **connection: Unpack[Connection],
    ) -> None:
        self.job_id = job_id
        self.waiters = waiters
        self.max_retries = counted("max_retries", max_retries, 0)
        self.status_retries = counted("status_retries", status_retries, 1)
        self._clients = connect(**connection)

    @property
    def client(self) -> Client:
        """The botocore client of the place."""
        return self._clients.client("batch")

    def monitor_job(self) -> dict[str, str]:
        """Wait until the client's own job has succeeded.

        Returns:
            ``status``, which is ``success``, and a ``message``.

        Raises:
            Failed: it ended FAILED; with exit code, reason and its last log lines.
            Unfinished: the time is up, and the job goes on.
            NotFound: there is no such job (any more).
            Refused: the client was given no job_id.
        """
        job_id = known(self.job_id)
        self.wait_for_job(job_id)
        self.check_job_success(job_id)
        return success(job_id)

    def check_job_success(self, job_id: str) -> bool:
        """Give True if a job has SUCCEEDED.

        Raises:
            Failed: it is FAILED; with exit code, reason and its last log lines.
            Unfinished: it has not ended.
            NotFound: there is no such job (any more).
        """
        return self.verdict(self.get_job_description(job_id))

    def verdict(self, job: Answer) -> bool:
        """See `check_job_success`, for a JobDetail."""
        if job["status"] == JobState.FAILED:
            raise failure(self._clients, job)
        if job["status"] != JobState.SUCCEEDED:
            raise Unfinished(f"job {job['jobId']} is {job['status']}: wait for it first")
        return True

    def wait_for_job(self, job_id: str, delay: float | None = None) -> None:
        """Wait until a job has ended, either way; with waiters, as they do.

        Args:
            job_id: which.
            delay: see `delay`; before the first question.

        Raises:
            Unfinished: the time is up, and the job goes on.
            NotFound: there is no such job (any more).
            ServiceError: nobody answers, or only that it is asked too often.
        """
        if self.waiters is None:
            self.poll_for_job_complete(job_id, delay)
            return
        if delay is not None:
            self.delay(delay)
        self.waiters.wait_for_job(job_id)

    def poll_for_job_running(self, job_id: str, delay: float | None = None) -> None:
        """Wait until a job is RUNNING, or has ended; see `wait_for_job`."""
        self.delay(delay)
        self.poll_job_status(job_id, BEGUN)

    def poll_for_job_complete(self, job_id: str, delay: float | None = None) -> None:
        """Wait until a job has ended, either way; see `wait_for_job`."""
        self.delay(delay)
        self.poll_job_status(job_id, DONE)

    def poll_job_status(self, job_id: str, match_status: Collection[str]) -> bool:
        """Wait until a job is in one of several states.

        Args:
            job_id: which.
            match_status: the states.

        Returns:
            True.

        Raises:
            Refused: there is no such state.
            Unfinished: the time for `max_retries` is up, and the job goes on.
            JobError: it has ended in another state; Failed, if it is FAILED.
            NotFound: there is no such job (any more).
            ServiceError: nobody answers, or only that it is asked too often.
        """
        from batchyard.client.waits import wait_for_one

        terms = status_terms(match_status, self.max_retries, self.status_retries)
        return self.arrived(wait_for_one(job_id, self, terms), match_status)

    def arrived(self, job: Answer, match_status: Collection[str]) -> bool:
        """Give True for a JobDetail in one of several states; see `poll_job_status`."""
        status = job["status"]
        if status in match_status:
            return True
        if status == JobState.FAILED:
            raise failure(self._clients, job)
        raise JobError(f"job {job['jobId']} is {status}: it will not be {_any_of(match_status)}")

    def get_job_description(self, job_id: str) -> Answer:
        """Ask for AWS's JobDetail; who else asks at the moment shares the question.

        Raises:
            NotFound: there is no such job, or not for the time of `status_retries`.
            ServiceError: for that time nobody answers, or only that it is asked too often.
        """
        from batchyard.client.waits import wait_for_one

        return wait_for_one(job_id, self, description_terms(self.status_retries))

    @staticmethod
    def parse_job_description(job_id: str, response: Answer) -> Answer:
        """Find a job in an answer of DescribeJobs.

        Args:
            job_id: which.
            response: the answer.

        Raises:
            NotFound: it is not there, or not once.
        """
        found: list[Answer] = [one for one in response.get("jobs", ()) if one["jobId"] == job_id]
        if len(found) != 1:
            raise NotFound(f"job {job_id} is {len(found)} times in this answer: {response}")
        return found[0]

    def terminate_job(self, job_id: str, reason: str) -> Answer:
        """End a job wherever it stands; one that has ended is left alone.

        Args:
            job_id: which.
            reason: becomes its statusReason.

        Returns:
            The service's response.
        """
        return call(self.client, "terminate_job", jobId=job_id, reason=reason)

    def get_job_awslogs_info(self, job_id: str) -> dict[str, str] | None:
        """Name the log stream of a job's latest attempt; None while there is none.

        Returns:
            ``awslogs_stream_name``, ``awslogs_group`` and ``awslogs_region``.
        """
        every = self.get_job_all_awslogs_info(job_id)
        return every[-1] if every else None

    def get_job_all_awslogs_info(self, job_id: str) -> list[dict[str, str]]:
        """Name the log streams of all attempts, the first one's first; see `awslogs_of`."""
        return awslogs_of(self.get_job_description(job_id), self.client.meta.region_name)

    @staticmethod
    def add_jitter(delay: float, width: float = 1, minima: float = 0) -> float:
        """Choose seconds from ``delay - width`` to ``delay + width``, and not below ``minima``."""
        return add_jitter(delay, width, minima, chance=chance())

    @classmethod
    def delay(cls, delay: float | None = None) -> None:
        """Pause.

        Args:
            delay: seconds, varied by one; when not given, between `DEFAULT_DELAY_MIN` and
                `DEFAULT_DELAY_MAX`.
        """
        time.sleep(pause(delay, cls.DEFAULT_DELAY_MIN, cls.DEFAULT_DELAY_MAX, chance()))

    @staticmethod
    def exponential_delay(tries: int) -> float:
        """Choose seconds for a pause after so many tries: at most 1 at first, in the end 600."""
        return exponential_delay(tries, chance())


def chance() -> float:
    """Draw a number from 0 up to 1."""
    return random.random()  # noqa: S311 - it spreads questions, and guards nothing


def pause(delay: float | None, shortest: float, longest: float, drawn: float) -> float:
    """Choose the seconds of `BatchClient.delay`.

    Args:
        delay: as given there.
        shortest: seconds, when it was not given.
        longest: seconds, when it was not given.
        drawn: a number from 0 up to 1.
    """
    if delay is None:
        return shortest + (longest - shortest) * drawn
    return add_jitter(delay, chance=drawn)


@lru_cache
def span(retries: int) -> float:
    """Tell for how many seconds the classic rule would go on, on average, for so many retries."""
    return sum(exponential_delay(tries, 0.5) for tries in range(1, retries + 1))


def status_terms(match_status: Collection[str], max_retries: int, status_retries: int) -> Terms:
    """Form the terms of a wait for one of several states, or for the job's end.

    Raises:
        Refused: there is no such state.
    """
    wanted = frozenset([match_status] if isinstance(match_status, str) else match_status)
    if not wanted or wanted - set(JobState):
        raise Refused(f"match_status {match_status!r}: give some of {', '.join(JobState)}")
    left_out = span(status_retries - 1)
    return {
        "until": lambda seen: seen.status in wanted or seen.status in ENDED,
        "timeout": span(max_retries),
        "limits": Limits(unseen=left_out, vanished=left_out),
    }


def description_terms(status_retries: int) -> Terms:
    """Form the terms of a wait for a job's description."""
    return {"until": "exists", "limits": Limits(*[span(status_retries - 1)] * 4)}


def known(job_id: str | None) -> str:
    """Give the id of a client's own job.

    Raises:
        Refused: there is none.
    """
    if not job_id:
        raise Refused("there is no job to monitor: give the client a job_id")
    return job_id


def success(job_id: str) -> dict[str, str]:
    """Say that a job has succeeded, as `BatchClient.monitor_job` does."""
    return {"status": "success", "message": f"AWS Batch job ({job_id}) succeeded"}


def counted(name: str, number: Any, least: int) -> int:  # noqa: ANN401 - what users give
    """Check a number of retries.

    Raises:
        Refused: it is none.
    """
    if not isinstance(number, int) or number < least:
        raise Refused(f"{name} {number!r}: give a whole number from {least}")
    return number


def _any_of(states: Collection[str]) -> str:
    return " or ".join(sorted(states))

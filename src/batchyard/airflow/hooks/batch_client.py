"""Hooks under their classic names, thin over `batchyard.BatchClient`.

`BatchClientHook` has the names of the Amazon provider's; `BatchClientHookAsync` those of
astronomer-providers'. docs/how-to/come-from-airflows-hooks.md compares them, name by name.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from airflow.providers.amazon.aws.hooks.base_aws import AwsBaseHook
from airflow.providers.amazon.aws.hooks.batch_client import BatchProtocol

from batchyard.airflow.connections import Place, session_of, session_on_loop
from batchyard.airflow.failing import as_airflow
from batchyard.client import classic
from batchyard.client.aio_classic import AsyncBatchClient, waited
from batchyard.client.classic import BatchClient
from batchyard.client.sessions import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from airflow.providers.amazon.aws.utils.task_log_fetcher import AwsTaskLogFetcher

    from batchyard.client.calls import Answer
    from batchyard.client.classic import Waiters
    from batchyard.client.sessions import Client

__all__ = [
    "AwsBatchClientHook",
    "AwsBatchProtocol",
    "BatchClientHook",
    "BatchClientHookAsync",
    "BatchProtocol",
]


class BatchClientHook(AwsBaseHook):
    """Asks AWS Batch about jobs and waits for them; see `batchyard.BatchClient`.

    Args:
        *args: of Airflow's AwsBaseHook.
        job_id: the job that `monitor_job` waits for.
        waiters: what to wait with instead, such as a `BatchWaitersHook`.
        max_retries: how long to wait; see `batchyard.BatchClient`.
        status_retries: how long a job may be left out of the answers; see there.
        **kwargs: of AwsBaseHook: aws_conn_id, region_name, verify, config.

    All methods raise AirflowException, and let AirflowTaskTimeout through.
    """

    MAX_RETRIES = classic.MAX_RETRIES
    STATUS_RETRIES = classic.STATUS_RETRIES
    DEFAULT_DELAY_MIN: float = classic.SHORTEST
    DEFAULT_DELAY_MAX: float = classic.LONGEST

    FAILURE_STATE = "FAILED"
    SUCCESS_STATE = "SUCCEEDED"
    RUNNING_STATE = "RUNNING"
    INTERMEDIATE_STATES = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", RUNNING_STATE)

    COMPUTE_ENVIRONMENT_TERMINAL_STATUS = ("VALID", "DELETED")
    COMPUTE_ENVIRONMENT_INTERMEDIATE_STATUS = ("CREATING", "UPDATING", "DELETING")
    JOB_QUEUE_TERMINAL_STATUS = ("VALID", "DELETED")
    JOB_QUEUE_INTERMEDIATE_STATUS = ("CREATING", "UPDATING", "DELETING")

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - AwsBaseHook's
        job_id: str | None = None,
        waiters: Waiters | None = None,
        max_retries: int | None = None,
        status_retries: int | None = None,
        **kwargs: Any,  # noqa: ANN401 - AwsBaseHook's
    ) -> None:
        super().__init__(*args, client_type="batch", **kwargs)
        self.job_id = job_id
        self.waiters = waiters
        self.max_retries = max_retries or self.MAX_RETRIES
        self.status_retries = status_retries or self.STATUS_RETRIES

    @property
    def place(self) -> Place:
        """Where this hook's jobs are."""
        return Place(self.aws_conn_id, self._region_name, self._verify, options_of(self._config))

    @property
    def session(self) -> Client:
        """The session that all share who mean the same connection."""
        return session_of(self.place)

    @property
    def client(self) -> Client:
        """The boto3 client of AWS Batch, the same to all who mean this connection."""
        return connect(session=self.session).client("batch")

    @cached_property
    def polling(self) -> BatchClient:
        """The client that asks and waits."""
        with as_airflow():
            return BatchClient(
                self.job_id,
                self.waiters,
                self.max_retries,
                self.status_retries,
                session=self.session,
            )

    def monitor_job(self) -> dict[str, str]:
        """See `batchyard.BatchClient.monitor_job`."""
        with as_airflow():
            job_id = classic.known(self.job_id)
        self.wait_for_job(job_id)
        self.check_job_success(job_id)
        return classic.success(job_id)

    def terminate_job(self, job_id: str, reason: str) -> Answer:
        """See `batchyard.BatchClient.terminate_job`."""
        with as_airflow():
            response = self.polling.terminate_job(job_id, reason)
        self.log.info(response)
        return response

    def check_job_success(self, job_id: str) -> bool:
        """See `batchyard.BatchClient.check_job_success`."""
        with as_airflow():
            return self.polling.check_job_success(job_id)

    def wait_for_job(
        self,
        job_id: str,
        delay: float | None = None,
        get_batch_log_fetcher: Callable[[str], AwsTaskLogFetcher | None] | None = None,
    ) -> None:
        """Wait until a job has ended, either way.

        Args:
            job_id: which.
            delay: see `delay`; before the first question.
            get_batch_log_fetcher: called once the job runs; what it gives is started, and stopped
                when the job has ended.
        """
        if self.waiters is not None and get_batch_log_fetcher is None:
            with as_airflow():
                self.waiters.wait_for_job(job_id)
            return
        if get_batch_log_fetcher is None:
            self.poll_for_job_complete(job_id, delay)
            return
        self.poll_for_job_running(job_id, delay)
        with fetching(get_batch_log_fetcher(job_id)):
            self.poll_job_status(job_id, classic.DONE)

    def poll_for_job_running(self, job_id: str, delay: float | None = None) -> None:
        """See `batchyard.BatchClient.poll_for_job_running`."""
        self.delay(delay)
        self.poll_job_status(job_id, classic.BEGUN)

    def poll_for_job_complete(self, job_id: str, delay: float | None = None) -> None:
        """See `batchyard.BatchClient.poll_for_job_complete`."""
        self.delay(delay)
        self.poll_job_status(job_id, classic.DONE)

    def poll_job_status(self, job_id: str, match_status: Collection[str]) -> bool:
        """See `batchyard.BatchClient.poll_job_status`."""
        with as_airflow():
            return self.polling.poll_job_status(job_id, match_status)

    def get_job_description(self, job_id: str) -> Answer:
        """See `batchyard.BatchClient.get_job_description`."""
        with as_airflow():
            return self.polling.get_job_description(job_id)

    @staticmethod
    def parse_job_description(job_id: str, response: Answer) -> Answer:
        """See `batchyard.BatchClient.parse_job_description`."""
        with as_airflow():
            return BatchClient.parse_job_description(job_id, response)

    def get_job_awslogs_info(self, job_id: str) -> dict[str, str] | None:
        """See `batchyard.BatchClient.get_job_awslogs_info`."""
        with as_airflow():
            return self.polling.get_job_awslogs_info(job_id)

    def get_job_all_awslogs_info(self, job_id: str) -> list[dict[str, str]]:
        """See `batchyard.BatchClient.get_job_all_awslogs_info`."""
        with as_airflow():
            return self.polling.get_job_all_awslogs_info(job_id)

    @staticmethod
    def add_jitter(delay: float, width: float = 1, minima: float = 0) -> float:
        """See `batchyard.BatchClient.add_jitter`."""
        return BatchClient.add_jitter(delay, width, minima)

    @classmethod
    def delay(cls, delay: float | None = None) -> None:
        """See `batchyard.BatchClient.delay`; with the shortest and longest of this class."""
        time.sleep(cls.drawn(delay))

    @classmethod
    def drawn(cls, delay: float | None) -> float:
        """Choose the seconds of `delay`."""
        shortest, longest = cls.DEFAULT_DELAY_MIN, cls.DEFAULT_DELAY_MAX
        return classic.pause(delay, shortest, longest, classic.chance())

    @staticmethod
    def exponential_delay(tries: int) -> float:
        """See `batchyard.BatchClient.exponential_delay`."""
        return BatchClient.exponential_delay(tries)


class BatchClientHookAsync(BatchClientHook):
    """See `BatchClientHook`, awaited; it never blocks the loop that it is used on.

    Args:
        job_id: see there.
        waiters: see there.
        *args: see there.
        **kwargs: see there.
    """

    def __init__(
        self,
        job_id: str | None = None,
        waiters: Waiters | None = None,
        *args: Any,  # noqa: ANN401 - AwsBaseHook's
        **kwargs: Any,  # noqa: ANN401 - AwsBaseHook's
    ) -> None:
        super().__init__(*args, job_id=job_id, waiters=waiters, **kwargs)

    async def polling_on_loop(self) -> AsyncBatchClient:
        """Give the client that asks and waits."""
        session = await session_on_loop(self.place)
        with as_airflow():
            return AsyncBatchClient(
                self.job_id, self.waiters, self.max_retries, self.status_retries, session=session
            )

    async def monitor_job(self) -> dict[str, str]:  # type: ignore[override] # awaited
        """See `BatchClientHook.monitor_job`."""
        with as_airflow():
            job_id = classic.known(self.job_id)
        await self.wait_for_job(job_id)
        await self.check_job_success(job_id)
        return classic.success(job_id)

    async def terminate_job(self, job_id: str, reason: str) -> Answer:  # type: ignore[override] # awaited
        """See `BatchClientHook.terminate_job`."""
        polling = await self.polling_on_loop()
        with as_airflow():
            return await polling.terminate_job(job_id, reason)

    async def check_job_success(self, job_id: str) -> bool:  # type: ignore[override] # awaited
        """See `BatchClientHook.check_job_success`."""
        polling = await self.polling_on_loop()
        with as_airflow():
            return await polling.check_job_success(job_id)

    async def wait_for_job(  # type: ignore[override] # awaited
        self, job_id: str, delay: float | None = None
    ) -> None:
        """See `BatchClientHook.wait_for_job`."""
        if self.waiters is None:
            await self.poll_for_job_complete(job_id, delay)
            return
        with as_airflow():
            await waited(self.waiters, job_id)

    async def poll_for_job_running(  # type: ignore[override] # awaited
        self, job_id: str, delay: float | None = None
    ) -> None:
        """See `BatchClientHook.poll_for_job_running`."""
        await self.delay(delay)
        await self.poll_job_status(job_id, classic.BEGUN)

    async def poll_for_job_complete(  # type: ignore[override] # awaited
        self, job_id: str, delay: float | None = None
    ) -> None:
        """See `BatchClientHook.poll_for_job_complete`."""
        await self.delay(delay)
        await self.poll_job_status(job_id, classic.DONE)

    async def poll_job_status(  # type: ignore[override] # awaited
        self, job_id: str, match_status: Collection[str]
    ) -> bool:
        """See `BatchClientHook.poll_job_status`."""
        polling = await self.polling_on_loop()
        with as_airflow():
            return await polling.poll_job_status(job_id, match_status)

    async def get_job_description(self, job_id: str) -> Answer:  # type: ignore[override] # awaited
        """See `BatchClientHook.get_job_description`."""
        polling = await self.polling_on_loop()
        with as_airflow():
            return await polling.get_job_description(job_id)

    async def get_job_awslogs_info(  # type: ignore[override] # awaited
        self, job_id: str
    ) -> dict[str, str] | None:
        """See `BatchClientHook.get_job_awslogs_info`."""
        polling = await self.polling_on_loop()
        with as_airflow():
            return await polling.get_job_awslogs_info(job_id)

    async def get_job_all_awslogs_info(  # type: ignore[override] # awaited
        self, job_id: str
    ) -> list[dict[str, str]]:
        """See `BatchClientHook.get_job_all_awslogs_info`."""
        polling = await self.polling_on_loop()
        with as_airflow():
            return await polling.get_job_all_awslogs_info(job_id)

    @classmethod
    async def delay(cls, delay: float | None = None) -> None:  # type: ignore[override] # awaited
        """See `BatchClientHook.delay`."""
        await asyncio.sleep(cls.drawn(delay))


def options_of(config: Client) -> dict[str, Any] | None:
    """Read the options that a botocore's Config was made with; it has no other way to tell."""
    if config is None:
        return None
    return dict(config._user_provided_options)  # noqa: SLF001 - see above


@contextmanager
def fetching(fetcher: AwsTaskLogFetcher | None) -> Iterator[None]:
    """Let a log fetcher of the Amazon provider run meanwhile."""
    if fetcher is None:
        yield
        return
    fetcher.start()
    try:
        yield
    finally:
        fetcher.stop()
        fetcher.join()


AwsBatchClientHook = BatchClientHook
AwsBatchProtocol = BatchProtocol
"""Names of years ago."""

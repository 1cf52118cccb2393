"""The polling client under its classic names, awaited: it never blocks the loop it is used on."""

from __future__ import annotations

import asyncio
import inspect
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from batchyard.batch.states import JobState
from batchyard.client import classic
from batchyard.client.aio_waits import wait_for_one
from batchyard.client.awslogs import awslogs_of
from batchyard.client.waiters import BatchWaiters

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from typing import Unpack

    from batchyard.client.calls import Answer
    from batchyard.client.classic import Waiters
    from batchyard.client.sessions import Client, Connection

T = TypeVar("T")


class AsyncBatchClient:
    """See `batchyard.BatchClient`.

    Args:
        job_id: see there.
        waiters: see there; `BatchWaiters` wait on the loop, others on a thread of their own.
        max_retries: see there.
        status_retries: see there.
        **connection: where, and as whom; see `Connection`.

    Attributes:
        DEFAULT_DELAY_MIN: seconds; set on the class, they hold for every asynchronous client.
        DEFAULT_DELAY_MAX: seconds.
    """

    DEFAULT_DELAY_MIN: float = classic.SHORTEST
    DEFAULT_DELAY_MAX: float = classic.LONGEST

    def __init__(
        self,
        job_id: str | None = None,
        waiters: Waiters | None = None,
        max_retries: int = classic.MAX_RETRIES,
        status_retries: int = classic.STATUS_RETRIES,
        **connection: Unpack[Connection],
    ) -> None:
        self._client = classic.BatchClient(
            job_id, waiters, max_retries, status_retries, **connection
        )

    @property
    def job_id(self) -> str | None:
        """The job that `monitor_job` waits for."""
        return self._client.job_id

    @property
    def client(self) -> Client:
        """See `batchyard.BatchClient.client`; making one takes a moment."""
        return self._client.client

    async def monitor_job(self) -> dict[str, str]:
        """See `batchyard.BatchClient.monitor_job`."""
        job_id = classic.known(self._client.job_id)
        await self.wait_for_job(job_id)
        await self.check_job_success(job_id)
        return classic.success(job_id)

    async def check_job_success(self, job_id: str) -> bool:
        """See `batchyard.BatchClient.check_job_success`."""
        return await judged(self._client.verdict, await self.get_job_description(job_id))

    async def wait_for_job(self, job_id: str, delay: float | None = None) -> None:
        """See `batchyard.BatchClient.wait_for_job`."""
        if self._client.waiters is None:
            await self.poll_for_job_complete(job_id, delay)
            return
        if delay is not None:
            await self.delay(delay)
        await waited(self._client.waiters, job_id)

    async def poll_for_job_running(self, job_id: str, delay: float | None = None) -> None:
        """See `batchyard.BatchClient.poll_for_job_running`."""
        await self.delay(delay)
        await self.poll_job_status(job_id, classic.BEGUN)

    async def poll_for_job_complete(self, job_id: str, delay: float | None = None) -> None:
        """See `batchyard.BatchClient.poll_for_job_complete`."""
        await self.delay(delay)
        await self.poll_job_status(job_id, classic.DONE)

    async def poll_job_status(self, job_id: str, match_status: Collection[str]) -> bool:
        """See `batchyard.BatchClient.poll_job_status`."""
        own = self._client
        terms = classic.status_terms(match_status, own.max_retries, own.status_retries)
        job = await wait_for_one(job_id, own, terms)
        return await judged(lambda shown: own.arrived(shown, match_status), job)

    async def get_job_description(self, job_id: str) -> Answer:
        """See `batchyard.BatchClient.get_job_description`."""
        own = self._client
        return await wait_for_one(job_id, own, classic.description_terms(own.status_retries))

    @staticmethod
    def parse_job_description(job_id: str, response: Answer) -> Answer:
        """See `batchyard.BatchClient.parse_job_description`."""
        return classic.BatchClient.parse_job_description(job_id, response)

    async def terminate_job(self, job_id: str, reason: str) -> Answer:
        """See `batchyard.BatchClient.terminate_job`."""
        return await asyncio.to_thread(self._client.terminate_job, job_id, reason)

    async def get_job_awslogs_info(self, job_id: str) -> dict[str, str] | None:
        """See `batchyard.BatchClient.get_job_awslogs_info`."""
        every = await self.get_job_all_awslogs_info(job_id)
        return every[-1] if every else None

    async def get_job_all_awslogs_info(self, job_id: str) -> list[dict[str, str]]:
        """See `batchyard.BatchClient.get_job_all_awslogs_info`."""
        job = await self.get_job_description(job_id)
        return awslogs_of(job, self._client.client.meta.region_name)

    @staticmethod
    def add_jitter(delay: float, width: float = 1, minima: float = 0) -> float:
        """See `batchyard.BatchClient.add_jitter`."""
        return classic.BatchClient.add_jitter(delay, width, minima)

    @classmethod
    async def delay(cls, delay: float | None = None) -> None:
        """See `batchyard.BatchClient.delay`."""
        shortest, longest = cls.DEFAULT_DELAY_MIN, cls.DEFAULT_DELAY_MAX
        await asyncio.sleep(classic.pause(delay, shortest, longest, classic.chance()))

    @staticmethod
    def exponential_delay(tries: int) -> float:
        """See `batchyard.BatchClient.exponential_delay`."""
        return classic.BatchClient.exponential_delay(tries)


async def judged(judge: Callable[[Answer], bool], job: Answer) -> bool:
    """Judge a JobDetail; on a thread if it failed, because then its log is read."""
    if job["status"] == JobState.FAILED:
        return await asyncio.to_thread(judge, job)
    return judge(job)


async def waited(waiters: Waiters, job_id: str) -> None:
    """Wait with somebody's waiters, whatever they are, without blocking the loop."""
    if isinstance(waiters, BatchWaiters):
        await waiters.wait_for_job_on_loop(job_id)
    elif inspect.iscoroutinefunction(waiters.wait_for_job):
        await waiters.wait_for_job(job_id)
    else:
        await on_a_thread(lambda: waiters.wait_for_job(job_id))


async def on_a_thread(function: Callable[[], T]) -> T:
    """Run what may block for days on a thread of its own.

    The executor of `asyncio.to_thread` has few threads, and Python ends only when they have; this
    one is left behind when nobody awaits it any more.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def tell(how: Callable[..., None], what: object) -> None:
        if not done.done():
            how(what)

    def report(how: Callable[..., None], what: object) -> None:
        with suppress(RuntimeError):  # nobody's loop any more
            loop.call_soon_threadsafe(tell, how, what)

    def run() -> None:
        try:
            result = function()
        except Exception as error:  # noqa: BLE001 - raised where it is awaited
            report(done.set_exception, error)
        else:
            report(done.set_result, result)

    threading.Thread(target=run, name="batchyard-waiters", daemon=True).start()
    return await done

"""Waiters for AWS Batch in botocore's own form, which botocore does not ship.

Source: https://boto3.amazonaws.com/v1/documentation/api/latest/guide/clients.html#waiters; the
names are those of Airflow's BatchWaitersHook (docs/how-to/come-from-airflows-hooks.md compares).
"""

from __future__ import annotations

import sys
from copy import deepcopy
from typing import TYPE_CHECKING

from batchyard.client import calls
from batchyard.client.failures import failure
from batchyard.client.judging import UNREACHED, World
from batchyard.client.sessions import connect
from batchyard.client.waiter_configs import DEFAULT, EXTENDED
from batchyard.errors import NotFound, Refused, Unfinished, Unreachable
from batchyard.polling.cadence import add_jitter
from batchyard.polling.news import Limits

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Unpack

    from botocore.waiter import WaiterModel

    from batchyard.client.calls import Answer
    from batchyard.client.sessions import Client, Connection
    from batchyard.client.waiter import BatchWaiter
    from batchyard.client.waiter_configs import Config
    from batchyard.errors import BatchyardError

LIFE = ("JobExists", "JobRunning", "JobComplete")
"""The waiters that a job goes through, in order."""

JITTER = 2.0
SHORTEST = 1.0
"""Seconds: by how much `BatchWaiters.wait_for_job` varies a waiter's delay, and what it is at
least. As in BatchWaitersHook.wait_for_job."""


WORLD = World()


class _Copied:
    """An attribute, of the class and of its instances, that is handed out as a copy only."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def __get__(self, instance: object, owner: type) -> Config:
        return deepcopy(self._config)

    def __set__(self, instance: object, value: object) -> None:
        raise AttributeError("read-only: give another configuration as waiter_config")


class BatchWaiters:
    """Waiters for AWS Batch.

    ::

        waiters = BatchWaiters(region="eu-west-1")
        waiters.list_waiters()  # ['JobComplete', 'JobExists', 'JobRunning']
        waiters.get_waiter("JobComplete").wait(jobs=[job_id], WaiterConfig={"Delay": 10})
        waiters.wait_for_job(job_id)

        BatchWaiters(BatchWaiters.extended_config).get_waiter("JobQueueValid").wait(
            jobQueues=["prod"]
        )

    Args:
        waiter_config: in the form of botocore's ``waiters-2.json``; when not given, it is
            `default_config`.
        limits: when a wait gives up by itself, because something is not there (`Limits.unseen`,
            `Limits.vanished`) or nobody answers (`Limits.throttled`, `Limits.unreachable`).
        world: clock, pause and chance.
        **connection: where, and as whom; see `Connection`.

    Attributes:
        default_config: JobComplete, JobExists, JobRunning; a copy.
        extended_config: those and waiters for arrays, service jobs, compute environments and job
            queues; a copy.

    Raises:
        Refused: the configuration is none, or parts of the connection contradict each other.
    """

    default_config = _Copied(DEFAULT)
    extended_config = _Copied(EXTENDED)

    def __init__(
        self,
        waiter_config: Mapping[str, Any] | None = None,
        *,
        limits: Limits | None = None,
        world: World = WORLD,
        **connection: Unpack[Connection],
    ) -> None:
        self._config: Config = deepcopy(dict(DEFAULT if waiter_config is None else waiter_config))
        self._limits = limits or Limits()
        self._limits.check()
        self._world = world
        self._clients = connect(**connection)
        self._model = _model(self._config)

    @property
    def client(self) -> Client:
        """The botocore client that asks."""
        return self._clients.client("batch")

    @property
    def waiter_config(self) -> Config:
        """The configuration of these waiters; a copy."""
        return deepcopy(self._config)

    @property
    def waiter_model(self) -> WaiterModel:
        """The botocore model of these waiters; a copy."""
        return deepcopy(self._model)

    def list_waiters(self) -> list[str]:
        """Name the waiters, by the alphabet."""
        return list(self._model.waiter_names)

    def get_waiter(
        self, waiter_name: str, *, config_overrides: Mapping[str, Any] | None = None
    ) -> BatchWaiter:
        """Make a waiter; whatever is done to it, the next one is as configured.

        Args:
            waiter_name: one of `list_waiters`.
            config_overrides: replaces members of its configuration, e.g. ``{"delay": 10}``.

        Returns:
            A `botocore.waiter.Waiter`: ``config.delay`` (seconds), ``config.max_attempts``,
            ``wait(jobs=[id])``. Its ``wait`` raises botocore's WaiterError.

        Raises:
            Refused: there is no such waiter, or its configuration is none.
        """
        from botocore import xform_name

        from batchyard.client.waiter import BatchWaiter

        configured = self._config["waiters"]
        if waiter_name not in configured:
            known = ", ".join(self.list_waiters())
            raise Refused(f"there is no waiter {waiter_name!r} here, there are: {known}")
        own = {**configured[waiter_name], **(config_overrides or {})}
        config = _model({"version": 2, "waiters": {waiter_name: own}}).get_waiter(waiter_name)
        method = getattr(self.client, xform_name(config.operation), None)
        if method is None:
            raise Refused(
                f"waiter {waiter_name}: this botocore knows no {config.operation!r} of AWS Batch"
            )
        return BatchWaiter(waiter_name, config, method, self._limits, self._world)

    def wait_for_job(self, job_id: str, delay: float | None = None) -> None:
        """Wait until a job exists, until it runs, until it has succeeded; for as long as it takes.

        Each waiter's delay is varied by up to 2 s, and is never under 1 s.

        Args:
            job_id: the job.
            delay: seconds before the first question, varied by 1 s; none when not given.

        Raises:
            Failed: it ended FAILED; with exit code, reason and its last log lines.
            NotFound: there is no such job (any more).
            Refused: JobExists, JobRunning or JobComplete is missing here.
            Unfinished: a configuration of your own ended the wait.
            ServiceError: the service failed, throttled or was out of reach for too long.
        """
        from botocore.exceptions import BotoCoreError

        if delay is not None:
            self._world.pause(add_jitter(delay, chance=self._world.chance()))
        try:
            for waiter in self.life():
                waiter.wait(jobs=[job_id])
        except BotoCoreError as error:  # a WaiterError is one
            raise self.blamed(error, job_id) from error

    async def wait_for_job_on_loop(self, job_id: str) -> None:
        """Wait as `wait_for_job` does, on an event loop: it holds a thread only while it asks."""
        import asyncio

        from botocore.exceptions import BotoCoreError

        try:
            for waiter in await asyncio.to_thread(self.life):
                await waiter.wait_on_loop(jobs=[job_id])
        except BotoCoreError as error:
            raise await asyncio.to_thread(self.blamed, error, job_id) from error

    def life(self) -> list[BatchWaiter]:
        """Make the waiters that a job goes through, in order, without an end of their own.

        Raises:
            Refused: one of them is missing here.
        """
        made = [self.get_waiter(name) for name in LIFE]
        for waiter in made:
            delay = waiter.config.delay
            waiter.config.delay = add_jitter(delay, JITTER, SHORTEST, chance=self._world.chance())
            waiter.config.max_attempts = sys.maxsize
        return made

    def blamed(self, error: Exception, job_id: str) -> BatchyardError:
        """Make our error of one that ended a wait for a job."""
        answer: Answer | None = getattr(error, "last_response", None)
        if answer is None:
            return calls.blamed(error, "describe_jobs")
        if "Error" in answer:
            unreached = answer["Error"].get("Code") == UNREACHED
            return Unreachable(str(error)) if unreached else calls.answered(answer, "describe_jobs")
        job = next((one for one in answer["jobs"] if one["jobId"] == job_id), None)
        if job is None:
            return NotFound(str(error))
        failed = job["status"] == "FAILED"
        return failure(self._clients, job) if failed else Unfinished(f"{error}; the job goes on")


def _model(config: Config) -> WaiterModel:
    """Make botocore's model of a configuration, if it is one.

    Raises:
        Refused: it is none.
    """
    from botocore.exceptions import WaiterConfigError
    from botocore.waiter import WaiterModel
    from jmespath.exceptions import JMESPathError

    try:
        model = WaiterModel(deepcopy(config))
        for name in model.waiter_names:
            _ = model.get_waiter(name).acceptors
    except (AttributeError, KeyError, TypeError, WaiterConfigError, JMESPathError) as error:
        raise Refused(
            f"waiter_config is not in botocore's form, as BatchWaiters.default_config is: {error!r}"
        ) from error
    return model

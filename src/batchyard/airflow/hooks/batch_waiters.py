"""The waiters' hook under its classic names, thin over `batchyard.BatchWaiters`.

docs/how-to/come-from-airflows-hooks.md compares it with the Amazon provider's.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from batchyard.airflow.failing import as_airflow
from batchyard.airflow.hooks.batch_client import BatchClientHook, fetching
from batchyard.client.waiters import BatchWaiters

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from airflow.providers.amazon.aws.utils.task_log_fetcher import AwsTaskLogFetcher
    from botocore.waiter import WaiterModel

    from batchyard.client.waiter import BatchWaiter
    from batchyard.client.waiter_configs import Config

__all__ = ["AwsBatchWaitersHook", "BatchWaitersHook"]


class BatchWaitersHook(BatchClientHook):
    """Waits for jobs with waiters of botocore's kind; see `batchyard.BatchWaiters`.

    Args:
        *args: of Airflow's AwsBaseHook.
        waiter_config: in the form of botocore's ``waiters-2.json``; when not given, it is
            `default_config`.
        **kwargs: of `BatchClientHook`.

    All methods raise AirflowException, but for the waiters' own ``wait``, which raises botocore's
    WaiterError.
    """

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - AwsBaseHook's
        waiter_config: Mapping[str, Any] | None = None,
        **kwargs: Any,  # noqa: ANN401 - AwsBaseHook's
    ) -> None:
        super().__init__(*args, **kwargs)
        self._given = waiter_config
        if waiter_config is not None:
            with as_airflow():
                BatchWaiters(waiter_config)  # refuses what is no configuration

    @cached_property
    def batch_waiters(self) -> BatchWaiters:
        """The waiters."""
        with as_airflow():
            return BatchWaiters(self._given, session=self.session)

    @property
    def default_config(self) -> Config:
        """See `batchyard.BatchWaiters.default_config`; a copy."""
        return BatchWaiters.default_config

    @property
    def waiter_config(self) -> Config:
        """See `batchyard.BatchWaiters.waiter_config`; a copy."""
        return self.batch_waiters.waiter_config

    @property
    def waiter_model(self) -> WaiterModel:
        """See `batchyard.BatchWaiters.waiter_model`; a copy."""
        return self.batch_waiters.waiter_model

    def get_waiter(
        self,
        waiter_name: str,
        parameters: Mapping[str, str] | None = None,  # noqa: ARG002 - AwsBaseHook's signature
        config_overrides: Mapping[str, Any] | None = None,
        deferrable: bool = False,  # noqa: ARG002, FBT001, FBT002 - see parameters
        client: object = None,  # noqa: ARG002 - see parameters
    ) -> BatchWaiter:
        """See `batchyard.BatchWaiters.get_waiter`; other arguments are those of AWS hooks."""
        with as_airflow():
            return self.batch_waiters.get_waiter(waiter_name, config_overrides=config_overrides)

    def list_waiters(self) -> list[str]:
        """See `batchyard.BatchWaiters.list_waiters`."""
        return self.batch_waiters.list_waiters()

    def wait_for_job(
        self,
        job_id: str,
        delay: float | None = None,
        get_batch_log_fetcher: Callable[[str], AwsTaskLogFetcher | None] | None = None,
    ) -> None:
        """Wait until a job exists, until it runs, until it has succeeded.

        Args:
            job_id: which.
            delay: see `BatchClientHook.delay`; before the first question.
            get_batch_log_fetcher: see `BatchClientHook.wait_for_job`.
        """
        if get_batch_log_fetcher is None:
            self.delay(delay)
            with as_airflow():
                self.batch_waiters.wait_for_job(job_id)
            return
        self.poll_for_job_running(job_id, delay)
        with fetching(get_batch_log_fetcher(job_id)), as_airflow():
            self.batch_waiters.wait_for_job(job_id)


AwsBatchWaitersHook = BatchWaitersHook
"""A name of years ago."""

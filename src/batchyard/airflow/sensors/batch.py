"""Sensors under the names of ``airflow.providers.amazon``'s; they wait in the triggerer."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from airflow.exceptions import AirflowException
from airflow.providers.amazon.aws.sensors.base_aws import AwsBaseSensor
from airflow.providers.amazon.aws.utils.mixins import aws_template_fields
from airflow.triggers.base import StartTriggerArgs

from batchyard.airflow import settings
from batchyard.airflow.connections import Place, session_of
from batchyard.airflow.failing import as_airflow
from batchyard.airflow.hooks.batch_client import BatchClientHook
from batchyard.airflow.killing import TELLS_OF_KILLS
from batchyard.airflow.outcomes import failed_children, told_failure
from batchyard.airflow.resources import ENVIRONMENT, QUEUE, Resource, state_of
from batchyard.airflow.triggers.batch import BatchJobTrigger
from batchyard.airflow.triggers.resources import BatchResourceTrigger
from batchyard.client.sessions import connect

INTERVAL = 30.0
"""Seconds: the Amazon provider's poke_interval."""

PLAIN = (str, int, float, bool, dict, type(None))
"""What a trigger can be given at the time of parsing; a task's result, say, is not there yet."""


class _Sensor(AwsBaseSensor):
    """What the sensors have in common.

    Args:
        deferrable: whether to wait in the triggerer; by default as ``[batchyard] deferrable`` says.
        start_from_trigger: whether to begin and, with success, to end there as well, without a
            worker; by default where Airflow can (3.3). What is templated is rendered there.
        poke_interval: seconds between two questions.
        **kwargs: of every AWS sensor.
    """

    aws_hook_class = BatchClientHook
    template_ext: Sequence[str] = ()
    ui_color = "#66c3ff"
    start_from_trigger = False

    def __init__(
        self,
        *,
        deferrable: bool | None = None,
        start_from_trigger: bool = TELLS_OF_KILLS,
        poke_interval: float = INTERVAL,
        **kwargs: Any,  # noqa: ANN401 - Airflow's
    ) -> None:
        super().__init__(poke_interval=poke_interval, **kwargs)
        self.deferrable = settings.flag("deferrable") if deferrable is None else deferrable
        self._may_start_from_trigger = self.deferrable and start_from_trigger

    @property
    def place(self) -> Place:
        """Where that is which is waited for."""
        return Place(self.aws_conn_id, self.region_name, self.verify, self.botocore_config)

    def _trigger(self) -> Any:  # noqa: ANN401 - Airflow's
        raise NotImplementedError

    def _longest(self) -> timedelta:
        """How long to wait: Airflow keeps the moment, so that no triggerer begins anew."""
        return timedelta(seconds=self.timeout)

    def _begin_in_triggerer(self) -> None:
        """Let the scheduler hand the task to the triggerer, if nothing in it asks for a worker."""
        trigger = self._trigger()
        trigger.ends_task = True
        path, given = trigger.serialize()
        if not self._may_start_from_trigger or not self._can_be_rendered_there(given):
            return
        self.start_from_trigger = True
        self.start_trigger_args = StartTriggerArgs(
            trigger_cls=path,
            trigger_kwargs=given,
            next_method="execute_complete",
            next_kwargs=None,
            timeout=self._longest(),
        )

    def _can_be_rendered_there(self, given: Mapping[str, Any]) -> bool:
        """Tell whether a triggerer can render what a trigger is given: text, under its own name.

        It cannot ask for XComs: the triggerer of Airflow 3.3.2 does not take the question
        (GetXComSequenceSlice), and the trigger would wait for its answer for ever.
        """
        return all(
            isinstance(value, PLAIN) and (not _is_template(value) or name in self.template_fields)
            for name, value in given.items()
        ) and not any("xcom_pull" in str(value) for value in given.values())

    def execute(self, context: Any) -> None:  # noqa: ANN401 - Airflow's
        """Wait here, or in the triggerer."""
        if not self.deferrable:
            super().execute(context=context)
            return
        trigger = self._trigger()
        trigger.not_before = settings.settled(time.time())
        self.defer(
            timeout=self._longest(),
            trigger=trigger,
            method_name="execute_complete",
        )


def _is_template(value: object) -> bool:
    return isinstance(value, str) and ("{{" in value or "{%" in value)


class BatchSensor(_Sensor):
    """Waits until a job has SUCCEEDED; fails if it FAILED.

    Args:
        job_id: the job.
        max_retries: how often poke_interval to wait at most; None for the sensor's timeout.
        **kwargs: of every sensor here.
    """

    template_fields: Sequence[str] = aws_template_fields("job_id")

    def __init__(self, *, job_id: str, max_retries: int | None = None, **kwargs: Any) -> None:  # noqa: ANN401 - Airflow's
        super().__init__(**kwargs)
        self.job_id = job_id
        self.max_retries = max_retries
        self._begin_in_triggerer()

    def _longest(self) -> timedelta:
        longest = super()._longest()
        if self.max_retries is None:
            return longest
        return min(longest, timedelta(seconds=self.max_retries * self.poke_interval))

    def _trigger(self) -> BatchJobTrigger:
        return BatchJobTrigger(
            job_id=self.job_id,
            waiter_delay=self.poke_interval,
            terminate_on_kill=False,
            **self.place._asdict(),
        )

    def poke(self, context: Any) -> bool:  # noqa: ANN401, ARG002 - Airflow's
        """Ask once."""
        job = self.hook.get_job_description(self.job_id)
        if job["status"] == BatchClientHook.FAILURE_STATE:
            self._fail(job)
        return bool(job["status"] == BatchClientHook.SUCCESS_STATE)

    def _fail(self, job: Mapping[str, Any]) -> None:
        session = session_of(self.place)
        shown = dict(job)
        raise AirflowException(told_failure(session, shown, failed_children(session, shown)))

    def execute_complete(self, context: Any, event: Mapping[str, Any] | None = None) -> None:  # noqa: ANN401, ARG002 - Airflow's
        """Fail if the job did, or the wait for it."""
        if event is None:
            raise AirflowException("the trigger ended without an event")
        if event["status"] == "failed" and event.get("job"):
            self._fail(event["job"])
        if event["status"] != "success":
            raise AirflowException(event.get("message") or f"Error while running job: {event}")
        self.log.info("AWS Batch job %s has succeeded", event["job_id"])


class _ResourceSensor(_Sensor):
    """Waits until a compute environment or a job queue is VALID or DELETED."""

    @property
    def resource(self) -> Resource:
        """What is waited for."""
        raise NotImplementedError

    def _trigger(self) -> BatchResourceTrigger:
        return BatchResourceTrigger(
            kind=self.resource.kind,
            name=self.resource.name,
            treat_non_existing_as_deleted=self.resource.may_lack,
            waiter_delay=self.poke_interval,
            **self.place._asdict(),
        )

    def poke(self, context: Any) -> bool:  # noqa: ANN401, ARG002 - Airflow's
        """Ask once."""
        client = connect(session=session_of(self.place)).client("batch")
        with as_airflow():
            state = state_of(client, self.resource)
        if state.over and not state.good:
            raise AirflowException(state.message)
        return state.over

    def execute_complete(self, context: Any, event: Mapping[str, Any] | None = None) -> None:  # noqa: ANN401, ARG002 - Airflow's
        """Fail if it is INVALID, is not there, or cannot be asked about."""
        if event is None or event["status"] != "success":
            raise AirflowException((event or {}).get("message") or "the trigger told nothing")


class BatchComputeEnvironmentSensor(_ResourceSensor):
    """Waits until a compute environment is VALID or DELETED; fails if it is INVALID or not there.

    Args:
        compute_environment: its name or ARN.
        **kwargs: of every sensor here.
    """

    template_fields: Sequence[str] = aws_template_fields("compute_environment")

    def __init__(self, compute_environment: str, **kwargs: Any) -> None:  # noqa: ANN401 - Airflow's
        super().__init__(**kwargs)
        self.compute_environment = compute_environment
        self._begin_in_triggerer()

    @property
    def resource(self) -> Resource:
        """What is waited for."""
        return Resource(ENVIRONMENT, self.compute_environment)


class BatchJobQueueSensor(_ResourceSensor):
    """Waits until a job queue is VALID or DELETED; fails if it is INVALID or not there.

    Args:
        job_queue: its name or ARN.
        treat_non_existing_as_deleted: whether one that is not there is DELETED.
        **kwargs: of every sensor here.
    """

    template_fields: Sequence[str] = aws_template_fields("job_queue")

    def __init__(
        self,
        job_queue: str,
        treat_non_existing_as_deleted: bool = False,  # noqa: FBT001, FBT002 - as the Amazon provider has it
        **kwargs: Any,  # noqa: ANN401 - Airflow's
    ) -> None:
        super().__init__(**kwargs)
        self.job_queue = job_queue
        self.treat_non_existing_as_deleted = treat_non_existing_as_deleted
        self._begin_in_triggerer()

    @property
    def resource(self) -> Resource:
        """What is waited for."""
        return Resource(QUEUE, self.job_queue, self.treat_non_existing_as_deleted)


__all__ = ["BatchComputeEnvironmentSensor", "BatchJobQueueSensor", "BatchSensor"]

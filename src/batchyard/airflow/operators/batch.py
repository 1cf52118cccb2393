"""The operator that runs a job, with the parameters of ``airflow.providers.amazon``'s.

Others of that module are here as well, so that an import moves over whole.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.exceptions import AirflowException
from airflow.providers.amazon.aws.operators.base_aws import AwsBaseOperator
from airflow.providers.amazon.aws.utils.mixins import aws_template_fields

from batchyard.airflow import settings
from batchyard.airflow.adopting import Submitting, end, taken_up
from batchyard.airflow.connections import Place, session_of
from batchyard.airflow.ending import end_aloud, own_job_id, tries_again
from batchyard.airflow.failing import as_airflow
from batchyard.airflow.hooks.batch_client import BatchClientHook
from batchyard.airflow.identity import identity_of
from batchyard.airflow.links.batch import (
    BatchJobDefinitionLink,
    BatchJobDetailsLink,
    BatchJobQueueLink,
    CloudWatchEventsLink,
)
from batchyard.airflow.operators.environments import BatchCreateComputeEnvironmentOperator
from batchyard.airflow.operators.jobs import (
    BatchRegisterJobDefinitionOperator,
    BatchTerminateJobOperator,
)
from batchyard.airflow.outcomes import failed_children, tell, told_failure
from batchyard.airflow.printing import watched
from batchyard.airflow.requesting import MEMBERS, check_known, request_of
from batchyard.airflow.triggers.batch import KILLED, BatchJobTrigger
from batchyard.airflow.versions import TaskDeferralError, has_timed_out
from batchyard.airflow.waiting import Ended, Waiting
from batchyard.client.classic import span
from batchyard.client.sessions import connect

if TYPE_CHECKING:
    from batchyard.client.sessions import Client
    from batchyard.client.submitting import Dependency

__all__ = [
    "BatchCreateComputeEnvironmentOperator",
    "BatchOperator",
    "BatchRegisterJobDefinitionOperator",
    "BatchTerminateJobOperator",
]

JSON = (
    "container_overrides",
    "parameters",
    "ecs_properties_override",
    "eks_properties_override",
    "node_overrides",
    "retry_strategy",
    "consumable_resource_properties_override",
)
GRACE = 4.0
"""Seconds that terminating may take on SIGTERM: five seconds after it Airflow sends SIGKILL."""

INTERVAL = 30.0
"""Seconds: the Amazon provider's poll_interval, by which max_retries is a time."""


class BatchOperator(AwsBaseOperator):
    """Runs a job on AWS Batch, and holds no slot while it waits.

    Besides those below, it takes what every AWS operator takes: aws_conn_id, region_name, verify,
    botocore_config. All that goes to SubmitJob is templated.

    Args:
        job_name: of the job.
        job_definition: its name, name:revision or ARN.
        job_queue: its name or ARN.
        container_overrides: SubmitJob's containerOverrides; its environment may be a mapping.
        array_properties: SubmitJob's.
        ecs_properties_override: SubmitJob's.
        eks_properties_override: SubmitJob's.
        node_overrides: SubmitJob's.
        share_identifier: SubmitJob's.
        scheduling_priority_override: SubmitJob's.
        parameters: SubmitJob's.
        retry_strategy: SubmitJob's.
        depends_on: ids of jobs that must succeed first, or AWS's JobDependency.
        propagate_tags: SubmitJob's.
        consumable_resource_properties_override: SubmitJob's.
        submit_job_timeout: seconds that an attempt of the job may take.
        tags: of the job; one of our own is added, by which a later try finds it.
        job_id: None; set to the job's when there is one.
        waiters: a hook to wait with instead, when not deferrable.
        max_retries: how long to wait: deferrable, so often poll_interval; otherwise see
            `BatchClientHook`. None for as long as the job lives.
        status_retries: see `BatchClientHook`.
        wait_for_completion: whether to wait at all.
        deferrable: whether to wait in the triggerer; by default as ``[batchyard] deferrable`` says.
        poll_interval: seconds between two questions about a job at most; None as the watcher sees
            fit, which asks for a hundred jobs at a time.
        awslogs_enabled: whether what the job prints is printed in the task's log, as it comes and
            whole, every attempt and child.
        awslogs_fetch_interval: as the Amazon provider's, and without effect: streams are read as
            they bring something.
        reattach: whether a later try takes up a job that an earlier one has left alive.
        runnable_timeout: seconds that the job may stay RUNNABLE; then it is terminated, and the
            task fails with the reason that AWS gives.
        terminate_on_kill: whether the job is terminated when the task is marked, cleared, deleted
            or timed out.
        **kwargs: of every operator.

    Returns:
        The job's id. The XCom ``batch_job`` tells how it ended; see `summary_of`.

    Raises:
        AirflowException: the job failed, is stuck or late, or AWS did not take it.
    """

    aws_hook_class = BatchClientHook
    ui_color = "#c3dae0"
    template_fields: Sequence[str] = aws_template_fields(
        *MEMBERS,
        "job_id",
        "waiters",
        "wait_for_completion",
        "awslogs_enabled",
        "awslogs_fetch_interval",
        "submit_job_timeout",
    )
    template_fields_renderers = dict.fromkeys(JSON, "json")
    operator_extra_links = (
        BatchJobDetailsLink(),
        BatchJobDefinitionLink(),
        BatchJobQueueLink(),
        CloudWatchEventsLink(),
    )

    def __init__(  # noqa: PLR0913 - SubmitJob's members, each by its name
        self,
        *,
        job_name: str,
        job_definition: str,
        job_queue: str,
        container_overrides: Mapping[str, Any] | None = None,
        array_properties: Mapping[str, Any] | None = None,
        ecs_properties_override: Mapping[str, Any] | None = None,
        eks_properties_override: Mapping[str, Any] | None = None,
        node_overrides: Mapping[str, Any] | None = None,
        share_identifier: str | None = None,
        scheduling_priority_override: int | None = None,
        parameters: Mapping[str, str] | None = None,
        retry_strategy: Mapping[str, Any] | None = None,
        depends_on: Sequence[Dependency] | None = None,
        propagate_tags: bool | None = None,
        consumable_resource_properties_override: Mapping[str, Any] | None = None,
        submit_job_timeout: int | None = None,
        tags: Mapping[str, str] | None = None,
        job_id: str | None = None,
        waiters: Any = None,  # noqa: ANN401 - anybody's
        max_retries: int | None = None,
        status_retries: int | None = None,
        wait_for_completion: bool = True,
        deferrable: bool | None = None,
        poll_interval: float | None = None,
        awslogs_enabled: bool = False,
        awslogs_fetch_interval: timedelta = timedelta(seconds=30),
        reattach: bool | None = None,
        runnable_timeout: float | None = None,
        terminate_on_kill: bool | None = None,
        **kwargs: Any,  # noqa: ANN401 - Airflow's
    ) -> None:
        super().__init__(**kwargs)
        self.job_id = job_id
        self.job_name = job_name
        self.job_definition = job_definition
        self.job_queue = job_queue
        self.container_overrides = container_overrides
        self.array_properties = array_properties
        self.ecs_properties_override = ecs_properties_override
        self.eks_properties_override = eks_properties_override
        self.node_overrides = node_overrides
        self.share_identifier = share_identifier
        self.scheduling_priority_override = scheduling_priority_override
        self.parameters = parameters or {}
        self.retry_strategy = retry_strategy
        self.depends_on = depends_on
        self.propagate_tags = propagate_tags
        self.consumable_resource_properties_override = consumable_resource_properties_override
        self.submit_job_timeout = submit_job_timeout
        self.tags = tags or {}
        self.waiters = waiters
        self.max_retries = max_retries
        self.status_retries = status_retries
        self.wait_for_completion = wait_for_completion
        self.deferrable = settings.flag("deferrable") if deferrable is None else deferrable
        self.poll_interval = poll_interval
        self.awslogs_enabled = awslogs_enabled
        self.awslogs_fetch_interval = awslogs_fetch_interval
        self.reattach = settings.flag("reattach") if reattach is None else reattach
        self.runnable_timeout = runnable_timeout
        self.terminate_on_kill = (
            settings.flag("terminate_on_kill") if terminate_on_kill is None else terminate_on_kill
        )
        self._killed = False
        self._submitting: Submitting | None = None

    @property
    def place(self) -> Place:
        """Where the job is."""
        return Place(self.aws_conn_id, self.region_name, self.verify, self.botocore_config)

    @property
    def session(self) -> Client:
        """What makes clients of that place."""
        return session_of(self.place)

    @property
    def client(self) -> Client:
        """The boto3 client of AWS Batch."""
        return connect(session=self.session).client("batch")

    @property
    def _hook_parameters(self) -> dict[str, Any]:
        retries = {"max_retries": self.max_retries, "status_retries": self.status_retries}
        return {**super()._hook_parameters, **retries}

    def execute(self, context: Any) -> str | None:  # noqa: ANN401 - Airflow's
        """Take up or submit the job, and wait for it unless the triggerer does."""
        self.job_id = None
        with as_airflow():
            self.submit_job(context)
        if not self.wait_for_completion:
            return self.job_id
        if self.deferrable:
            self._defer()
        if self.waiters is not None:
            with as_airflow():
                self.waiters.wait_for_job(self.job_id)
        return self._conclude(context, asyncio.run(self._wait()))

    def submit_job(self, context: Any) -> None:  # noqa: ANN401 - Airflow's
        """Take up the job that an earlier try of this task has left alive, or submit one.

        Raises:
            BatchyardError: AWS Batch did not take it, or cannot be reached.
        """
        submitting = self._submitting = self._about_to_submit(context)
        check_known(submitting.client, submitting.request)
        found = taken_up(submitting) if self.reattach else None
        self.job_id = found or submitting.submit()
        if self._killed:  # while the answer was under way
            end(submitting.client, self.job_id, KILLED)
            raise AirflowException(f"{KILLED}: AWS Batch job {self.job_id} is terminated")
        how = "taken up again" if found else "submitted"
        self.log.info("AWS Batch job (%s) %s, queue %s", self.job_id, how, self.job_queue)
        BatchJobDetailsLink.persist(
            context=context,
            operator=self,
            region_name=submitting.client.meta.region_name,
            aws_partition=submitting.client.meta.partition,
            job_id=self.job_id,
        )

    def _about_to_submit(self, context: Any) -> Submitting:  # noqa: ANN401 - Airflow's
        run = context["dag_run"]
        began = run.start_date or getattr(run, "run_after", None)
        if getattr(run, "clear_number", 0) and getattr(run, "run_after", None):
            began = run.run_after  # a run that was cleared begins anew, and its jobs are older
        return Submitting(
            self.client,
            request_of(self),
            identity_of(context["ti"], settings.deployment()),
            began.timestamp() * 1000 if began else 0.0,
        )

    def _defer(self) -> None:
        self.defer(
            trigger=BatchJobTrigger(
                job_id=self.job_id,
                aws_conn_id=self.aws_conn_id,
                region_name=self.region_name,
                verify=self.verify,
                botocore_config=self.botocore_config,
                waiter_delay=self.poll_interval,
                deadline=self._deadline(),
                runnable_timeout=self.runnable_timeout,
                awslogs_enabled=self.awslogs_enabled,
                terminate_on_kill=self.terminate_on_kill,
                not_before=settings.settled(time.time()),
            ),
            method_name="execute_complete",
            timeout=self.execution_timeout,
        )

    def _deadline(self) -> float | None:
        if self.max_retries is None:
            return None
        if self.deferrable:
            return time.time() + self.max_retries * (self.poll_interval or INTERVAL)
        return time.time() + span(self.max_retries)

    async def _wait(self) -> Ended:
        """Wait on the worker, with the job's log beside it if that is wanted."""
        waiting = Waiting(
            str(self.job_id),
            self.session,
            self._deadline(),
            self.runnable_timeout,
            self.poll_interval,
        )
        return await watched(waiting, self.log if self.awslogs_enabled else None)

    def execute_complete(
        self,
        context: Any,  # noqa: ANN401 - Airflow's
        event: Mapping[str, Any] | None = None,
    ) -> str | None:
        """Conclude, when the trigger has told how the wait ended."""
        if event is None:
            raise AirflowException("the trigger ended without an event")
        self.job_id = str(event["job_id"])
        job = event.get("job")
        if job is None:  # deferred by the Amazon provider's operator, before the import was changed
            return self._conclude(context, asyncio.run(self._wait()))
        return self._conclude(context, Ended(event["status"], job, event.get("message", "")))

    def _conclude(self, context: Any, end: Ended) -> str | None:  # noqa: ANN401 - Airflow's
        """Tell how the job ended, and fail if it did not succeed."""
        if end.status not in {"success", "failed"}:
            self._give_up(context, end)
        children = failed_children(self.session, end.job)
        if self.do_xcom_push:
            tell(context["ti"], self.client.meta, end.job, children)
        if end.status == "failed":
            raise AirflowException(told_failure(self.session, end.job, children))
        self.log.info("AWS Batch job (%s) succeeded", self.job_id)
        return self.job_id

    def _give_up(self, context: Any, outcome: Ended) -> None:  # noqa: ANN401 - Airflow's
        """Fail, because of the wait and not of the job.

        A job that is stuck or late is terminated; one that nobody could be asked about stays for
        the next try, if there is one.
        """
        if outcome.status != "error" or not tries_again(context["ti"]):
            self._end(str(self.job_id), outcome.message)
        raise AirflowException(outcome.message)

    def resume_execution(
        self,
        next_method: str,
        next_kwargs: dict[str, Any] | None,
        context: Any,  # noqa: ANN401 - Airflow's
    ) -> Any:  # noqa: ANN401 - whatever the method gives
        """Go on after a deferral; a job whose task has waited for too long is terminated."""
        try:
            return super().resume_execution(next_method, next_kwargs, context)
        except AirflowException as error:
            if has_timed_out(error):
                self._end_own(context, "The Airflow task has waited for too long")
            elif isinstance(error, TaskDeferralError) and not tries_again(context["ti"]):
                self._end_own(context, "The Airflow task has failed")
            raise

    def _end_own(self, context: Any, reason: str) -> None:  # noqa: ANN401 - Airflow's
        """Terminate the job of this task, of which nothing is known but what Airflow keeps."""
        said = own_job_id(context["ti"]) if self.do_xcom_push else None
        if job_id := said or self._about_to_submit(context).found().adopted:
            self._end(job_id, reason)

    def _end(self, job_id: str, reason: str) -> None:
        if self.terminate_on_kill:
            end_aloud(self.client, job_id, reason, self.log)

    def on_kill(self) -> None:
        """Terminate the job; one whose submit is under way is terminated once it is known.

        This is called in a signal's handler, in the midst of anything, so that it asks on a thread.
        """
        self._killed = True
        if not self.terminate_on_kill:
            return
        thread = threading.Thread(target=self._end_killed, daemon=True)
        thread.start()
        thread.join(GRACE)

    def _end_killed(self) -> None:
        job_id = self.job_id
        if job_id is None and self._submitting is not None:
            job_id = self._submitting.found().adopted
        if job_id is not None:
            self._end(job_id, KILLED)

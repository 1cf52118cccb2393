"""The operator that creates a compute environment."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from airflow.exceptions import AirflowException
from airflow.providers.amazon.aws.operators.base_aws import AwsBaseOperator
from airflow.providers.amazon.aws.utils.mixins import aws_template_fields

from batchyard.airflow import settings
from batchyard.airflow.connections import Place, session_of
from batchyard.airflow.failing import as_airflow
from batchyard.airflow.hooks.batch_client import BatchClientHook
from batchyard.airflow.triggers.resources import BatchCreateComputeEnvironmentTrigger
from batchyard.client.calls import call
from batchyard.client.sessions import connect

INTERVAL = 30.0
RETRIES = 120
"""The Amazon provider's poll_interval, in seconds, and max_retries."""


class BatchCreateComputeEnvironmentOperator(AwsBaseOperator):
    """Creates a compute environment.

    Args:
        compute_environment_name: its name.
        environment_type: MANAGED or UNMANAGED.
        state: ENABLED or DISABLED.
        compute_resources: CreateComputeEnvironment's.
        unmanaged_v_cpus: CreateComputeEnvironment's unmanagedvCpus.
        service_role: CreateComputeEnvironment's.
        tags: of it.
        poll_interval: seconds between two questions, when deferrable.
        max_retries: how many questions, when deferrable.
        deferrable: whether to wait until it is VALID, in the triggerer; by default as
            ``[batchyard] deferrable`` says.
        **kwargs: of every AWS operator.

    Returns:
        Its ARN.
    """

    aws_hook_class = BatchClientHook
    template_fields: Sequence[str] = aws_template_fields(
        "compute_environment_name", "compute_resources", "service_role"
    )
    template_fields_renderers = {"compute_resources": "json"}  # noqa: RUF012 - as Airflow has it

    def __init__(  # noqa: PLR0913, PLR0917 - as the Amazon provider has it
        self,
        compute_environment_name: str,
        environment_type: str,
        state: str,
        compute_resources: Mapping[str, Any],
        unmanaged_v_cpus: int | None = None,
        service_role: str | None = None,
        tags: Mapping[str, str] | None = None,
        poll_interval: float = INTERVAL,
        max_retries: int | None = None,
        deferrable: bool | None = None,  # noqa: FBT001 - as the Amazon provider has it
        **kwargs: Any,  # noqa: ANN401 - Airflow's
    ) -> None:
        super().__init__(**kwargs)
        self.compute_environment_name = compute_environment_name
        self.environment_type = environment_type
        self.state = state
        self.compute_resources = compute_resources
        self.unmanaged_v_cpus = unmanaged_v_cpus
        self.service_role = service_role
        self.tags = tags or {}
        self.poll_interval = poll_interval
        self.max_retries = max_retries or RETRIES
        self.deferrable = settings.flag("deferrable") if deferrable is None else deferrable

    def execute(self, context: Any) -> str:  # noqa: ANN401, ARG002 - Airflow's
        """Create it, and let the triggerer wait for it."""
        place = Place(self.aws_conn_id, self.region_name, self.verify, self.botocore_config)
        client = connect(session=session_of(place)).client("batch")
        members = {
            "computeEnvironmentName": self.compute_environment_name,
            "type": self.environment_type,
            "state": self.state,
            "unmanagedvCpus": self.unmanaged_v_cpus,
            "computeResources": self.compute_resources,
            "serviceRole": self.service_role,
            "tags": self.tags,
        }
        request = {name: value for name, value in members.items() if value is not None}
        with as_airflow():
            arn: str = call(client, "create_compute_environment", **request)[
                "computeEnvironmentArn"
            ]
        if self.deferrable:
            self.defer(
                trigger=BatchCreateComputeEnvironmentTrigger(
                    compute_env_arn=arn,
                    waiter_delay=self.poll_interval,
                    waiter_max_attempts=self.max_retries,
                    not_before=settings.settled(time.time()),
                    **place._asdict(),
                ),
                method_name="execute_complete",
            )
        return arn

    def execute_complete(
        self,
        context: Any,  # noqa: ANN401, ARG002 - Airflow's
        event: Mapping[str, Any] | None = None,
    ) -> str:
        """Fail if it did not become VALID."""
        if event is None or event["status"] != "success":
            raise AirflowException((event or {}).get("message") or "the trigger told nothing")
        arn: str = event["value"]
        return arn

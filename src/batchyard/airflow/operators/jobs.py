"""Operators that register a job definition, and that terminate jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from airflow.providers.amazon.aws.operators.base_aws import AwsBaseOperator
from airflow.providers.amazon.aws.utils.mixins import aws_template_fields

from batchyard.airflow.adopting import end
from batchyard.airflow.connections import Place, session_of
from batchyard.airflow.failing import as_airflow
from batchyard.airflow.hooks.batch_client import BatchClientHook
from batchyard.client.revisions import ensure
from batchyard.client.sessions import Client, connect


class BatchRegisterJobDefinitionOperator(AwsBaseOperator):
    """Registers a job definition, unless its latest active revision is the same.

    Args:
        job_definition_name: its name.
        type: ``container`` or ``multinode``.
        definition: further members of RegisterJobDefinition, e.g. containerProperties.
        **kwargs: of every AWS operator.

    Returns:
        The ARN of the revision, for a BatchOperator's job_definition.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_RegisterJobDefinition.html
    """

    aws_hook_class = BatchClientHook
    template_fields: Sequence[str] = aws_template_fields("job_definition_name", "definition")
    template_fields_renderers = {"definition": "json"}  # noqa: RUF012 - as Airflow has it

    def __init__(
        self,
        *,
        job_definition_name: str,
        definition: Mapping[str, Any],
        type: str = "container",  # noqa: A002 - RegisterJobDefinition's name
        **kwargs: Any,  # noqa: ANN401 - Airflow's
    ) -> None:
        super().__init__(**kwargs)
        self.job_definition_name = job_definition_name
        self.definition = definition
        self.type = type

    def execute(self, context: Any) -> str:  # noqa: ANN401, ARG002 - Airflow's
        """Register it if need be."""
        named = {"jobDefinitionName": self.job_definition_name, "type": self.type}
        with as_airflow():
            arn = ensure(_client_of(self), {**named, **self.definition})
        self.log.info("AWS Batch job definition: %s", arn)
        return arn


class BatchTerminateJobOperator(AwsBaseOperator):
    """Terminates jobs, wherever they stand; those that have ended are left alone.

    Args:
        job_ids: a job's id, or several.
        reason: becomes their statusReason.
        **kwargs: of every AWS operator.

    Returns:
        The ids.
    """

    aws_hook_class = BatchClientHook
    template_fields: Sequence[str] = aws_template_fields("job_ids", "reason")

    def __init__(
        self,
        *,
        job_ids: str | Sequence[str],
        reason: str = "Terminated by an Airflow task",
        **kwargs: Any,  # noqa: ANN401 - Airflow's
    ) -> None:
        super().__init__(**kwargs)
        self.job_ids = job_ids
        self.reason = reason

    def execute(self, context: Any) -> list[str]:  # noqa: ANN401, ARG002 - Airflow's
        """Terminate them."""
        ids = [self.job_ids] if isinstance(self.job_ids, str) else list(self.job_ids)
        client = _client_of(self)
        with as_airflow():
            for one in ids:
                end(client, one, self.reason)
        return ids


def _client_of(operator: Any) -> Client:  # noqa: ANN401 - an AWS operator
    place = Place(
        operator.aws_conn_id, operator.region_name, operator.verify, operator.botocore_config
    )
    return connect(session=session_of(place)).client("batch")

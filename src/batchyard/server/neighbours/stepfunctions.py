"""State machines in moto, whose tasks call the yard.

moto's interpreter makes a boto3 client for each task, without a key that the yard would believe.
Here that client speaks to the yard's own endpoint: ``batch:submitJob.sync`` runs a real job, and
whatever is not the yard's comes back to moto through the gate.

A state machine writes ``JobName`` where Batch has ``jobName``, and is answered so; moto's own Batch
task leaves that out.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/connect-batch.html
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from batchyard.server.neighbours import yard

if TYPE_CHECKING:
    from collections.abc import Callable

REGION = "us-east-1"
"""Of a client that is only asked for its model."""


def install() -> None:
    """Let tasks of state machines call the yard."""
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
        state_task_service_batch as batch,
    )
    from moto.stepfunctions.parser.asl.utils import boto_client

    # The function that makes clients has long been imported by name: what it calls is replaced.
    vars(boto_client)["boto3"] = SimpleNamespace(client=_client)
    task: Any = batch.StateTaskServiceBatch
    task._normalise_parameters = _spelled("_to_boto_request", "input_shape")  # noqa: SLF001 - a hook of moto's that is empty
    task._normalise_response = _spelled("_from_boto_response", "output_shape")  # noqa: SLF001 - as above


def _client(*, service_name: str, region_name: str, **_: object) -> Any:  # noqa: ANN401 - boto3 ships no types
    return yard.client(service_name, region_name)


def _spelled(how: str, which: str) -> Callable[..., None]:
    """Form the method of a task that respells what it asks, or what it is answered."""

    def spell(
        self: Any,  # noqa: ANN401 - one of moto's tasks
        words: Any = None,  # noqa: ANN401 - of any shape
        boto_service_name: str | None = None,
        service_action_name: str | None = None,
        **named: Any,  # noqa: ANN401 - the same, by its name
    ) -> None:
        client = yard.client(self._get_boto_service_name(boto_service_name), REGION)
        method = self._get_boto_service_action(service_action_name)
        operation = client.meta.service_model.operation_model(
            client.meta.method_to_api_mapping[method]
        )
        found = words if words is not None else next(iter(named.values()))
        getattr(self, how)(found, getattr(operation, which))

    return spell

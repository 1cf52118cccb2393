"""The request of SubmitJob, formed from an operator's parameters.

Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchyard.client.submitting import dependency, overrides
from batchyard.errors import Refused

if TYPE_CHECKING:
    from batchyard.client.sessions import Client

MEMBERS = {
    "job_name": "jobName",
    "job_queue": "jobQueue",
    "job_definition": "jobDefinition",
    "array_properties": "arrayProperties",
    "parameters": "parameters",
    "tags": "tags",
    "container_overrides": "containerOverrides",
    "ecs_properties_override": "ecsPropertiesOverride",
    "eks_properties_override": "eksPropertiesOverride",
    "node_overrides": "nodeOverrides",
    "retry_strategy": "retryStrategy",
    "share_identifier": "shareIdentifier",
    "scheduling_priority_override": "schedulingPriorityOverride",
    "depends_on": "dependsOn",
    "propagate_tags": "propagateTags",
    "consumable_resource_properties_override": "consumableResourcePropertiesOverride",
}
"""Parameters of the operator, and the members of SubmitJob that they are."""


def request_of(operator: Any) -> dict[str, Any]:  # noqa: ANN401 - Airflow ships no types here
    """Form the request of SubmitJob; what is None or empty is left out."""
    given = {theirs: getattr(operator, ours) for ours, theirs in MEMBERS.items()}
    given["dependsOn"] = [dependency(one) for one in given["dependsOn"] or ()]
    if given["containerOverrides"]:
        given["containerOverrides"] = overrides(given["containerOverrides"])
    if operator.submit_job_timeout:
        given["timeout"] = {"attemptDurationSeconds": operator.submit_job_timeout}
    return {name: value for name, value in given.items() if value not in (None, {}, [])}


def check_known(client: Client, request: dict[str, Any]) -> None:
    """Refuse members that the botocore in use does not know yet.

    Raises:
        Refused: naming them.
    """
    known = client.meta.service_model.operation_model("SubmitJob").input_shape.members
    if unknown := [name for name in request if name not in known]:
        import botocore

        ours = {theirs: parameter for parameter, theirs in MEMBERS.items()}
        names = ", ".join(ours.get(name, name) for name in unknown)
        raise Refused(
            f"botocore {botocore.__version__} does not know {', '.join(unknown)} of SubmitJob: "
            f"leave out {names}, or upgrade botocore"
        )

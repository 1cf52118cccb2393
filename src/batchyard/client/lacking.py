"""Whether a refusal befalls one item or all: queues and definitions that are not there.

AWS Batch has one error code for everything that it refuses, so what is asked is not the message
but the service: https://docs.aws.amazon.com/batch/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from batchyard.client.calls import Answer, call, every
from batchyard.errors import BatchyardError, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchyard.client.sessions import Client


def lacking(client: Client, request: Mapping[str, Any]) -> str | None:
    """Say what every item of this queue or this definition lacks; None if it is the item's own.

    Args:
        client: a botocore client of Batch.
        request: of SubmitJob, which was refused.
    """
    queue, definition = request["jobQueue"], request["jobDefinition"]
    try:
        queues = call(client, "describe_job_queues", jobQueues=[queue])["jobQueues"]
        if not queues:
            return f"there is no job queue {queue}"
        if queues[0]["state"] != "ENABLED":
            return f"the job queue {queue} is {queues[0]['state']}"
        if active(client, definition) is None:
            return f"no revision of the job definition {definition} is active"
    except BatchyardError:
        return None  # e.g. not allowed to ask; what the item was told stands
    return None


def active(client: Client, reference: str) -> Answer | None:
    """Describe the active definition that a SubmitJob means; None if there is none."""
    asked: dict[str, Any] = (
        {"jobDefinitions": [reference]}
        if ":" in reference
        else {"jobDefinitionName": reference, "status": "ACTIVE"}
    )
    listed = every(client, "describe_job_definitions", "jobDefinitions", **asked)
    revisions = (one for one in listed if one.get("status") == "ACTIVE")
    return max(revisions, key=lambda one: int(one["revision"]), default=None)


def check_foldable(client: Client, request: Mapping[str, Any], field: str) -> None:
    """Refuse to fold where the command would take the number from a parameter.

    All children of an array share their parameters: ``Ref::field`` would be the same in each.
    Source: https://docs.aws.amazon.com/batch/latest/userguide/array_jobs.html

    Args:
        client: a botocore client of Batch.
        request: of SubmitJob.
        field: the parameter that counts.

    Raises:
        Refused: it would.
        BatchyardError: the definition cannot be read.
    """
    own = request.get("containerOverrides", {}).get("command")
    command = own or active(client, request["jobDefinition"]) or {}
    if re.search(rf"Ref::{re.escape(field)}(?![A-Za-z0-9_-])", json.dumps(command, default=str)):
        raise Refused(
            f"fold: the command of {request['jobDefinition']} takes Ref::{field}, which would be "
            "the same in every child of an array: let it read AWS_BATCH_JOB_ARRAY_INDEX, or do "
            "not fold"
        )

"""Forms and sends what `batchyard submit` asks for.

Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from batchyard.cli.given import pairs
from batchyard.client import once
from batchyard.client.calls import Answer, call
from batchyard.client.definitions import JobDefinition
from batchyard.client.names import check_name, unique_name
from batchyard.client.registering import MEMORY, VCPUS, registered
from batchyard.client.submitting import overrides, retry_strategy, timeout_seconds
from batchyard.errors import Refused

if TYPE_CHECKING:
    from batchyard.client.sessions import Client


class Order(NamedTuple):
    """The options of `batchyard submit`."""

    definition: str | None = None
    image: str | None = None
    queue: str = "default"
    name: str | None = None
    array: int | None = None
    depends_on: tuple[str, ...] = ()
    parameter: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    vcpus: float | None = None
    memory: int | None = None
    timeout: int | None = None
    attempts: int | None = None
    tag: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def check(self) -> None:
        """Find what is wrong before anything is registered.

        Raises:
            Refused: naming it.
        """
        if (self.definition is None) == (self.image is None):
            raise Refused("give --definition NAME or --image IMAGE, one of them")
        if self.image is not None and not self.words:
            raise Refused("--image needs a command: batchyard submit --image IMAGE -- COMMAND...")
        if self.name is not None:
            check_name("--name", self.name)
        submission(self, "checked")


def place(client: Client, order: Order) -> Answer:
    """Register the order's definition if it has none yet, and submit its job once.

    Raises:
        Refused: the service does not take it.
        Unanswered: the answer was lost, and whether there is such a job cannot be known.
    """
    definition = order.definition or _register(client, order)
    return once.submit(client, submission(order, definition), unique=order.name is None)


def _register(client: Client, order: Order) -> str:
    kind = type("FromOptions", (JobDefinition,), {"name": order.name or "job"})
    request = registered(
        kind,
        image=str(order.image),
        command=order.words,
        vcpus=order.vcpus or VCPUS,
        memory=order.memory or MEMORY,
    )
    return str(call(client, "register_job_definition", **request)["jobDefinitionArn"])


def submission(order: Order, definition: str) -> dict[str, Any]:
    """Form the request of SubmitJob.

    Raises:
        Refused: a pair of a name and a value is none.
    """
    members = {
        "parameters": pairs("--parameter", order.parameter),
        "containerOverrides": overrides(_differently(order)),
        "arrayProperties": {} if order.array is None else {"size": order.array},
        "dependsOn": [{"jobId": job} for job in order.depends_on],
        "retryStrategy": retry_strategy(order.attempts),
        "timeout": timeout_seconds(order.timeout),
        "tags": pairs("--tag", order.tag),
    }
    name = order.name or unique_name(_stem(definition))
    given = {member: value for member, value in members.items() if value}
    return {"jobName": name, "jobQueue": order.queue, "jobDefinition": definition, **given}


def _stem(definition: str) -> str:
    """Take the name out of a definition's ARN, and the revision off."""
    return definition.rpartition("/")[2].partition(":")[0]


def _differently(order: Order) -> dict[str, Any]:
    """Say what the container is to have otherwise than its definition says."""
    needs = {"VCPU": order.vcpus, "MEMORY": order.memory}
    resources = [
        {"type": kind, "value": f"{amount:.15g}"} for kind, amount in needs.items() if amount
    ]
    said = {
        "command": list(order.words) if order.definition is not None else [],
        "environment": pairs("--env", order.env),
        "resourceRequirements": resources,
    }
    return {member: value for member, value in said.items() if value}

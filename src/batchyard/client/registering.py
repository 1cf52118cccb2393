"""Registering definitions from Python, and finding their latest revision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Required

from batchyard.client.calls import call
from batchyard.client.definitions import JobDefinition, name_of
from batchyard.client.fields import MISSING, fields_of, text_of
from batchyard.client.revisions import latest
from batchyard.client.sessions import Connection, connect
from batchyard.client.submitting import retry_strategy, timeout_seconds
from batchyard.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Unpack

    from batchyard.client.calls import Answer

VCPUS = 1
MEMORY = 2048
"""What AWS's own console offers for a new definition: 1 vCPU and 2048 MiB."""


class Registration(Connection, total=False):
    """What is registered; and where, as `Connection` has it.

    Attributes:
        image: the container's; a yard runs the command without pulling it.
        command: its words, in which ``Ref::name`` stands for a parameter.
        vcpus: how many.
        memory: MiB.
        environment: variables of every attempt.
        retry: how many attempts, or AWS's retryStrategy.
        timeout: seconds that an attempt may take, or AWS's timeout.
        job_role: the ARN of the role that attempts have.
        tags: of the definition.
        container_properties: anything else of AWS's containerProperties; it wins.
    """

    image: Required[str]
    command: Sequence[str]
    vcpus: float
    memory: int
    environment: Mapping[str, str]
    retry: int | Mapping[str, Any]
    timeout: int | Mapping[str, Any]
    job_role: str | None
    tags: Mapping[str, str]
    container_properties: Mapping[str, Any]


def register(
    definition: type[JobDefinition] | JobDefinition, **registration: Unpack[Registration]
) -> Answer:
    """Register the next revision of a definition; its fields' defaults are registered with it.

    Args:
        definition: the class, or a value of it.
        **registration: see `Registration`.

    Returns:
        The service's response: jobDefinitionName, jobDefinitionArn, revision.

    Raises:
        Refused: the service does not take it.
    """
    given: dict[str, Any] = dict(registration)
    connection: Any = {
        name: given.pop(name) for name in Connection.__annotations__ if name in given
    }
    request = registered(definition, **given)
    return call(connect(**connection).client("batch"), "register_job_definition", **request)


def registered(  # noqa: PLR0913 - one argument per part of a registration
    definition: type[JobDefinition] | JobDefinition,
    *,
    image: str,
    command: Sequence[str] = (),
    vcpus: float = VCPUS,
    memory: int = MEMORY,
    environment: Mapping[str, str] | None = None,
    retry: int | Mapping[str, Any] | None = None,
    timeout: int | Mapping[str, Any] | None = None,
    job_role: str | None = None,
    tags: Mapping[str, str] | None = None,
    container_properties: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Form the request of RegisterJobDefinition; see `Registration`."""
    container = {
        "image": image,
        "command": list(command),
        "resourceRequirements": [
            {"type": "VCPU", "value": f"{vcpus:g}"},
            {"type": "MEMORY", "value": str(memory)},
        ],
        "environment": [{"name": key, "value": text} for key, text in (environment or {}).items()],
        **({} if job_role is None else {"jobRoleArn": job_role}),
        **(container_properties or {}),
    }
    members = {
        "parameters": _defaults(definition),
        "retryStrategy": retry_strategy(retry),
        "timeout": timeout_seconds(timeout),
        "tags": dict(tags or {}) or None,
    }
    return {
        "jobDefinitionName": name_of(definition),
        "type": "container",
        "containerProperties": container,
        **{name: value for name, value in members.items() if value is not None},
    }


def _defaults(definition: type[JobDefinition] | JobDefinition) -> dict[str, str]:
    kind: type = definition if isinstance(definition, type) else type(definition)
    fields = fields_of(kind, JobDefinition)
    return {
        field.name: text_of(field.default)
        for field in fields
        if field.default is not MISSING and field.default is not None
    }


def latest_revision(
    definition: type[JobDefinition] | JobDefinition, **connection: Unpack[Connection]
) -> int:
    """Ask for the latest active revision of a definition: the one that a submit without any means.

    Raises:
        NotFound: no revision of it is active.
    """
    name, client = name_of(definition), connect(**connection).client("batch")
    found = latest(client, name)
    if found is None:
        raise NotFound(f"no revision of the job definition {name} is active: register one")
    return int(found["revision"])

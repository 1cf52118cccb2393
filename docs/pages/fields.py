"""What becomes of each field of SubmitJob and RegisterJobDefinition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from batchyard.server.models import load
from pages.markdown import code, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

INSIDE = ("containerProperties", "containerOverrides")
"""Members whose own members have a line each; others go as a whole."""


class Fate(NamedTuple):
    """What a yard does with a field."""

    what: str
    note: str = ""


def honoured(note: str = "") -> Fate:
    """Say that a field acts."""
    return Fate("honoured", note)


def kept(note: str = "") -> Fate:
    """Say that a field is kept and shown, and does not act."""
    return Fate("kept", note)


def refused(note: str = "") -> Fate:
    """Say that a field is refused, because without it something else would run."""
    return Fate("refused", note)


COMMON: Mapping[str, Fate] = {
    "parameters": honoured(),
    "propagateTags": honoured("over 50 tags together fail the job; there is no task to tag"),
    "retryStrategy": honoured(),
    "tags": honoured(),
    "timeout": honoured(),
}
SUBMITTED: Mapping[str, Fate] = {
    **COMMON,
    "arrayProperties": honoured(),
    "consumableResourcePropertiesOverride": honoured(),
    "containerOverrides": honoured("member by member"),
    "containerOverrides.command": honoured(),
    "containerOverrides.environment": honoured(),
    "containerOverrides.instanceType": refused("it is for multi-node jobs"),
    "containerOverrides.memory": honoured(),
    "containerOverrides.resourceRequirements": honoured("VCPU and MEMORY; GPU is refused"),
    "containerOverrides.vcpus": honoured(),
    "dependsOn": honoured(),
    "ecsPropertiesOverride": refused("jobs of several containers are not served"),
    "eksPropertiesOverride": refused("there is no Kubernetes"),
    "jobDefinition": honoured(),
    "jobName": honoured(),
    "jobQueue": honoured(),
    "nodeOverrides": refused("multi-node jobs are not served"),
    "schedulingPriorityOverride": honoured(),
    "shareIdentifier": honoured(),
}
DEFINED: Mapping[str, Fate] = {
    **COMMON,
    "consumableResourceProperties": honoured(),
    "containerProperties": honoured("member by member"),
    "containerProperties.command": honoured(),
    "containerProperties.enableExecuteCommand": kept(),
    "containerProperties.environment": honoured(),
    "containerProperties.ephemeralStorage": kept(),
    "containerProperties.executionRoleArn": kept("the job gets no AWS credentials"),
    "containerProperties.fargatePlatformConfiguration": kept(),
    "containerProperties.image": honoured("not pulled; what it would run can be said"),
    "containerProperties.instanceType": kept(),
    "containerProperties.jobRoleArn": kept("the job gets no AWS credentials"),
    "containerProperties.linuxParameters": kept(),
    "containerProperties.logConfiguration": honoured("`awslogs-group`; the rest is kept"),
    "containerProperties.memory": honoured(),
    "containerProperties.mountPoints": kept(),
    "containerProperties.networkConfiguration": kept(),
    "containerProperties.privileged": kept(),
    "containerProperties.readonlyRootFilesystem": kept(),
    "containerProperties.repositoryCredentials": kept(),
    "containerProperties.resourceRequirements": honoured("VCPU and MEMORY; GPU is refused"),
    "containerProperties.runtimePlatform": kept(),
    "containerProperties.secrets": honoured("variables that the yard was given with `--pass-env`"),
    "containerProperties.ulimits": kept(),
    "containerProperties.user": kept("the command runs as whoever serves the yard"),
    "containerProperties.vcpus": honoured(),
    "containerProperties.volumes": kept(),
    "ecsProperties": refused("jobs of several containers are not served"),
    "eksProperties": refused("there is no Kubernetes"),
    "jobDefinitionName": honoured(),
    "nodeProperties": refused("multi-node jobs are not served"),
    "platformCapabilities": honoured(
        "EC2 and FARGATE, for the sizes; MANAGED_INSTANCES is refused"
    ),
    "schedulingPriority": honoured(),
    "type": honoured("`container`; `multinode` is refused"),
}
FATES = {"SubmitJob": SUBMITTED, "RegisterJobDefinition": DEFINED}

INTRODUCTION = """# Fields

What a yard does with each field of SubmitJob and RegisterJobDefinition. A field is *honoured*: it
acts as on AWS; *kept*: it is shown again as it was given, and does not act; or *refused*, because
something else would run without it. More about the differences is in [fidelity](../fidelity.md)."""


def page() -> str:
    """Form the page of the fields."""
    return "\n\n".join((INTRODUCTION, *map(_operation, FATES)))


def _operation(name: str) -> str:
    fates = FATES[name]
    members = sorted(_members(name))
    if lost := sorted(set(members) ^ fates.keys()):
        raise LookupError(f"{name}: the page and the model do not agree about {lost}")
    rows = ((code(member), *fates[member]) for member in members)
    return f"## {name}\n\n" + table(("field", "what becomes of it", "more"), rows)


def _members(operation: str) -> Iterator[str]:
    model: dict[str, Any] = load("batch")
    shapes = model["shapes"]
    for name, member in shapes[model["operations"][operation]["input"]["shape"]]["members"].items():
        yield name
        if name in INSIDE:
            yield from (f"{name}.{inner}" for inner in shapes[member["shape"]]["members"])

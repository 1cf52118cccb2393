"""containerOverrides: what a job says differently from its definition.

Source: ContainerOverrides in botocore's model, and
https://docs.aws.amazon.com/batch/latest/APIReference/API_ContainerOverrides.html
"""

from __future__ import annotations

from msgspec.structs import replace

from batchyard.server.operations.batch.container_rules import check_command, check_environment
from batchyard.server.operations.batch.echoes import Wire
from batchyard.server.operations.batch.refusals import check_served


def overridden(container: Wire, overrides: Wire | None) -> Wire:
    """Apply overrides to a definition's container properties.

    The command is replaced, environment variables are merged by name, resource requirements by
    type. The older members vcpus and memory do not override resourceRequirements.

    Args:
        container: the wire's ContainerProperties.
        overrides: the wire's ContainerOverrides, if there are any.

    Raises:
        Fault: a word of the command is empty, a variable's name is reserved, or a member is not
            served.
    """
    if overrides is None:
        return container
    check_served(overrides, {"instance_type": "containerOverrides.instanceType"})
    check_command(overrides.command)
    check_environment((pair.name, pair.value) for pair in overrides.environment or ())
    changes: dict[str, Wire] = _older(container, overrides)
    if overrides.command:  # an empty list says nothing
        changes["command"] = overrides.command
    if overrides.environment is not None:
        changes["environment"] = _merged(container.environment, overrides.environment, "name")
    if overrides.resource_requirements is not None:
        needs = _merged(container.resource_requirements, overrides.resource_requirements, "type")
        changes["resource_requirements"] = needs
        changes |= {member: None for kind, member in _OLDER.items() if _has(needs, kind)}
    return replace(container, **changes)


_OLDER = {"VCPU": "vcpus", "MEMORY": "memory"}


def _older(container: Wire, overrides: Wire) -> dict[str, Wire]:
    """Take vcpus and memory where the definition has no resource requirement of that type."""
    return {
        member: value
        for kind, member in _OLDER.items()
        if (value := getattr(overrides, member)) is not None
        and not _has(container.resource_requirements, kind)
    }


def _has(requirements: list[Wire] | None, kind: str) -> bool:
    return any(entry.type == kind for entry in requirements or ())


def _merged(base: list[Wire] | None, more: list[Wire], key: str) -> list[Wire]:
    """Merge two lists of structs by one member; the second wins, the order stays."""
    found = {getattr(entry, key): entry for entry in base or ()}
    return list((found | {getattr(entry, key): entry for entry in more}).values())

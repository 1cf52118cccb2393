"""What a container may ask for, checked; and what it takes of an environment."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from batchyard.batch.launching import RESERVED
from batchyard.batch.model import Demand
from batchyard.server.operations.batch.refusals import check_range, given, refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from batchyard.server.operations.batch.echoes import Wire

IMAGE_LENGTH = 255
LEAST_MEMORY = 4
WHOLE = re.compile(r"[0-9]{1,9}")
DECIMAL = re.compile(r"[0-9]{1,6}(\.[0-9]{1,3})?")

FARGATE_SIZES: Mapping[Decimal, Iterable[int]] = {
    Decimal("0.25"): (512, 1024, 2048),
    Decimal("0.5"): range(1024, 4096 + 1, 1024),
    Decimal(1): range(2048, 8192 + 1, 1024),
    Decimal(2): range(4096, 16384 + 1, 1024),
    Decimal(4): range(8192, 30720 + 1, 1024),
    Decimal(8): range(16384, 61440 + 1, 4096),
    Decimal(16): range(32768, 122880 + 1, 8192),
    Decimal(32): (61440, 122880, 249856),
}
"""Memory in MiB by vCPUs: https://docs.aws.amazon.com/batch/latest/APIReference/API_ResourceRequirement.html"""

NOT_ON_FARGATE = {
    "vcpus": "vcpus",
    "memory": "memory",
    "ulimits": "ulimits",
    "privileged": "privileged",
    "instance_type": "instanceType",
}
LEAST_STORAGE, MOST_STORAGE = 21, 200
NOT_ON_EC2 = {
    "network_configuration": "networkConfiguration",
    "fargate_platform_configuration": "fargatePlatformConfiguration",
}
"""https://docs.aws.amazon.com/batch/latest/APIReference/API_ContainerProperties.html"""


def check_container(container: Wire, *, fargate: bool) -> None:
    """Check a definition's container properties.

    Args:
        container: the wire's ContainerProperties.
        fargate: whether the definition asks for the platform capability FARGATE.

    Raises:
        Fault: something in them is not valid; the message names it.
    """
    _check_image(container.image)
    check_platform(container, fargate=fargate)
    _check_storage(getattr(container, "ephemeral_storage", None))
    check_command(container.command)
    check_environment((pair.name, pair.value) for pair in container.environment or ())
    demand_of(container, fargate=fargate)


def check_platform(container: Wire, *, fargate: bool) -> None:
    """Refuse members that have no meaning on the platform a definition is for.

    Raises:
        Fault: there is one; the words are AWS's: https://github.com/insitro/redun/pull/95
    """
    platform, foreign = ("Fargate", NOT_ON_FARGATE) if fargate else ("EC2", NOT_ON_EC2)
    for attribute, member in foreign.items():
        value = getattr(container, attribute, None)
        if given(value) and value is not False:
            hint = " Use resource requirements instead." if member in {"vcpus", "memory"} else ""
            raise refused(f"{member} is not applicable for {platform}.{hint}")


def check_command(command: Iterable[str] | None) -> None:
    """Check a command, of a definition or of a job's overrides.

    Raises:
        Fault: a word of it is empty; the text is AWS's: https://github.com/kislyuk/aegea/issues/49
    """
    if any(not word for word in command or ()):
        raise refused("Command field cannot have empty strings")


def check_environment(pairs: Iterable[tuple[str | None, str | None]]) -> None:
    """Check environment variables, of a definition or of a job's overrides.

    Raises:
        Fault: one has no name, has a name or value no process can be given, or a name that Batch
            keeps for itself.
    """
    for name, value in pairs:
        if not name or "=" in name or "\0" in name:
            raise refused(f"environment: the name {name!r} is not valid")
        if name.startswith(RESERVED):
            raise refused(f"environment: {name!r} must not begin with {RESERVED}, Batch sets those")
        if value is not None and "\0" in value:
            raise refused(f"environment: the value of {name!r} must not hold a NUL character")


def demand_of(container: Wire, *, fargate: bool = False) -> Demand:
    """Read what one attempt takes: vCPUs in thousandths, memory in MiB.

    resourceRequirements come before the deprecated vcpus and memory.

    Args:
        container: the wire's ContainerProperties, or anything with the same three members.
        fargate: whether vCPUs may be fractions, in Fargate's sizes.

    Raises:
        Fault: one is missing, is no number, or is too small; or a GPU is asked for, which this
            yard has no way to give to one job alone.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ResourceRequirement.html
    """
    wanted = _requirements(container.resource_requirements or ())
    vcpus = _vcpus(wanted.get("VCPU"), container.vcpus, fargate=fargate)
    memory = _memory(wanted.get("MEMORY"), container.memory)
    if fargate and memory not in FARGATE_SIZES[vcpus]:
        raise refused(f"Fargate resource requirements ({vcpus} vCPU, {memory} MiB) not valid.")
    return Demand(int(vcpus * 1000), memory)


def _check_image(image: str | None) -> None:
    if not image or not image.strip():
        raise refused("containerProperties.image is required")
    if len(image) > IMAGE_LENGTH:
        raise refused(
            f"containerProperties.image has {len(image)} characters, at most {IMAGE_LENGTH} "
            f"are allowed: {image!r}"
        )


def _check_storage(storage: Wire | None) -> None:
    if storage is not None:
        field = "containerProperties.ephemeralStorage.sizeInGiB"
        check_range(field, storage.size_in_gi_b, LEAST_STORAGE, MOST_STORAGE)


def _requirements(entries: Iterable[Wire]) -> dict[str, str]:
    wanted: dict[str, str] = {}
    for entry in entries:
        if entry.type == "GPU":
            raise refused(
                f"resourceRequirements: GPU {entry.value} is not served by this yard: leave it out"
            )
        if entry.type in wanted:
            raise refused(f"resourceRequirements: {entry.type} is given more than once")
        wanted[entry.type] = entry.value
    return wanted


def _vcpus(text: str | None, legacy: int | None, *, fargate: bool) -> Decimal:
    if text is None and legacy is None:
        raise refused("vCPU is not provided. Give resourceRequirements an entry of type VCPU")
    if text is None:
        check_range("vcpus", legacy, 1)
        return Decimal(legacy or 0)
    vcpus = _number("VCPU", text, DECIMAL if fargate else WHOLE)
    if fargate and vcpus not in FARGATE_SIZES:
        sizes = ", ".join(map(str, FARGATE_SIZES))
        raise refused(f"resourceRequirements: VCPU {text} is not one of Fargate's: {sizes}")
    if not fargate:
        check_range("resourceRequirements: VCPU", int(vcpus), 1)
    return vcpus


def _memory(text: str | None, legacy: int | None) -> int:
    if text is None and legacy is None:
        raise refused("Memory is not provided. Give resourceRequirements an entry of type MEMORY")
    if text is None:
        check_range("memory", legacy, LEAST_MEMORY)
        return legacy or 0
    memory = int(_number("MEMORY", text, WHOLE))
    check_range("resourceRequirements: MEMORY", memory, LEAST_MEMORY)
    return memory


def _number(kind: str, text: str, allowed: re.Pattern[str]) -> Decimal:
    """Read a quantity; the refusal is AWS's (https://github.com/kestra-io/plugin-aws/issues/504)."""
    if not allowed.fullmatch(text):
        raise refused(
            f"Value {text} for type {kind} in resourceRequirement is not valid. "
            "Please provide a numeric value."
        )
    return Decimal(text)

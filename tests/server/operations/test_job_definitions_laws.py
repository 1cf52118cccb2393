"""What is registered is shown without loss: clients compare, and register anew when it differs.

The oracle is botocore, which sends what is registered and reads what is shown.
"""

from collections.abc import Mapping
from typing import Any

from botocore.model import Shape
from hypothesis import given
from hypothesis import strategies as st

from tests.server.operations.resources_yard import LINE, Yard

MODEL = LINE.client.meta.service_model
NOT_ON_EC2 = {"networkConfiguration", "fargatePlatformConfiguration"}
CHOSEN = {
    "command",
    "image",
    "vcpus",
    "memory",
    "resourceRequirements",
    "environment",
    "ephemeralStorage",
}
ADDED = (
    "command",
    "environment",
    "mountPoints",
    "resourceRequirements",
    "secrets",
    "ulimits",
    "volumes",
)
TEXT = st.text(max_size=8)
NUMBERS = st.integers(-(2**31), 2**31 - 1)
NAMES = st.text(min_size=1, max_size=8).filter(
    lambda name: not name.startswith("AWS_BATCH") and not set(name) & {"=", "\0"}
)
PAIRS = st.fixed_dictionaries(
    {"name": NAMES}, optional={"value": st.text(max_size=8).filter(lambda v: "\0" not in v)}
)


def values(shape: Shape) -> st.SearchStrategy:
    """Any value of a shape of the model, empty lists and maps among them."""
    any_shape: Any = shape
    match shape.type_name:
        case "structure":
            members = {name: values(member) for name, member in any_shape.members.items()}
            required = {name: members.pop(name) for name in any_shape.required_members}
            return st.fixed_dictionaries(required, optional=members)
        case "list":
            return st.lists(values(any_shape.member), max_size=2)
        case "map":
            return st.dictionaries(values(any_shape.key), values(any_shape.value), max_size=2)
        case "boolean":
            return st.booleans()
        case "string":
            return st.sampled_from(any_shape.enum) if any_shape.enum else TEXT
    return NUMBERS


def containers() -> st.SearchStrategy:
    members: Mapping[str, Shape] = MODEL.shape_for("ContainerProperties").members
    free = {n: values(m) for n, m in members.items() if n not in CHOSEN | NOT_ON_EC2}
    sizes = {"vcpus": st.integers(1, 64), "memory": st.integers(4, 10**6)}
    words = st.lists(TEXT.filter(bool), max_size=3)
    newer = {"environment": st.lists(PAIRS, max_size=3), "command": words}
    return st.fixed_dictionaries({"image": st.just("i"), **sizes}, optional={**free, **newer})


@given(
    container=containers(),
    others=st.fixed_dictionaries(
        {},
        optional={
            "parameters": st.dictionaries(TEXT, TEXT, max_size=2),
            "propagateTags": st.booleans(),
            "schedulingPriority": st.integers(0, 9999),
            "tags": st.just({"a": ""}),
            "timeout": st.just({"attemptDurationSeconds": 60}),
            "retryStrategy": st.just({"attempts": 2, "evaluateOnExit": []}),
            "platformCapabilities": st.sampled_from(([], ["EC2"])),
        },
    ),
)
def test_what_is_registered_is_shown_without_loss(
    container: dict[str, Any], others: dict[str, Any]
) -> None:
    yard = Yard()
    given = {
        "jobDefinitionName": "law",
        "type": "container",
        "containerProperties": container,
        **others,
    }
    yard.ask("RegisterJobDefinition", **given)
    (shown,) = yard.ask("DescribeJobDefinitions")["jobDefinitions"]
    added: dict[str, list[Any]] = {name: [] for name in ADDED}
    assert shown["containerProperties"] == {**added, **container}
    assert {name: shown[name] for name in given} | {"containerProperties": container} == given

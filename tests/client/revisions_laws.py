"""A definition that is registered already is not registered again, and a different one is.

The oracle is what is echoed: by a yard, which adds what AWS adds, and in AWS's own example.
"""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batchyard.client.calls import Answer
from batchyard.client.revisions import ensure, latest, same
from batchyard.testing import EphemeralYard

TEXT = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=4)
PAIRS = st.dictionaries(TEXT.filter(lambda name: not name.startswith("AWS_BATCH")), TEXT)
HERE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def definitions(draw: st.DrawFn) -> dict[str, Any]:
    """Requests of RegisterJobDefinition, with and without what may be left out."""
    environment = [{"name": key, "value": value} for key, value in draw(PAIRS).items()]
    container = {
        "image": draw(TEXT),
        "command": draw(st.lists(TEXT, max_size=2)),
        "environment": environment,
        "resourceRequirements": [
            {"type": "MEMORY", "value": str(draw(st.integers(4, 9)))},
            {"type": "VCPU", "value": "1"},
        ],
        "mountPoints": [],
        "privileged": draw(st.booleans()),
    }
    rule = {"onExitCode": "1", "action": draw(st.sampled_from(["RETRY", "exit"]))}
    whole = {
        "parameters": draw(PAIRS),
        "tags": draw(PAIRS),
        "timeout": {"attemptDurationSeconds": draw(st.integers(60, 70))},
        "retryStrategy": {"attempts": draw(st.integers(1, 3)), "evaluateOnExit": [rule]},
        "propagateTags": draw(st.booleans()),
        "schedulingPriority": draw(st.integers(0, 2)),
        "platformCapabilities": ["EC2"],
    }
    kept = draw(st.sets(st.sampled_from(sorted(whole))))
    told = {name: whole[name] for name in kept}
    return {
        "jobDefinitionName": "laws",
        "type": "container",
        "containerProperties": container,
        **told,
    }


@given(definitions())
@HERE
def test_what_was_registered_is_not_registered_again(here: EphemeralYard, asked: Answer) -> None:
    batch = here.client("batch")
    first = ensure(batch, asked)
    assert ensure(batch, asked) == first


@given(definitions(), definitions())
@HERE
def test_what_runs_otherwise_is_not_the_same(
    here: EphemeralYard, one: Answer, other: Answer
) -> None:
    batch = here.client("batch")
    ensure(batch, one)
    shown = latest(batch, "laws")
    assert shown is not None
    if same(other, shown):
        assert _told(one) == _told(other)


def _told(request: Answer) -> tuple[object, ...]:
    """What a request says, with AWS's defaults written out; the order of variables aside."""
    container = request["containerProperties"]
    retry = deepcopy(request.get("retryStrategy"))
    for rule in (retry or {}).get("evaluateOnExit", ()):
        rule["action"] = rule["action"].upper()
    return (
        container["image"],
        container["command"],
        {one["name"]: one["value"] for one in container["environment"]},
        container["resourceRequirements"],
        container["privileged"],
        retry,
        request.get("timeout"),
        request.get("parameters", {}),
        request.get("tags", {}),
        request.get("propagateTags", False),
        request.get("schedulingPriority", 0),
    )


ASKED = {
    "jobDefinitionName": "sleep60",
    "type": "container",
    "containerProperties": {
        "image": "busybox",
        "command": ["sleep", "60"],
        "resourceRequirements": [
            {"type": "MEMORY", "value": "128"},
            {"type": "VCPU", "value": "1"},
        ],
    },
}
SHOWN: dict[str, Any] = {
    "jobDefinitionArn": "arn:aws:batch:us-east-1:012345678910:job-definition/sleep60:1",
    "jobDefinitionName": "sleep60",
    "type": "container",
    "containerProperties": {
        "command": ["sleep", "60"],
        "environment": [],
        "image": "busybox",
        "mountPoints": [],
        "resourceRequirements": [
            {"type": "MEMORY", "value": "128"},
            {"type": "VCPU", "value": "1"},
        ],
        "ulimits": [],
        "volumes": [],
    },
    "revision": 1,
    "status": "ACTIVE",
}
"""The example of DescribeJobDefinitions in botocore's model (examples-1.json)."""


def changed(path: str, value: object) -> dict[str, Any]:
    """The example with another member."""
    made = deepcopy(ASKED)
    found: Any = made
    *way, last = path.split(".")
    for step in way:
        found = found.setdefault(step, {})
    found[last] = value
    return made


@pytest.mark.parametrize(
    "path, value",
    [
        ("retryStrategy", {"attempts": 1}),
        ("parameters", {}),
        ("propagateTags", False),
        ("platformCapabilities", ["EC2"]),
        ("containerProperties.privileged", False),
        ("containerProperties.linuxParameters", {"devices": []}),
        ("containerProperties.fargatePlatformConfiguration", {"platformVersion": "LATEST"}),
    ],
)
def test_a_default_that_is_written_out_changes_nothing(path: str, value: object) -> None:
    assert same(ASKED, SHOWN)
    assert same(changed(path, value), SHOWN)


@pytest.mark.parametrize(
    "path, value",
    [
        ("type", "multinode"),
        ("retryStrategy", {"attempts": 2}),
        ("retryStrategy", {"attempts": 1, "evaluateOnExit": [{"action": "EXIT"}]}),
        ("parameters", {"a": "b"}),
        ("tags", {"a": "b"}),
        ("propagateTags", True),
        ("platformCapabilities", ["FARGATE"]),
        ("timeout", {"attemptDurationSeconds": 60}),
        ("eksProperties", {"podProperties": {"hostNetwork": False}}),
        ("containerProperties.image", "alpine"),
        ("containerProperties.command", ["60", "sleep"]),
        ("containerProperties.privileged", True),
        ("containerProperties.environment", [{"name": "A", "value": ""}]),
        ("containerProperties.jobRoleArn", "arn:aws:iam::012345678910:role/job"),
    ],
)
def test_a_member_that_changes_what_runs_makes_another_revision(path: str, value: object) -> None:
    assert not same(changed(path, value), SHOWN)


def test_variables_may_change_places() -> None:
    pairs = [{"name": name, "value": "1"} for name in ("B", "A")]
    asked = changed("containerProperties.environment", pairs)
    shown = {**SHOWN, "containerProperties": deepcopy(SHOWN["containerProperties"])}
    shown["containerProperties"]["environment"] = pairs[::-1]
    assert same(asked, shown)


def test_the_case_of_an_action_means_nothing() -> None:
    asked, shown = (
        {"attempts": 2, "evaluateOnExit": [{"onExitCode": "1", "action": action}]}
        for action in ("EXIT", "exit")
    )
    assert same(changed("retryStrategy", asked), {**SHOWN, "retryStrategy": shown})
    other = {"attempts": 2, "evaluateOnExit": [{"onExitCode": "1", "action": "RETRY"}]}
    assert not same(changed("retryStrategy", other), {**SHOWN, "retryStrategy": shown})

"""Source: https://docs.aws.amazon.com/batch/latest/userguide/job_definitions.html."""

from typing import Any

import pytest

from batchyard.batch.model import Demand, Retry, RetryRule
from batchyard.server.operations.batch.container_rules import demand_of
from batchyard.server.operations.batch.retry_rules import retry_of, timeout_of
from tests.server.operations.resources_yard import ARN, LINE, Yard

SIZES = [{"type": "MEMORY", "value": "128"}, {"type": "VCPU", "value": "1"}]
SLEEP = {"image": "busybox", "command": ["sleep", "10"], "resourceRequirements": SIZES}
TYPES = LINE.service.types


def fargate(vcpus: str, memory: str) -> dict[str, Any]:
    sizes = [{"type": "VCPU", "value": vcpus}, {"type": "MEMORY", "value": memory}]
    return {
        "platformCapabilities": ["FARGATE"],
        "containerProperties": {**SLEEP, "resourceRequirements": sizes},
    }


def register(yard: Yard, name: str = "sleep", **more: object) -> dict[str, Any]:
    params = {"type": "container", "containerProperties": SLEEP, **more}
    return yard.ask("RegisterJobDefinition", jobDefinitionName=name, **params)


def described(yard: Yard, **params: object) -> list[dict[str, Any]]:
    answer = yard.ask("DescribeJobDefinitions", **params)
    found: list[dict[str, Any]] = answer["jobDefinitions"]
    return found


def names_of(found: list[dict[str, Any]]) -> list[str]:
    return [one["jobDefinitionArn"].rpartition("/")[2] for one in found]


def test_a_definition_is_shown_as_aws_shows_it() -> None:
    """As the example of DescribeJobDefinitions in botocore's model, and what AWS has added."""
    yard = Yard()
    assert register(yard) == {
        "jobDefinitionName": "sleep",
        "jobDefinitionArn": f"{ARN}job-definition/sleep:1",
        "revision": 1,
    }
    added = ("environment", "mountPoints", "secrets", "ulimits", "volumes")
    empty: dict[str, list[Any]] = {name: [] for name in added}
    assert described(yard) == [
        {
            "jobDefinitionName": "sleep",
            "jobDefinitionArn": f"{ARN}job-definition/sleep:1",
            "revision": 1,
            "status": "ACTIVE",
            "type": "container",
            "parameters": {},
            "tags": {},
            "containerProperties": {**SLEEP, **empty},
            "containerOrchestrationType": "ECS",
        }
    ]


def test_revisions_count_per_name_and_are_never_used_again() -> None:
    yard = Yard()
    assert [register(yard, name)["revision"] for name in ("a", "a", "b")] == [1, 2, 1]
    yard.ask("DeregisterJobDefinition", jobDefinition="a:2")
    assert register(yard, "a")["revision"] == 3
    assert names_of(described(yard, jobDefinitionName="a")) == ["a:3", "a:2", "a:1"]


def consuming(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"consumableResourceProperties": {"consumableResourceList": list(entries)}}


@pytest.mark.parametrize("reference", ["sleep:1", f"{ARN}job-definition/sleep:1"])
def test_a_deregistered_definition_is_inactive_and_still_shown(reference: str) -> None:
    yard = Yard()
    register(yard)
    (before,) = described(yard)
    for _ in range(2):  # again changes nothing
        assert yard.ask("DeregisterJobDefinition", jobDefinition=reference) == {}
    assert described(yard) == [{**before, "status": "INACTIVE"}]
    assert described(yard, status="ACTIVE") == []
    assert yard.shelf.definition("sleep") is None


@pytest.mark.parametrize(
    "reference, words",
    [("sleep", "'sleep'"), ("sleep:2", "sleep:2 does not exist"), ("x:y", "x:y does not exist")],
)
def test_what_cannot_be_deregistered_is_named(reference: str, words: str) -> None:
    yard = Yard()
    register(yard)
    assert words in yard.refusal("DeregisterJobDefinition", jobDefinition=reference)


def test_definitions_are_found_by_list_by_name_and_by_status() -> None:
    yard = Yard()
    for name in ("a", "a", "b"):
        register(yard, name)
    yard.ask("DeregisterJobDefinition", jobDefinition="a:1")
    listed = ["b:1", f"{ARN}job-definition/a:2", "nope:1", "a:9", "a:x"]
    assert names_of(described(yard, jobDefinitions=listed)) == ["a:2", "b:1"]
    assert names_of(described(yard, jobDefinitions=["a"])) == ["a:2", "a:1"]
    assert names_of(described(yard, status="INACTIVE")) == ["a:1"]
    assert names_of(described(yard, jobDefinitionName="a", status="ACTIVE")) == ["a:2"]
    assert described(yard, jobDefinitionName="nope") == []
    assert names_of(described(yard)) == ["a:2", "a:1", "b:1"]


@pytest.mark.parametrize(
    "params, words",
    [
        ({"status": "ON"}, "'ON'"),
        ({"jobDefinitions": ["a:1"], "jobDefinitionName": "a"}, "jobDefinitionName"),
        ({"jobDefinitions": ["a:1"], "maxResults": 1}, "cannot both be set"),
        ({"nextToken": "x"}, "'x'"),
    ],
)
def test_a_description_that_cannot_be_given_is_refused(params: dict[str, Any], words: str) -> None:
    assert words in Yard().refusal("DescribeJobDefinitions", **params)


def test_botocores_paginator_walks_over_all_revisions() -> None:
    yard = Yard()
    for _ in range(5):
        register(yard)
    pages = LINE.client.get_paginator("describe_job_definitions").paginate(
        jobDefinitionName="sleep", PaginationConfig={"PageSize": 2}
    )
    found = [one["revision"] for page in pages for one in page["jobDefinitions"]]
    assert found == [5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    "params, words",
    [
        ({"jobDefinitionName": "a:1"}, "'a:1'"),
        ({"type": "multinode"}, "type multinode is not served"),
        ({"type": "pod"}, "pod"),
        ({"containerProperties": None}, "Container properties should not be empty"),
        ({"nodeProperties": {"numNodes": 1, "mainNode": 0, "nodeRangeProperties": []}}, "node"),
        ({"ecsProperties": {"taskProperties": []}}, "ecsProperties"),
        ({"eksProperties": {"podProperties": {}}}, "eksProperties (Kubernetes) is not served"),
        (consuming({"consumableResource": "a"}), "quantity"),
        (consuming({"quantity": 1}), "consumableResource"),
        (consuming({"consumableResource": "a", "quantity": 0}), "quantity of a 0"),
        (consuming(*[{"consumableResource": "a", "quantity": 1}] * 2), "a is given more than once"),
        (
            consuming(*({"consumableResource": f"{n}", "quantity": 1} for n in range(6))),
            "not 6",
        ),
        ({"platformCapabilities": ["MANAGED_INSTANCES"]}, "MANAGED_INSTANCES"),
        ({"schedulingPriority": 10000}, "schedulingPriority 10000"),
        ({"schedulingPriority": -1}, "schedulingPriority -1"),
        ({"timeout": {"attemptDurationSeconds": 59}}, "attemptDurationSeconds 59"),
        ({"retryStrategy": {}}, "RetryAttempts must be provided"),
        ({"retryStrategy": {"attempts": 11}}, "attempts 11"),
        ({"retryStrategy": {"attempts": 0}}, "attempts 0"),
        ({"tags": {"aws:a": "b"}}, "aws:a"),
        (fargate("0.3", "512"), "VCPU 0.3 is not one of Fargate's"),
        (fargate("1", "4000"), "(1 vCPU, 4000 MiB) not valid"),
        (fargate("x", "4096"), "Value x for type VCPU"),
        (
            {"platformCapabilities": ["FARGATE"], "containerProperties": {**SLEEP, "vcpus": 1}},
            "vcpus is not applicable for Fargate. Use resource requirements instead.",
        ),
    ],
)
def test_a_refused_definition_names_field_and_value_and_takes_no_revision(
    params: dict[str, Any], words: str
) -> None:
    yard = Yard()
    asked = {"jobDefinitionName": "new", "type": "container", "containerProperties": SLEEP}
    given = {name: value for name, value in {**asked, **params}.items() if value is not None}
    assert words in yard.refusal("RegisterJobDefinition", **given)
    assert described(yard) == []


@pytest.mark.parametrize(
    "container, words",
    [
        ({"image": None}, "image is required"),
        ({"image": " "}, "image is required"),
        ({"image": "i" * 256}, "256"),
        ({"resourceRequirements": []}, "vCPU is not provided"),
        ({"resourceRequirements": [], "vcpus": 1}, "Memory is not provided"),
        ({"resourceRequirements": [], "vcpus": 0, "memory": 4}, "vcpus 0"),
        ({"resourceRequirements": [], "vcpus": 1, "memory": 3}, "memory 3"),
        ({"resourceRequirements": [SIZES[0], {"type": "VCPU", "value": "1.0"}]}, "Value 1.0"),
        ({"resourceRequirements": [SIZES[0], {"type": "VCPU", "value": "0"}]}, "VCPU 0"),
        ({"resourceRequirements": [SIZES[0], {"type": "VCPU", "value": "-1"}]}, "Value -1"),
        ({"resourceRequirements": [SIZES[1], {"type": "MEMORY", "value": "3"}]}, "MEMORY 3"),
        ({"resourceRequirements": [SIZES[1], {"type": "MEMORY", "value": "1GB"}]}, "Value 1GB"),
        ({"resourceRequirements": [*SIZES, SIZES[0]]}, "MEMORY is given more than once"),
        ({"resourceRequirements": [*SIZES, {"type": "GPU", "value": "2"}]}, "GPU 2 is not served"),
        ({"resourceRequirements": [*SIZES, {"type": "TPU", "value": "1"}]}, "TPU"),
        ({"environment": [{"name": "AWS_BATCH_X", "value": "1"}]}, "'AWS_BATCH_X'"),
        ({"environment": [{"value": "1"}]}, "None"),
        ({"environment": [{"name": "A=B", "value": "1"}]}, "'A=B'"),
        ({"environment": [{"name": "A", "value": "\0"}]}, "NUL"),
        ({"networkConfiguration": {"assignPublicIp": "ENABLED"}}, "networkConfiguration"),
        ({"ephemeralStorage": {"sizeInGiB": 20}}, "sizeInGiB 20"),
    ],
)
def test_a_refused_container_names_field_and_value(container: dict[str, Any], words: str) -> None:
    given = {n: v for n, v in {**SLEEP, **container}.items() if v is not None}
    params = {"jobDefinitionName": "new", "type": "container", "containerProperties": given}
    assert words in Yard().refusal("RegisterJobDefinition", **params)


@pytest.mark.parametrize(
    "members, demand",
    [
        ({"vcpus": 2, "memory": 512}, Demand(2000, 512)),
        ({"vcpus": 2, "memory": 512, "resource_requirements": []}, Demand(2000, 512)),
    ],
)
def test_the_deprecated_members_count_where_there_is_nothing_newer(
    members: dict[str, Any], demand: Demand
) -> None:
    assert demand_of(TYPES.ContainerProperties(**members)) == demand


def test_resource_requirements_come_before_the_deprecated_members() -> None:
    wanted = [TYPES.ResourceRequirement(**one) for one in SIZES]
    container = TYPES.ContainerProperties(vcpus=9, memory=999, resource_requirements=wanted)
    assert demand_of(container) == Demand(1000, 128)


@pytest.mark.parametrize("vcpus, memory, thousandths", [("0.25", "512", 250), ("8", "61440", 8000)])
def test_fargates_sizes_are_taken_in_thousandths(vcpus: str, memory: str, thousandths: int) -> None:
    sizes = fargate(vcpus, memory)["containerProperties"]["resourceRequirements"]
    wanted = [TYPES.ResourceRequirement(**one) for one in sizes]
    container = TYPES.ContainerProperties(resource_requirements=wanted)
    assert demand_of(container, fargate=True) == Demand(thousandths, int(memory))
    yard = Yard()
    register(yard, **fargate(vcpus, memory))
    assert described(yard)[0]["platformCapabilities"] == ["FARGATE"]


def test_a_retry_strategy_is_read_whole_with_actions_in_any_case() -> None:
    entries = [
        TYPES.EvaluateOnExit(action="retry", on_status_reason="Host EC2*"),
        TYPES.EvaluateOnExit(action="EXIT", on_reason="*", on_exit_code="13*"),
    ]
    strategy = TYPES.RetryStrategy(attempts=10, evaluate_on_exit=entries)
    rules = (RetryRule("RETRY", "Host EC2*"), RetryRule("EXIT", None, "*", "13*"))
    assert retry_of(strategy) == Retry(10, rules)
    assert retry_of(None) == Retry(1)


def test_a_timeout_is_read_in_seconds_and_may_be_as_short_as_the_yard_allows() -> None:
    assert timeout_of(TYPES.JobTimeout(attempt_duration_seconds=1), 1) == 1
    assert timeout_of(TYPES.JobTimeout(attempt_duration_seconds=60), 60) == 60
    assert timeout_of(None, 60) is timeout_of(TYPES.JobTimeout(), 60) is None


@pytest.mark.parametrize(
    "entry, words",
    [
        ({"action": "RETRY"}, "has no condition"),
        ({"action": "RETRY", "onExitCode": "1x"}, "'1x'"),
        ({"action": "RETRY", "onExitCode": "*1"}, "'*1'"),
        ({"action": "RETRY", "onExitCode": ""}, "onExitCode has 0"),
        ({"action": "RETRY", "onReason": "a*b"}, "'a*b'"),
        ({"action": "RETRY", "onStatusReason": "[a]"}, "'[a]'"),
        ({"action": "RETRY", "onReason": "a" * 513}, "onReason has 513"),
        ({"action": "AGAIN", "onReason": "a"}, "AGAIN"),
    ],
)
def test_a_refused_rule_names_field_and_value(entry: dict[str, str], words: str) -> None:
    strategy = {"attempts": 2, "evaluateOnExit": [entry]}
    params = {"jobDefinitionName": "a", "type": "container", "containerProperties": SLEEP}
    refusal = Yard().refusal("RegisterJobDefinition", **params, retryStrategy=strategy)
    assert words in refusal


def test_a_sixth_rule_is_refused() -> None:
    entry = {"action": "RETRY", "onReason": "a"}
    params = {"jobDefinitionName": "a", "type": "container", "containerProperties": SLEEP}
    strategy = {"attempts": 2, "evaluateOnExit": [entry] * 6}
    assert "not 6" in Yard().refusal("RegisterJobDefinition", **params, retryStrategy=strategy)
    register(Yard(), retryStrategy={**strategy, "evaluateOnExit": [entry] * 5})

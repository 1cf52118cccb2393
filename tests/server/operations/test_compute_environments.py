"""Source: https://docs.aws.amazon.com/batch/latest/userguide/compute_environments.html."""

from typing import Any

import pytest

from batchyard.batch.ids import Place
from batchyard.server.operations.batch.defaults import default_resources
from tests.server.operations.resources_yard import ARN, LINE, Yard

EC2 = {
    "type": "EC2",
    "minvCpus": 0,
    "maxvCpus": 128,
    "desiredvCpus": 48,
    "instanceTypes": ["c4.large"],
    "ec2KeyPair": "id_rsa",
    "instanceRole": "ecsInstanceRole",
    "securityGroupIds": [],
    "subnets": ["subnet-220c0e0a"],
    "tags": {"Name": "Batch Instance - C4OnDemand"},
}
FARGATE = {"type": "FARGATE", "maxvCpus": 4, "subnets": ["s"], "securityGroupIds": ["g"]}


def described(yard: Yard, *names: str) -> list[dict[str, Any]]:
    answer = yard.ask("DescribeComputeEnvironments", computeEnvironments=list(names))
    found: list[dict[str, Any]] = answer["computeEnvironments"]
    return found


@pytest.mark.parametrize("resources", [EC2, {**EC2, "type": "SPOT"}, FARGATE])
def test_an_environment_is_shown_as_it_was_created(resources: dict[str, Any]) -> None:
    yard = Yard()
    role, tags = "arn:aws:iam::123456789012:role/AWSBatchServiceRole", {"Department": "x"}
    yard.environment("C4", computeResources=resources, serviceRole=role, tags=tags)
    (shown,) = described(yard, "C4")
    assert shown["computeResources"] == resources
    assert (shown["type"], shown["serviceRole"], shown["tags"]) == ("MANAGED", role, tags)


def test_an_environment_is_valid_enabled_and_on_ecs_at_once() -> None:
    yard = Yard()
    arn = yard.environment("env")
    (shown,) = described(yard, arn)
    assert arn == shown["computeEnvironmentArn"] == f"{ARN}compute-environment/env"
    assert (shown["status"], shown["state"]) == ("VALID", "ENABLED")
    assert shown["statusReason"] == "ComputeEnvironment Healthy"
    assert shown["containerOrchestrationType"] == "ECS"
    cluster = f"arn:aws:ecs:us-east-1:123456789012:cluster/env_Batch_{shown['uuid']}"
    assert shown["ecsClusterArn"] == cluster


@pytest.mark.parametrize(
    "more, vcpus", [({}, 16_000), ({"unmanagedvCpus": 3}, 3_000), ({"unmanagedvCpus": 0}, 0)]
)
def test_an_unmanaged_environment_has_the_machine_or_what_it_says(
    more: dict[str, int], vcpus: int
) -> None:
    yard = Yard()
    params = {"computeEnvironmentName": "own", "type": "UNMANAGED", **more}
    yard.ask("CreateComputeEnvironment", **params)
    assert yard.shelf.environments["own"].vcpus == vcpus


def test_the_default_environment_and_queue_pass_every_check_of_created_ones() -> None:
    yard = Yard()
    environment, queue = default_resources(LINE.service.types, Place("1", "cn-north-1"), 6)
    yard.shelf.put(environment)
    yard.shelf.put(queue)
    (shown,) = described(yard, "local")
    assert environment.vcpus == 6_000
    assert shown["computeResources"]["maxvCpus"] == 6
    assert queue.environments == (environment.arn,)
    assert queue.arn == "arn:aws-cn:batch:cn-north-1:1:job-queue/default"
    assert shown["ecsClusterArn"].startswith("arn:aws-cn:ecs:cn-north-1:1:cluster/local_Batch_")


@pytest.mark.parametrize(
    "params, words",
    [
        ({"computeEnvironmentName": "a" * 129}, "computeEnvironmentName"),
        ({"computeEnvironmentName": "a b"}, "'a b'"),
        ({"computeEnvironmentName": "taken"}, "Object already exists"),
        ({"computeResources": None}, "computeResources is required"),
        ({"type": "SHARED"}, "SHARED"),
        ({"state": "ON"}, "ON"),
        ({"unmanagedvCpus": 2}, "unmanagedvCpus 2"),
        ({"type": "UNMANAGED"}, "computeResources is not applicable"),
        ({"computeResources": {"type": "EC2", "maxvCpus": -1}}, "maxvCpus -1"),
        ({"computeResources": {"type": "EC2", "maxvCpus": 4, "minvCpus": 5}}, "minvCpus 5"),
        ({"computeResources": {"type": "EC2", "maxvCpus": 4, "minvCpus": -1}}, "minvCpus -1"),
        ({"computeResources": {"type": "EC2", "maxvCpus": 4, "desiredvCpus": 5}}, "desiredvCpus 5"),
        ({"computeResources": {**FARGATE, "desiredvCpus": 0}}, "desiredvCpus is not applicable"),
        ({"computeResources": {"type": "ECS_MANAGED_INSTANCES", "maxvCpus": 4}}, "not served"),
        (
            {"eksConfiguration": {"eksClusterArn": "a", "kubernetesNamespace": "b"}},
            "eksConfiguration (Kubernetes) is not served",
        ),
        ({"tags": {f"key{n}": "" for n in range(51)}}, "50"),
        ({"tags": {"k" * 129: ""}}, "128"),
        ({"tags": {"k": "v" * 257}}, "256"),
        ({"tags": {"AWS:k": "v"}}, "'AWS:k'"),
    ],
)
def test_a_refused_environment_names_field_and_value_and_leaves_nothing(
    params: dict[str, Any], words: str
) -> None:
    yard = Yard()
    yard.environment("taken")
    resources = {"type": "EC2", "maxvCpus": 8}
    asked = {"computeEnvironmentName": "new", "type": "MANAGED", "computeResources": resources}
    given = {name: value for name, value in {**asked, **params}.items() if value is not None}
    assert words in yard.refusal("CreateComputeEnvironment", **given)
    assert list(yard.shelf.environments) == ["taken"]


def test_an_update_changes_what_it_gives_and_nothing_else() -> None:
    yard = Yard()
    arn = yard.environment("env", computeResources=EC2, tags={"a": "b"})
    (before,) = described(yard, "env")
    update = {"maxvCpus": 64, "desiredvCpus": 1, "updateToLatestImageVersion": True}
    asked = yard.ask(
        "UpdateComputeEnvironment",
        computeEnvironment=arn,
        state="DISABLED",
        computeResources=update,
        updatePolicy={"terminateJobsOnUpdate": True},
    )
    (after,) = described(yard, "env")
    assert asked == {"computeEnvironmentName": "env", "computeEnvironmentArn": arn}
    assert after == {
        **before,
        "state": "DISABLED",
        "computeResources": {**EC2, "maxvCpus": 64, "desiredvCpus": 1},
        "updatePolicy": {"terminateJobsOnUpdate": True},
    }
    kept = yard.shelf.environments["env"]
    assert (kept.vcpus, kept.state) == (64_000, "DISABLED")


def test_an_update_that_only_disables_keeps_the_room() -> None:
    yard = Yard()
    yard.environment("env")
    yard.ask("CreateComputeEnvironment", computeEnvironmentName="own", type="UNMANAGED")
    for name in ("env", "own"):
        before = yard.shelf.environments[name].vcpus
        yard.ask("UpdateComputeEnvironment", computeEnvironment=name, state="DISABLED")
        assert yard.shelf.environments[name].vcpus == before


@pytest.mark.parametrize(
    "params, words",
    [
        ({"computeEnvironment": "nope"}, f"{ARN}compute-environment/nope does not exist"),
        ({"computeResources": {"maxvCpus": -2}}, "maxvCpus -2"),
        ({"computeResources": {"type": "FARGATE"}}, "EC2 cannot be changed to FARGATE"),
        ({"unmanagedvCpus": 4}, "unmanagedvCpus 4"),
        ({"state": "OFF"}, "OFF"),
    ],
)
def test_a_refused_update_changes_nothing(params: dict[str, Any], words: str) -> None:
    yard = Yard()
    yard.environment("env")
    before = described(yard)
    asked = {"computeEnvironment": "env", **params}
    assert words in yard.refusal("UpdateComputeEnvironment", **asked)
    assert described(yard) == before


def test_only_a_disabled_environment_that_no_queue_uses_can_be_deleted() -> None:
    yard = Yard()
    arn = yard.environment("env")
    yard.queue("queue", on="env")
    delete = {"computeEnvironment": arn}
    assert "ENABLED" in yard.refusal("DeleteComputeEnvironment", **delete)
    yard.ask("UpdateComputeEnvironment", computeEnvironment=arn, state="DISABLED")
    refusal = yard.refusal("DeleteComputeEnvironment", **delete)
    assert refusal.startswith("Cannot delete, found existing JobQueue relationship")
    yard.ask("UpdateJobQueue", jobQueue="queue", state="DISABLED")
    yard.ask("DeleteJobQueue", jobQueue="queue")
    for _ in range(2):  # a repeated request succeeds
        assert yard.ask("DeleteComputeEnvironment", **delete) == {}
    assert described(yard) == []


def test_unknown_environments_are_left_out_and_the_others_found_by_name_or_arn() -> None:
    yard = Yard()
    arn = yard.environment("a")
    yard.environment("b")
    names = [one["computeEnvironmentName"] for one in described(yard, "nope", "b", arn, "a")]
    assert names == ["a", "b"]


def test_pages_hold_each_environment_once_while_others_go() -> None:
    yard = Yard()
    names = [f"env-{n:03}" for n in range(7)]
    for name in names:
        yard.environment(name, state="DISABLED")
    first = yard.ask("DescribeComputeEnvironments", maxResults=3)
    yard.ask("DeleteComputeEnvironment", computeEnvironment=names[2])
    second = yard.ask("DescribeComputeEnvironments", maxResults=3, nextToken=first["nextToken"])
    third = yard.ask("DescribeComputeEnvironments", maxResults=3, nextToken=second["nextToken"])
    pages = [first, second, third]
    seen = [e["computeEnvironmentName"] for p in pages for e in p["computeEnvironments"]]
    assert seen == names
    assert "nextToken" not in third


@pytest.mark.parametrize(
    "params, words",
    [
        ({"maxResults": 0}, "maxResults 0"),
        ({"maxResults": 101}, "maxResults 101"),
        ({"nextToken": "é"}, "nextToken"),
        ({"nextToken": "bm9uc2Vuc2U="}, "bm9uc2Vuc2U="),
        ({"computeEnvironments": ["a"] * 101}, "101"),
        ({"computeEnvironments": ["a"], "maxResults": 1}, "cannot both be set"),
    ],
)
def test_a_page_that_there_cannot_be_is_refused(params: dict[str, Any], words: str) -> None:
    assert words in Yard().refusal("DescribeComputeEnvironments", **params)

"""Source: https://docs.aws.amazon.com/batch/latest/userguide/service-environments.html."""

from typing import Any

import pytest

from batchyard.batch.resources import Capacity
from tests.server.operations.resources_yard import ARN, Yard


def limits(**units: int) -> list[dict[str, Any]]:
    entries = {unit.replace("_", "."): quantity for unit, quantity in units.items()}
    entries = {"NUM_INSTANCES" if u == "NUM.INSTANCES" else u: q for u, q in entries.items()}
    return [{"capacityUnit": unit, "maxCapacity": quantity} for unit, quantity in entries.items()]


def described(yard: Yard, *names: str) -> list[dict[str, Any]]:
    asked = yard.ask("DescribeServiceEnvironments", serviceEnvironments=list(names))
    found: list[dict[str, Any]] = asked["serviceEnvironments"]
    return found


def test_an_environment_is_shown_as_it_was_created() -> None:
    yard = Yard()
    arn = yard.service_environment("s", tags={"a": "b"})
    assert arn == f"{ARN}service-environment/s"
    shown = {
        "serviceEnvironmentName": "s",
        "serviceEnvironmentArn": arn,
        "serviceEnvironmentType": "SAGEMAKER_TRAINING",
        "state": "ENABLED",
        "status": "VALID",
        "capacityLimits": limits(NUM_INSTANCES=5),
        "tags": {"a": "b"},
    }
    assert described(yard, "s") == described(yard, arn, "other") == described(yard) == [shown]


def test_environments_are_listed_a_page_at_a_time() -> None:
    yard = Yard()
    for name in "ba":
        yard.service_environment(name)
    first = yard.ask("DescribeServiceEnvironments", maxResults=1)
    rest = yard.ask("DescribeServiceEnvironments", maxResults=1, nextToken=first["nextToken"])
    pages = [first["serviceEnvironments"], rest["serviceEnvironments"]]
    assert [[one["serviceEnvironmentName"] for one in page] for page in pages] == [["a"], ["b"]]


def test_an_update_changes_what_it_gives_and_nothing_else() -> None:
    yard = Yard()
    arn = yard.service_environment("s")
    yard.ask("UpdateServiceEnvironment", serviceEnvironment="s", state="DISABLED")
    assert yard.shelf.service_environments["s"].state == "DISABLED"
    yard.ask(
        "UpdateServiceEnvironment", serviceEnvironment=arn, capacityLimits=limits(NUM_INSTANCES=9)
    )
    kept = yard.shelf.service_environments["s"]
    assert (kept.state, kept.capacity) == ("DISABLED", (Capacity("NUM_INSTANCES", 9),))
    [shown] = described(yard)
    assert (shown["state"], shown["capacityLimits"]) == ("DISABLED", limits(NUM_INSTANCES=9))


@pytest.mark.parametrize(
    "params, words",
    [
        ({"serviceEnvironmentName": "a b"}, "'a b'"),
        ({"serviceEnvironmentName": "taken"}, "Object already exists"),
        ({"serviceEnvironmentType": "BEDROCK"}, "BEDROCK"),
        ({"state": "ON"}, "ON"),
        ({"capacityLimits": []}, "capacityLimits"),
        ({"capacityLimits": [{"maxCapacity": 1}]}, "capacityUnit"),
        ({"capacityLimits": [{"capacityUnit": "NUM_INSTANCES"}]}, "maxCapacity"),
        ({"capacityLimits": limits(NUM_INSTANCES=-1)}, "maxCapacity -1"),
        ({"capacityLimits": limits(vCPU=1)}, "'vCPU'"),
        ({"capacityLimits": limits(NUM_INSTANCES=1, ml_m5_large=1)}, "alone"),
        ({"capacityLimits": limits(ml_m5_large=1) * 2}, "once"),
        ({"capacityLimits": limits(**{f"ml_m{n}_large": 1 for n in range(6)})}, "not 6"),
        ({"tags": {"aws:x": "y"}}, "aws:x"),
    ],
)
def test_a_refused_environment_names_the_value_and_leaves_nothing(
    params: dict[str, Any], words: str
) -> None:
    yard = Yard()
    yard.service_environment("taken")
    before = dict(yard.shelf.service_environments)
    asked = {
        "serviceEnvironmentName": "new",
        "serviceEnvironmentType": "SAGEMAKER_TRAINING",
        "capacityLimits": limits(NUM_INSTANCES=1),
        **params,
    }
    assert words in yard.refusal("CreateServiceEnvironment", **asked)
    given = {name: params[name] for name in ("state", "capacityLimits") if name in params}
    if given:
        assert words in yard.refusal(
            "UpdateServiceEnvironment", serviceEnvironment="taken", **given
        )
    assert yard.shelf.service_environments == before


def test_capacity_is_counted_as_the_queues_policy_shares_it_out() -> None:
    yard = Yard()
    by_type = yard.service_environment("types", unit="ml.m5.large")
    instances = yard.service_environment("instances")
    fair = yard.policy("fair")
    quota = yard.policy("quota", quotaSharePolicy={"idleResourceAssignmentStrategy": "FIFO"})
    order = {"priority": 1, "jobQueueName": "q"}

    def refusal(environment: str, **more: str) -> str:
        entries = [{"order": 1, "serviceEnvironment": environment}]
        return yard.refusal("CreateJobQueue", **order, **more, serviceEnvironmentOrder=entries)

    assert "NUM_INSTANCES" in refusal(by_type)
    assert "NUM_INSTANCES" in refusal(by_type, schedulingPolicyArn=fair)
    assert "instance types" in refusal(instances, schedulingPolicyArn=quota)
    yard.service_queue("q", on=instances)
    changed = {"serviceEnvironment": "instances", "capacityLimits": limits(ml_m5_large=1)}
    assert "['q']" in yard.refusal("UpdateServiceEnvironment", **changed)


def test_an_environment_in_use_stays() -> None:
    yard = Yard()
    arn = yard.service_environment("s")
    yard.service_queue("q", on="s")
    assert f"{arn} is ENABLED" in yard.refusal("DeleteServiceEnvironment", serviceEnvironment="s")
    yard.ask("UpdateServiceEnvironment", serviceEnvironment="s", state="DISABLED")
    assert "['q']" in yard.refusal("DeleteServiceEnvironment", serviceEnvironment="s")
    yard.ask("UpdateJobQueue", jobQueue="q", state="DISABLED")
    yard.ask("DeleteJobQueue", jobQueue="q")
    yard.ask("DeleteServiceEnvironment", serviceEnvironment=arn)
    yard.ask("DeleteServiceEnvironment", serviceEnvironment=arn)
    assert not yard.shelf.service_environments
    gone = yard.refusal("UpdateServiceEnvironment", serviceEnvironment="s", state="ENABLED")
    assert gone == f"{arn} does not exist"

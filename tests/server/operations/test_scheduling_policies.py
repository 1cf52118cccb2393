"""Source: https://docs.aws.amazon.com/batch/latest/userguide/scheduling-policies.html."""

from typing import Any

import pytest

from batchyard.batch.resources import FairShare, Weight
from tests.server.operations.resources_yard import ARN, Yard

FAIR = {
    "shareDecaySeconds": 3600,
    "computeReservation": 50,
    "shareDistribution": [{"shareIdentifier": "A*", "weightFactor": 0.125}],
}
QUOTA = {"idleResourceAssignmentStrategy": "FIFO"}


def shares(*names: str) -> dict[str, Any]:
    return {"shareDistribution": [{"shareIdentifier": name} for name in names]}


def test_a_policy_is_shown_as_it_was_created() -> None:
    yard = Yard()
    arn = yard.policy("fair", fairsharePolicy=FAIR, tags={"a": "b"})
    assert arn == f"{ARN}scheduling-policy/fair"
    found = yard.ask("DescribeSchedulingPolicies", arns=[arn, arn, f"{arn}-not"])
    shown = {"name": "fair", "arn": arn, "fairsharePolicy": FAIR, "tags": {"a": "b"}}
    assert found["schedulingPolicies"] == [shown]


def test_what_a_policy_says_is_what_decides() -> None:
    yard = Yard()
    arn, plain = yard.policy("fair", fairsharePolicy=FAIR), yard.policy("plain")
    quota = yard.policy("quota", quotaSharePolicy=QUOTA)
    kept = {name: policy.fair_share for name, policy in yard.shelf.policies.items()}
    fair = FairShare(3600, 50, (Weight("A*", 0.125),))
    assert kept == {arn: fair, plain: FairShare(), quota: None}


def test_policies_are_listed_by_name_a_page_at_a_time() -> None:
    yard = Yard()
    arns = [yard.policy(name) for name in ("c", "a", "b")]
    first = yard.ask("ListSchedulingPolicies", maxResults=2)
    rest = yard.ask("ListSchedulingPolicies", nextToken=first["nextToken"])
    listed = [one["arn"] for one in first["schedulingPolicies"] + rest["schedulingPolicies"]]
    assert listed == sorted(arns)
    assert "nextToken" not in rest


def test_an_update_replaces_the_whole_of_a_policy() -> None:
    yard = Yard()
    arn = yard.policy("fair", fairsharePolicy=FAIR)
    yard.ask("UpdateSchedulingPolicy", arn=arn, fairsharePolicy=shares("B"))
    assert yard.shelf.policies[arn].fair_share == FairShare(weights=(Weight("B"),))
    [shown] = yard.ask("DescribeSchedulingPolicies", arns=[arn])["schedulingPolicies"]
    assert shown["fairsharePolicy"] == shares("B")
    yard.ask("UpdateSchedulingPolicy", arn=arn)
    assert yard.shelf.policies[arn].fair_share == FairShare(weights=(Weight("B"),))


def test_a_policy_keeps_to_its_kind() -> None:
    yard = Yard()
    fair, quota = yard.policy("fair"), yard.policy("quota", quotaSharePolicy=QUOTA)
    refusal = yard.refusal("UpdateSchedulingPolicy", arn=fair, quotaSharePolicy=QUOTA)
    assert refusal.startswith(f"quotaSharePolicy: {fair} has a fairsharePolicy")
    refusal = yard.refusal("UpdateSchedulingPolicy", arn=quota, fairsharePolicy=FAIR)
    assert refusal.startswith(f"fairsharePolicy: {quota} has a quotaSharePolicy")
    yard.ask("UpdateSchedulingPolicy", arn=quota, quotaSharePolicy=QUOTA)


@pytest.mark.parametrize(
    "params, words",
    [
        ({"name": "-a"}, "'-a'"),
        ({"name": "taken"}, "Object already exists"),
        ({"quotaSharePolicy": QUOTA, "fairsharePolicy": FAIR}, "both were given"),
        ({"fairsharePolicy": {"shareDecaySeconds": -1}}, "shareDecaySeconds -1"),
        ({"fairsharePolicy": {"shareDecaySeconds": 604_801}}, "shareDecaySeconds 604801"),
        ({"fairsharePolicy": {"computeReservation": -1}}, "computeReservation -1"),
        ({"fairsharePolicy": {"computeReservation": 100}}, "computeReservation 100"),
        ({"fairsharePolicy": shares("A*", "Ab")}, "'A*' and 'Ab' overlap"),
        ({"fairsharePolicy": shares("Ab*", "A*")}, "'A*' and 'Ab*' overlap"),
        ({"fairsharePolicy": shares("A", "B", "A")}, "'A' and 'A' overlap"),
        ({"fairsharePolicy": shares("A*", "A")}, "overlap"),
        ({"fairsharePolicy": shares("a b")}, "'a b'"),
        ({"fairsharePolicy": shares("*")}, "'*'"),
        ({"fairsharePolicy": shares("x" * 256)}, "255"),
        ({"fairsharePolicy": shares(*(f"s{n}" for n in range(501)))}, "not 501"),
        (
            {
                "fairsharePolicy": {
                    "shareDistribution": [{"shareIdentifier": "A", "weightFactor": 0}]
                }
            },
            "weightFactor 0",
        ),
        (
            {
                "fairsharePolicy": {
                    "shareDistribution": [{"shareIdentifier": "A", "weightFactor": 1000}]
                }
            },
            "weightFactor 1000",
        ),
        ({"tags": {"aws:x": "y"}}, "aws:x"),
    ],
)
def test_a_refused_policy_names_the_value_and_leaves_nothing(
    params: dict[str, Any], words: str
) -> None:
    yard = Yard()
    taken = yard.policy("taken")
    assert words in yard.refusal("CreateSchedulingPolicy", **{"name": "new", **params})
    assert list(yard.shelf.policies) == [taken]
    if policy := params.get("fairsharePolicy"):
        before = yard.shelf.policies[taken]
        yard.refusal("UpdateSchedulingPolicy", arn=taken, **params)
        assert yard.shelf.policies[taken] == before, policy


def test_shares_that_only_begin_alike_do_not_overlap() -> None:
    yard = Yard()
    arn = yard.policy("fair", fairsharePolicy=shares("A", "Ab", "B*", "C*", "Ca-not-this"[1:]))
    fair = yard.shelf.policies[arn].fair_share
    assert fair is not None
    assert len(fair.weights) == 5


def test_a_policy_that_a_queue_has_stays() -> None:
    yard = Yard()
    arn = yard.policy()
    yard.environment()
    queue = yard.queue(schedulingPolicyArn=arn)
    assert queue in yard.refusal("DeleteSchedulingPolicy", arn=arn)
    assert list(yard.shelf.policies) == [arn]
    yard.ask("UpdateJobQueue", jobQueue=queue, state="DISABLED")
    yard.ask("DeleteJobQueue", jobQueue=queue)
    yard.ask("DeleteSchedulingPolicy", arn=arn)
    assert not yard.shelf.policies
    yard.ask("DeleteSchedulingPolicy", arn=arn)
    assert arn in yard.refusal("UpdateSchedulingPolicy", arn=arn, fairsharePolicy=FAIR)


@pytest.mark.parametrize(
    "arn", ["policy", "", f"{ARN}job-queue/q", "arn:aws:batch:eu-west-1:123456789012:x/policy"]
)
def test_policies_are_named_by_arns_of_this_place_only(arn: str) -> None:
    yard = Yard()
    for asked in ("DeleteSchedulingPolicy", "UpdateSchedulingPolicy"):
        assert repr(arn) in yard.refusal(asked, arn=arn)
    assert repr(arn) in yard.refusal("DescribeSchedulingPolicies", arns=[arn])
    assert "101" in yard.refusal("DescribeSchedulingPolicies", arns=["x"] * 101)

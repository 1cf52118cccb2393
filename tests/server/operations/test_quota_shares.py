"""Source: https://docs.aws.amazon.com/batch/latest/userguide/quota-shares.html."""

from typing import Any

import pytest

from batchyard.batch.resources import Capacity
from tests.server.operations.resources_yard import ARN, Yard

LARGE = {"capacityUnit": "ml.m5.large", "maxCapacity": 2}
BORROWS = {"strategy": "LEND_AND_BORROW"}
PREEMPTS = {"inSharePreemption": "ENABLED"}


def test_a_quota_share_is_shown_as_it_was_created() -> None:
    yard = Yard()
    queue = yard.quota_queue()
    arn = yard.quota_share("team", resourceSharingConfiguration=BORROWS, tags={"a": "b"})
    assert arn == f"{ARN}job-queue/quota/quota-share/team"
    listed = {
        "quotaShareName": "team",
        "quotaShareArn": arn,
        "jobQueueArn": queue,
        "capacityLimits": [LARGE],
        "resourceSharingConfiguration": {"strategy": "LEND_AND_BORROW", "borrowLimit": -1},
        "preemptionConfiguration": {"inSharePreemption": "DISABLED"},
        "state": "ENABLED",
        "status": "VALID",
    }
    assert yard.ask("DescribeQuotaShare", quotaShareArn=arn) == {**listed, "tags": {"a": "b"}}
    assert yard.ask("ListQuotaShares", jobQueue=queue)["quotaShares"] == [listed]


def test_shares_are_listed_by_queue_and_name_a_page_at_a_time() -> None:
    yard = Yard()
    yard.quota_queue("one")
    yard.quota_queue("other")
    for name in "ba":
        yard.quota_share(name, queue="one")
    yard.quota_share("c", queue="other")
    first = yard.ask("ListQuotaShares", jobQueue="one", maxResults=1)
    rest = yard.ask("ListQuotaShares", jobQueue="one", nextToken=first["nextToken"])
    pages = [first["quotaShares"], rest["quotaShares"]]
    assert [[one["quotaShareName"] for one in page] for page in pages] == [["a"], ["b"]]


def test_an_update_changes_what_it_gives_and_nothing_else() -> None:
    yard = Yard()
    yard.quota_queue()
    arn = yard.quota_share()
    changes: list[dict[str, Any]] = [
        {"state": "DISABLED"},
        {"capacityLimits": [{**LARGE, "maxCapacity": 9}]},
        {"resourceSharingConfiguration": {**BORROWS, "borrowLimit": 0}},
        {"preemptionConfiguration": PREEMPTS},
    ]
    for change in changes:
        yard.ask("UpdateQuotaShare", quotaShareArn=arn, **change)
    kept = yard.shelf.quota_shares[arn]
    assert (kept.state, kept.capacity) == ("DISABLED", (Capacity("ml.m5.large", 9),))
    assert (kept.strategy, kept.borrow_limit, kept.preempts) == ("LEND_AND_BORROW", 0, True)
    shown = yard.ask("DescribeQuotaShare", quotaShareArn=arn)
    assert {name: shown[name] for change in changes for name in change} == {
        name: value for change in changes for name, value in change.items()
    }


@pytest.mark.parametrize(
    "params, words",
    [
        ({"quotaShareName": "a b"}, "'a b'"),
        ({"quotaShareName": "taken"}, "Quota share taken already exists"),
        ({"jobQueue": "nope"}, "job-queue/nope does not exist"),
        ({"jobQueue": "queue"}, "job-queue/queue has no scheduling policy"),
        ({"capacityLimits": []}, "not 0"),
        ({"capacityLimits": [{**LARGE, "capacityUnit": "NUM_INSTANCES"}]}, "'NUM_INSTANCES'"),
        ({"capacityLimits": [{**LARGE, "maxCapacity": -1}]}, "maxCapacity -1"),
        ({"resourceSharingConfiguration": {"strategy": "HOARD"}}, "HOARD"),
        ({"resourceSharingConfiguration": {"strategy": "LEND", "borrowLimit": 5}}, "borrowLimit 5"),
        ({"resourceSharingConfiguration": {**BORROWS, "borrowLimit": -2}}, "borrowLimit -2"),
        ({"preemptionConfiguration": {"inSharePreemption": "NO"}}, "NO"),
        ({"state": "ON"}, "ON"),
        ({"tags": {"aws:x": "y"}}, "aws:x"),
    ],
)
def test_a_refused_share_names_the_value_and_leaves_nothing(
    params: dict[str, Any], words: str
) -> None:
    yard = Yard()
    yard.quota_queue()
    yard.environment()
    yard.queue()
    taken = yard.quota_share("taken")
    before = dict(yard.shelf.quota_shares)
    asked = {
        "quotaShareName": "new",
        "jobQueue": "quota",
        "capacityLimits": [LARGE],
        "resourceSharingConfiguration": {"strategy": "LEND"},
        "preemptionConfiguration": PREEMPTS,
        **params,
    }
    assert words in yard.refusal("CreateQuotaShare", **asked)
    if not {"quotaShareName", "jobQueue", "tags"} & params.keys():
        assert words in yard.refusal("UpdateQuotaShare", quotaShareArn=taken, **params)
    assert yard.shelf.quota_shares == before


def test_a_queue_has_twenty_shares_at_most() -> None:
    yard = Yard()
    queue = yard.quota_queue()
    for n in range(20):
        yard.quota_share(f"share-{n}")
    refused = yard.refusal(
        "CreateQuotaShare",
        quotaShareName="one-more",
        jobQueue="quota",
        capacityLimits=[LARGE],
        resourceSharingConfiguration=BORROWS,
        preemptionConfiguration=PREEMPTS,
    )
    assert f"{queue} has 20" in refused


def test_a_share_is_disabled_before_it_goes_and_goes_before_its_queue() -> None:
    yard = Yard()
    yard.quota_queue()
    arn = yard.quota_share()
    assert f"{arn} is ENABLED" in yard.refusal("DeleteQuotaShare", quotaShareArn=arn)
    yard.ask("UpdateJobQueue", jobQueue="quota", state="DISABLED")
    assert "['team']" in yard.refusal("DeleteJobQueue", jobQueue="quota")
    yard.ask("UpdateQuotaShare", quotaShareArn=arn, state="DISABLED")
    yard.ask("DeleteQuotaShare", quotaShareArn=arn)
    yard.ask("DeleteQuotaShare", quotaShareArn=arn)
    assert not yard.shelf.quota_shares
    for asked in ("DescribeQuotaShare", "UpdateQuotaShare"):
        assert yard.refusal(asked, quotaShareArn=arn) == f"{arn} does not exist"
    yard.ask("DeleteJobQueue", jobQueue="quota")


@pytest.mark.parametrize("arn", ["team", "", f"{ARN}job-queue/quota", f"{ARN}x/quota-share/team"])
def test_shares_are_named_by_arns_only(arn: str) -> None:
    for asked in ("DescribeQuotaShare", "UpdateQuotaShare", "DeleteQuotaShare"):
        assert repr(arn) in Yard().refusal(asked, quotaShareArn=arn)

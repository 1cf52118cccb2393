"""GetJobQueueSnapshot through botocore, on a yard in this process.

The oracle: https://docs.aws.amazon.com/batch/latest/userguide/\
track-capacity-utilization-service-jobs.html and its sibling for compute jobs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from botocore.exceptions import ClientError

from batchyard.testing import yard
from tests.acceptance.yards import reached, register
from tests.server.operations import test_service_jobs as services

if TYPE_CHECKING:
    from collections.abc import Iterator

Client: TypeAlias = Any
"""A client of botocore, or what it is given."""

pytestmark = pytest.mark.xdist_group("snapshots")

ARN = "arn:aws:batch:us-east-1:123456789012:"


@pytest.fixture
def batch() -> Iterator[Client]:
    """A yard with an environment of two vCPUs, a policy, and a definition that sleeps."""
    with yard(service_job_commands=(f"{services.KIND}=sleep 600",)) as here:
        client = here.client("batch")
        client.create_compute_environment(
            computeEnvironmentName="small",
            type="MANAGED",
            computeResources={"type": "EC2", "maxvCpus": 2, "subnets": []},
        )
        register(client, "sleep", "600", name="sleeps")
        yield client


def queue(batch: Client, name: str = "queue", **more: Client) -> None:
    order = [{"order": 1, "computeEnvironment": "small"}]
    batch.create_job_queue(jobQueueName=name, priority=1, computeEnvironmentOrder=order, **more)


def submit(batch: Client, **more: Client) -> str:
    request = {"jobName": "job", "jobQueue": "queue", "jobDefinition": "sleeps"}
    return str(batch.submit_job(**request | more)["jobId"])


def snapshot(batch: Client, name: str = "queue") -> dict[str, Client]:
    found: dict[str, Client] = batch.get_job_queue_snapshot(jobQueue=name)
    return found


def front(batch: Client, name: str = "queue") -> list[str]:
    jobs = snapshot(batch, name)["frontOfQueue"]["jobs"]
    return [job["jobArn"].rpartition("/")[2] for job in jobs]


def test_jobs_are_listed_in_the_order_they_came_with_what_others_hold(batch: Client) -> None:
    queue(batch)
    runs = [submit(batch) for _ in range(2)]
    for job in runs:
        reached(batch, job, "RUNNING")
    waits = [submit(batch) for _ in range(3)]
    found = snapshot(batch)
    assert front(batch) == waits
    [shown] = batch.describe_jobs(jobs=waits[:1])["jobs"]
    first = {"jobArn": shown["jobArn"], "earliestTimeAtPosition": shown["createdAt"]}
    assert found["frontOfQueue"]["jobs"][0] == first
    usage = found["queueUtilization"]
    assert usage["totalCapacityUsage"] == [{"capacityUnit": "VCPU", "quantity": 2.0}]
    assert usage.keys() == {"totalCapacityUsage", "lastUpdatedAt"}


def test_of_shares_the_one_that_used_less_comes_first(batch: Client) -> None:
    policy = batch.create_scheduling_policy(name="fair", fairsharePolicy={})["arn"]
    queue(batch, schedulingPolicyArn=policy)
    for _ in range(2):
        reached(batch, submit(batch, shareIdentifier="greedy"), "RUNNING")
    late = submit(batch, shareIdentifier="greedy")
    urgent = submit(batch, shareIdentifier="greedy", schedulingPriorityOverride=5)
    modest = submit(batch, shareIdentifier="modest")
    assert front(batch) == [modest, urgent, late]
    assert snapshot(batch)["queueUtilization"]["fairshareUtilization"] == {
        "activeShareCount": 1,
        "topCapacityUtilization": [
            {
                "shareIdentifier": "greedy",
                "capacityUsage": [{"capacityUnit": "VCPU", "quantity": 2.0}],
            }
        ],
    }


def test_service_jobs_are_counted_in_instances(batch: Client) -> None:
    services.queue(batch, "training", capacity=3)
    services.reached(
        batch, services.submit(batch, serviceRequestPayload=services.payload(2)), "RUNNING"
    )
    waits = services.submit(batch, serviceRequestPayload=services.payload(2))
    found = snapshot(batch, "training")
    assert [job["jobArn"] for job in found["frontOfQueue"]["jobs"]] == [f"{ARN}service-job/{waits}"]
    usage = [{"capacityUnit": "ml.m5.large", "quantity": 2.0}]
    assert found["queueUtilization"]["totalCapacityUsage"] == usage


def test_of_quota_shares_the_first_of_each_is_shown_and_what_each_holds(batch: Client) -> None:
    services.quota_queue(batch, team=1, other=1, idle=1)
    runs = [services.submit_to(batch, name) for name in ("team", "other")]
    for job in runs:
        services.reached(batch, job, "RUNNING")
    waits = [services.submit_to(batch, name) for name in ("team", "team", "other")]
    found = snapshot(batch, "quota")
    jobs = [job["jobArn"].rpartition("/")[2] for job in found["frontOfQueue"]["jobs"]]
    assert jobs == waits
    fronts = {
        name: [job["jobArn"].rpartition("/")[2] for job in front]
        for name, front in found["frontOfQuotaShares"]["quotaShares"].items()
    }
    assert fronts == {"team": [waits[0]], "other": [waits[2]], "idle": []}
    usage = [{"capacityUnit": "ml.m5.large", "quantity": 1.0}]
    assert found["queueUtilization"]["quotaShareUtilization"]["topCapacityUtilization"] == [
        {"quotaShareName": "other", "capacityUsage": usage},
        {"quotaShareName": "team", "capacityUsage": usage},
    ]


def test_a_queue_that_is_empty_or_not_there_says_so(batch: Client) -> None:
    queue(batch)
    found = snapshot(batch)
    assert found["frontOfQueue"]["jobs"] == found["queueUtilization"]["totalCapacityUsage"] == []
    with pytest.raises(ClientError, match=f"{ARN}job-queue/nope does not exist"):
        snapshot(batch, "nope")

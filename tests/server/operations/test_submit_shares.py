"""What SubmitJob says of shares, priorities and consumable resources; jobs ended in bulk.

Sources: SubmitJob, CancelJobs and TerminateJobs in botocore's model,
https://docs.aws.amazon.com/batch/latest/userguide/resource-aware-scheduling-how-to-for-jobs.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from botocore.exceptions import ClientError

from batchyard.testing import yard
from tests.acceptance.yards import described, ended, reached, register, until
from tests.server.operations.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

Client: TypeAlias = Any
"""A client of botocore, or what it is given."""

pytestmark = pytest.mark.xdist_group("submit_shares")

ARN = "arn:aws:batch:us-east-1:123456789012:"


def consuming(**quantities: int) -> dict[str, Any]:
    entries = [{"consumableResource": name, "quantity": n} for name, n in quantities.items()]
    return {"consumableResourceList": entries}


@pytest.fixture
def batch() -> Iterator[Client]:
    """A yard with two consumable resources, and a definition that takes one of each."""
    with yard() as here:
        client = here.client("batch")
        client.create_consumable_resource(consumableResourceName="seat", totalQuantity=2)
        client.create_consumable_resource(
            consumableResourceName="ticket", totalQuantity=9, resourceType="NON_REPLENISHABLE"
        )
        takes = consuming(seat=1, ticket=1)
        register(client, "sleep", "600", name="takes", consumableResourceProperties=takes)
        yield client


def submit(batch: Client, definition: str = "takes", **more: Client) -> str:
    request = {"jobName": "job", "jobQueue": "default", "jobDefinition": definition}
    return str(batch.submit_job(**request | more)["jobId"])


def left(batch: Client, name: str) -> tuple[int, int, int]:
    found = batch.describe_consumable_resource(consumableResource=name)
    return found["totalQuantity"], found["inUseQuantity"], found["availableQuantity"]


def test_a_job_takes_what_it_needs_and_gives_back_what_is_replenished(batch: Client) -> None:
    jobs = [submit(batch) for _ in range(2)]
    for job in jobs:
        reached(batch, job, "RUNNING")
    third = submit(batch)
    assert described(batch, third)["status"] == "RUNNABLE"
    assert (left(batch, "seat"), left(batch, "ticket")) == ((2, 2, 0), (7, 2, 7))
    batch.terminate_job(jobId=jobs[0], reason="enough")
    reached(batch, third, "RUNNING")
    assert (left(batch, "seat"), left(batch, "ticket")) == ((2, 2, 0), (6, 2, 6))
    answer = batch.terminate_jobs(jobs=[*jobs, third], reason="all")
    assert (answer["successful"], answer["errors"]) == ([*jobs, third], [])
    for job in (jobs[1], third):
        assert ended(batch, job)["statusReason"] == "all"
    assert (left(batch, "seat"), left(batch, "ticket")) == ((2, 0, 2), (6, 0, 6))


def test_more_of_a_resource_lets_a_waiting_job_begin(batch: Client) -> None:
    job = submit(batch, consumableResourcePropertiesOverride=consuming(seat=3))
    assert described(batch, job)["status"] == "RUNNABLE"
    update = {"consumableResource": "seat", "operation": "ADD", "quantity": 1}
    assert batch.update_consumable_resource(**update)["totalQuantity"] == 3
    reached(batch, job, "RUNNING")
    assert left(batch, "seat") == (3, 3, 0)


def test_a_job_shows_what_it_takes_by_arn_with_what_it_says_differently(batch: Client) -> None:
    job = submit(batch, consumableResourcePropertiesOverride=consuming(seat=2))
    entries = described(batch, job)["consumableResourceProperties"]["consumableResourceList"]
    resource = f"{ARN}consumable-resource/"
    assert entries == [
        {"consumableResource": f"{resource}seat", "quantity": 2},
        {"consumableResource": f"{resource}ticket", "quantity": 1},
    ]


def test_the_jobs_that_take_of_a_resource_are_listed(batch: Client) -> None:
    runs = submit(batch, jobName="Runs")
    reached(batch, runs, "RUNNING")
    waits = submit(batch, jobName="waits", consumableResourcePropertiesOverride=consuming(seat=2))
    over = submit(batch, jobName="over", arrayProperties={"size": 2})
    batch.terminate_job(jobId=over, reason="enough")
    ended(batch, over)

    def listed(**filters: str) -> list[str]:
        given = [{"name": name, "values": [value]} for name, value in filters.items()]
        pages = batch.get_paginator("list_jobs_by_consumable_resource")
        asked = {"consumableResource": "seat", "filters": given}
        found = pages.paginate(**asked, PaginationConfig={"PageSize": 2})
        return [job["jobName"] for page in found for job in page["jobs"]]

    assert listed() == ["over", "waits", "Runs"]
    assert listed(JOB_STATUS="RUNNABLE") == ["waits"]
    assert listed(JOB_NAME="runs", JOB_STATUS="RUNNING") == ["Runs"]
    asked = {"name": "JOB_NAME", "values": ["waits"]}
    [job] = batch.list_jobs_by_consumable_resource(consumableResource="seat", filters=[asked])[
        "jobs"
    ]
    shown = described(batch, waits)
    assert job == {
        "jobArn": shown["jobArn"],
        "jobQueueArn": shown["jobQueue"],
        "jobName": "waits",
        "jobDefinitionArn": shown["jobDefinition"],
        "jobStatus": "RUNNABLE",
        "quantity": 2,
        "createdAt": shown["createdAt"],
        "consumableResourceProperties": shown["consumableResourceProperties"],
    }


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a share where there are none": ({"shareIdentifier": "a"}, "shareIdentifier 'a'"),
    "a resource that is not there": (
        {"consumableResourcePropertiesOverride": consuming(nope=1)},
        "consumable-resource/nope does not exist",
    ),
    "six resources": (
        {"consumableResourcePropertiesOverride": consuming(**{f"r{n}": 1 for n in range(6)})},
        "not 6",
    ),
    "none of a resource": (
        {"consumableResourcePropertiesOverride": consuming(seat=0)},
        "quantity of seat 0",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_names_what_was_wrong(batch: Client, name: str) -> None:
    request, words = REFUSED[name]
    with pytest.raises(ClientError, match=words):
        submit(batch, **request)
    assert left(batch, "seat") == (2, 0, 2)


def test_a_definition_whose_resource_is_gone_takes_no_jobs(batch: Client) -> None:
    batch.delete_consumable_resource(consumableResource="ticket")
    with pytest.raises(ClientError, match=f"{ARN}consumable-resource/ticket does not exist"):
        submit(batch)


def test_shares_are_named_where_they_decide(batch: Client) -> None:
    policy = batch.create_scheduling_policy(name="fair")["arn"]
    order = [{"order": 1, "computeEnvironment": "local"}]
    batch.create_job_queue(
        jobQueueName="fair",
        priority=1,
        computeEnvironmentOrder=order,
        schedulingPolicyArn=policy,
    )
    with pytest.raises(ClientError, match="shareIdentifier is missing"):
        submit(batch, jobQueue="fair")
    with pytest.raises(ClientError, match="'a b'"):
        submit(batch, jobQueue="fair", shareIdentifier="a b")
    job = submit(batch, jobQueue="fair", shareIdentifier="a", schedulingPriorityOverride=7)
    shown = described(batch, job)
    assert (shown["shareIdentifier"], shown["schedulingPriority"]) == ("a", 7)


def test_a_queue_has_five_hundred_active_shares_at_most() -> None:
    here = World()
    asked = {"jobName": "new", "jobQueue": "fair", "jobDefinition": "sleeps"}
    for n in range(500):
        here.ask("SubmitJob", **asked, shareIdentifier=f"s{n}")
    refused = here.refusal("SubmitJob", {**asked, "shareIdentifier": "one-more"})
    assert refused is not None
    assert "'one-more'" in refused.message
    here.ask("SubmitJob", **asked, shareIdentifier="s0")


def test_jobs_are_cancelled_in_bulk_each_with_its_own_outcome(batch: Client) -> None:
    runs = submit(batch)
    reached(batch, runs, "RUNNING")
    waits = submit(batch, dependsOn=[{"jobId": runs}])
    unknown = "00000000-0000-0000-0000-000000000000"
    answer = batch.cancel_jobs(jobs=[runs, waits, unknown, waits, "?"], reason="no more")
    assert answer["successful"] == [runs, waits, unknown]
    assert answer["errors"] == [
        {"job": "?", "code": "ValidationException", "message": "jobs: '?' is not the id of a job"}
    ]
    until(lambda: described(batch, waits)["status"] == "FAILED")
    assert described(batch, waits)["statusReason"] == "no more"
    assert described(batch, runs)["status"] == "RUNNING"


def test_fifty_jobs_are_ended_at_once_at_most(batch: Client) -> None:
    many = [f"00000000-0000-0000-0000-{n:012}" for n in range(51)]
    assert len(batch.terminate_jobs(jobs=many[:50], reason="r")["successful"]) == 50
    for ask in (batch.cancel_jobs, batch.terminate_jobs, batch.terminate_service_jobs):
        with pytest.raises(ClientError, match="51 were given"):
            ask(jobs=many, reason="r")
        with pytest.raises(ClientError, match="reason must not be empty"):
            ask(jobs=many[:1], reason=" ")

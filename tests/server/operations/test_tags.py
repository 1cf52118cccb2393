"""Tags through botocore, on a yard in this process.

The oracles: https://docs.aws.amazon.com/batch/latest/APIReference/API_TagResource.html and its
neighbours; propagateTags of https://docs.aws.amazon.com/batch/latest/APIReference/API_JobDetail.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from botocore.exceptions import ClientError

from batchyard.testing import yard
from tests.acceptance.yards import described, ended, reached, register

if TYPE_CHECKING:
    from collections.abc import Iterator

Client: TypeAlias = Any
"""A client of botocore, or what it is given."""

pytestmark = pytest.mark.xdist_group("tags")

ARN = "arn:aws:batch:us-east-1:123456789012:"


@pytest.fixture(scope="module")
def batch() -> Iterator[Client]:
    with yard() as here:
        client = here.client("batch")
        register(client, "true", name="tagged", tags={"team": "red"})
        register(client, "sleep", "600", name="sleeps")
        yield client


def submit(batch: Client, definition: str = "tagged", **more: Client) -> str:
    """Submit a job; its id."""
    answer = batch.submit_job(jobName="j", jobQueue="default", jobDefinition=definition, **more)
    return str(answer["jobId"])


def changed(batch: Client, arn: str) -> dict[str, str]:
    """Add, replace and remove tags; what is left, as it is listed."""
    batch.tag_resource(resourceArn=arn, tags={"a": "1", "b": "2", "empty": ""})
    batch.tag_resource(resourceArn=arn, tags={"b": "3"})
    batch.untag_resource(resourceArn=arn, tagKeys=["a", "none"])
    tags: dict[str, str] = batch.list_tags_for_resource(resourceArn=arn)["tags"]
    return tags


@pytest.mark.parametrize("state", ["RUNNING", "SUCCEEDED"])
def test_a_job_is_tagged_while_it_lives_and_after(batch: Client, state: str) -> None:
    job = submit(batch, "sleeps" if state == "RUNNING" else "tagged", tags={"own": "x"})
    before = reached(batch, job, state)
    assert before["tags"] == {"own": "x"}
    tags = {"own": "x", "b": "3", "empty": ""}
    assert changed(batch, before["jobArn"]) == tags
    assert described(batch, job) == before | {"tags": tags}
    batch.terminate_job(jobId=job, reason="over")
    assert ended(batch, job)["tags"] == tags


def test_definitions_queues_and_environments_are_tagged(batch: Client) -> None:
    definition = f"{ARN}job-definition/tagged:1"
    assert changed(batch, definition) == {"team": "red", "b": "3", "empty": ""}
    (shown,) = batch.describe_job_definitions(jobDefinitions=[definition])["jobDefinitions"]
    assert shown["tags"] == {"team": "red", "b": "3", "empty": ""}
    tags = {"b": "3", "empty": ""}
    assert changed(batch, f"{ARN}job-queue/default") == tags
    assert batch.describe_job_queues()["jobQueues"][0]["tags"] == tags
    assert changed(batch, f"{ARN}compute-environment/local") == tags
    assert batch.describe_compute_environments()["computeEnvironments"][0]["tags"] == tags


def test_an_array_is_tagged_and_its_children_are_not(batch: Client) -> None:
    array = submit(batch, arrayProperties={"size": 2})
    ended(batch, array)
    assert changed(batch, f"{ARN}job/{array}") == {"b": "3", "empty": ""}
    with pytest.raises(ClientError, match="child of an array"):
        batch.list_tags_for_resource(resourceArn=f"{ARN}job/{array}:0")


UNKNOWN = [
    "x",
    "tagged",
    "arn:aws:s3:::bucket/key",
    f"{ARN}scheduling-policy/fair",
    f"{ARN}job-definition/tagged",
    f"{ARN}job-definition/tagged:99",
    f"{ARN}job-queue/nowhere",
    f"{ARN}job-queue/",
    f"{ARN}job/unknown",
    f"{ARN}job-queue/default".replace("us-east-1", "eu-west-1"),
    f"{ARN}compute-environment/local".replace("123456789012", "999999999999"),
]


@pytest.mark.parametrize("arn", UNKNOWN)
def test_what_is_not_here_is_refused_by_its_arn(batch: Client, arn: str) -> None:
    for ask, more in (
        (batch.list_tags_for_resource, {}),
        (batch.tag_resource, {"tags": {"a": "b"}}),
        (batch.untag_resource, {"tagKeys": ["a"]}),
    ):
        with pytest.raises(ClientError) as refusal:
            ask(resourceArn=arn, **more)
        assert refusal.value.response["Error"]["Code"] == "ClientException"
        assert arn in refusal.value.response["Error"]["Message"]


def test_fifty_tags_are_the_most_and_awss_own_names_are_not_given(batch: Client) -> None:
    job = submit(batch, tags={f"k{n}": "" for n in range(49)})
    arn = f"{ARN}job/{job}"
    batch.tag_resource(resourceArn=arn, tags={"k1": "again", "k49": ""})
    with pytest.raises(ClientError, match="51"):
        batch.tag_resource(resourceArn=arn, tags={"one": "more"})
    with pytest.raises(ClientError, match="aws:x"):
        batch.tag_resource(resourceArn=arn, tags={"aws:x": ""})
    assert len(batch.list_tags_for_resource(resourceArn=arn)["tags"]) == 50


@pytest.mark.parametrize(
    "own,propagate,state",
    [(49, True, "SUCCEEDED"), (50, True, "FAILED"), (50, False, "SUCCEEDED"), (50, None, "FAILED")],
)
def test_over_fifty_tags_of_job_and_definition_fail_a_job_that_propagates_them(
    batch: Client, own: int, *, propagate: bool | None, state: str
) -> None:
    """A name that both have counts once: the job's tag wins."""
    register(batch, "true", name="many", tags={"k0": "d", "team": "red"}, propagateTags=True)
    more = {} if propagate is None else {"propagateTags": propagate}
    tags = {f"k{n}": "j" for n in range(own)}
    job = submit(batch, "many", tags=tags, retryStrategy={"attempts": 3}, **more)
    found = ended(batch, job)
    assert (found["status"], found["tags"]) == (state, tags)
    assert found["propagateTags"] == (propagate is not False)
    if state == "FAILED":
        assert len(found["attempts"]) == 1
        assert "51 together" in found["container"]["reason"]

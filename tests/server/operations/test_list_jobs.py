"""ListJobs through botocore, on a yard in this process.

The oracle: https://docs.aws.amazon.com/batch/latest/APIReference/API_ListJobs.html, line by line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from botocore.exceptions import ClientError

from batchyard.testing import yard
from tests.acceptance.yards import described, ended, reached, register, until

if TYPE_CHECKING:
    from collections.abc import Iterator

Client: TypeAlias = Any
"""A client of botocore, or what it is given."""

pytestmark = pytest.mark.xdist_group("list_jobs")

ARN = "arn:aws:batch:us-east-1:123456789012:job-definition/"


class Listed:
    """A queue with three ended jobs and an array, one that runs, one that waits for it."""

    def __init__(self, batch: Client) -> None:
        self.batch = batch
        self.ids: dict[str, str] = {}
        for name, definition, more in (
            ("Alpha", "jd1", {}),
            ("alpha2", "jd1", {}),
            ("beta", "jd1A", {"arrayProperties": {"size": 3}}),
            ("gamma", "other", {}),
        ):
            arn = register(batch, "true", name=definition)
            self.submit(name, arn, **more)
        for name in self.ids:
            ended(batch, self.ids[name])
        sleeps = register(batch, "sleep", "600", name="sleeps")
        self.submit("runs", sleeps)
        reached(batch, self.ids["runs"], "RUNNING")
        self.submit("waits", sleeps, dependsOn=[{"jobId": self.ids["runs"]}])
        self.submit("ends", sleeps, dependsOn=[{"jobId": self.ids["runs"]}])
        batch.terminate_job(jobId=self.ids["ends"], reason="enough")

    def submit(self, name: str, definition: str, **more: Client) -> None:
        request = {"jobName": name, "jobQueue": "default", "jobDefinition": definition}
        self.ids[name] = self.batch.submit_job(**request | more)["jobId"]

    def names(self, **request: Client) -> list[str]:
        """The names of what is listed, all pages."""
        pages = self.batch.get_paginator("list_jobs").paginate(**{"jobQueue": "default"} | request)
        return [job["jobName"] for page in pages for job in page["jobSummaryList"]]

    def filtered(self, name: str, value: str, **more: Client) -> list[str]:
        return self.names(filters=[{"name": name, "values": [value]}], **more)


@pytest.fixture(scope="module")
def listed() -> Iterator[Listed]:
    with yard() as here:
        yield Listed(here.client("batch"))


def test_without_a_status_running_jobs_are_listed(listed: Listed) -> None:
    assert listed.names() == ["runs"]


def test_a_status_lists_the_queues_jobs_of_it_newest_first_without_children(listed: Listed) -> None:
    assert listed.names(jobStatus="SUCCEEDED") == ["gamma", "beta", "alpha2", "Alpha"]
    assert listed.names(jobStatus="PENDING") == ["waits"]
    assert listed.names(jobStatus="FAILED") == ["ends"]
    assert listed.names(jobStatus="RUNNABLE") == []


@pytest.mark.parametrize(
    "name,value,found",
    [
        ("JOB_NAME", "ALPHA", "Alpha"),
        ("JOB_NAME", "alpha*", "alpha2 Alpha"),
        ("JOB_NAME", "alp", ""),
        ("JOB_DEFINITION", "jd1", "alpha2 Alpha"),
        ("JOB_DEFINITION", "JD1", ""),
        ("JOB_DEFINITION", "jd1*", "beta alpha2 Alpha"),
        ("JOB_DEFINITION", f"{ARN}jd1:2", "alpha2"),
        ("JOB_DEFINITION", f"{ARN}sleeps:1", "ends waits runs"),
        ("AFTER_CREATED_AT", "0", "ends waits runs gamma beta alpha2 Alpha"),
        ("BEFORE_CREATED_AT", "0", ""),
        ("SHARE_IDENTIFIER", "blue", ""),
    ],
)
def test_a_filter_lists_jobs_of_any_status_newest_first(
    listed: Listed, name: str, value: str, found: str
) -> None:
    assert listed.filtered(name, value) == found.split()
    if name != "SHARE_IDENTIFIER":
        assert listed.filtered(name, value, jobStatus="RUNNABLE") == found.split()


def test_moments_are_those_jobs_were_created_at(listed: Listed) -> None:
    moment = described(listed.batch, listed.ids["runs"])["createdAt"]
    later, earlier = (listed.filtered(f"{which}_CREATED_AT", str(moment)) for which in KINDS)
    assert "runs" not in later + earlier
    assert set(earlier) >= {"Alpha", "alpha2", "beta", "gamma"}
    assert set(later) <= {"waits", "ends"}


KINDS = ("AFTER", "BEFORE")


@pytest.mark.parametrize("size", [1, 2, 100])
def test_pages_hold_what_was_asked_for_and_come_to_an_end(listed: Listed, size: int) -> None:
    request = {"jobQueue": "default", "jobStatus": "SUCCEEDED", "maxResults": size}
    seen: list[str] = []
    token: dict[str, str] = {}
    while True:
        page = listed.batch.list_jobs(**request, **token)
        assert 0 < len(page["jobSummaryList"]) <= size
        seen += [job["jobName"] for job in page["jobSummaryList"]]
        if "nextToken" not in page:
            break
        token = {"nextToken": page["nextToken"]}
    assert seen == ["gamma", "beta", "alpha2", "Alpha"]


def test_children_are_listed_by_their_array_whatever_the_filter_says(listed: Listed) -> None:
    """The filter doesn't apply to child jobs."""
    array = listed.ids["beta"]
    request = {"arrayJobId": array, "jobStatus": "SUCCEEDED"}
    filters = [{"name": "JOB_NAME", "values": ["none"]}]
    for more in ({}, {"filters": filters}):
        children = listed.batch.list_jobs(**request, **more)["jobSummaryList"]
        assert [child["jobId"] for child in children] == [f"{array}:{n}" for n in range(3)]
        assert [child["arrayProperties"] for child in children] == [{"index": n} for n in range(3)]
    assert listed.batch.list_jobs(arrayJobId=array)["jobSummaryList"] == []
    assert listed.batch.list_jobs(arrayJobId=array, jobStatus="FAILED")["jobSummaryList"] == []


def test_a_summary_says_of_a_job_what_its_description_says(listed: Listed) -> None:
    pages = [
        listed.batch.list_jobs(jobQueue="default", jobStatus=status)["jobSummaryList"]
        for status in ("SUCCEEDED", "FAILED", "RUNNING", "PENDING")
    ]
    for summary in (each for page in pages for each in page):
        whole = described(listed.batch, summary["jobId"])
        flags = {name for name in ("isCancelled", "isTerminated") if whole[name]}
        assert {name for name in ("isCancelled", "isTerminated") if name in summary} == flags
        for name in summary.keys() - {"container"}:
            assert summary[name] == whole[name], name
        assert summary["container"].get("exitCode") == whole["container"].get("exitCode")


def test_an_arrays_summary_counts_its_children(listed: Listed) -> None:
    found = listed.batch.list_jobs(jobQueue="default", jobStatus="SUCCEEDED")["jobSummaryList"]
    (array,) = [job for job in found if job["jobName"] == "beta"]
    assert array["arrayProperties"]["size"] == 3
    assert array["arrayProperties"]["statusSummary"]["SUCCEEDED"] == 3


def test_a_running_array_is_found_as_pending(listed: Listed) -> None:
    """Array job parents are updated to PENDING when any child job is RUNNABLE."""
    grids = [{"order": 1, "computeEnvironment": "local"}]
    listed.batch.create_job_queue(jobQueueName="grids", priority=1, computeEnvironmentOrder=grids)
    more = {"jobQueue": "grids", "arrayProperties": {"size": 2}}
    listed.submit("grid", f"{ARN}sleeps:1", **more)
    until(lambda: listed.names(jobQueue="grids", jobStatus="PENDING") == ["grid"])
    listed.batch.terminate_job(jobId=listed.ids["grid"], reason="enough")
    ended(listed.batch, listed.ids["grid"])
    assert listed.names(jobQueue="grids", jobStatus="FAILED") == ["grid"]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "nobody's jobs": ({"jobQueue": ""}, "exactly one"),
    "two sorts at once": ({"multiNodeJobId": "x"}, "exactly one"),
    "nodes": ({"jobQueue": "", "multiNodeJobId": "x"}, "multi-node"),
    "an unknown queue": ({"jobQueue": "nowhere"}, "nowhere"),
    "a status there is not": ({"jobStatus": "ENDED"}, "ENDED"),
    "no results": ({"maxResults": 0}, "maxResults 0"),
    "1001 results": ({"maxResults": 1001}, "maxResults 1001"),
    "101 filtered results": (
        {"maxResults": 101, "filters": [{"name": "JOB_NAME", "values": ["x"]}]},
        "maxResults 101",
    ),
    "another's token": ({"nextToken": "bm9uZQ=="}, "nextToken"),
    "a filter in small letters": ({"filters": [{"name": "job_name", "values": ["x"]}]}, "job_name"),
    "a filter without a name": ({"filters": [{"values": ["x"]}]}, "None"),
    "a filter without a value": ({"filters": [{"name": "JOB_NAME"}]}, "exactly one value"),
    "a filter of two values": (
        {"filters": [{"name": "JOB_NAME", "values": ["x", "y"]}]},
        "exactly one value",
    ),
    "two filters": ({"filters": [{"name": "JOB_NAME", "values": ["x"]}] * 2}, "only one"),
    "an asterisk in an ARN": (
        {"filters": [{"name": "JOB_DEFINITION", "values": [f"{ARN}jd*"]}]},
        "asterisk",
    ),
    **{
        f"the moment {moment:.9}": (
            {"filters": [{"name": "AFTER_CREATED_AT", "values": [moment]}]},
            moment[:99],
        )
        for moment in ("", "-1", "1.5", "now", "٣", "9" * 5000)
    },
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_refusal_names_the_value(listed: Listed, what: str) -> None:
    members, named = REFUSED[what]
    with pytest.raises(ClientError) as refusal:
        listed.batch.list_jobs(**{"jobQueue": "default"} | members)
    error = refusal.value.response["Error"]
    assert error["Code"] == "ClientException"
    assert named in error["Message"]


def test_an_empty_token_and_an_empty_filter_list_say_nothing(listed: Listed) -> None:
    assert listed.batch.list_jobs(jobQueue="default", nextToken="", filters=[])["jobSummaryList"]


def test_of_an_array_nobody_knows_there_are_no_children(listed: Listed) -> None:
    assert listed.batch.list_jobs(arrayJobId="unknown")["jobSummaryList"] == []

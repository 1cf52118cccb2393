"""Jobs chosen by what they are: the few that are asked for, and all that fit.

https://docs.aws.amazon.com/batch/latest/APIReference/API_ListJobs.html
"""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batchyard.cli.choosing import Choice, chosen, matches, requests
from batchyard.client.sessions import Client
from batchyard.testing import EphemeralYard
from tests.acceptance.yards import ended, register

NAMES = ("align", "Align-2", "count")
FILTERED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def batch(here: EphemeralYard) -> Iterator[Client]:
    """Jobs of every name and definition, in several states, in two queues."""
    client = here.client("batch")
    environment = client.describe_compute_environments()["computeEnvironments"][0]
    order = [{"order": 1, "computeEnvironment": environment["computeEnvironmentName"]}]
    client.create_job_queue(jobQueueName="other", priority=1, computeEnvironmentOrder=order)
    waiting = sent(client, "wait", "other", register(client, "sleep", "60", name="slow"))
    for name in NAMES:
        for definition in ("one", "one", "oneness"):
            arn = register(client, "true" if name == "count" else "false", name=definition)
            ended(client, sent(client, name, "default", arn))
    sent(client, "blocked", "other", "slow:1", dependsOn=[{"jobId": waiting}])
    sent(client, "many", "other", "slow:1", arrayProperties={"size": 2})
    yield client
    client.terminate_job(jobId=waiting, reason="over")


def sent(client: Client, name: str, queue: str, definition: str, **more: object) -> str:
    answer = client.submit_job(jobName=name, jobQueue=queue, jobDefinition=definition, **more)
    return str(answer["jobId"])


def everything(batch: Client, queue: str) -> list[dict[str, Any]]:
    """Every job of a queue, by a filter that all of them pass."""
    ever = [{"name": "AFTER_CREATED_AT", "values": ["0"]}]
    listed: list[dict[str, Any]] = batch.list_jobs(jobQueue=queue, filters=ever)["jobSummaryList"]
    return listed


MOMENTS = st.one_of(st.none(), st.integers(0, 12))
CHOICES = st.fixed_dictionaries(
    {
        "statuses": st.sampled_from([(), ("FAILED",), ("SUCCEEDED", "FAILED"), ("PENDING",)]),
        "name": st.sampled_from([None, "align", "ALIGN*", "a*", "count", "nothing", "*"]),
        "definition": st.sampled_from([None, "one", "one*", "one:2", "oneness", "nothing"]),
        "after": MOMENTS,
        "before": MOMENTS,
    }
)


@given(CHOICES)
@FILTERED
def test_all_jobs_that_fit_are_listed_and_no_others(batch: Client, drawn: dict[str, Any]) -> None:
    there = [job for queue in ("default", "other") for job in everything(batch, queue)]
    times = sorted(job["createdAt"] for job in there)
    at = {key: None if drawn[key] is None else times[drawn[key] % len(times)] for key in _TIMES}
    choice = Choice(**(drawn | at))
    found = list(chosen(batch, ["default", "other"], choice))
    assert {job["jobId"] for job in found} == {job["jobId"] for job in there if choice.holds(job)}
    created = [job["createdAt"] for job in found]
    assert created == sorted(created, reverse=True) or choice.name is not None


_TIMES = ("after", "before")


@pytest.mark.parametrize(
    "choice, names",
    [
        (Choice(name="ALIGN*"), ["align"] * 3 + ["align-2"] * 3),
        (Choice(name="align"), ["align"] * 3),
        (Choice(definition="one"), ["align", "align", "align-2", "align-2", "count", "count"]),
        (Choice(definition="one:1"), ["align"]),
        (Choice(definition="one*", statuses=("SUCCEEDED",)), ["count"] * 3),
        (Choice(statuses=("PENDING", "SUBMITTED")), ["blocked"]),
        (Choice(before=1), []),
        (Choice(share="nobody"), []),
    ],
)
def test_a_choice_means_what_it_says(batch: Client, choice: Choice, names: list[str]) -> None:
    found = chosen(batch, ["default", "other"], choice)
    parents = [job for job in found if job["jobName"] != "many"]
    assert sorted(job["jobName"].lower() for job in parents) == names


def test_a_moment_is_the_first_after_and_not_before_itself() -> None:
    job = {"jobName": "x", "status": "FAILED", "createdAt": 5}
    assert Choice(after=5).holds(job)
    assert not Choice(after=6).holds(job)
    assert Choice(before=6).holds(job)
    assert not Choice(before=5).holds(job)


@given(CHOICES)
def test_a_request_has_one_filter_or_one_status(drawn: dict[str, Any]) -> None:
    for request in requests(Choice(**drawn)):
        assert len(request) == 1
        assert len(request.get("filters", [0])) == 1


def test_a_definition_is_asked_for_without_its_revision_but_in_an_arn() -> None:
    arn = "arn:aws:batch:us-east-1:123456789012:job-definition/one:2"
    for definition, asked in (("one:2", "one"), ("one*", "one*"), (arn, arn)):
        (request,) = requests(Choice(definition=definition))
        assert request == {"filters": [{"name": "JOB_DEFINITION", "values": [asked]}]}


def test_jobs_of_a_name_may_come_in_any_order() -> None:
    made = [
        {"jobName": "x", "jobId": str(at), "status": "FAILED", "createdAt": at} for at in (1, 9)
    ]
    grouped = SimpleNamespace(list_jobs=lambda **_: {"jobSummaryList": made})
    found = chosen(grouped, ["q"], Choice(name="x*", after=5))
    assert [job["jobId"] for job in found] == ["9"]


@given(st.text(max_size=5), st.text(max_size=5))
def test_a_star_at_the_end_stands_for_any_rest(start: str, rest: str) -> None:
    assert matches(start + rest, f"{start}*")
    assert matches(start, start) or start.endswith("*")
    assert matches(start + rest, start) == (not rest) or start.endswith("*")

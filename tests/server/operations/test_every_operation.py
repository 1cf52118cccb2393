"""Every operation of the installed model is served, and refuses what is wrong as AWS does.

The code is ClientException: it is the only one of the caller's faults that the model declares
(https://docs.aws.amazon.com/batch/latest/APIReference/API_Operations.html, each "Errors").
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from batchyard.server.operations.batch import OPERATIONS
from tests.server.operations.asked import good
from tests.server.operations.world import ARN, IDLE, KIND, MODEL, PAYLOAD, World
from tests.server.operations.wrong import Wrong, by_model, by_words, put, spots
from tests.wire.samples import structure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.wire.samples import Json

NAMES = sorted(MODEL["operations"])
SHAPES = MODEL["shapes"]

TOO_LONG = ("x" * 1025, "x" * 10_241)
WORDS: dict[str, tuple[Json, ...]] = {
    "attemptDurationSeconds": (59, -1),
    "attempts": (0, 11),
    "borrowLimit": (-2,),
    "computeReservation": (-1, 100),
    "jobStateTimeLimitActions.reason": (" ",),
    "jobName": ("", "a b", "-a", "x" * 129),
    "maxCapacity": (-1,),
    "maxResults": (0, 1001),
    "maxTimeSeconds": (599, 86_401),
    "nextToken": ("not one",),
    "priority": (-1, 1001),
    "quantity": (-1,),
    "reason": (*TOO_LONG, ""),
    "schedulingPriority": (-1, 10_000),
    "schedulingPriorityOverride": (-1, 10_000),
    "shareDecaySeconds": (-1, 604_801),
    "shareIdentifier": ("a b", "x" * 256),
    "size": (1, 10_001),
    "totalQuantity": (-1,),
    "weightFactor": (0, 1000),
}
"""What the texts of the model rule out, by member or by path."""

REFERENCES = {
    "arn": "scheduling-policy",
    "computeEnvironment": "compute-environment",
    "consumableResource": "consumable-resource",
    "jobDefinition": "job-definition",
    "jobId": "job",
    "jobQueue": "job-queue",
    "quotaShareArn": "job-queue/quota/quota-share",
    "quotaShareName": "",
    "resourceArn": "job-queue",
    "schedulingPolicyArn": "scheduling-policy",
    "serviceEnvironment": "service-environment",
}
"""Members that name something that must be there, and its kind."""

NOT_YET = {
    ("CreateQuotaShare", "quotaShareName"),
    ("RegisterJobDefinition", "consumableResource"),
}
"""Names of what need not be there: of what is created, and of what a job will need."""


@cache
def world() -> World:
    """The world in which nothing ever happens: whatever is asked of it is refused."""
    return World()


def shape_of(operation: str) -> str:
    return str(MODEL["operations"][operation]["input"]["shape"])


def check(operation: str, every: Iterable[Wrong]) -> int:
    """See that each request is refused, by AWS's code and by the value, and changes nothing."""
    here = world()
    before, checked = here.state(), 0
    for wrong in every:
        fault = here.refusal(operation, wrong.request)
        assert fault is not None, f"{operation}: {wrong.what}, and it is taken"
        found = (fault.code, fault.status, wrong.words in fault.message)
        assert found == ("ClientException", 400, True), f"{operation}: {wrong.what}: {fault}"
        checked += 1
    assert here.state() == before
    return checked


def test_every_operation_of_the_installed_model_is_served() -> None:
    assert OPERATIONS.keys() == MODEL["operations"].keys()


def test_every_operation_has_a_good_request_here() -> None:
    assert good(world()).keys() == MODEL["operations"].keys()


@pytest.mark.parametrize("operation", NAMES)
def test_a_good_request_is_taken(operation: str) -> None:
    here = World()
    here.ask(operation, **good(here)[operation])


@pytest.mark.parametrize("operation", NAMES)
def test_what_the_model_rules_out_is_refused(operation: str) -> None:
    shape = shape_of(operation)
    full = structure(SHAPES, shape, ())
    members = SHAPES[shape]["members"].values()
    checked = check(operation, by_model(SHAPES, shape, full))
    assert checked or all("location" in member for member in members)


@pytest.mark.parametrize("operation", NAMES)
def test_what_only_the_words_rule_out_is_refused(operation: str) -> None:
    request = good(world())[operation]
    check(operation, by_words(SHAPES, shape_of(operation), request, WORDS))


def unknown(operation: str) -> Iterator[Wrong]:
    """Ask for what was never there, for what was deleted, and for what is in another region."""
    request = good(world())[operation]
    for spot in spots(SHAPES, shape_of(operation), request):
        kind = REFERENCES.get(spot.name)
        if kind is None or (operation, spot.name) in NOT_YET or not isinstance(spot.value, str):
            continue
        elsewhere = ARN.replace("us-east-1", "eu-west-1")
        there = f"{elsewhere}{kind}/{spot.value.rpartition('/')[2]}"
        for name in ("nope", "doomed", f"{ARN}{kind}/nope", f"{ARN}{kind}/doomed", there):
            yield Wrong(f"{spot.name} is {name}", put(request, spot.path, name), name)


@pytest.mark.parametrize("operation", [name for name in NAMES if not name.startswith("Delete")])
def test_what_is_not_there_is_refused_by_its_name(operation: str) -> None:
    check(operation, unknown(operation))


QUEUE = {"jobQueue": "queue"}
ORDER = [{"order": 1, "computeEnvironment": "env"}]
SHARE = f"{ARN}job-queue/quota/quota-share/"
STATES: dict[str, tuple[str, dict[str, Json], str]] = {
    "deleting a queue that is ENABLED": ("DeleteJobQueue", QUEUE, "job-queue/queue is ENABLED"),
    "deleting an environment that is ENABLED": (
        "DeleteComputeEnvironment",
        {"computeEnvironment": "env"},
        "compute-environment/env is ENABLED",
    ),
    "deleting a service environment that is ENABLED": (
        "DeleteServiceEnvironment",
        {"serviceEnvironment": "service"},
        "service-environment/service is ENABLED",
    ),
    "deleting a quota share that is ENABLED": (
        "DeleteQuotaShare",
        {"quotaShareArn": f"{SHARE}team"},
        "quota-share/team is ENABLED",
    ),
    "deleting a policy that a queue has": (
        "DeleteSchedulingPolicy",
        {"arn": f"{ARN}scheduling-policy/fair"},
        "job-queue/fair",
    ),
    "creating a queue again": (
        "CreateJobQueue",
        {"jobQueueName": "queue", "priority": 1, "computeEnvironmentOrder": ORDER},
        "Object already exists",
    ),
    "submitting to a queue that is DISABLED": (
        "SubmitJob",
        {"jobName": "new", "jobQueue": "disabled", "jobDefinition": "sleeps"},
        "disabled is DISABLED",
    ),
    "submitting with a definition that is INACTIVE": (
        "SubmitJob",
        {"jobName": "new", "jobQueue": "queue", "jobDefinition": "sleeps:1"},
        "JobDefinition name sleeps:1 does not exist or is not in ACTIVE status",
    ),
    "submitting to a quota share that is DISABLED": (
        "SubmitServiceJob",
        {
            "jobName": "new",
            "jobQueue": "quota",
            "quotaShareName": "closed",
            "serviceJobType": KIND,
            "serviceRequestPayload": PAYLOAD,
        },
        "quota-share/closed is DISABLED",
    ),
    "adding a policy to a queue without one": (
        "UpdateJobQueue",
        {**QUEUE, "schedulingPolicyArn": f"{ARN}scheduling-policy/fair"},
        "job-queue/queue was created without",
    ),
    "changing the kind of a policy": (
        "UpdateSchedulingPolicy",
        {"arn": f"{ARN}scheduling-policy/fair", "quotaSharePolicy": IDLE},
        "scheduling-policy/fair has a fairsharePolicy",
    ),
    "taking away more than there is": (
        "UpdateConsumableResource",
        {"consumableResource": "licence", "operation": "REMOVE", "quantity": 6},
        "quantity 6",
    ),
}


@pytest.mark.parametrize("name", STATES)
def test_what_does_not_go_as_things_stand_is_refused(name: str) -> None:
    operation, request, words = STATES[name]
    check(operation, [Wrong(name, request, words)])


def test_a_service_job_that_has_ended_keeps_its_priority() -> None:
    request = {"jobId": world().jobs["service-ended"], "schedulingPriority": 1}
    check("UpdateServiceJob", [Wrong("it has ended", request, "has ended: it is FAILED")])


@pytest.mark.parametrize(
    "kind",
    ["compute-environment", "job-queue", "scheduling-policy", "consumable-resource"],
)
def test_deleting_what_is_gone_succeeds_and_changes_nothing(kind: str) -> None:
    here, before = world(), world().state()
    operation, member = {
        "compute-environment": ("DeleteComputeEnvironment", "computeEnvironment"),
        "job-queue": ("DeleteJobQueue", "jobQueue"),
        "scheduling-policy": ("DeleteSchedulingPolicy", "arn"),
        "consumable-resource": ("DeleteConsumableResource", "consumableResource"),
    }[kind]
    here.ask(operation, **{member: f"{ARN}{kind}/doomed"})
    assert here.state() == before

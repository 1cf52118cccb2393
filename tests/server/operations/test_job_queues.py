"""Source: https://docs.aws.amazon.com/batch/latest/userguide/job_queues.html."""

from typing import Any

import pytest

from batchyard.batch.resources import TimeLimit
from tests.server.operations.resources_yard import ARN, Yard

FARGATE = {"type": "FARGATE", "maxvCpus": 4}


STUCK = {
    "reason": "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
    "state": "RUNNABLE",
    "maxTimeSeconds": 600,
    "action": "CANCEL",
}


def services(*names: str) -> list[dict[str, Any]]:
    return [{"order": n, "serviceEnvironment": name} for n, name in enumerate(names, 1)]


def order(*names: str) -> list[dict[str, Any]]:
    return [{"order": n, "computeEnvironment": name} for n, name in enumerate(names, 1)]


def described(yard: Yard, *names: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yard.ask("DescribeJobQueues", jobQueues=list(names))["jobQueues"]
    return found


def test_a_queue_is_shown_as_it_was_created_with_its_environments_by_arn() -> None:
    yard = Yard()
    arn = yard.environment("env")
    queue = yard.queue("High", on="env", priority=1000, tags={"a": "b"})
    assert described(yard, "High") == [
        {
            "jobQueueName": "High",
            "jobQueueArn": f"{ARN}job-queue/High",
            "state": "ENABLED",
            "status": "VALID",
            "statusReason": "JobQueue Healthy",
            "priority": 1000,
            "computeEnvironmentOrder": [{"order": 1, "computeEnvironment": arn}],
            "jobQueueType": "ECS",
            "tags": {"a": "b"},
        }
    ]
    assert queue == f"{ARN}job-queue/High"


def test_environments_are_tried_by_their_numbers_however_they_are_listed() -> None:
    yard = Yard()
    first, second = yard.environment("first"), yard.environment("second")
    yard.queue("queue", computeEnvironmentOrder=order("second", "first")[::-1])
    tried = list(yard.shelf.queues["queue"].environments)
    assert tried == [second, first]
    yard.ask("UpdateJobQueue", jobQueue="queue", computeEnvironmentOrder=order("first"))
    tried = list(yard.shelf.queues["queue"].environments)
    assert tried == [first]


def test_a_queue_on_fargate_says_so() -> None:
    yard = Yard()
    yard.environment("env", computeResources=FARGATE)
    yard.queue("queue", jobQueueType="ECS_FARGATE")
    assert described(yard)[0]["jobQueueType"] == "ECS_FARGATE"


@pytest.mark.parametrize(
    "params, words",
    [
        ({"jobQueueName": "-a"}, "'-a'"),
        ({"jobQueueName": ""}, "jobQueueName"),
        ({"jobQueueName": "taken"}, "Object already exists"),
        ({"state": "ON"}, "ON"),
        ({"priority": -1}, "priority -1"),
        ({"priority": 1001}, "priority 1001"),
        ({"computeEnvironmentOrder": []}, "computeEnvironmentOrder"),
        ({"computeEnvironmentOrder": None}, "computeEnvironmentOrder"),
        ({"computeEnvironmentOrder": order("a", "b", "c", "d")}, "not 4"),
        ({"computeEnvironmentOrder": order("nope")}, "compute-environment/nope does not exist"),
        ({"computeEnvironmentOrder": order("a", "a")}, "compute-environment/a is given more"),
        ({"computeEnvironmentOrder": order("a") + order("b")}, "order 1 is given more"),
        ({"computeEnvironmentOrder": order("a", "fargate")}, "cannot be mixed"),
        ({"schedulingPolicyArn": f"{ARN}scheduling-policy/p"}, "scheduling-policy/p does not"),
        ({"schedulingPolicyArn": f"{ARN}scheduling-policy/quota"}, "has a quotaSharePolicy"),
        ({"serviceEnvironmentOrder": services("s")}, "both were given"),
        (
            {"serviceEnvironmentOrder": services("s"), "computeEnvironmentOrder": None},
            "service-environment/s does not exist",
        ),
        (
            {"serviceEnvironmentOrder": services("s", "t"), "computeEnvironmentOrder": None},
            "not 2",
        ),
        ({"jobQueueType": "SAGEMAKER_TRAINING"}, "SAGEMAKER_TRAINING"),
        ({"jobQueueType": "ECS_FARGATE"}, "ECS_FARGATE"),
        ({"jobStateTimeLimitActions": [{**STUCK, "maxTimeSeconds": 599}]}, "maxTimeSeconds 599"),
        ({"jobStateTimeLimitActions": [{**STUCK, "maxTimeSeconds": 86_401}]}, "86401"),
        ({"jobStateTimeLimitActions": [{**STUCK, "reason": " "}]}, "reason must not be empty"),
        ({"jobStateTimeLimitActions": [{**STUCK, "action": "TERMINATE"}]}, "must be CANCEL"),
        ({"jobStateTimeLimitActions": [{**STUCK, "action": "PAUSE"}]}, "PAUSE"),
        ({"jobStateTimeLimitActions": [{**STUCK, "state": "RUNNING"}]}, "RUNNING"),
        ({"tags": {"aws:x": "y"}}, "aws:x"),
    ],
)
def test_a_refused_queue_names_field_and_value_and_leaves_nothing(
    params: dict[str, Any], words: str
) -> None:
    yard = Yard()
    for name in "abcd":
        yard.environment(name)
    yard.environment("fargate", computeResources=FARGATE)
    yard.policy("quota", quotaSharePolicy={"idleResourceAssignmentStrategy": "FIFO"})
    yard.queue("taken", on="a")
    asked = {"jobQueueName": "new", "priority": 1, "computeEnvironmentOrder": order("a")}
    given = {name: value for name, value in {**asked, **params}.items() if value is not None}
    assert words in yard.refusal("CreateJobQueue", **given)
    assert list(yard.shelf.queues) == ["taken"]


def test_empty_members_that_are_not_served_say_nothing() -> None:
    yard = Yard()
    yard.environment("env")
    yard.queue("queue", jobStateTimeLimitActions=[], serviceEnvironmentOrder=[], tags={})
    assert described(yard)[0]["jobStateTimeLimitActions"] == []


def test_a_queue_of_service_jobs_is_shown_with_its_service_environment() -> None:
    yard = Yard()
    arn = yard.service_environment()
    yard.service_queue("training", jobQueueType="SAGEMAKER_TRAINING")
    [shown] = described(yard, "training")
    assert shown["serviceEnvironmentOrder"] == [{"order": 1, "serviceEnvironment": arn}]
    assert (shown["jobQueueType"], shown["computeEnvironmentOrder"]) == ("SAGEMAKER_TRAINING", [])
    assert yard.shelf.queues["training"].environments == (arn,)


def test_a_queue_sends_either_kind_of_job_for_good() -> None:
    yard = Yard()
    yard.environment()
    yard.service_environment()
    yard.queue("jobs")
    yard.service_queue("training")
    refusals = [
        yard.refusal(
            "UpdateJobQueue", jobQueue="jobs", serviceEnvironmentOrder=services("service")
        ),
        yard.refusal("UpdateJobQueue", jobQueue="training", computeEnvironmentOrder=order("env")),
    ]
    assert ["job-queue/jobs is" in refusals[0], "job-queue/training is" in refusals[1]] == [
        True
    ] * 2
    yard.service_environment("other")
    yard.ask("UpdateJobQueue", jobQueue="training", serviceEnvironmentOrder=services("other"))
    assert yard.shelf.queues["training"].environments == (f"{ARN}service-environment/other",)


def test_a_policy_can_be_exchanged_and_neither_added_nor_removed() -> None:
    yard = Yard()
    yard.environment()
    first, second = yard.policy("first"), yard.policy("second")
    yard.queue("fair", schedulingPolicyArn=first)
    yard.queue("plain", schedulingPolicyArn="")
    [fair] = described(yard, "fair")
    assert fair["schedulingPolicyArn"] == first
    assert "schedulingPolicyArn" not in described(yard, "plain")[0]
    yard.ask("UpdateJobQueue", jobQueue="fair", schedulingPolicyArn=second)
    assert yard.shelf.queues["fair"].scheduling_policy == second
    yard.ask("UpdateJobQueue", jobQueue="fair", schedulingPolicyArn="", priority=2)
    assert described(yard, "fair")[0]["schedulingPolicyArn"] == second
    refusal = yard.refusal("UpdateJobQueue", jobQueue="plain", schedulingPolicyArn=first)
    assert "job-queue/plain was created without" in refusal
    missing = f"{ARN}scheduling-policy/nope"
    assert missing in yard.refusal("UpdateJobQueue", jobQueue="fair", schedulingPolicyArn=missing)
    assert yard.shelf.queues["fair"].scheduling_policy == second


def test_a_policy_is_not_exchanged_for_one_of_the_other_kind() -> None:
    yard = Yard()
    yard.quota_queue()
    fair = yard.policy("fair")
    refusal = yard.refusal("UpdateJobQueue", jobQueue="quota", schedulingPolicyArn=fair)
    assert f"{fair} is of another kind" in refusal


def test_limits_of_time_are_replaced_as_a_whole() -> None:
    yard = Yard()
    yard.environment()
    yard.queue("queue", jobStateTimeLimitActions=[STUCK])
    limit = TimeLimit("MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT", 600)
    assert yard.shelf.queues["queue"].time_limits == (limit,)
    yard.ask("UpdateJobQueue", jobQueue="queue", priority=5)
    assert yard.shelf.queues["queue"].time_limits == (limit,)
    assert described(yard)[0]["jobStateTimeLimitActions"] == [STUCK]
    yard.ask("UpdateJobQueue", jobQueue="queue", jobStateTimeLimitActions=[])
    assert yard.shelf.queues["queue"].time_limits == tuple[TimeLimit, ...]()
    yard.service_environment()
    yard.service_queue("training", jobStateTimeLimitActions=[{**STUCK, "action": "TERMINATE"}])
    assert yard.shelf.queues["training"].time_limits == (TimeLimit(limit.reason, 600, "TERMINATE"),)


def test_an_update_changes_what_it_gives_and_nothing_else() -> None:
    yard = Yard()
    yard.environment("env")
    arn = yard.queue("queue", tags={"a": "b"})
    (before,) = described(yard)
    asked = yard.ask("UpdateJobQueue", jobQueue=arn, state="DISABLED", priority=0)
    assert asked == {"jobQueueName": "queue", "jobQueueArn": arn}
    assert described(yard) == [{**before, "state": "DISABLED", "priority": 0}]
    kept = yard.shelf.queues["queue"]
    assert (kept.state, kept.priority) == ("DISABLED", 0)


@pytest.mark.parametrize(
    "params, words",
    [
        ({"jobQueue": "nope"}, f"{ARN}job-queue/nope does not exist"),
        ({"jobQueue": f"{ARN}job-queue/gone"}, f"{ARN}job-queue/gone does not exist"),
        ({"priority": 2000}, "priority 2000"),
        ({"computeEnvironmentOrder": []}, "computeEnvironmentOrder"),
        ({"schedulingPolicyArn": "arn:p"}, "arn:p"),
    ],
)
def test_a_refused_update_changes_nothing(params: dict[str, Any], words: str) -> None:
    yard = Yard()
    yard.environment("env")
    yard.queue("queue")
    before = described(yard)
    asked = {"jobQueue": "queue", "state": "DISABLED", **params}
    assert words in yard.refusal("UpdateJobQueue", **asked)
    assert described(yard) == before


def test_only_a_disabled_queue_is_deleted_and_its_deletion_reaches_the_engine_once() -> None:
    yard = Yard()
    yard.environment("env")
    yard.queue("queue")
    assert "ENABLED" in yard.refusal("DeleteJobQueue", jobQueue="queue")
    yard.ask("UpdateJobQueue", jobQueue="queue", state="DISABLED")
    for _ in range(2):  # a repeated request succeeds
        assert yard.ask("DeleteJobQueue", jobQueue="queue") == {}
    assert described(yard) == []
    assert [one.name for one in yard.engine.removed] == ["queue"]


def test_pages_and_lists_are_those_of_every_resource() -> None:
    yard = Yard()
    yard.environment("env")
    for name in ("c", "a", "b"):
        yard.queue(name)
    first = yard.ask("DescribeJobQueues", maxResults=2)
    rest = yard.ask("DescribeJobQueues", maxResults=2, nextToken=first["nextToken"])
    names = [one["jobQueueName"] for one in first["jobQueues"] + rest["jobQueues"]]
    assert names == ["a", "b", "c"]
    assert [one["jobQueueName"] for one in described(yard, "nope", "b")] == ["b"]
    words = "JobQueues and MaxResults cannot both be set"
    assert words in yard.refusal("DescribeJobQueues", jobQueues=["a"], maxResults=1)

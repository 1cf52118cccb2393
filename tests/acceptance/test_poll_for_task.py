"""PollForTask by boto3 on a real yard, case by case.

The oracle: https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_PollForTask.html,
API_ReportTaskProgress.html, API_SetTaskStatus.html and API_ReportTaskRunnerHeartbeat.html beside it
"""

import signal
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError

from tests.acceptance.yards import PATIENCE, RunningYard, until

HOLD = 2.0
"""Seconds that the yard holds a poll; AWS holds it for 90."""
SETTINGS = ("--poll-hold", str(HOLD), "--maximum-retries", "0", "--retry-delay", "0")


def fields(**values: str) -> list[dict[str, str]]:
    return [{"key": key, "stringValue": value} for key, value in values.items()]


def objects(group: str, count: int = 1, **more: str) -> list[dict[str, Any]]:
    """A definition that runs on demand: so many activities of a worker group."""
    default = fields(scheduleType="ondemand", workerGroup=group)
    activity = fields(type="ShellCommandActivity", command="echo #{@scheduledStartTime}", **more)
    return [
        {"id": "Default", "name": "Default", "fields": default},
        *({"id": f"A{n}", "name": f"Say {n}", "fields": activity} for n in range(count)),
    ]


class Side:
    """A yard's user, and its task runners, in a worker group of their own."""

    def __init__(self, yard: RunningYard, region: str = "us-east-1") -> None:
        self.yard = yard
        self.client = yard.client("datapipeline", region)
        self.group = f"wg-{uuid4().hex[:8]}"
        self.threads = ThreadPoolExecutor(8)

    def activate(self, count: int = 1, group: str = "", **more: str) -> str:
        made = self.client.create_pipeline(name="p", uniqueId=str(uuid4()))
        pipeline = str(made["pipelineId"])
        content = objects(group or self.group, count, **more)
        put = self.client.put_pipeline_definition(pipelineId=pipeline, pipelineObjects=content)
        assert not put["errored"], put
        self.client.activate_pipeline(pipelineId=pipeline)
        return pipeline

    def poll(self, group: str = "", **more: Any) -> dict[str, Any] | None:
        answer = self.client.poll_for_task(workerGroup=group or self.group, **more)
        found: dict[str, Any] | None = answer.get("taskObject")
        return found

    def polling(self, group: str = "") -> Future[dict[str, Any] | None]:
        return self.threads.submit(self.poll, group)

    def take(self) -> dict[str, Any]:
        found = self.poll()
        assert found is not None
        return found

    def report(self, task: dict[str, Any]) -> bool:
        answer = self.client.report_task_progress(taskId=task["taskId"])
        return bool(answer["canceled"])

    def settle(self, task: dict[str, Any], status: str = "FINISHED", **more: str) -> None:
        self.client.set_task_status(taskId=task["taskId"], taskStatus=status, **more)

    def shown(self, pipeline: str, name: str) -> dict[str, str]:
        answer = self.client.describe_objects(pipelineId=pipeline, objectIds=[name])
        (found,) = answer["pipelineObjects"]
        return {f["key"]: f.get("stringValue", f.get("refValue")) for f in found["fields"]}

    def status(self, pipeline: str, task: dict[str, Any]) -> str:
        return self.shown(pipeline, instance_of(task))["@status"]


def instance_of(task: dict[str, Any]) -> str:
    return str(task["attemptId"]).rpartition("_Attempt=")[0]


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningYard]:
    with RunningYard(tmp_path_factory.mktemp("yard"), *SETTINGS) as running:
        yield running


@pytest.fixture
def side(yard: RunningYard) -> Iterator[Side]:
    made = Side(yard)
    yield made
    made.threads.shutdown(cancel_futures=True)


def test_a_task_has_the_fields_of_awss_example(side: Side) -> None:
    """The response of the example in API_PollForTask.html: objects by id, fields of two kinds."""
    pipeline = side.activate()
    task = side.take()
    assert set(task) == {"taskId", "pipelineId", "attemptId", "objects"}
    assert task["pipelineId"] == pipeline
    attempt = task["objects"][task["attemptId"]]
    assert (attempt["id"], attempt["name"]) == (task["attemptId"], "Say 0")
    found = {f["key"]: f.get("stringValue", f.get("refValue")) for f in attempt["fields"]}
    for field in attempt["fields"]:
        assert len(field.keys() & {"stringValue", "refValue"}) == 1
    assert found["type"] == "ShellCommandActivity"
    assert found["@componentParent"] == "A0"
    assert found["@instanceParent"] == instance_of(task)
    assert found["@sphere"] == "ATTEMPT"
    assert found["@pipelineId"] == pipeline
    assert found["command"] == f"echo {found['@scheduledStartTime']}"
    assert found["workerGroup"] == side.group
    side.settle(task)


def test_a_ready_task_is_answered_at_once_and_an_empty_poll_after_the_hold(side: Side) -> None:
    side.activate()
    began = time.monotonic()
    task = side.take()
    assert time.monotonic() - began < HOLD
    assert side.poll() is None
    assert time.monotonic() - began >= HOLD
    side.settle(task)


def test_groups_match_exactly_and_take_tasks_of_any_pipeline(side: Side) -> None:
    polls = [side.polling(side.group + end) for end in ("x", "*", " ")]
    polls.append(side.polling(side.group.upper()))
    pipelines = {side.activate(), side.activate()}
    tasks = [side.take(), side.take()]
    assert {task["pipelineId"] for task in tasks} == pipelines
    assert [poll.result(PATIENCE) for poll in polls] == [None] * 4
    for task in tasks:
        side.settle(task)


def test_a_task_goes_to_a_poller_that_waits_and_each_to_one_only(side: Side) -> None:
    polls = [side.polling() for _ in range(4)]
    pipeline = side.activate(2)
    found = [poll.result(PATIENCE) for poll in polls]
    tasks = [task for task in found if task is not None]
    assert len(tasks) == 2
    assert len({task["taskId"] for task in tasks}) == 2
    assert {task["pipelineId"] for task in tasks} == {pipeline}
    for task in tasks:
        side.settle(task)


def test_another_region_has_other_tasks(side: Side) -> None:
    elsewhere = Side(side.yard, "eu-west-1")
    side.activate()
    assert elsewhere.poll(side.group) is None
    side.settle(side.take())


def test_a_poller_that_hung_up_takes_nothing_with_it(side: Side) -> None:
    env = side.yard.env()
    hasty = boto3.client(
        "datapipeline",
        region_name="us-east-1",
        endpoint_url=side.yard.url,
        aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
        config=Config(retries={"total_max_attempts": 1}, read_timeout=0.3, proxies={}),
    )
    with pytest.raises(ReadTimeoutError):
        hasty.poll_for_task(workerGroup=side.group)
    hasty.close()
    pipeline = side.activate()
    task = side.take()
    assert task["pipelineId"] == pipeline
    side.settle(task)


def test_who_polls_is_recorded_and_shown(side: Side) -> None:
    pipeline = side.activate()
    identity = {"document": '{"instanceId": "i-1234567890abcdef0"}', "signature": "c2lnbmVk"}
    task = side.poll(hostname="worker-1.example.com", instanceIdentity=identity)
    assert task is not None
    shown = side.shown(pipeline, task["attemptId"])
    assert "worker-1.example.com" in shown.values()
    assert identity["document"] in shown.values()
    assert side.status(pipeline, task) == "RUNNING"
    side.settle(task)


def test_finished_failed_and_false_are_kept_with_what_was_said(side: Side) -> None:
    pipeline = side.activate(3)
    done, failed, unmet = (side.take() for _ in range(3))
    for task in (done, failed, unmet):
        assert side.report(task) is False
    side.settle(done)
    side.settle(failed, "FAILED", errorId="E1", errorMessage="broke", errorStackTrace="at line 1")
    side.settle(unmet, "FALSE")
    assert side.status(pipeline, done) == "FINISHED"
    assert side.status(pipeline, failed) == "FAILED"
    assert side.status(pipeline, unmet) == "FAILED"
    shown = side.shown(pipeline, failed["attemptId"])
    told = (shown["errorId"], shown["errorMessage"], shown["errorStackTrace"])
    assert told == ("E1", "broke", "at line 1")


def test_a_canceled_task_is_told_so_and_its_status_changes_nothing(side: Side) -> None:
    pipeline = side.activate()
    task = side.take()
    name = instance_of(task)
    side.client.set_status(pipelineId=pipeline, objectIds=[name], status="TRY_CANCEL")
    assert until(lambda: side.report(task))
    with pytest.raises(side.client.exceptions.InvalidRequestException):
        side.settle(task)
    assert side.status(pipeline, task) == "CANCELED"


def test_the_same_status_twice_is_fine(side: Side) -> None:
    side.activate()
    task = side.take()
    side.settle(task)
    side.settle(task)
    with pytest.raises(side.client.exceptions.InvalidRequestException):
        side.settle(task, "FAILED")


def test_unknown_tasks_and_wrong_values_are_refused_by_awss_codes(side: Side) -> None:
    nobody = {"taskId": "nobody"}
    for work in (side.report, side.settle):
        with pytest.raises(side.client.exceptions.TaskNotFoundException) as caught:
            work(nobody)
        assert "nobody" in str(caught.value)
    side.activate()
    task = side.take()
    for wrong in ({"errorId": "Service_E"}, {"errorId": "x" * 1025}):
        with pytest.raises(ClientError) as refused:
            side.settle(task, "FAILED", **wrong)
        assert refused.value.response["Error"]["Code"].endswith("InvalidRequestException")
    with pytest.raises(ClientError) as refused:
        side.settle(task, "DONE")
    assert refused.value.response["Error"]["Code"].endswith("InvalidRequestException")
    side.settle(task)


def test_a_runner_is_not_sent_away_until_its_resource_is_gone(side: Side) -> None:
    heartbeat = side.client.report_task_runner_heartbeat
    assert heartbeat(taskrunnerId="r", workerGroup=side.group)["terminate"] is False
    gone = "df-0123456789ABCDEFGHIJ@Machine_2026-11-25T00:00:00"
    assert heartbeat(taskrunnerId="r", workerGroup=gone)["terminate"] is True


def test_what_was_answered_before_a_crash_is_held_after_it(tmp_path: Path) -> None:
    with RunningYard(tmp_path, *SETTINGS) as yard:
        side = Side(yard)
        pipeline = side.activate(2)
        held = side.take()
        group = side.group
        yard.stop(signal.SIGKILL)
    with RunningYard(tmp_path, *SETTINGS) as yard:
        side = Side(yard)
        side.group = group
        other = side.take()
        assert instance_of(other) != instance_of(held)
        assert side.poll() is None
        assert side.report(held) is False
        for task in (held, other):
            side.settle(task)
            assert side.status(pipeline, task) == "FINISHED"


def test_a_silent_holder_loses_its_task_and_is_told_when_it_comes_back(tmp_path: Path) -> None:
    with RunningYard(tmp_path, *SETTINGS, "--acknowledge-timeout", "1") as yard:
        side = Side(yard)
        pipeline = side.activate()
        first = side.take()
        second = side.take()
        assert first["attemptId"] == second["attemptId"]
        assert first["taskId"] != second["taskId"]
        assert side.report(first) is True
        with pytest.raises(side.client.exceptions.InvalidRequestException):
            side.settle(first, "FAILED")
        side.settle(second)
        assert side.status(pipeline, second) == "FINISHED"


def test_a_holder_that_falls_silent_after_it_began_loses_its_task(tmp_path: Path) -> None:
    with RunningYard(tmp_path, *SETTINGS, "--progress-timeout", "1") as yard:
        side = Side(yard)
        side.activate()
        first = side.take()
        assert side.report(first) is False
        second = side.take()
        assert first["attemptId"] == second["attemptId"]
        side.settle(second)


def test_a_yard_that_stops_sends_its_pollers_away_at_once(tmp_path: Path) -> None:
    with RunningYard(tmp_path, "--poll-hold", "600") as yard:
        side = Side(yard)
        poll = side.polling()
        until(lambda: side.client.list_pipelines() is not None)
        began = time.monotonic()
        assert yard.stop()[0] == 0
        assert time.monotonic() - began < 60
        assert poll.exception(PATIENCE) is not None or poll.result() is None

"""Jobs on machines of task runners, which a test plays with boto3: poll, report, put logs, settle.

The oracles: https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_PollForTask.html and
its neighbours, and https://docs.aws.amazon.com/batch/latest/userguide/job_states.html
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from batchyard.cli.asking import ask, beside
from tests.acceptance.yards import RunningYard, described, ended, reached, register, until

pytestmark = pytest.mark.xdist_group("offered")

TAG = "batchyard:worker-group"
SLEEP = ("sleep", "1000")


class Queue:
    """A queue on an environment of its own, offered to a worker group of its name.

    Attributes:
        name: the queue's, the environment's and the worker group's.
    """

    def __init__(self, yard: RunningYard, name: str) -> None:
        self.name = name
        self.batch = yard.client("batch")
        self.logs = yard.client("logs")
        self.pipelines = yard.client("datapipeline")
        made = self.batch.create_compute_environment(
            computeEnvironmentName=name, type="UNMANAGED", unmanagedvCpus=2, tags={TAG: name}
        )
        self.environment = made["computeEnvironmentArn"]
        self.batch.create_job_queue(
            jobQueueName=name,
            priority=1,
            computeEnvironmentOrder=[{"order": 1, "computeEnvironment": name}],
        )

    def submit(self, *command: str, **more: Any) -> str:
        definition = register(self.batch, *command, name=self.name)
        answer = self.batch.submit_job(
            jobName="far", jobQueue=self.name, jobDefinition=definition, **more
        )
        return str(answer["jobId"])

    def runners(self) -> dict[str, Any]:
        """What the yard tells of this worker group's task runners, and of its queue."""
        found = ask(beside(self.batch), "/_batchyard/runners")
        return {
            name: [one for one in found[name] if one["workerGroup"] == self.name]
            for name in ("runners", "workerGroups")
        }

    def take(self) -> dict[str, Any]:
        """Poll until there is a task."""

        def polled() -> dict[str, Any] | None:
            answer = self.pipelines.poll_for_task(workerGroup=self.name, hostname="far-away")
            return answer.get("taskObject")

        task: dict[str, Any] = until(polled)
        return task

    def canceled(self, task: dict[str, Any]) -> bool:
        """Report progress; tell whether the task is to stop."""
        return bool(self.pipelines.report_task_progress(taskId=task["taskId"])["canceled"])

    def settle(self, task: dict[str, Any], status: str, **failure: str) -> None:
        self.pipelines.set_task_status(taskId=task["taskId"], taskStatus=status, **failure)

    def runs(self, task: dict[str, Any]) -> None:
        """Do as a task runner would: run the command, hand on what it prints, tell how it ended."""
        assert not self.canceled(task)
        (item,) = task["objects"].values()
        given = dict(entry.split("=", 1) for entry in strings(item, "environment"))
        done = subprocess.run(
            strings(item, "command"),
            env={"PATH": os.environ["PATH"], **given},
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        now = int(time.time() * 1000)
        self.logs.put_log_events(
            logGroupName=strings(item, "logGroupName")[0],
            logStreamName=strings(item, "logStreamName")[0],
            logEvents=[{"timestamp": now, "message": line} for line in done.stdout.splitlines()],
        )
        if done.returncode:
            self.settle(task, "FAILED", errorId=f"ExitCode:{done.returncode}")
        else:
            self.settle(task, "FINISHED")


def strings(item: dict[str, Any], key: str) -> list[str]:
    return [field["stringValue"] for field in item["fields"] if field["key"] == key]


@pytest.fixture(scope="module")
def queue(shared: RunningYard) -> Queue:
    return Queue(shared, "far")


def test_a_job_runs_where_its_task_runner_is_with_states_exit_code_and_logs(queue: Queue) -> None:
    script = "echo $AWS_BATCH_JOB_ID; echo attempt $AWS_BATCH_JOB_ATTEMPT; exit 5"
    job = queue.submit("sh", "-c", script, retryStrategy={"attempts": 2})
    for _ in range(2):
        assert reached(queue.batch, job, "STARTING")["jobId"] == job
        task = queue.take()
        assert (task["pipelineId"], list(task["objects"])) == (job, [task["attemptId"]])
        queue.runs(task)
    found = ended(queue.batch, job)
    assert (found["status"], found["statusReason"]) == (
        "FAILED",
        "Essential container in task exited",
    )
    assert [each["container"]["exitCode"] for each in found["attempts"]] == [5, 5]
    for number, attempt in enumerate(found["attempts"], 1):
        stream = attempt["container"]["logStreamName"]
        page = queue.logs.get_log_events(
            logGroupName="/aws/batch/job", logStreamName=stream, startFromHead=True
        )
        assert [event["message"] for event in page["events"]] == [job, f"attempt {number}"]
        (shown,) = queue.logs.describe_log_streams(
            logGroupName="/aws/batch/job", logStreamNamePrefix=stream
        )["logStreams"]
        assert shown["logStreamName"] == stream
        assert shown["lastEventTimestamp"] == page["events"][-1]["timestamp"]


def test_what_is_printed_is_there_while_the_job_runs(queue: Queue) -> None:
    job = queue.submit(*SLEEP)
    task = queue.take()
    (item,) = task["objects"].values()
    put = {
        "logGroupName": strings(item, "logGroupName")[0],
        "logStreamName": strings(item, "logStreamName")[0],
    }
    event = {"timestamp": int(time.time() * 1000), "message": "early"}
    queue.logs.put_log_events(**put, logEvents=[event])
    assert not queue.canceled(task)
    assert described(queue.batch, job)["container"]["logStreamName"] == put["logStreamName"]
    page = queue.logs.get_log_events(**put, startFromHead=True)
    assert [event["message"] for event in page["events"]] == ["early"]
    queue.settle(task, "FINISHED")
    assert described(queue.batch, job)["status"] == "SUCCEEDED"


def test_a_terminated_job_ends_when_its_runner_has_stopped_it(queue: Queue) -> None:
    job = queue.submit(*SLEEP)
    task = queue.take()
    assert not queue.canceled(task)
    queue.batch.terminate_job(jobId=job, reason="enough")
    assert queue.canceled(task)
    assert described(queue.batch, job)["status"] == "RUNNING"
    for _ in range(2):  # an answer may have been lost
        queue.settle(task, "FAILED", errorId="ExitCode:143")
    found = described(queue.batch, job)
    assert (found["status"], found["statusReason"]) == ("FAILED", "enough")
    assert found["container"]["exitCode"] == 143


def test_a_job_that_is_terminated_before_it_is_taken_is_not_handed_out(queue: Queue) -> None:
    job, other = queue.submit(*SLEEP), queue.submit(*SLEEP)
    reached(queue.batch, job, "STARTING")
    queue.batch.terminate_job(jobId=job, reason="enough")
    assert described(queue.batch, job)["statusReason"] == "enough"
    task = queue.take()
    assert task["pipelineId"] == other
    queue.settle(task, "FINISHED")


def test_a_timeout_asks_the_runner_to_stop(queue: Queue) -> None:
    job = queue.submit(*SLEEP, timeout={"attemptDurationSeconds": 1})
    task = queue.take()
    until(lambda: queue.canceled(task))
    queue.settle(task, "FAILED", errorId="ExitCode:143")
    found = described(queue.batch, job)
    assert found["statusReason"] == "Job attempt duration exceeded timeout"


def test_what_cannot_be_started_says_why(queue: Queue) -> None:
    job = queue.submit("no-such-program")
    why = "There is no program 'no-such-program'"
    queue.settle(queue.take(), "FAILED", errorId="NotStarted", errorMessage=why)
    (attempt,) = described(queue.batch, job)["attempts"]
    assert attempt["statusReason"] == "Task failed to start"
    assert attempt["container"]["reason"] == why
    assert "exitCode" not in attempt["container"]


def test_a_tag_that_is_changed_holds_from_the_next_attempt_on(shared: RunningYard) -> None:
    queue = Queue(shared, "moving")
    before = queue.submit("echo", "here")
    reached(queue.batch, before, "STARTING")
    queue.batch.untag_resource(resourceArn=queue.environment, tagKeys=[TAG])
    here = queue.submit("echo", "here")
    assert ended(queue.batch, here)["status"] == "SUCCEEDED"
    queue.runs(queue.take())
    assert described(queue.batch, before)["status"] == "SUCCEEDED"
    queue.batch.tag_resource(resourceArn=queue.environment, tags={TAG: "moving"})
    again = queue.submit("echo", "here")
    queue.runs(queue.take())
    assert described(queue.batch, again)["status"] == "SUCCEEDED"


def test_a_worker_group_has_a_name(queue: Queue) -> None:
    with pytest.raises(ClientError, match="batchyard:worker-group is empty"):
        queue.batch.tag_resource(resourceArn=queue.environment, tags={TAG: ""})


def test_a_killed_yard_finds_its_task_runners_again(tmp_path: Path) -> None:
    data, script = tmp_path / "data", ("sh", "-c", "echo done")
    with RunningYard(data) as yard:
        queue = Queue(yard, "far")
        jobs = [queue.submit(*script) for _ in range(2)]
        held = queue.take()
        assert not queue.canceled(held)
        yard.stop(signal.SIGKILL)
    with RunningYard(data) as yard:
        again = object.__new__(Queue)
        again.name, again.batch, again.logs = "far", yard.client("batch"), yard.client("logs")
        again.pipelines = yard.client("datapipeline")
        assert described(again.batch, held["pipelineId"])["status"] == "RUNNING"
        other = again.take()
        assert {held["pipelineId"], other["pipelineId"]} == set(jobs)
        for task in (held, other):
            again.runs(task)
        assert [described(again.batch, job)["status"] for job in jobs] == ["SUCCEEDED"] * 2


def test_a_yard_that_ends_its_jobs_answers_until_runners_have_stopped_them(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with RunningYard(data, "--stop-jobs") as yard:
        queue = Queue(yard, "far")
        job = queue.submit(*SLEEP)
        task = queue.take()
        assert not queue.canceled(task)
        yard.process.send_signal(signal.SIGTERM)
        until(lambda: queue.canceled(task))
        queue.settle(task, "FAILED", errorId="ExitCode:143")
        assert yard.process.wait(30) == 0
    with RunningYard(data) as yard:
        assert described(yard.client("batch"), job)["container"]["exitCode"] == 143


def test_a_yard_tells_which_runners_there_are_and_what_waits_for_one(shared: RunningYard) -> None:
    queue = Queue(shared, "told")
    first = queue.submit(*SLEEP)
    reached(queue.batch, first, "STARTING")
    assert queue.runners() == {
        "runners": [],
        "workerGroups": [{"workerGroup": "told", "ready": 1, "polls": 0}],
    }
    task, begun = queue.take(), time.time() * 1000
    told = queue.runners()
    (runner,) = told["runners"]
    assert told["workerGroups"] == []
    assert (runner["hostname"], runner["polls"]) == ("far-away", 0)
    assert abs(runner["heardAt"] - begun) < 60_000
    (held,) = runner["tasks"]
    assert (held["taskId"], held["service"]) == (task["taskId"], "batch")
    assert held["owner"] == first
    queue.settle(task, "FINISHED")
    assert queue.runners()["runners"][0]["tasks"] == []

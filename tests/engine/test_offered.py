"""Jobs whose attempts task runners run: what becomes of them is what becomes of all others.

The oracles: https://docs.aws.amazon.com/batch/latest/userguide/job_retries.html (the host's loss),
https://docs.aws.amazon.com/batch/latest/userguide/job_timeouts.html, and
https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_PollForTask.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, cast

import pytest

from batchyard.batch import events, ids
from batchyard.batch.model import Demand, Retry, RetryRule
from batchyard.batch.obstacles import Cause
from batchyard.batch.resources import ComputeEnvironment
from batchyard.engine.explaining import explain
from batchyard.engine.tasks import Held, Result, Runner
from batchyard.launchers.offers import SILENCE
from batchyard.pipelines.instances import Failure
from batchyard.pipelines.model import PipelineObject
from batchyard.pipelines.tasks import Leases, Taken
from tests.engine.yard import MEMORY, PLACE, VCPUS, Yard

ENVIRONMENT = ids.arn(PLACE, ids.ENVIRONMENT, "env")
BEGIN = Leases().acknowledge
"""Seconds within which a runner reports for the first time."""


def tagged(yard: Yard, worker_group: str | None) -> None:
    """Let the environment's attempts be offered, or run here."""
    room = ComputeEnvironment("env", ENVIRONMENT, "ENABLED", VCPUS, worker_group=worker_group)
    yard.engine.put(PLACE, room)
    yard.settle()


@pytest.fixture
def yard() -> Yard:
    made = Yard()
    tagged(made, "workers")
    return made


def submitted(yard: Yard, **members: Any) -> str:  # noqa: ANN401 - a spec's members
    job = yard.submit(**members)
    yard.settle()
    return job


def taken(yard: Yard, group: str = "workers") -> Taken | None:
    """Poll, if there is something to be had."""
    if group not in yard.engine.tasks.depths(PLACE):
        return None
    with pytest.raises(StopIteration) as answer:
        yard.engine.tasks.poll(PLACE, group, Runner("host-7"), 90).send(None)
    yard.settle()
    return cast("Taken", answer.value.value)


def take(yard: Yard, group: str = "workers") -> str:
    """Take the task that is ready; give its id."""
    found = taken(yard, group)
    assert found is not None
    return found.id


def handed(yard: Yard) -> tuple[str, PipelineObject]:
    """Take the task that is ready; give its id and its one object."""
    found = taken(yard)
    assert found is not None
    objects = yard.engine.tasks.objects(found)
    assert objects is not None
    return found.id, objects[found.task.attempt]


def report(yard: Yard, task: str) -> Held:
    held = yard.engine.tasks.report(PLACE, task)
    yard.settle()
    return held


def settled(yard: Yard, task: str, result: Result = "FINISHED", *failure: str) -> Held:
    held = yard.engine.tasks.settle(PLACE, task, result, Failure(*failure))
    yard.settle()
    return held


def pass_time(yard: Yard, seconds: float) -> None:
    yard.clock.advance(int(seconds * 1000) + 2)
    yard.settle()


def end(yard: Yard, job: str) -> tuple[str, str | None, int | None, str | None]:
    """How a job ended: its state and reason, and its last attempt's code and reason."""
    found = yard.job(job)
    last = found.attempts[-1]
    return str(found.state), found.status_reason, last.exit_code, last.reason


def test_a_job_runs_once_its_runner_says_so_and_nothing_of_it_runs_here(yard: Yard) -> None:
    job = submitted(yard)
    assert yard.state(job) == "STARTING"
    task = take(yard)
    assert yard.state(job) == "STARTING"
    pass_time(yard, 5)
    assert not report(yard, task).answer.canceled
    assert (yard.state(job), yard.job(job).attempts[-1].started_at) == ("RUNNING", yard.now())
    assert settled(yard, task).answer.held
    assert end(yard, job) == ("SUCCEEDED", "Essential container in task exited", 0, None)
    told = {entry.event: entry.cause for entry in yard.job(job).story}
    assert told["Placed"] == "room on env, offered to worker group workers"
    assert told["Started"] == "on host-7"
    assert yard.launcher.launched == {}


def test_why_an_attempt_has_not_begun_is_told_by_who_asks_for_it(yard: Yard) -> None:
    jobs = [submitted(yard, demand=Demand(VCPUS, 1)) for _ in range(2)]
    nobody = "1 attempt waits for a task runner of worker group workers; none asks for one now."
    found = explain(yard.engine, yard.job(jobs[0]))
    assert (found.cause, found.sentences) == (Cause.RUNNER, (nobody,))
    behind = explain(yard.engine, yard.job(jobs[1]))
    assert (yard.state(jobs[1]), behind.cause) == ("RUNNABLE", Cause.VCPUS)
    assert behind.sentences[-1] == nobody
    task = take(yard)
    (told,) = explain(yard.engine, yard.job(jobs[0])).sentences
    assert told == "The task runner on host-7 has taken it, and is to begin it."
    assert nobody not in explain(yard.engine, yard.job(jobs[1])).sentences
    report(yard, task)
    assert explain(yard.engine, yard.job(jobs[0])).cause is Cause.NOTHING


def test_why_an_array_has_not_begun_is_told_of_a_child_that_is_offered(yard: Yard) -> None:
    job = submitted(yard, array_size=2, demand=Demand(1000, 1))
    found = explain(yard.engine, yard.job(job))
    assert (found.cause, yard.state(f"{job}:0")) == (Cause.RUNNER, "STARTING")
    assert found.sentences[-2:] == (
        f"The first that waits is {job}:0:",
        "2 attempts wait for a task runner of worker group workers; none asks for one now.",
    )


def test_a_runner_is_told_what_a_process_here_would_be_given(yard: Yard) -> None:
    job = submitted(yard, command=("sh", "-c", "echo $A", ""), environment={"A": "b=c"})
    _, found = handed(yard)
    attempt = yard.attempt(job)
    assert (found.id, found.name, found.type) == (attempt, "job", "BatchJobAttempt")
    assert found.strings("command") == ("sh", "-c", "echo $A", "")
    environment = dict(entry.split("=", 1) for entry in found.strings("environment"))
    assert environment == {
        "A": "b=c",
        "AWS_BATCH_CE_NAME": "env",
        "AWS_BATCH_JOB_ATTEMPT": "1",
        "AWS_BATCH_JOB_ID": job,
        "AWS_BATCH_JQ_NAME": "q",
        "AWS_EXECUTION_ENV": "AWS_ECS_EC2",
    }
    singles = {key: found.strings(key) for key in found.keys - {"command", "environment", "type"}}
    assert singles == {
        "@sphere": ("ATTEMPT",),
        "jobId": (job,),
        "logGroupName": ("/aws/batch/job",),
        "logStreamName": (f"d/default/{attempt}",),
        "memory": ("100",),
        "reportProgressTimeout": ("1 minute",),
    }


@pytest.mark.parametrize(
    "said, reason",
    [
        ("", None),
        ("Essential container in task exited", None),
        ("OutOfMemoryError: Container killed", "OutOfMemoryError: Container killed"),
    ],
)
def test_a_failed_attempt_has_its_exit_code_and_is_tried_again(
    yard: Yard, said: str, reason: str | None
) -> None:
    job = submitted(yard, retry=Retry(2))
    for attempt in (1, 2):
        task, found = handed(yard)
        assert f"AWS_BATCH_JOB_ATTEMPT={attempt}" in found.strings("environment")
        report(yard, task)
        settled(yard, task, "FAILED", "ExitCode:3", said)
    assert end(yard, job) == ("FAILED", "Essential container in task exited", 3, reason)


def test_a_status_without_a_report_before_it_is_enough(yard: Yard) -> None:
    job = submitted(yard)
    settled(yard, take(yard), "FAILED", "ExitCode:9")
    assert end(yard, job)[2] == 9
    assert yard.job(job).attempts[-1].started_at is not None


def test_what_a_runner_cannot_start_could_not_be_started(yard: Yard) -> None:
    job = submitted(yard)
    settled(yard, take(yard), "FAILED", "NotStarted", "There is no such program")
    assert end(yard, job) == ("FAILED", "Task failed to start", None, "There is no such program")


def test_what_fails_without_a_code_has_code_1_and_the_reason(yard: Yard) -> None:
    job = submitted(yard)
    task = take(yard)
    report(yard, task)
    settled(yard, task, "FAILED", "DiskFull", "The disk is full")
    assert end(yard, job) == (
        "FAILED",
        "Essential container in task exited",
        1,
        "The disk is full",
    )


def test_a_runner_that_falls_silent_is_a_lost_host_and_rules_can_match_it(yard: Yard) -> None:
    rules = (RetryRule("RETRY", on_status_reason="Host EC2*"), RetryRule("EXIT", on_reason="*"))
    job = submitted(yard, retry=Retry(2, rules))
    lost = take(yard)
    report(yard, lost)
    pass_time(yard, SILENCE)
    first = yard.job(job).attempts[0]
    assert first.status_reason is not None
    assert first.status_reason.startswith("Host EC2 (instance i-")
    assert first.status_reason.endswith(") terminated.")
    assert report(yard, lost).answer.canceled
    assert not settled(yard, lost).answer.held
    again = take(yard)
    report(yard, again)
    settled(yard, again)
    assert (yard.state(job), len(yard.job(job).attempts)) == ("SUCCEEDED", 2)


def test_a_runner_that_reports_is_not_lost(yard: Yard) -> None:
    job = submitted(yard)
    task = take(yard)
    for _ in range(10):
        report(yard, task)
        pass_time(yard, SILENCE - 1)
    assert yard.state(job) == "RUNNING"


def test_what_a_runner_took_and_never_began_is_offered_again(yard: Yard) -> None:
    job = submitted(yard)
    first, attempt = take(yard), yard.attempt(job)
    pass_time(yard, BEGIN)
    assert (yard.state(job), yard.attempt(job)) == ("STARTING", attempt)
    second = take(yard)
    assert not settled(yard, first, "FAILED", "ExitCode:1").answer.held
    report(yard, second)
    settled(yard, second)
    assert (yard.state(job), len(yard.job(job).attempts)) == ("SUCCEEDED", 1)


def test_a_job_that_is_terminated_before_anybody_takes_it_is_taken_by_nobody(yard: Yard) -> None:
    job = submitted(yard)
    yard.engine.apply(job, events.Terminated(at=yard.now(), reason="enough"))
    yard.settle()
    assert end(yard, job)[:3] == ("FAILED", "enough", None)
    assert taken(yard) is None


def test_a_job_that_is_terminated_ends_when_its_runner_has_stopped_it(yard: Yard) -> None:
    job = submitted(yard)
    task = take(yard)
    report(yard, task)
    yard.engine.apply(job, events.Terminated(at=yard.now(), reason="enough"))
    yard.settle()
    assert report(yard, task).answer.canceled
    assert yard.state(job) == "RUNNING"
    assert settled(yard, task, "FAILED", "ExitCode:143").answer.held
    assert end(yard, job) == ("FAILED", "enough", 143, None)
    assert settled(yard, task, "FAILED", "ExitCode:143").answer.held


@pytest.mark.parametrize("begun", [False, True])
def test_a_job_that_is_terminated_ends_though_its_runner_is_silent(
    yard: Yard, *, begun: bool
) -> None:
    job = submitted(yard, retry=Retry(3))
    task = take(yard)
    if begun:
        report(yard, task)
    yard.engine.apply(job, events.Terminated(at=yard.now(), reason="enough"))
    yard.settle()
    pass_time(yard, SILENCE if begun else BEGIN)
    assert end(yard, job)[:3] == ("FAILED", "enough", None)
    assert taken(yard) is None


def test_a_timeout_counts_from_the_runners_first_report(yard: Yard) -> None:
    job = submitted(yard, timeout=30)
    pass_time(yard, 60)
    task = take(yard)
    pass_time(yard, 60)
    assert not report(yard, task).answer.canceled
    pass_time(yard, 30)
    assert report(yard, task).answer.canceled
    settled(yard, task, "FAILED", "ExitCode:143")
    assert end(yard, job)[:3] == ("FAILED", "Job attempt duration exceeded timeout", 143)


@pytest.mark.parametrize("begun", [False, True])
def test_a_restart_loses_nothing_that_is_held(yard: Yard, *, begun: bool) -> None:
    job = submitted(yard)
    task = take(yard)
    if begun:
        report(yard, task)
    yard.crash()
    yard.settle()
    assert taken(yard) is None
    assert not report(yard, task).answer.canceled
    assert yard.state(job) == "RUNNING"
    settled(yard, task)
    assert (yard.state(job), len(yard.job(job).attempts)) == ("SUCCEEDED", 1)


@pytest.mark.parametrize("begun", [False, True])
def test_a_runner_that_is_gone_after_a_restart_is_noticed(yard: Yard, *, begun: bool) -> None:
    job = submitted(yard)
    task = take(yard)
    if begun:
        report(yard, task)
    yard.crash()
    yard.settle()
    pass_time(yard, SILENCE)
    if begun:
        assert str(yard.job(job).status_reason).startswith("Host EC2")
    else:
        settled(yard, take(yard))
        assert (yard.state(job), len(yard.job(job).attempts)) == ("SUCCEEDED", 1)


def test_what_nobody_has_taken_is_offered_after_a_restart_too(yard: Yard) -> None:
    job = submitted(yard)
    yard.crash()
    yard.settle()
    settled(yard, take(yard))
    assert (yard.state(job), len(yard.job(job).attempts)) == ("SUCCEEDED", 1)


def test_a_stop_that_is_under_way_is_told_after_a_restart_too(yard: Yard) -> None:
    job = submitted(yard)
    task = take(yard)
    report(yard, task)
    yard.engine.apply(job, events.Terminated(at=yard.now(), reason="enough"))
    yard.settle()
    yard.crash()
    yard.settle()
    assert report(yard, task).answer.canceled
    settled(yard, task, "FAILED", "ExitCode:137")
    assert end(yard, job) == ("FAILED", "enough", 137, None)


def test_the_end_of_a_task_and_of_its_attempt_are_on_disk_together(yard: Yard) -> None:
    job = submitted(yard)
    task = take(yard)
    report(yard, task)
    yard.writer.held = True
    batches = yard.writer.batches
    settled(yard, task)
    assert yard.writer.batches == batches + 1
    yard.crash()
    yard.settle()
    assert yard.state(job) == "RUNNING"
    assert settled(yard, task).answer.held
    assert yard.state(job) == "SUCCEEDED"
    assert list(yard.store.tasks()) == []


def test_attempts_go_by_the_tag_that_stood_when_they_were_placed(yard: Yard) -> None:
    demand = Demand(VCPUS // 2, 10)
    before = submitted(yard, demand=demand)
    tagged(yard, "others")
    after = submitted(yard, demand=demand)
    yard.crash()
    yard.settle()
    settled(yard, take(yard, "workers"))
    settled(yard, take(yard, "others"))
    tagged(yard, None)
    here = submitted(yard)
    yard.runs(here)
    assert [yard.state(job) for job in (before, after, here)] == ["SUCCEEDED"] * 3
    assert list(yard.launcher.launched) == [yard.attempt(here)]


def test_offered_attempts_take_none_of_this_machines_memory(yard: Yard) -> None:
    job = submitted(yard, demand=Demand(1000, 10 * MEMORY))
    other = submitted(yard, demand=Demand(1000, 10 * MEMORY))
    assert (yard.state(job), yard.state(other)) == ("STARTING", "STARTING")
    tagged(yard, None)
    third = submitted(yard, demand=Demand(1000, 2 * MEMORY))
    assert str(yard.job(third).status_reason).startswith("MISCONFIGURATION")


def test_runners_of_another_place_are_given_nothing(yard: Yard) -> None:
    submitted(yard)
    assert yard.engine.tasks.depths(PLACE._replace(region="us-east-1")) == {}
    assert yard.engine.tasks.depths(PLACE) == {"workers": (1, 0)}


async def test_a_yard_that_stops_its_jobs_waits_for_runners_and_keeps_what_nobody_has(
    yard: Yard,
) -> None:
    running, waiting = submitted(yard), submitted(yard)
    task = take(yard)
    report(yard, task)
    stopping = asyncio.create_task(yard.engine.stop(jobs=True))
    await asyncio.sleep(0)
    assert report(yard, task).answer.canceled
    assert not stopping.done()
    settled(yard, task, "FAILED", "ExitCode:143")
    while not stopping.done():
        await asyncio.sleep(0)
        yard.settle()
    assert end(yard, running)[:3] == ("FAILED", "Essential container in task exited", 143)
    yard.crash()
    yard.settle()
    settled(yard, take(yard))
    assert yard.state(waiting) == "SUCCEEDED"


def objects_of(found: Mapping[str, PipelineObject] | None) -> list[str]:
    return list(found or ())


def test_nothing_is_handed_out_of_an_attempt_that_is_over(yard: Yard) -> None:
    submitted(yard)
    found = taken(yard)
    assert found is not None
    settled(yard, found.id)
    assert objects_of(yard.engine.tasks.objects(found)) == []

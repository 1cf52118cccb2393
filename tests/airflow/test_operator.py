"""BatchOperator on a yard: it submits once, defers, tells how its job ended."""

import inspect
import select
import threading
from datetime import timedelta
from typing import Any

import pytest
from airflow.exceptions import AirflowException
from airflow.providers.amazon.aws.operators import batch as theirs

from batchyard.airflow.killing import HAS_SDK
from batchyard.airflow.operators import batch as ours
from batchyard.airflow.versions import TIMEOUT, TaskDeferred, has_timed_out
from tests.airflow.world import TaskInstance, World, again, context_of, run


def test_every_parameter_of_the_amazon_providers_operators_is_here() -> None:
    for name in ("BatchOperator", "BatchCreateComputeEnvironmentOperator"):
        wanted = inspect.signature(getattr(theirs, name).__init__).parameters
        here = inspect.signature(getattr(ours, name).__init__).parameters
        assert set(wanted) - set(here) == set()


def test_what_is_templated_there_is_templated_here() -> None:
    wanted = set(theirs.BatchOperator.template_fields)
    assert wanted <= set(ours.BatchOperator.template_fields)


def test_a_job_is_run_without_a_worker_in_between(world: World) -> None:
    operator, ti = world.operator("echo hello"), TaskInstance()
    job_id = run(operator, context_of(ti))
    assert world.job(job_id)["status"] == "SUCCEEDED"
    told = ti.xcoms["batch_job"]
    assert told["job_id"] == job_id
    assert (told["status"], told["exit_code"], told["attempts"]) == ("SUCCEEDED", 0, 1)
    assert told["log_stream"] == world.job(job_id)["container"]["logStreamName"]
    assert ti.xcoms["batch_job_details"]["job_id"] == job_id
    assert ti.xcoms["cloudwatch_events"]["awslogs_stream_name"] == told["log_stream"]


def test_a_job_is_run_on_the_worker_as_well(world: World) -> None:
    operator, ti = world.operator("exit 0", deferrable=False), TaskInstance()
    job_id = operator.execute(context_of(ti))
    assert ti.xcoms["batch_job"]["job_id"] == job_id
    assert ti.xcoms["batch_job"]["status"] == "SUCCEEDED"


@pytest.mark.parametrize("deferrable", [True, False])
def test_a_failed_job_tells_exit_code_reason_attempt_and_last_lines(
    world: World,
    *,
    deferrable: bool,
) -> None:
    retry = {"attempts": 2}
    operator = world.operator(
        "echo about to fail; exit 7", deferrable=deferrable, retry_strategy=retry
    )
    ti = TaskInstance()
    with pytest.raises(AirflowException) as raised:
        run(operator, context_of(ti))
    said = str(raised.value)
    for part in ("exit code 7", "Essential container in task exited", "attempt 2"):
        assert part in said
    assert "about to fail" in said
    assert (ti.xcoms["batch_job"]["exit_code"], ti.xcoms["batch_job"]["attempts"]) == (7, 2)


def test_an_array_tells_its_childrens_states_and_which_failed(world: World) -> None:
    script = 'test "$AWS_BATCH_JOB_ARRAY_INDEX" != 1 || exit 3'
    operator, ti = world.operator(script, array_properties={"size": 3}), TaskInstance()
    with pytest.raises(AirflowException, match="failed children: 1"):
        run(operator, context_of(ti))
    told = ti.xcoms["batch_job"]
    assert told["failed_children"] == [1]
    assert (told["children"]["SUCCEEDED"], told["children"]["FAILED"]) == (2, 1)


def test_members_that_the_amazon_provider_lacks_reach_the_job(world: World) -> None:
    before = world.submitted()
    operator = world.operator(
        depends_on=[before],
        propagate_tags=True,
        tags={"team": "lab"},
        submit_job_timeout=100,
        wait_for_completion=False,
    )
    job = world.job(str(operator.execute(context_of(TaskInstance()))))
    assert [one["jobId"] for one in job["dependsOn"]] == [before]
    assert job["propagateTags"] is True
    assert job["tags"]["team"] == "lab"
    assert job["timeout"] == {"attemptDurationSeconds": 100}


def test_a_member_that_botocore_does_not_know_is_refused_by_the_parameters_name(
    world: World,
) -> None:
    from batchyard.airflow.requesting import MEMBERS, check_known
    from batchyard.errors import Refused

    assert set(MEMBERS.values()) <= set(
        world.batch.meta.service_model.operation_model("SubmitJob").input_shape.members
    )
    with pytest.raises(Refused, match="of tomorrow"):
        check_known(world.batch, {"of tomorrow": 1})


def test_who_does_not_wait_gets_the_id(world: World) -> None:
    operator = world.operator("sleep 60", wait_for_completion=False)
    job_id = str(operator.execute(context_of(TaskInstance())))
    assert world.reached(job_id, "RUNNING", "STARTING", "RUNNABLE")
    world.batch.terminate_job(jobId=job_id, reason="done")


def deferral(operator: Any, ti: TaskInstance) -> TaskDeferred:
    with pytest.raises(TaskDeferred) as deferred:
        operator.execute(context_of(ti))
    return deferred.value


def test_a_later_try_takes_up_the_job_that_is_alive(world: World) -> None:
    first = deferral(world.operator("sleep 60", job_name="adopted"), TaskInstance())
    later = deferral(world.operator("sleep 60", job_name="adopted"), TaskInstance(try_number=2))
    assert later.trigger.job_id == first.trigger.job_id
    assert world.named("adopted") == [first.trigger.job_id]
    world.batch.terminate_job(jobId=first.trigger.job_id, reason="done")


def test_no_other_tasks_job_is_taken_up(world: World) -> None:
    first = deferral(world.operator("sleep 60", job_name="mapped"), TaskInstance())
    other = TaskInstance(try_number=2, map_index=1)
    operator = world.operator("sleep 60", job_name="mapped")
    operator_ids = {first.trigger.job_id, deferral(operator, other).trigger.job_id}
    assert set(world.named("mapped")) == operator_ids
    assert len(operator_ids) == 2
    for one in operator_ids:
        world.batch.terminate_job(jobId=one, reason="done")


def test_a_cleared_task_ends_its_job_first_and_runs_anew(world: World) -> None:
    old = deferral(world.operator("sleep 60", job_name="cleared"), TaskInstance())
    ti = TaskInstance(try_number=2, max_tries=2)
    new = deferral(world.operator("sleep 60", job_name="cleared"), ti)
    assert new.trigger.job_id != old.trigger.job_id
    assert "cleared" in world.reached(old.trigger.job_id, "FAILED")["statusReason"]
    world.batch.terminate_job(jobId=new.trigger.job_id, reason="done")


@pytest.mark.parametrize("script", ["exit 1", "sleep 60"])
def test_a_job_that_has_ended_or_is_ending_is_left_alone(world: World, script: str) -> None:
    name = f"ended-{len(script)}"
    old = deferral(world.operator(script, job_name=name), TaskInstance()).trigger.job_id
    if script == "exit 1":
        world.reached(old, "FAILED")
    else:
        world.reached(old, "RUNNING")
        world.batch.terminate_job(jobId=old, reason="by hand")
    ti = TaskInstance(try_number=2)
    new = deferral(world.operator("true", job_name=name), ti).trigger.job_id
    assert new != old
    assert len(world.named(name)) == 2


def test_without_reattach_every_try_submits(world: World) -> None:
    ids = {
        deferral(
            world.operator("true", job_name="each", reattach=False),
            TaskInstance(try_number=number),
        ).trigger.job_id
        for number in (1, 2)
    }
    assert len(ids) == 2


def test_a_lost_answer_of_submit_job_does_not_double_the_job(world: World) -> None:
    world.submitted("sleep 60", jobName="lost")  # somebody else's
    lost = iter([True])
    world.lose = lambda operation: operation == "SubmitJob" and next(lost, False)
    try:
        operator = world.operator("sleep 60", job_name="lost")
        job_id = deferral(operator, TaskInstance()).trigger.job_id
    finally:
        world.lose = lambda _: False
    assert job_id in world.named("lost")
    assert len(world.named("lost")) == 2
    for one in world.named("lost"):
        world.batch.terminate_job(jobId=one, reason="done")


def test_killing_a_task_on_its_worker_terminates_the_job(world: World) -> None:
    operator = world.operator("sleep 60", deferrable=False, job_name="killed")

    def kill() -> None:
        while not operator.job_id:
            select.select([], [], [], 0.01)
        operator.on_kill()

    thread = threading.Timer(0, kill)
    thread.start()
    with pytest.raises(AirflowException, match="Task killed by the user"):
        operator.execute(context_of(TaskInstance()))
    thread.join()
    assert world.job(str(operator.job_id))["statusReason"] == "Task killed by the user"


def test_a_job_whose_submit_was_under_way_when_its_task_was_killed_is_terminated(
    world: World,
) -> None:
    operator = world.operator("sleep 60", deferrable=False, job_name="half")

    def killed(operation: str) -> bool:
        if operation == "SubmitJob":
            operator.on_kill()
        return False

    world.lose = killed
    try:
        with pytest.raises(AirflowException, match="killed"):
            operator.execute(context_of(TaskInstance()))
    finally:
        world.lose = lambda _: False
    (job_id,) = world.named("half")
    assert world.reached(job_id, "FAILED")["statusReason"] == "Task killed by the user"


@pytest.mark.parametrize("keeps_xcoms", [True, False])
def test_a_deferral_that_times_out_terminates_the_job(world: World, *, keeps_xcoms: bool) -> None:
    operator = world.operator("sleep 60", job_name=f"late-{keeps_xcoms}", do_xcom_push=keeps_xcoms)
    ti = TaskInstance()
    job_id = deferral(operator, ti).trigger.job_id
    error = "Trigger timeout" if HAS_SDK else TIMEOUT
    with pytest.raises(AirflowException) as raised:
        operator.resume_execution("__fail__", {"error": error}, context_of(ti))
    assert has_timed_out(raised.value)
    assert "too long" in world.reached(job_id, "FAILED")["statusReason"]


def test_the_deferral_lasts_as_long_as_the_task_may(world: World) -> None:
    longest = timedelta(minutes=5)
    operator = world.operator("sleep 60", execution_timeout=longest, max_retries=10)
    deferred = deferral(operator, TaskInstance())
    assert deferred.timeout == longest
    assert again(deferred.trigger).deadline == deferred.trigger.deadline
    world.batch.terminate_job(jobId=deferred.trigger.job_id, reason="done")


def test_a_wait_that_was_too_long_terminates_the_job(world: World) -> None:
    operator = world.operator("sleep 60", max_retries=1, poll_interval=0.5)
    with pytest.raises(AirflowException, match="waiting"):
        run(operator, context_of(TaskInstance()))
    assert world.reached(str(operator.job_id), "FAILED")


def test_a_job_that_stays_runnable_ends_with_the_reason(world: World) -> None:
    vast = {"resourceRequirements": [{"type": "VCPU", "value": "9999"}]}
    operator = world.operator(container_overrides=vast, runnable_timeout=1)
    with pytest.raises(AirflowException, match="RUNNABLE for over 1 s: MISCONFIGURATION"):
        run(operator, context_of(TaskInstance()))
    assert world.reached(str(operator.job_id), "FAILED")


def test_a_task_that_the_amazon_provider_deferred_is_concluded(world: World) -> None:
    job_id = world.submitted()
    world.reached(job_id, "SUCCEEDED")
    operator = world.operator()
    event = {"status": "success", "job_id": job_id}
    assert operator.execute_complete(context_of(TaskInstance()), event) == job_id

"""Triggers: many share one watcher, go on elsewhere, print as it comes, leave nothing behind."""

import asyncio
import logging
import time
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.triggers.base import TaskSuccessEvent, TriggerEvent

from batchyard.airflow import connections, killing
from batchyard.airflow.connections import Place, Sessions
from batchyard.airflow.printing import watched
from batchyard.airflow.triggers.batch import BatchJobTrigger
from batchyard.airflow.triggers.resources import BatchResourceTrigger
from batchyard.airflow.waiting import Waiting, ended
from batchyard.client.sessions import connect
from batchyard.client.watchers import known
from tests.airflow.world import World, again, first


def trigger(world: World, job_id: str, **more: Any) -> BatchJobTrigger:
    return BatchJobTrigger(job_id=job_id, aws_conn_id=world.conn_id, **more)


def test_many_triggers_share_questions_and_one_client(world: World) -> None:
    ids = [world.submitted("sleep 0.1") for _ in range(40)]
    world.calls.clear()

    async def all_of_them() -> list[dict[str, Any]]:
        return await asyncio.gather(*(first(trigger(world, one)) for one in ids))

    events = asyncio.run(all_of_them())
    assert {event["status"] for event in events} == {"success"}
    assert [event["job_id"] for event in events] == ids
    assert set(world.calls) == {"DescribeJobs"}
    assert world.calls["DescribeJobs"] < len(ids)  # each of a trigger's own asked at least once


def test_what_is_told_of_a_job_leaves_out_its_environment(world: World) -> None:
    secret = {"environment": [{"name": "TOKEN", "value": "of gold"}]}
    job_id = world.submitted(containerOverrides=secret)
    event = asyncio.run(first(trigger(world, job_id)))
    assert "of gold" not in str(event)
    assert event["job"]["container"]["exitCode"] == 0


def test_a_trigger_goes_on_elsewhere_with_the_time_that_was_left(world: World) -> None:
    made = trigger(world, "id", waiter_delay=30, waiter_max_attempts=10, runnable_timeout=5)
    there = again(again(made))
    assert vars(there) == vars(made)
    assert made.deadline == pytest.approx(time.time() + 300, abs=10)
    assert trigger(world, "id").serialize()[1].get("deadline") is None
    nowhere = BatchJobTrigger(job_id="id", aws_conn_id=None)
    assert again(nowhere).aws_conn_id is None


def test_a_wait_whose_time_is_up_elsewhere_ends_at_once(world: World) -> None:
    job_id = world.submitted("sleep 60")
    event = asyncio.run(first(again(trigger(world, job_id, deadline=time.time() - 1))))
    assert event["status"] == "timeout"
    world.batch.terminate_job(jobId=job_id, reason="done")


def test_a_cancelled_trigger_leaves_nothing_behind(world: World) -> None:
    job_id = world.submitted("sleep 60")

    async def cancelled() -> None:
        task = asyncio.create_task(first(trigger(world, job_id, awslogs_enabled=True)))
        watcher = None
        while watcher is None or not watcher.watches(job_id):
            await asyncio.sleep(0.01)
            watcher = known(connect(session=world.session))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        while watcher.watches(job_id):  # noqa: ASYNC110 - the watcher's thread tells nobody
            await asyncio.sleep(0.01)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(cancelled())
    assert world.job(job_id)["status"] not in {"SUCCEEDED", "FAILED"}
    world.batch.terminate_job(jobId=job_id, reason="done")


def test_what_a_job_prints_is_in_the_tasks_log_as_it_comes_every_attempt(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    script = (
        'echo line $AWS_BATCH_JOB_ATTEMPT; test "$AWS_BATCH_JOB_ATTEMPT" = 2 || exit 1; sleep 60'
    )
    job_id = world.submitted(script, retryStrategy={"attempts": 2})
    caplog.set_level(logging.INFO)

    def printed() -> list[str]:
        return [record.getMessage() for record in caplog.records if " line " in record.getMessage()]

    async def until_printed() -> None:
        waiting = Waiting(job_id, world.session)
        task = asyncio.create_task(watched(waiting, logging.getLogger("task")))
        while len(printed()) < 2:  # noqa: ASYNC110 - a log tells nobody
            await asyncio.sleep(0.01)
        assert world.job(job_id)["status"] == "RUNNING"
        world.batch.terminate_job(jobId=job_id, reason="enough")
        assert (await task).status == "failed"

    asyncio.run(until_printed())
    one, two = printed()
    assert one.endswith("] line 1")
    assert two.endswith("] [attempt 2] line 2")


def test_a_job_that_is_not_there_is_an_error_and_no_endless_wait(world: World) -> None:
    waiting = Waiting("00000000-0000-0000-0000-000000000000", world.session, time.time() + 1)
    end = asyncio.run(ended(waiting))
    assert end.status == "timeout"


def test_killing_a_deferred_task_terminates_its_job(world: World) -> None:
    job_id = world.submitted("sleep 60")
    made = trigger(world, job_id)  # whose task nobody can be asked about
    asyncio.run(made.on_kill())
    assert world.reached(job_id, "FAILED")["statusReason"] == "Task killed by the user"


def test_airflow_may_cancel_the_killing_and_the_job_is_terminated_all_the_same(
    world: World,
) -> None:
    job_id = world.submitted("sleep 60")

    async def cancelled() -> None:
        task = asyncio.create_task(trigger(world, job_id).on_kill())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        while world.job(job_id)["status"] != "FAILED":  # noqa: ASYNC110 - AWS tells nobody
            await asyncio.sleep(0.01)

    asyncio.run(cancelled())


def test_a_task_may_end_without_a_worker(world: World) -> None:
    async def event(job_id: str) -> TriggerEvent:
        made = again(trigger(world, job_id, ends_task=True))
        return await anext(aiter(made.run()))

    assert isinstance(asyncio.run(event(world.submitted())), TaskSuccessEvent)
    failed = asyncio.run(event(world.submitted("exit 1")))
    assert not isinstance(failed, TaskSuccessEvent)
    assert failed.payload["status"] == "failed"


def test_a_job_may_outlive_its_task(world: World) -> None:
    job_id = world.submitted("sleep 60")
    asyncio.run(again(trigger(world, job_id, terminate_on_kill=False)).on_kill())
    assert world.job(job_id)["status"] != "FAILED"
    world.batch.terminate_job(jobId=job_id, reason="done")


def test_resources_are_waited_for(world: World) -> None:
    def of(kind: str, name: str, **more: Any) -> dict[str, Any]:
        made = BatchResourceTrigger(kind=kind, name=name, aws_conn_id=world.conn_id, **more)
        return asyncio.run(first(again(made)))

    assert of("job queue", "default")["status"] == "success"
    assert of("compute environment", "local")["status"] == "success"
    assert of("job queue", "none")["status"] == "failed"
    assert of("job queue", "none", treat_non_existing_as_deleted=True)["status"] == "success"


class Hook:
    """Airflow's AWS hook, as far as a session is made with it."""

    made = 0

    def __init__(self, said: dict[str, Any]) -> None:
        type(self).made += 1
        self.conn_config = SimpleNamespace(
            conn_id="c", login="l", password="p", region_name="r", extra_config=said
        )
        self.verify = None
        self.config = None
        self.region_name = "r"

    def get_session(self, **_: object) -> object:
        return object()


def test_a_connection_is_read_anew_after_a_while_and_its_session_stays_while_it_says_the_same() -> (
    None
):
    now, said = [0.0], {"a": 1}
    sessions = Sessions(lambda: now[0], lambda **_: Hook(dict(said)))
    begun = sessions.get(Place("c"))
    reads = Hook.made
    assert sessions.get(Place("c")) is begun
    assert Hook.made == reads
    now[0] = connections.LASTS
    assert sessions.get(Place("c")) is begun
    assert Hook.made == reads + 1
    said["a"] = 2
    assert sessions.get(Place("c")) is begun
    now[0] += connections.LASTS
    assert sessions.get(Place("c")) is not begun
    assert sessions.get(Place("c", "elsewhere")) is not sessions.get(Place("c"))


def test_this_airflows_version_is_known() -> None:
    assert killing.AIRFLOW >= (2, 11)
    assert hasattr(BatchJobTrigger.__mro__[1], "on_kill") == killing.TELLS_OF_KILLS

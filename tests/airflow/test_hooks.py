"""The hooks under their classic names, on a yard."""

import asyncio
import inspect
from typing import Any

import pytest
from airflow.exceptions import AirflowException
from airflow.providers.amazon.aws.hooks import batch_client as their_client
from airflow.providers.amazon.aws.hooks import batch_waiters as their_waiters
from botocore.config import Config

from batchyard.airflow.connections import Place
from batchyard.airflow.hooks import batch_client, batch_waiters
from batchyard.airflow.hooks.batch_client import BatchClientHook, BatchClientHookAsync
from batchyard.airflow.hooks.batch_waiters import BatchWaitersHook
from batchyard.airflow.versions import AirflowTaskTimeout
from tests.airflow.world import World

ASYNC = (
    "monitor_job",
    "check_job_success",
    "delay",
    "wait_for_job",
    "poll_for_job_running",
    "poll_for_job_complete",
    "get_job_description",
    "poll_job_status",
)
"""Of astronomer-providers 1.19.4, BatchClientHookAsync."""


class Quick(BatchClientHook):
    DEFAULT_DELAY_MIN = DEFAULT_DELAY_MAX = 0.0


class QuickAsync(BatchClientHookAsync):
    DEFAULT_DELAY_MIN = DEFAULT_DELAY_MAX = 0.0


def public(kind: type) -> dict[str, Any]:
    return {name: value for name, value in vars(kind).items() if not name.startswith("_")}


@pytest.mark.parametrize(
    "theirs,ours",
    [
        (their_client.BatchClientHook, BatchClientHook),
        (their_waiters.BatchWaitersHook, BatchWaitersHook),
    ],
)
def test_every_name_argument_and_constant_of_the_amazon_providers_hooks_is_here(
    theirs: type, ours: type
) -> None:
    for name, value in {**public(theirs), "__init__": theirs.__init__}.items():  # type: ignore[misc] # of a class
        assert hasattr(ours, name), name
        if inspect.isfunction(value):
            wanted = set(inspect.signature(value).parameters)
            assert wanted <= set(inspect.signature(getattr(ours, name)).parameters), name
        elif name.isupper():
            assert getattr(ours, name) == value


def test_every_name_of_the_astronomer_hook_is_here_and_awaited() -> None:
    for name in ASYNC:
        assert inspect.iscoroutinefunction(getattr(BatchClientHookAsync, name)), name
    first, second, *_ = list(inspect.signature(BatchClientHookAsync.__init__).parameters)[1:]
    assert (first, second) == ("job_id", "waiters")


def test_the_names_of_years_ago_are_here() -> None:
    assert batch_client.AwsBatchClientHook is BatchClientHook
    assert batch_waiters.AwsBatchWaitersHook is BatchWaitersHook
    assert isinstance(BatchClientHook(aws_conn_id=None, region_name="eu-west-1").client, object)


def test_a_job_is_monitored_and_told_about(world: World) -> None:
    job_id = world.submitted("echo hello")
    hook = Quick(world.conn_id, job_id=job_id)
    assert hook.monitor_job()["status"] == "success"
    assert hook.check_job_success(job_id) is True
    hook.wait_for_job(job_id)
    hook.poll_for_job_running(job_id)
    hook.poll_for_job_complete(job_id)
    assert hook.poll_job_status(job_id, ["SUCCEEDED"]) is True
    stream = hook.get_job_description(job_id)["container"]["logStreamName"]
    found = hook.get_job_awslogs_info(job_id)
    assert found is not None
    assert found["awslogs_stream_name"] == stream
    assert hook.get_job_all_awslogs_info(job_id) == [found]


def test_a_job_is_monitored_on_a_loop(world: World) -> None:
    job_id = world.submitted("echo hello")
    bad = world.submitted("exit 3")

    async def all_of_it() -> None:
        hook = QuickAsync(job_id, aws_conn_id=world.conn_id)
        assert (await hook.monitor_job())["status"] == "success"
        await hook.poll_for_job_running(job_id)
        assert await hook.poll_job_status(job_id, ["SUCCEEDED"])
        assert (await hook.get_job_description(job_id))["status"] == "SUCCEEDED"
        assert len(await hook.get_job_all_awslogs_info(job_id)) == 1
        with pytest.raises(AirflowException, match="exit code 3"):
            await QuickAsync(bad, aws_conn_id=world.conn_id).monitor_job()

    asyncio.run(all_of_it())


def test_what_goes_wrong_is_an_airflow_exception(world: World) -> None:
    job_id = world.submitted("exit 3")
    with pytest.raises(AirflowException, match="exit code 3"):
        Quick(world.conn_id, job_id=job_id).monitor_job()
    with pytest.raises(AirflowException, match="job_id"):
        Quick(world.conn_id).monitor_job()
    with pytest.raises(AirflowException, match="FAILED"):
        Quick(world.conn_id).poll_job_status(job_id, ["SUCCEEDED"])
    with pytest.raises(AirflowException, match="2 times"):
        Quick.parse_job_description("a", {"jobs": [{"jobId": "a"}, {"jobId": "a"}]})
    with pytest.raises(AirflowException, match="no waiter"):
        BatchWaitersHook(world.conn_id).get_waiter("none")


def test_airflows_own_timeout_comes_through(world: World) -> None:
    class Impatient:
        def wait_for_job(self, job_id: str) -> None:
            raise AirflowTaskTimeout(job_id)

    hook = Quick(world.conn_id, waiters=Impatient())
    with pytest.raises(AirflowTaskTimeout):
        hook.wait_for_job("id")


def test_waiters_wait(world: World) -> None:
    hook = BatchWaitersHook(world.conn_id)
    assert hook.list_waiters() == ["JobComplete", "JobExists", "JobRunning"]
    config = hook.default_config
    config["waiters"]["JobExists"]["delay"] = 77
    assert hook.default_config["waiters"]["JobExists"]["delay"] != 77
    own = BatchWaitersHook(world.conn_id, waiter_config=config)
    assert own.waiter_config["waiters"]["JobExists"]["delay"] == 77
    assert own.get_waiter("JobExists").config.delay == 77
    assert own.waiter_model.waiter_names == hook.list_waiters()
    job_id = world.submitted()
    world.reached(job_id, "SUCCEEDED")
    hook.wait_for_job(job_id, 0)
    Quick(world.conn_id, waiters=hook).wait_for_job(job_id)


class Fetcher:
    """What the Amazon provider's operator gives as a log fetcher."""

    def __init__(self) -> None:
        self.did: list[str] = []

    def start(self) -> None:
        self.did.append("start")

    def stop(self) -> None:
        self.did.append("stop")

    def join(self) -> None:
        self.did.append("join")


def test_a_log_fetcher_runs_while_the_job_does(world: World) -> None:
    fetcher = Fetcher()
    given: Any = lambda _: fetcher  # noqa: E731 - as an operator gives its method
    Quick(world.conn_id).wait_for_job(world.submitted(), get_batch_log_fetcher=given)
    assert fetcher.did == ["start", "stop", "join"]


def test_hooks_of_one_connection_share_their_client_and_those_of_another_do_not(
    world: World,
) -> None:
    assert BatchClientHook(world.conn_id).client is BatchClientHook(world.conn_id).client
    configured = BatchClientHook(world.conn_id, config=Config(connect_timeout=7))
    assert configured.client is not BatchClientHook(world.conn_id).client
    assert configured.client.meta.config.connect_timeout == 7
    assert configured.place == Place(world.conn_id, None, None, {"connect_timeout": 7})

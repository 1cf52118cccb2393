"""The polling client under its classic names, in both worlds, on a yard and on a script."""

import asyncio
import inspect
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from batchyard import (
    AsyncBatchClient,
    BatchClient,
    BatchWaiters,
    Failed,
    Job,
    JobError,
    Limits,
    NotFound,
    Refused,
    Unfinished,
)
from batchyard.client.asking import CONNECTIONS
from batchyard.testing import EphemeralYard
from tests.client.definitions import PATIENCE, Options, Script, registered, run
from tests.client.service import Said, Service, jobs

NAMES = [name for name in dir(BatchClient) if not name.startswith("_")]
HERE = {"add_jitter", "exponential_delay", "parse_job_description"}
"""What calls no service and does not pause, and so is the same in both worlds."""
WITHIN = {"arrived", "verdict", "waiters", "max_retries", "status_retries"}
"""What the twin asks of the synchronous client that it holds."""


class Quick(BatchClient):
    DEFAULT_DELAY_MIN = DEFAULT_DELAY_MAX = 0


class AsyncQuick(AsyncBatchClient):
    DEFAULT_DELAY_MIN = DEFAULT_DELAY_MAX = 0


class Both:
    """Either client; everything of it is awaited."""

    def __init__(
        self, kind: type[BatchClient | AsyncBatchClient], *given: Options, **more: Options
    ) -> None:
        self._client = kind(*given, **more)

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self._client, name)

        async def called(*given: object) -> object:
            if inspect.iscoroutinefunction(method):
                return await method(*given)
            return await asyncio.to_thread(method, *given)

        return called


KINDS = pytest.mark.parametrize("kind", [Quick, AsyncQuick])


@pytest.fixture(autouse=True, scope="module")
def definitions(here: EphemeralYard) -> None:
    registered(here)


def test_both_clients_have_the_same_names() -> None:
    twin = {name for name in dir(AsyncBatchClient) if not name.startswith("_")}
    assert set(NAMES) - WITHIN == twin - {"job_id"}


@pytest.mark.parametrize("name", ["__init__", *sorted(set(NAMES) - WITHIN)])
def test_a_method_takes_the_same_in_both_worlds(name: str) -> None:
    sync, twin = (inspect.getattr_static(kind, name) for kind in (BatchClient, AsyncBatchClient))
    assert type(sync) is type(twin)
    if not callable(sync) or isinstance(sync, type):
        return
    ours, theirs = getattr(BatchClient, name), getattr(AsyncBatchClient, name)
    assert str(inspect.signature(ours).replace(return_annotation="")) == str(
        inspect.signature(theirs).replace(return_annotation="")
    )
    assert inspect.iscoroutinefunction(theirs) == (name not in HERE | {"__init__"})


@KINDS
async def test_a_job_is_monitored_until_it_has_succeeded(
    here: EphemeralYard, kind: type[BatchClient]
) -> None:
    job = run(here, "true")
    client = Both(kind, job.job_id, session=here.session)
    assert await client.monitor_job() == {
        "status": "success",
        "message": f"AWS Batch job ({job.job_id}) succeeded",
    }
    assert await client.check_job_success(job.job_id) is True


@KINDS
async def test_a_failed_job_is_told_with_its_last_lines(
    here: EphemeralYard, kind: type[BatchClient]
) -> None:
    job = run(here, "echo no; exit 3")
    client = Both(kind, job.job_id, session=here.session)
    assert await client.wait_for_job(job.job_id) is None, "it waits for the end, either way"
    for ask in (client.monitor_job(), client.check_job_success(job.job_id)):
        with pytest.raises(Failed, match=r"exit code 3\n.*\n  no"):
            await ask
    with pytest.raises(Failed):
        await client.poll_job_status(job.job_id, ["RUNNING"])


@KINDS
async def test_without_a_job_there_is_nothing_to_monitor(kind: type[BatchClient]) -> None:
    with pytest.raises(Refused, match="give the client a job_id"):
        await Both(kind).monitor_job()


@KINDS
async def test_states_are_waited_for(here: EphemeralYard, kind: type[BatchClient]) -> None:
    job = run(here, "sleep 600")
    client = Both(kind, session=here.session)
    await client.poll_for_job_running(job.job_id)
    assert (await client.get_job_description(job.job_id))["status"] == "RUNNING"
    assert await client.poll_job_status(job.job_id, ["RUNNING", "SUCCEEDED"]) is True
    with pytest.raises(Unfinished, match="is RUNNING"):
        await client.check_job_success(job.job_id)
    impatient = Both(kind, max_retries=0, session=here.session)
    with pytest.raises(Unfinished, match="is RUNNING"):
        await impatient.poll_for_job_complete(job.job_id)
    answer = await client.terminate_job(job.job_id, "enough")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    await client.poll_for_job_complete(job.job_id)
    assert Job.attach(str(job.job_id), session=here.session).describe()["statusReason"] == "enough"


@KINDS
async def test_a_state_that_will_not_come_is_not_waited_for(
    here: EphemeralYard, kind: type[BatchClient]
) -> None:
    job = run(here, "true")
    client = Both(kind, session=here.session)
    await client.wait_for_job(job.job_id)
    with pytest.raises(JobError, match="is SUCCEEDED: it will not be RUNNABLE or STARTING"):
        await client.poll_job_status(job.job_id, ["STARTING", "RUNNABLE"])
    for wrong in (["DONE"], [], "DONE"):
        with pytest.raises(Refused, match="match_status"):
            await client.poll_job_status(job.job_id, wrong)


@KINDS
async def test_an_unknown_job_is_not_found(here: EphemeralYard, kind: type[BatchClient]) -> None:
    client = Both(kind, "nothing", status_retries=1, session=here.session)
    for ask in (
        client.monitor_job(),
        client.check_job_success("nothing"),
        client.get_job_awslogs_info("nothing"),
    ):
        with pytest.raises(NotFound, match="nothing"):
            await ask


@KINDS
async def test_where_the_output_is(here: EphemeralYard, kind: type[BatchClient]) -> None:
    job = here.job(Script(script="exit 1"))
    job.submit("default", retry=2)
    client = Both(kind, session=here.session)
    await client.wait_for_job(job.job_id)
    every = await client.get_job_all_awslogs_info(job.job_id)
    assert [one["awslogs_stream_name"] for one in every] == [
        one.log_stream_name for one in job.attempts()
    ]
    assert await client.get_job_awslogs_info(job.job_id) == every[1]
    assert (every[0]["awslogs_group"], every[0]["awslogs_region"]) == (
        "/aws/batch/job",
        "us-east-1",
    )
    first = run(here, "sleep 600")
    blocked = run(here, "true", depends_on=[first])
    assert await client.get_job_awslogs_info(blocked.job_id) is None
    first.terminate("enough")


@KINDS
async def test_default_delays_are_the_classs_and_hold_for_clients_that_are_there(
    kind: type[BatchClient],
) -> None:
    made: Any = type("Made", (kind,), {})
    client = Both(made)
    await client.delay()
    made.DEFAULT_DELAY_MIN = "a text, of which nothing can be taken"
    with pytest.raises(TypeError):
        await client.delay()
    made.DEFAULT_DELAY_MIN, made.DEFAULT_DELAY_MAX = 0, "as above"
    with pytest.raises(TypeError):
        await client.delay()
    assert (BatchClient.DEFAULT_DELAY_MIN, AsyncBatchClient.DEFAULT_DELAY_MAX) == (1, 10)


class Waiters:
    """Somebody's own: they note what they are asked, and end as they are told."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked: list[str] = []
        self.error = error

    def wait_for_job(self, job_id: str) -> None:
        self.asked.append(job_id)
        if self.error is not None:
            raise self.error


@KINDS
async def test_waiters_of_ones_own_wait(here: EphemeralYard, kind: type[BatchClient]) -> None:
    job = run(here, "true")
    job.wait(PATIENCE)
    waiters = Waiters()
    client = Both(kind, job.job_id, waiters, session=here.session)
    assert (await client.monitor_job())["status"] == "success"
    await client.wait_for_job(job.job_id, 0)
    assert waiters.asked == [job.job_id, job.job_id]
    with pytest.raises(ZeroDivisionError):
        await Both(kind, job.job_id, Waiters(ZeroDivisionError())).monitor_job()


async def test_batchwaiters_wait_on_the_loop_and_are_asked_nothing_else() -> None:
    for states, error in ((["SUCCEEDED"], None), (["FAILED"], Failed), ([""], NotFound)):
        service = jobs(states)
        waiters = BatchWaiters(client=service.client, limits=Limits(unseen=0))
        client = AsyncQuick("0", waiters, client=service.client)
        if error is not None:
            with pytest.raises(error):
                await client.wait_for_job("0")
            continue
        assert (await client.monitor_job())["status"] == "success"
        assert len(service.asked) == 4, "exists, runs, complete; and its description"
    assert "batchyard-waiters" not in {one.name for one in threading.enumerate()}


async def test_waiters_that_block_do_not_block_the_loop() -> None:
    freed, loops = threading.Event(), threading.get_ident()

    class Blocking:
        def wait_for_job(self, job_id: str) -> None:
            if threading.get_ident() == loops or not freed.wait(60):
                raise AssertionError(f"the loop was blocked by {job_id}")

    service = jobs(["SUCCEEDED"])
    client = AsyncQuick("0", Blocking(), client=service.client)
    waits = [asyncio.create_task(client.wait_for_job("0")) for _ in range(40)]
    left = asyncio.create_task(client.wait_for_job("0"))
    await asyncio.sleep(0)
    await asyncio.to_thread(lambda: None)  # the executor is free, too
    left.cancel()
    freed.set()
    await asyncio.gather(*waits)


async def test_waiters_that_are_awaited_are_awaited() -> None:
    class Awaited:
        async def wait_for_job(self, job_id: str) -> None:
            raise KeyError(job_id)

    with pytest.raises(KeyError, match="mine"):
        await AsyncQuick("mine", Awaited(), client=jobs().client).monitor_job()


async def test_waits_have_no_threads_of_their_own() -> None:
    many = {str(number) for number in range(300)}
    asked, all_asked = set[str](), asyncio.Event()
    loop = asyncio.get_running_loop()

    def answers(_: str, members: dict[str, Any]) -> Said:
        asked.update(members["jobs"])
        if asked == many:
            loop.call_soon_threadsafe(all_asked.set)
        return 200, {"jobs": [{"jobId": one, "status": "RUNNING"} for one in members["jobs"]]}

    service = Service(answers)
    clients = [AsyncQuick(one, client=service.client) for one in many]
    waits = [asyncio.create_task(client.monitor_job()) for client in clients]
    await asyncio.wait_for(all_asked.wait(), 60)
    ours = [one.name for one in threading.enumerate() if one.name.startswith("batchyard-")]
    assert len(ours) <= 2 * (1 + CONNECTIONS), "this watcher's, and the yard's of this module"
    for wait in waits:
        wait.cancel()
    assert {type(one) for one in await asyncio.gather(*waits, return_exceptions=True)} == {
        asyncio.CancelledError
    }

"""The asynchronous twin: the same names and signatures, differing by ``await``."""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

import pytest

from batchyard import Failed, Job, Limits, NotFound, Unfinished, Unsubmitted, aio
from batchyard.client import following, many, registering, s3, waits
from batchyard.testing import EphemeralYard
from tests.client.definitions import PATIENCE, Other, Script, registered

SYNC: dict[str, Callable[..., Any]] = {
    "register": registering.register,
    "latest_revision": registering.latest_revision,
    "exists": s3.exists,
    "wait": waits.wait,
    "as_completed": waits.as_completed,
    "follow_logs": following.follow_logs,
    "submit_many": many.submit_many,
}
HERE = {"attach"}
"""What calls no service, and so is the same in both worlds."""


@pytest.fixture(autouse=True, scope="module")
def definitions(here: EphemeralYard) -> None:
    registered(here)


def members(kind: type) -> dict[str, Any]:
    return {
        name: inspect.getattr_static(kind, name) for name in dir(kind) if not name.startswith("_")
    }


def parameters(function: Callable[..., Any]) -> list[str]:
    return [str(one) for one in inspect.signature(function).parameters.values()]


def test_both_jobs_have_the_same_names() -> None:
    sync, twin = members(Job), members(aio.Job)
    assert sync.keys() == twin.keys()
    assert [type(one) for one in sync.values()] == [type(one) for one in twin.values()]


@pytest.mark.parametrize("name", ["__init__", *(n for n in dir(Job) if not n.startswith("_"))])
def test_a_method_takes_the_same_in_both_worlds(name: str) -> None:
    sync, twin = getattr(Job, name), getattr(aio.Job, name)
    if isinstance(sync, property):
        assert isinstance(twin, property)
        return
    assert parameters(sync) == parameters(twin)
    assert not inspect.iscoroutinefunction(sync)
    assert inspect.iscoroutinefunction(twin) == (name not in HERE | {"__init__"})


def test_the_functions_take_the_same_in_both_worlds() -> None:
    assert set(aio.__all__) == {"Job", *SYNC}
    for name, sync in SYNC.items():
        assert parameters(sync) == parameters(getattr(aio, name))


async def test_jobs_run_side_by_side_on_one_loop(here: EphemeralYard) -> None:
    jobs = [aio.Job(Script(script=f"echo {n}"), session=here.session) for n in range(5)]
    await asyncio.gather(*(job.submit("default") for job in jobs))
    details = await asyncio.gather(*(job.wait(PATIENCE) for job in jobs))
    assert [detail["status"] for detail in details] == ["SUCCEEDED"] * 5
    printed = await asyncio.gather(*(job.log_stream_events() for job in jobs))
    assert [[event.message for event in events] for events in printed] == [
        [str(n)] for n in range(5)
    ]
    ids = [str(job.job_id) for job in jobs]
    found = await aio.Job.describe_jobs(ids, session=here.session)
    assert [job["jobId"] for job in found] == ids


async def test_every_question_is_answered_as_in_the_other_world(here: EphemeralYard) -> None:
    twin = aio.Job(Script(script="true"), session=here.session)
    await twin.submit("default", array_size=2)
    await twin.wait(PATIENCE)
    job = Job.attach(str(twin.job_id), session=here.session)
    for name in sorted(set(members(Job)) - {"submit", "wait", "cancel", "terminate", "children"}):
        asked, answered = getattr(job, name), getattr(twin, name)
        if callable(asked) and not name.startswith(("attach", "describe")):
            assert asked() == await answered(), name
    ids = [one.job_id for one in await twin.children()]
    assert ids == [one.job_id for one in job.children()]
    assert (await twin.describe())["jobId"] == (await aio.Job.describe_job(
        str(job.job_id), session=here.session
    ))["jobId"] == job.job_id  # fmt: skip


async def test_a_failed_job_says_the_same(here: EphemeralYard) -> None:
    twin = aio.Job(Script(script="echo no; exit 3"), session=here.session)
    await twin.submit("default")
    with pytest.raises(Failed, match=r"exit code 3\n.*\n  no"):
        await twin.wait(PATIENCE)
    assert (await twin.wait(check=False))["status"] == "FAILED"


async def test_a_wait_ends_with_its_time_and_the_job_can_be_ended(here: EphemeralYard) -> None:
    twin = aio.Job(Script(script="sleep 600"), session=here.session)
    await twin.submit("default")
    with pytest.raises(Unfinished):
        await twin.wait(0)
    await twin.cancel("not if it runs already")
    await twin.terminate("enough")
    assert (await twin.wait(PATIENCE, check=False))["status"] == "FAILED"


async def test_an_unknown_job_is_not_found(here: EphemeralYard) -> None:
    with pytest.raises(NotFound):
        await aio.Job.attach("nothing", session=here.session).wait(limits=Limits(unseen=0))


async def test_definitions_are_registered_and_found(here: EphemeralYard) -> None:
    answer = await aio.register(Other, image="busybox", command=["true"], session=here.session)
    assert await aio.latest_revision(Other, session=here.session) == answer["revision"] == 1


async def test_many_are_submitted_as_in_the_other_world(here: EphemeralYard) -> None:
    told: list[aio.Job] = []
    items = [Script(script=f"echo {n}") for n in range(12)]
    jobs = await aio.submit_many(
        iter(items), "default", session=here.session, resume="aio", on_submitted=told.append
    )
    assert [type(job) for job in jobs] == [aio.Job] * 12
    assert sorted(str(job.job_id) for job in told) == sorted(str(job.job_id) for job in jobs)
    await asyncio.gather(*(job.wait(PATIENCE) for job in jobs))
    again = many.submit_many(items, "default", session=here.session, resume="aio")
    assert [job.job_id for job in again] == [job.job_id for job in jobs]


async def test_a_refused_item_among_many_loses_no_job(here: EphemeralYard) -> None:
    items: list[Any] = [Script(), (Script(), {"retry": 99})]
    with pytest.raises(Unsubmitted) as caught:
        await aio.submit_many(items, "default", session=here.session)
    assert [type(job) for job in caught.value.jobs] == [aio.Job, type(None)]


async def test_many_that_are_cancelled_tell_what_was_submitted(here: EphemeralYard) -> None:
    told: list[aio.Job] = []
    seen = asyncio.Event()

    def tell(job: aio.Job) -> None:
        told.append(job)
        seen.set()

    endless = iter(Script, None)
    task = asyncio.ensure_future(
        aio.submit_many(endless, "default", rate=20, on_submitted=tell, session=here.session)
    )
    await seen.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError) as caught:
        await task
    cause = caught.value.__cause__
    assert isinstance(cause, Unsubmitted)
    assert {job.job_id for job in cause.jobs if job} == {job.job_id for job in told}

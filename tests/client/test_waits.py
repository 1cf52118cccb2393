"""Waiting for many jobs on a yard: outcomes, modes, progress; and the same awaited."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeAlias

import pytest

from batchyard import (
    Failed,
    Job,
    Limits,
    NotFound,
    Outcome,
    Outcomes,
    Progress,
    Refused,
    RefusedCredentials,
    Seen,
    ServiceError,
    Unfinished,
    Unreachable,
    aio,
    as_completed,
    wait,
)
from batchyard.client.asking import Body
from batchyard.client.waits import found
from batchyard.polling.news import Told
from batchyard.testing import EphemeralYard
from tests.client.definitions import registered, run
from tests.client.service import Said, Service, error, jobs

Wait: TypeAlias = Callable[..., Outcomes]


@pytest.fixture(autouse=True, scope="module")
def definitions(here: EphemeralYard) -> None:
    registered(here, vcpus=1)


def _run(awaited: Awaitable[Any]) -> Any:  # noqa: ANN401 - whatever it gives
    async def main() -> Any:  # noqa: ANN401 - whatever it gives
        return await awaited

    return asyncio.run(main())


def aio_wait(*jobs: Any, **terms: Any) -> Outcomes:  # noqa: ANN401 - as `wait` takes them
    found: Outcomes = _run(aio.wait(*jobs, **terms))
    return found


def aio_as_completed(jobs: Iterable[Any], **terms: Any) -> list[Outcome]:  # noqa: ANN401 - as above
    async def main() -> list[Outcome]:
        return [one async for one in aio.as_completed(jobs, **terms)]

    found: list[Outcome] = _run(main())
    return found


BOTH = pytest.mark.parametrize("wait_for", [wait, aio_wait])


@BOTH
def test_outcomes_come_in_the_order_of_the_jobs(here: EphemeralYard, wait_for: Wait) -> None:
    jobs = [run(here, f"sleep 0.{9 - n}") for n in range(5)]
    outcomes = wait_for([*jobs, jobs[0]])
    assert [one.job_id for one in outcomes] == [job.job_id for job in jobs]
    assert [one.job_name for one in outcomes] == [job.job_name for job in jobs]
    assert all(one.succeeded and one.exit_code == 0 for one in outcomes)
    assert outcomes.counts == {"SUCCEEDED": 5}
    assert (outcomes.succeeded, outcomes.failed) == (list(outcomes), [])


@BOTH
def test_ids_and_jobs_of_both_worlds_are_waited_for_alike(
    here: EphemeralYard, wait_for: Wait
) -> None:
    one, other, third = run(here, "true"), run(here, "true"), run(here, "true")
    twin = aio.Job.attach(str(other.job_id), **here.connection)
    outcomes = wait_for((one, twin, str(third.job_id)), **here.connection)
    assert [outcome.job_id for outcome in outcomes] == [one.job_id, other.job_id, third.job_id]


@BOTH
def test_those_that_failed_are_named_with_the_first_ones_last_words(
    here: EphemeralYard, wait_for: Wait
) -> None:
    jobs = [run(here, script) for script in ("true", "echo no; exit 3", "exit 4")]
    with pytest.raises(Failed, match="2 of 3 jobs did not succeed") as caught:
        wait_for(jobs)
    assert (caught.value.exit_code, caught.value.lines) == (3, ("no",))
    for part in (str(jobs[1].job_id), str(jobs[2].job_id), "exit code 4", "  no"):
        assert part in str(caught.value)
    outcomes = wait_for(jobs, check=False)
    assert [one.exit_code for one in outcomes] == [0, 3, 4]
    assert [one.succeeded for one in outcomes] == [True, False, False]
    with pytest.raises(Failed, match=r"^job .* FAILED: .*; exit code 4$"):
        wait_for(jobs[2:])


@BOTH
def test_the_first_failure_stops_the_wait(here: EphemeralYard, wait_for: Wait) -> None:
    long, bad = run(here, "sleep 600"), run(here, "exit 3")
    outcomes = wait_for([long, bad], on_failure="stop", check=False)
    assert isinstance(outcomes[0].error, Unfinished)
    assert str(bad.job_id) in str(outcomes[0].error)
    assert long.status() in {"RUNNABLE", "STARTING", "RUNNING"}
    long.terminate("enough")


@BOTH
@pytest.mark.parametrize("on_failure", ["stop", "terminate"])
def test_a_success_stops_nothing(wait_for: Wait, on_failure: str) -> None:
    service = jobs(["SUCCEEDED"], ["RUNNING", "RUNNING", "SUCCEEDED"])
    outcomes = wait_for(["0", "1"], client=service.client, on_failure=on_failure)
    assert [one.status for one in outcomes] == ["SUCCEEDED"] * 2
    assert {operation for operation, _ in service.asked} == {"DescribeJobs"}


@BOTH
def test_all_or_nothing_terminates_the_others(here: EphemeralYard, wait_for: Wait) -> None:
    jobs = [run(here, "sleep 600"), run(here, "exit 3"), run(here, "sleep 600")]
    with pytest.raises(Failed, match="3 of 3"):
        wait_for(jobs, on_failure="terminate")
    reasons = [job.describe()["statusReason"] for job in jobs]
    assert reasons[0] == reasons[2] == f"{jobs[1].job_id} did not succeed"


@BOTH
def test_the_children_of_an_array_are_counted(here: EphemeralYard, wait_for: Wait) -> None:
    array = run(here, "exit $AWS_BATCH_JOB_ARRAY_INDEX", array_size=3)
    told: list[Progress] = []
    (outcome,) = wait_for([array], check=False, progress=told.append)
    assert outcome.children["FAILED"] == 2
    assert outcome.children["SUCCEEDED"] == 1
    assert told[-1].children == {"FAILED": 2, "SUCCEEDED": 1}
    assert [sum(progress.children.values()) for progress in told[-1:]] == [3]


@BOTH
def test_progress_counts_every_job_once(here: EphemeralYard, wait_for: Wait) -> None:
    jobs = [run(here, "sleep 0.1; true" if n % 2 else "exit 3") for n in range(6)]
    told: list[Progress] = []
    ended: list[Outcome] = []
    outcomes = wait_for(jobs, check=False, progress=told.append, on_end=ended.append)
    assert all(sum(one.counts.values()) == one.total == 6 for one in told)
    assert [one.over for one in told] == sorted(one.over for one in told)
    assert told[-1] == Progress(6, 6, 3, {"SUCCEEDED": 3, "FAILED": 3}, {})
    assert sorted(ended) == sorted(outcomes)


@BOTH
@pytest.mark.parametrize(
    "until, statuses",
    [
        ("exists", {"SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING"}),
        ("running", {"RUNNING"}),
        (lambda seen: seen.status == "RUNNING", {"RUNNING"}),
    ],
)
def test_a_wait_may_be_for_less_than_the_end(
    here: EphemeralYard, wait_for: Wait, until: str | Callable[[Seen], bool], statuses: set[str]
) -> None:
    job = run(here, "sleep 600")
    (outcome,) = wait_for([job], until=until)
    assert outcome.status in statuses
    assert outcome.succeeded
    job.terminate("enough")


@BOTH
def test_time_is_up_for_those_that_go_on(here: EphemeralYard, wait_for: Wait) -> None:
    long, short = run(here, "sleep 600"), run(here, "true")
    wait_for([short])
    with pytest.raises(Unfinished, match=f"1 of 2 jobs.*\n.*{long.job_id}.*after 0.5 s"):
        wait_for([long, short], timeout=0.5)
    long.terminate("enough")


@BOTH
def test_every_trouble_has_an_error_of_its_own(here: EphemeralYard, wait_for: Wait) -> None:
    with pytest.raises(NotFound, match="nothing"):
        wait_for(["nothing"], limits=Limits(unseen=0), **here.connection)
    nowhere = {**here.connection, "session": None, "endpoint": "http://127.0.0.1:1"}
    with pytest.raises(Unreachable):
        wait_for(["x"], region="us-east-1", limits=Limits(unreachable=0), **_with_keys(nowhere))


def _with_keys(connection: dict[str, Any]) -> dict[str, Any]:
    from botocore.session import Session

    session = Session()
    session.set_credentials("AKIAIOSFODNN7EXAMPLE", "secret")
    return {**connection, "session": session}


@pytest.mark.parametrize("completed", [as_completed, aio_as_completed])
def test_outcomes_come_as_jobs_end(
    here: EphemeralYard, completed: Callable[..., Iterable[Outcome]]
) -> None:
    late = run(here, "while [ ! -e go ]; do sleep 0.05; done")
    soon = run(here, "exit 3")
    first = next(iter(as_completed([late, soon])))
    assert first.job_id == soon.job_id
    late.terminate("enough")
    found = list(completed([late, soon]))
    assert {one.job_id for one in found} == {late.job_id, soon.job_id}
    assert [one.status for one in found] == ["FAILED", "FAILED"]


@BOTH
@pytest.mark.parametrize(
    "jobs, terms, match",
    [
        ("one-id", {}, "give a list"),
        ([None], {}, "no id"),
        ([object()], {}, "no id"),
        (["x"], {"on_failure": "weep"}, "weep"),
        (["x"], {"until": "never"}, "never"),
        (["x"], {"timeout": -1}, "-1"),
        (["x"], {"colour": "red"}, "colour"),
    ],
)
def test_what_is_no_wait_is_refused(
    here: EphemeralYard,
    wait_for: Wait,
    jobs: Any,  # noqa: ANN401 - wrong on purpose
    terms: dict[str, Any],
    match: str,
) -> None:
    with pytest.raises(Refused, match=match):
        wait_for(jobs, **terms, **here.connection)


def test_a_job_that_is_not_submitted_is_refused(here: EphemeralYard) -> None:
    from tests.client.definitions import Script

    with pytest.raises(Refused, match="no id"):
        wait([here.job(Script(script="true"))])


def test_an_error_of_a_callback_is_the_callers(here: EphemeralYard) -> None:
    job: Job = run(here, "true")
    with pytest.raises(ZeroDivisionError):
        wait([job], on_end=lambda _: 1 / 0)


@BOTH
def test_a_failed_job_is_told_though_its_details_cannot_be_had(wait_for: Wait) -> None:
    service = jobs(["FAILED"], fails={1: error(500, "ServerException")})
    with pytest.raises(Failed, match=r"job-0 \(0\) FAILED(.|\n)*could not be read.*says the test"):
        wait_for(["0"], client=service.client)


class Stubborn:
    """A service one of whose jobs has FAILED; others end when they are to be terminated.

    Args:
        said: what it answers to that, for some jobs.
    """

    def __init__(self, said: dict[str, Said]) -> None:
        self.said = said
        self.told: list[str] = []
        self.client = Service(self._answer).client

    def _answer(self, operation: str, members: dict[str, Any]) -> Said:
        if operation == "TerminateJob":
            self.told.append(members["jobId"])
            return self.said.get(members["jobId"], (200, {}))
        return 200, {"jobs": [self._shown(one) for one in members["jobs"]]}

    def _shown(self, one: str) -> dict[str, str]:
        status = "FAILED" if one in {"bad", *self.told} else "RUNNING"
        return {"jobId": one, "jobName": one, "status": status}


@BOTH
def test_a_job_that_is_not_there_any_more_keeps_no_other_from_being_terminated(
    wait_for: Wait,
) -> None:
    said = {"gone": error(404, "ClientException"), "ended": error(400, "ClientException")}
    service = Stubborn(said)
    with pytest.raises(Failed, match="4 of 4"):
        wait_for(["gone", "ended", "long", "bad"], client=service.client, on_failure="terminate")
    assert service.told == ["gone", "ended", "long"]


@BOTH
def test_all_are_terminated_that_can_be_before_it_is_told_that_one_cannot(wait_for: Wait) -> None:
    service = Stubborn({"first": error(500, "ServerException")})
    with pytest.raises(ServiceError, match="says the test"):
        wait_for(["first", "long", "bad"], client=service.client, on_failure="terminate")
    assert service.told == ["first", "long"]


@BOTH
def test_any_error_of_a_callers_own_test_is_raised_for_many(wait_for: Wait) -> None:
    def unreadable(_: Seen) -> bool:
        return bool(json.loads("{"))

    service = jobs(["RUNNING"], ["RUNNING"])
    with pytest.raises(json.JSONDecodeError) as caught:
        wait_for(["0", "1"], client=service.client, until=unreadable)
    assert "2 of 2 jobs" in caught.value.__notes__[0]


@BOTH
def test_errors_that_many_are_told_of_keep_no_traces_of_each_other(wait_for: Wait) -> None:
    told = ZeroDivisionError("everybody's")

    def fails(_: Seen) -> bool:
        raise told

    service = jobs(["RUNNING"])
    for _ in range(3):
        with pytest.raises(ZeroDivisionError, match="everybody's") as caught:
            wait_for(["0"], client=service.client, until=fails)
        assert caught.value is not told


def test_the_error_of_one_wait_for_one_job_is_its_own() -> None:
    cause, told = OSError("why"), RefusedCredentials("everybody's")
    told.__cause__ = cause
    errors = [found([Told("me", "a", None, told)], Body()) for _ in range(2)]
    assert [str(one) for one in errors] == ["everybody's"] * 2
    for one in errors:
        assert isinstance(one, RefusedCredentials)
        assert one is not told
        assert one.__cause__ is cause
    assert errors[0] is not errors[1]

"""Waiters in botocore's own form. One test per fault of those that went before."""

import sys
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError, NoCredentialsError, WaiterError
from botocore.waiter import SingleWaiterConfig, Waiter, WaiterModel

from batchyard import (
    BatchWaiters,
    Failed,
    Limits,
    NotFound,
    Refused,
    RefusedCredentials,
    Throttled,
    Unfinished,
    Unreachable,
)
from batchyard.client.describing import FULL
from tests.client.service import Said, Service, error, jobs

THROTTLED = error(429, "TooManyRequestsException")
RUN = ["RUNNABLE", "RUNNING", "SUCCEEDED"]
CLASSIC: dict[str, Any] = {
    "version": 2,
    "waiters": {
        "JobExists": {
            "delay": 2,
            "operation": "DescribeJobs",
            "maxAttempts": 100,
            "acceptors": [
                *(
                    {
                        "argument": "jobs[].status",
                        "expected": state,
                        "matcher": "pathAll",
                        "state": "success",
                    }
                    for state in ("SUBMITTED", "RUNNABLE", "RUNNING", "SUCCEEDED", "FAILED")
                ),
                {"expected": "", "matcher": "error", "state": "failure"},
            ],
        },
        "JobComplete": {
            "delay": 300,
            "operation": "DescribeJobs",
            "maxAttempts": 100,
            "acceptors": [
                {
                    "argument": "jobs[].status",
                    "expected": state,
                    "matcher": "pathAll",
                    "state": end,
                }
                for state, end in (("SUCCEEDED", "success"), ("FAILED", "failure"))
            ],
        },
    },
}
"""As Airflow's batch_waiters.json and waiters/batch.json have them."""


def waiters(service: Service, config: dict[str, Any] | None = None, **more: Any) -> BatchWaiters:  # noqa: ANN401 - limits
    return BatchWaiters(config, client=service.client, world=service.world, **more)


def test_the_default_waiters_are_three_with_their_delays() -> None:
    made = waiters(jobs())
    assert made.list_waiters() == ["JobComplete", "JobExists", "JobRunning"]
    assert sorted(BatchWaiters.default_config["waiters"]) == made.list_waiters()
    delays = [made.get_waiter(name).config.delay for name in made.list_waiters()]
    assert delays == [30, 5, 5]
    assert made.get_waiter("JobComplete").config.max_attempts * 30 == 24 * 60 * 60


def test_they_are_waiters_of_botocore() -> None:
    made = waiters(jobs())
    waiter = made.get_waiter("JobExists")
    assert isinstance(waiter, Waiter)
    assert isinstance(waiter.config, SingleWaiterConfig)
    assert isinstance(made.waiter_model, WaiterModel)
    assert waiter.name == "JobExists"
    assert WaiterModel(BatchWaiters.extended_config).waiter_names == sorted(
        BatchWaiters.extended_config["waiters"]
    )


def test_what_is_changed_on_one_waiter_never_leaks_into_the_next() -> None:
    made = waiters(jobs())
    waiter = made.get_waiter("JobExists")
    waiter.config.delay = 1
    waiter.config._config["acceptors"].clear()  # noqa: SLF001 - what a careless user can reach
    for config in (made.waiter_config, made.default_config, BatchWaiters.default_config):
        config["waiters"].clear()
    made.waiter_model._waiter_config["JobExists"]["delay"] = 1  # type: ignore[attr-defined] # noqa: SLF001 - as above
    again = made.get_waiter("JobExists")
    assert (again.config.delay, len(again.config.acceptors)) == (5, 1)
    assert made.waiter_model.get_waiter("JobExists").delay == 5
    assert made.waiter_config == made.default_config == BatchWaiters.default_config
    with pytest.raises(AttributeError, match="read-only"):
        made.default_config = {}


def test_a_configuration_of_ones_own_is_copied_and_honoured() -> None:
    config = BatchWaiters.default_config
    config["waiters"]["JobExists"]["delay"] = 7
    made = waiters(jobs(["RUNNING"]), config)
    config["waiters"]["JobExists"]["delay"] = 8
    assert made.get_waiter("JobExists").config.delay == 7
    assert made.get_waiter("JobExists", config_overrides={"delay": 9}).config.delay == 9
    assert made.get_waiter("JobExists").config.delay == 7


def one(*acceptors: dict[str, Any]) -> dict[str, Any]:
    """A configuration of one waiter."""
    waiter = {"operation": "DescribeJobs", "delay": 1, "maxAttempts": 1, "acceptors": acceptors}
    return {"version": 2, "waiters": {"One": waiter}}


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"version": 3, "waiters": {}},
        {"version": 2, "waiters": {"One": {}}},
        {"version": 2, "waiters": ["One"]},
        one({"state": "success", "matcher": "path", "argument": "jobs[", "expected": 1}),
        one({"state": "success", "matcher": "guess", "expected": 1}),
    ],
)
def test_what_is_no_configuration_is_refused_when_it_is_given(config: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="botocore's form"):
        waiters(jobs(), config)


def test_an_unknown_waiter_or_operation_is_refused_by_name() -> None:
    with pytest.raises(Refused, match=r"'JobEnds'.*JobComplete, JobExists, JobRunning"):
        waiters(jobs()).get_waiter("JobEnds")
    overrides = {"operation": "DescribeDinner"}
    with pytest.raises(Refused, match="DescribeDinner"):
        waiters(jobs()).get_waiter("JobExists", config_overrides=overrides)


def test_a_waiter_asks_until_it_is_so() -> None:
    service = jobs(RUN)
    waiters(service).get_waiter("JobComplete").wait(jobs=["0"])
    assert service.pauses == [30, 30]
    service = jobs(RUN)
    waiters(service).get_waiter("JobComplete").wait(jobs=["0"], WaiterConfig={"Delay": 1})
    assert service.pauses == [1, 1]


def test_a_waiter_gives_up_after_its_attempts_and_can_be_used_again() -> None:
    service = jobs(["RUNNING"])
    waiter = waiters(service).get_waiter("JobComplete")
    for _ in range(2):
        with pytest.raises(WaiterError, match="JobComplete failed: Max attempts exceeded"):
            waiter.wait(jobs=["0"], WaiterConfig={"MaxAttempts": 3})
    assert len(service.asked) == 6


@pytest.mark.parametrize("config", [None, CLASSIC])
def test_a_job_that_is_not_visible_yet_is_waited_for(config: dict[str, Any] | None) -> None:
    service = jobs(["", "", "SUBMITTED"])
    waiters(service, config).get_waiter("JobExists").wait(jobs=["0"])
    assert len(service.pauses) == 2


@pytest.mark.parametrize("name", ["JobExists", "JobRunning", "JobComplete"])
def test_a_job_that_never_appears_is_not_waited_for_for_ever(name: str) -> None:
    service = jobs([""])
    waiter = waiters(service).get_waiter(name)
    with pytest.raises(WaiterError, match="not in the answers for 60 s: 0"):
        waiter.wait(jobs=["0"], WaiterConfig={"MaxAttempts": sys.maxsize})
    assert service.now == 60
    service = jobs([""])
    with pytest.raises(WaiterError):
        waiters(service, limits=Limits(unseen=7)).get_waiter(name).wait(
            jobs=["0"], WaiterConfig={"Delay": 7}
        )
    assert service.now == 7


@pytest.mark.parametrize("config", [None, CLASSIC])
def test_a_job_that_vanishes_ends_the_wait(config: dict[str, Any] | None) -> None:
    service = jobs(["RUNNING", "", "RUNNING", ""], ["RUNNING"])
    waiter = waiters(service, config).get_waiter("JobComplete")
    with pytest.raises(WaiterError, match="for 60 s: 0;"):
        waiter.wait(jobs=["0", "1"], WaiterConfig={"Delay": 20, "MaxAttempts": sys.maxsize})
    assert service.now == 120, "20, 40: seen again; left out from 60 on"


@pytest.mark.parametrize("config", [None, CLASSIC])
def test_one_succeeded_and_one_failed_ends(config: dict[str, Any] | None) -> None:
    service = jobs(["RUNNING", "SUCCEEDED"], ["RUNNING", "FAILED"])
    with pytest.raises(WaiterError, match="terminal failure state") as caught:
        waiters(service, config).get_waiter("JobComplete").wait(jobs=["0", "1"])
    assert len(service.asked) == 2
    shown: Any = caught.value.last_response
    assert [job["status"] for job in shown["jobs"]] == ["SUCCEEDED", "FAILED"]


@pytest.mark.parametrize(
    "name, config", [("JobExists", None), ("JobExists", CLASSIC), ("JobRunning", None)]
)
def test_jobs_need_not_be_alike(name: str, config: dict[str, Any] | None) -> None:
    service = jobs(["RUNNABLE", "RUNNING"], ["RUNNING", "SUCCEEDED"], ["", "FAILED"])
    waiters(service, config).get_waiter(name).wait(jobs=["0", "1", "2"])
    assert len(service.asked) == 2


def test_over_a_hundred_are_asked_in_hundreds() -> None:
    many = [str(number) for number in range(2 * FULL + 1)]
    service = jobs(*(["SUCCEEDED"] for _ in many))
    waiters(service).get_waiter("JobComplete").wait(jobs=[*many, "0"])
    assert service.ids == [many[:FULL], many[FULL : 2 * FULL], many[2 * FULL :]]
    service = jobs(*(["SUCCEEDED"] for _ in many[1:]), ["FAILED"])
    with pytest.raises(WaiterError):
        waiters(service).get_waiter("JobComplete").wait(jobs=many)


def test_nothing_to_wait_for_is_refused() -> None:
    with pytest.raises(Refused, match="jobs is empty"):
        waiters(jobs()).get_waiter("JobComplete").wait(jobs=[])


@pytest.mark.parametrize(
    "said", [THROTTLED, error(400, "ThrottlingException"), error(500, "ServerException")]
)
def test_throttling_is_borne_with_longer_pauses(said: Said) -> None:
    service = jobs(["SUCCEEDED"], fails={0: said, 1: said, 2: said})
    waiters(service).get_waiter("JobExists").wait(jobs=["0"])
    assert service.pauses == [7.5, 15, 30]


def test_throttling_without_end_ends_the_wait() -> None:
    service = Service(lambda *_: error(429, "TooManyRequestsException"))
    waiter = waiters(service, limits=Limits(throttled=100)).get_waiter("JobExists")
    with pytest.raises(WaiterError, match=r"\(TooManyRequestsException\): says the test"):
        waiter.wait(jobs=["0"], WaiterConfig={"MaxAttempts": sys.maxsize})
    assert 100 <= service.now <= 160
    asked = len(service.asked)
    with pytest.raises(WaiterError):
        waiter.wait(jobs=["0"], WaiterConfig={"MaxAttempts": 2})
    assert len(service.asked) == asked + 2


def test_an_endpoint_out_of_reach_is_borne_as_well() -> None:
    def answers(*_: object) -> Said:
        raise ConnectTimeoutError(endpoint_url="http://batchyard.invalid")

    service = Service(answers)
    with pytest.raises(WaiterError, match="Unreachable"):
        waiters(service).get_waiter("JobExists").wait(jobs=["0"])
    assert 900 <= service.now <= 960


def test_a_refusal_ends_the_wait_at_once() -> None:
    for said in (error(403, "AccessDeniedException"), error(400, "ClientException")):
        service = jobs(["RUNNING"], fails={0: said})
        with pytest.raises(WaiterError, match="says the test"):
            waiters(service).get_waiter("JobComplete").wait(jobs=["0"])
        assert service.pauses == []


def test_acceptors_for_errors_come_first() -> None:
    config = BatchWaiters.default_config
    acceptors = config["waiters"]["JobExists"]["acceptors"]
    acceptors.append({"matcher": "error", "expected": "ClientException", "state": "retry"})
    acceptors.append(
        {"matcher": "error", "expected": "TooManyRequestsException", "state": "failure"}
    )
    service = jobs(["RUNNING"], fails=dict.fromkeys(range(50), error(400, "ClientException")))
    waiters(service, config).get_waiter("JobExists").wait(jobs=["0"])
    assert len(service.asked) == 51
    with pytest.raises(WaiterError, match="Matched expected service error code"):
        waiters(jobs([""], fails={0: THROTTLED}), config).get_waiter("JobExists").wait(jobs=["0"])


def test_any_of_them_is_any_of_them() -> None:
    config = BatchWaiters.default_config
    config["waiters"]["JobRunning"]["acceptors"][0]["matcher"] = "pathAny"
    service = jobs(["RUNNABLE"], ["RUNNING"], [""])
    waiters(service, config).get_waiter("JobRunning").wait(jobs=["0", "1", "2"])
    assert len(service.asked) == 1


def test_a_job_is_followed_through_its_life_with_jitter_and_without_an_end() -> None:
    service = jobs(["", "SUBMITTED", *["RUNNABLE"] * 120, *["RUNNING"] * 20, "SUCCEEDED"])
    drawn = iter([0.0, 0.25, 1.0])
    world = service.world._replace(chance=lambda: next(drawn, 0.5))
    BatchWaiters(client=service.client, world=world).wait_for_job("0")
    assert service.pauses == [3, *[4] * 120, *[32] * 19]


def test_a_delay_is_never_under_a_second_and_comes_before_the_first_question() -> None:
    config = BatchWaiters.default_config
    for waiter in config["waiters"].values():
        waiter["delay"] = 0
    service = jobs(["SUBMITTED", *["RUNNING"] * 3, "SUCCEEDED"])
    world = service.world._replace(chance=lambda: 0.0)
    BatchWaiters(config, client=service.client, world=world).wait_for_job("0", delay=10)
    assert service.pauses == [9, 1, 1]
    life = waiters(service).life()
    assert [one.name for one in life] == ["JobExists", "JobRunning", "JobComplete"]
    assert {one.config.max_attempts for one in life} == {sys.maxsize}


def raising(*_: object) -> Said:
    raise NoCredentialsError


@pytest.mark.parametrize(
    "service, kind",
    [
        (jobs(["RUNNING", "FAILED"]), Failed),
        (jobs([""]), NotFound),
        (Service(lambda *_: error(429, "TooManyRequestsException")), Throttled),
        (Service(lambda *_: error(403, "AccessDeniedException")), RefusedCredentials),
        (Service(raising), RefusedCredentials),
    ],
)
def test_what_ends_badly_says_whose_fault_it_is(service: Service, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        waiters(service).wait_for_job("0")


def test_out_of_reach_and_ended_by_ones_own_rule_are_told_too() -> None:
    def answers(*_: object) -> Said:
        raise ConnectTimeoutError(endpoint_url="http://batchyard.invalid")

    with pytest.raises(Unreachable):
        waiters(Service(answers)).wait_for_job("0")
    config = BatchWaiters.default_config
    rule = {"matcher": "pathAny", "argument": "jobs[].status", "expected": "RUNNABLE"}
    config["waiters"]["JobRunning"]["acceptors"].append(rule | {"state": "failure"})
    with pytest.raises(Unfinished, match="RUNNABLE"):
        waiters(jobs(["RUNNABLE"]), config).wait_for_job("0")
    del config["waiters"]["JobComplete"]
    with pytest.raises(Refused, match="JobComplete"):
        waiters(jobs(["RUNNABLE"]), config).wait_for_job("0")


async def test_on_an_event_loop_a_waiter_waits_the_same() -> None:
    service = jobs(RUN)
    waiter = waiters(service).get_waiter("JobComplete")
    await waiter.wait_on_loop(jobs=["0"], WaiterConfig={"Delay": 0})
    assert (len(service.asked), service.pauses) == (3, [])
    with pytest.raises(WaiterError, match="FAILED"):
        await waiters(jobs(["FAILED"])).get_waiter("JobComplete").wait_on_loop(jobs=["0"])

"""What a task runner counts, against a service of which every answer is known."""

import asyncio
import re
from functools import partial
from pathlib import Path

import pytest

from batchyard.errors import Refused
from batchyard.metrics.address import LOOPBACK, Address, listening_at
from batchyard.metrics.board import Board
from batchyard.metrics.exporting import Ways, exported
from batchyard.runner.counting import Checks
from tests.metrics.scraping import Series, asked, scraped, series
from tests.runner.running import Running, running
from tests.runner.stand_in import LOST, Fate, Service, task

HERE = {"region": "us-east-1", "worker_group": "wg"}
SHOWN = Ways(listen=Address(LOOPBACK, 0), prefix="airflow")


def url_of(runner: Running) -> str:
    found = re.fullmatch(r"metrics are at (\S+)", runner.said[0])
    assert found
    return found[1]


def scraped_at(url: str, wanted: Series) -> float | None:
    return scraped(url).get(wanted)


def test_a_runner_shows_its_slots_what_it_polled_and_how_tasks_ended(
    service: Service, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    waiting = f"touch {gate}.runs; while [ ! -e {gate} ]; do sleep 0.02; done"
    service.offer(
        task("Bad", "ShellCommandActivity", command="false"),
        task("Wait", "ShellCommandActivity", command=waiting),
    )
    with running(service, tmp_path, tasks=3, metrics=SHOWN) as runner:
        url = url_of(runner)
        service.until(lambda: Path(f"{gate}.runs").exists())
        service.ended("task-Bad")
        ended = "airflow_tasks_ended_total"
        service.until(lambda: scraped(url).get(series(ended, **HERE, status="FAILED")))
        found = scraped(url)
        assert found[series("airflow_executor_running_tasks", **HERE)] == 1
        assert found[series("airflow_executor_open_slots", **HERE)] == 2
        assert found[series("airflow_executor_queued_tasks", **HERE)] == 0
        assert found[series("airflow_tasks_polled_total", **HERE, outcome="task")] == 2
        gate.touch()
        service.until(lambda: scraped(url).get(series(ended, **HERE, status="FINISHED")))
        found = scraped(url)
        assert found[series("airflow_executor_open_slots", **HERE)] == 3
        polls = [
            value for (name, _), value in found.items() if name == "airflow_tasks_polled_total"
        ]
        assert found[series("airflow_tasks_poll_time_seconds_count", **HERE)] == sum(polls)
        service.until(
            lambda: scraped(url).get(
                series("airflow_runner_heartbeats_total", **HERE, outcome="taken")
            )
        )


def test_polls_and_heartbeats_that_fail_are_counted_so(service: Service, tmp_path: Path) -> None:
    def fate(operation: str, _: dict[str, object]) -> Fate:
        return LOST if operation in {"PollForTask", "ReportTaskRunnerHeartbeat"} else None

    service.fate = fate
    with running(service, tmp_path, metrics=SHOWN) as runner:
        url = url_of(runner)
        for name in ("airflow_tasks_polled_total", "airflow_runner_heartbeats_total"):
            wanted = series(name, **HERE, outcome="failed")
            service.until(partial(scraped_at, url, wanted))


def test_a_runners_metrics_are_for_this_machine_unless_it_listens_beyond(
    service: Service, tmp_path: Path
) -> None:
    with running(service, tmp_path, metrics=SHOWN) as runner:
        url = url_of(runner)
        assert asked(url, Host="evil.example:80")[0] == 403
        assert asked(url.removesuffix("metrics"))[0] == 404
    beyond = Ways(listen=Address("0.0.0.0", 0))  # noqa: S104 - what is tested
    with running(service, tmp_path, metrics=beyond) as runner:
        port = url_of(runner).rpartition(":")[2]
        assert asked(f"http://{LOOPBACK}:{port}", Host="runner.example")[0] == 200


def test_an_address_that_is_taken_is_refused(service: Service, tmp_path: Path) -> None:
    with running(service, tmp_path, metrics=SHOWN) as runner:
        port = int(url_of(runner).rpartition(":")[2].partition("/")[0])
        with pytest.raises(Refused, match=rf"shown at 127\.0\.0\.1:{port}"):
            exported(Board([]), Ways(listen=Address(LOOPBACK, port)), print)


@pytest.mark.parametrize("text", ["", ":9464", "host:", "x", "70000", "-1"])
def test_what_is_nothing_to_listen_at_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="PORT"):
        listening_at(text)


def test_a_port_alone_is_this_machines() -> None:
    assert listening_at("9464") == (LOOPBACK, 9464)
    assert listening_at("[::]:0") == ("::", 0)
    assert Address("::1", 1).is_loopback
    assert not Address("::", 1).is_loopback


def test_checks_tell_how_many_wait_for_their_turn() -> None:
    async def scenario() -> None:
        checks = Checks(1)
        async with checks:
            waiting = [asyncio.ensure_future(checks.acquire()) for _ in range(2)]
            await asyncio.sleep(0)
            assert checks.waiting == 2
            waiting[0].cancel()
            await asyncio.wait(waiting[:1])
            assert checks.waiting == 1
        await waiting[1]
        assert checks.waiting == 0

    asyncio.run(scenario())

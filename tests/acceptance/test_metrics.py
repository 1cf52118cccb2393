"""Metrics of a real yard: what Prometheus is shown, what StatsD is sent, and who may look."""

import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.test_task_runner import RunnerProcess
from tests.acceptance.test_task_runner_at_yard import GROUP, queue
from tests.acceptance.yards import (
    BATCHYARD,
    RunningYard,
    clean_environment,
    ended,
    reached,
    register,
    submit,
    until,
)
from tests.metrics.scraping import asked, scraped, series

HERE = {"region": "us-east-1", "queue": "default"}


@pytest.fixture
def statsd() -> Iterator[socket.socket]:
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    server.settimeout(30)
    yield server
    server.close()


def received(server: socket.socket, wanted: str) -> None:
    """Wait for a line."""
    until(lambda: wanted in server.recv(65536).decode().split("\n"))


def test_a_yard_shows_prometheus_what_runs_waits_and_ended_and_sends_it_to_statsd(
    tmp_path: Path, statsd: socket.socket
) -> None:
    address = f"127.0.0.1:{statsd.getsockname()[1]}"
    arguments = ("--ephemeral", "--metrics-prefix", "airflow", "--statsd", address)
    with RunningYard(tmp_path, *arguments) as yard:
        batch = yard.client("batch")
        ended(batch, submit(batch, "true"))
        running = submit(batch, "sleep", "600")
        reached(batch, running, "RUNNING")
        found = scraped(f"{yard.url}/metrics")
        assert found[series("airflow_executor_running_tasks", **HERE, environment="local")] == 1
        for name in (
            "airflow_executor_queued_tasks",
            "airflow_scheduler_tasks_executable",
            "airflow_scheduler_tasks_starving",
            "af_agg_ti_scheduled",
        ):
            assert found[series(name, **HERE)] == 0
        room = {"region": "us-east-1", "environment": "local"}
        assert found[series("airflow_executor_open_slots", **room)] >= 0
        assert found[series("airflow_jobs_ended_total", **HERE, status="SUCCEEDED")] == 1
        assert found[series("airflow_jobs_submit_to_start_seconds_count", **HERE)] == 2
        assert found[series("airflow_jobs_exit_to_visible_seconds_count", **HERE)] == 1
        call = {"service": "batch", "operation": "SubmitJob", "status": "200"}
        assert found[series("airflow_api_calls_total", **call)] == 2
        commits = found[series("airflow_journal_commits_total", outcome="done")]
        assert commits == found[series("airflow_journal_commit_time_seconds_count")] > 0
        received(statsd, "airflow.executor.running_tasks:1|g")
        batch.terminate_job(jobId=running, reason="enough")
        ended(batch, running)
        received(statsd, "airflow.jobs.ended.region.us-east-1.queue.default.status.FAILED:1|c")


def test_a_worker_group_shows_what_waits_for_its_runners_and_what_they_run(
    tmp_path: Path,
) -> None:
    group = {"region": "us-east-1", "worker_group": GROUP}
    with RunningYard(tmp_path / "yard") as yard:
        url, batch = f"{yard.url}/metrics", yard.client("batch")
        queue(batch)
        gate = tmp_path / "gate"
        command = f"while [ ! -e {gate} ]; do sleep 0.02; done"
        definition = register(batch, "sh", "-c", command, name="far")
        job = batch.submit_job(jobName="far", jobQueue="far", jobDefinition=definition)["jobId"]
        where = {**group, "queue": "far", "environment": "far"}
        queued = series("batchyard_executor_queued_tasks", **where)
        until(lambda: scraped(url).get(queued) == 1)
        with RunnerProcess(tmp_path / "runner", "--data-dir", str(yard.data_dir)):
            running = series("batchyard_executor_running_tasks", **where)
            until(lambda: scraped(url).get(running) == 1)
            assert queued not in scraped(url)
            slots = series("batchyard_executor_open_slots", **group)
            until(lambda: scraped(url).get(slots) == 1)
            gate.touch()
            ended(batch, job)
            polled = series("batchyard_tasks_polled_total", **group, outcome="task")
            assert scraped(url)[polled] == 1
            assert scraped(url)[running] == 0


def test_a_command_that_waits_sends_what_it_asked(tmp_path: Path, statsd: socket.socket) -> None:
    with RunningYard(tmp_path, "--ephemeral") as yard:
        job = submit(yard.client("batch"), "true")
        address = f"127.0.0.1:{statsd.getsockname()[1]}"
        subprocess.run(
            [BATCHYARD, "wait", job, "--statsd", address, "--metrics-prefix", "airflow"],
            env=clean_environment() | yard.env(),
            check=True,
            capture_output=True,
        )
        text = statsd.recv(65536).decode()
    assert re.search(
        r"^airflow\.waits\.calls\..*\.outcome\.answered:[1-9]\d*\|c$", text, re.MULTILINE
    )


def test_calls_that_were_refused_are_counted_by_their_status(tmp_path: Path) -> None:
    with RunningYard(tmp_path, "--ephemeral") as yard:
        assert asked(f"{yard.url}/v1/submitjob", "POST")[0] == 403
        batch = yard.client("batch")
        with pytest.raises(batch.exceptions.ClientException):
            batch.submit_job(jobName="job", jobQueue="none", jobDefinition="none")
        found = scraped(f"{yard.url}/metrics")
        assert found[series("batchyard_api_calls_total", status="403")] == 1
        refused = {"service": "batch", "operation": "SubmitJob"}
        assert found[series("batchyard_api_calls_total", **refused, status="400")] == 1


def test_metrics_are_for_nobody_who_may_not_ask(tmp_path: Path) -> None:
    with RunningYard(tmp_path, "--ephemeral") as yard:
        assert asked(f"{yard.url}/metrics", Host="evil.example")[0] == 403
        assert asked(f"{yard.url}/metrics", Origin="https://evil.example")[0] == 403
        assert asked(f"{yard.url}/metrics", "POST")[0] == 405
    with RunningYard(tmp_path, "--ephemeral", "--no-metrics") as yard:
        assert asked(f"{yard.url}/metrics") == (403, "This yard was started with --no-metrics.\n")


def test_a_restarted_yard_shows_the_jobs_that_it_finds_again(tmp_path: Path) -> None:
    yard = RunningYard(tmp_path)
    reached(yard.client("batch"), submit(yard.client("batch"), "sleep", "600"), "RUNNING")
    yard.stop()
    with RunningYard(tmp_path) as again:
        found = scraped(f"{again.url}/metrics")
        assert found[series("batchyard_executor_running_tasks", **HERE, environment="local")] == 1

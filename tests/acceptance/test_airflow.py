"""Airflow for real: the provider's own tests in its environment, and DAGs from end to end."""

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.acceptance.airflows import EXAMPLE, ROOT, Gauges, airflow_on, require_airflow, until
from tests.acceptance.yards import (
    RunningYard,
    clean_environment,
    described,
    ended,
    reached,
)
from tests.requires import require

# One group: they share an Airflow, whose start alone takes a minute of CPU.
pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("airflow")]

MANY = 200
DOCUMENTED = {
    "airflow_executor_open_slots",
    "airflow_executor_queued_tasks",
    "airflow_executor_running_tasks",
    "airflow_scheduler_tasks_starving",
    "airflow_scheduler_tasks_executable",
    "af_agg_ti_scheduled",
}
"""The names by which Airflow's slots are watched."""
QUICK = ("success", "failure", "retried", "array", "timed_out", "sensors", "dying", "mapped")
"""DAGs that run by themselves; Airflow takes its time, so they begin together."""


@pytest.mark.parametrize("version", ["airflow", "airflow-oldest"])
def test_the_providers_own_tests_hold_where_airflow_is(version: str) -> None:
    python = ROOT / f".venv-{version}" / "bin" / "python"
    require(f"Airflow in .venv-{version}", "make airflow", present=python.exists())
    done = subprocess.run(
        [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/airflow"],
        cwd=ROOT,
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-20_000:]
    assert " passed" in done.stdout


class Stage:
    """A yard, an Airflow on it, and what tests ask of both."""

    def __init__(self, yard: RunningYard, airflow: Any, gauges: Any, gate: Path) -> None:
        self.batch = yard.client("batch")
        self.airflow = airflow
        self.gauges = gauges
        self.gate = gate
        self.runs = {dag_id: airflow.trigger(dag_id) for dag_id in QUICK}

    def jobs(self, name: str) -> list[dict[str, Any]]:
        """The jobs of a name, the newest first."""
        filters = [{"name": "JOB_NAME", "values": [name]}]
        pages = self.batch.get_paginator("list_jobs").paginate(jobQueue="default", filters=filters)
        return [job for page in pages for job in page["jobSummaryList"]]

    def deferred(self, dag_id: str) -> tuple[str, str]:
        """Begin a run of a DAG, and wait until its task has deferred; give the job's id as well."""
        run, job_id = self.unseen(dag_id)
        until(lambda: self.has_begun(dag_id))
        return run, job_id

    def unseen(self, dag_id: str) -> tuple[str, str]:
        """Begin a run of a DAG, and wait until its task has deferred, whether or not it is seen."""
        run = self.airflow.trigger(dag_id)
        self.airflow.until(dag_id, run, "deferred")
        (job,) = self.jobs(f"job-{dag_id}")
        return run, str(job["jobId"])

    def mark_failed(self, dag_id: str, run: str) -> None:
        """Mark the task of a run as failed, as people do."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run}/taskInstances/job"
        self.airflow.ask("PATCH", path, {"new_state": "failed"})

    def has_begun(self, dag_id: str, attempt: int = 1) -> bool:
        """Tell whether the triggerer waits: of what is killed before, it never hears."""
        path = f"logs/dag_id={dag_id}/**/attempt={attempt}.log.trigger.*"
        logs = self.airflow.folder.glob(path)
        return any("starting" in log.read_text() for log in logs)


def define(batch: Any) -> None:
    """Register ``shell``, whose jobs need little, so that many run beside those that wait."""
    needs = [{"type": "VCPU", "value": "0.25"}, {"type": "MEMORY", "value": "512"}]
    batch.register_job_definition(
        jobDefinitionName="shell",
        type="container",
        platformCapabilities=["FARGATE"],
        parameters={"script": "true"},
        containerProperties={
            "image": "busybox",
            "command": ["sh", "-c", "Ref::script"],
            "executionRoleArn": "arn:aws:iam::123456789012:role/none",
            "resourceRequirements": needs,
        },
    )


def many_jobs(batch: Any, gate: Path) -> list[str]:
    """Submit jobs that run when a file is there."""
    common = {"jobName": "many", "jobQueue": "default", "jobDefinition": "shell"}
    script = {"script": f"while ! test -e {gate}; do sleep 0.1; done"}
    first = batch.submit_job(**common, parameters=script)["jobId"]
    depends = {"dependsOn": [{"jobId": first}]}
    return [first] + [batch.submit_job(**common, **depends)["jobId"] for _ in range(MANY - 1)]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    require_airflow()
    folder = tmp_path_factory.mktemp("airflow")
    with RunningYard(folder / "yard") as yard:
        define(yard.client("batch"))
        gate = folder / "gate"
        gate.mkdir()
        (gate / "ids").write_text(json.dumps(many_jobs(yard.client("batch"), gate / "many")))
        said = {"BATCHYARD_TEST_GATE": str(gate)}
        with Gauges() as gauges, airflow_on(folder / "home", yard, gauges, **said) as airflow:
            yield Stage(yard, airflow, gauges, gate)


def test_airflow_lists_the_provider_and_its_options(stage: Stage) -> None:
    assert "batchyard" in stage.airflow.command("providers", "list", "--output", "json")
    assert stage.airflow.command("config", "get-value", "batchyard", "reattach").strip() == "True"


def test_a_task_runs_a_job_and_its_log_holds_what_the_job_printed(stage: Stage) -> None:
    run = stage.runs["success"]
    (task,) = stage.airflow.until("success", run, "success", "failed")
    log = stage.airflow.log("success", run)
    assert task["state"] == "success", log
    told = stage.airflow.xcom("success", run, "batch_job")
    assert (told["status"], told["exit_code"]) == ("SUCCEEDED", 0)
    assert stage.airflow.xcom("success", run, "return_value") == told["job_id"]
    assert "] hello" in log
    assert "] and goodbye" in log


def test_a_failed_jobs_task_fails_and_says_why(stage: Stage) -> None:
    run = stage.runs["failure"]
    (task,) = stage.airflow.until("failure", run, "success", "failed")
    log = stage.airflow.log("failure", run)
    assert task["state"] == "failed"
    assert "exit code 7" in log
    assert "alas" in log


def test_batchs_own_retries_are_waited_for(stage: Stage) -> None:
    run = stage.runs["retried"]
    (task,) = stage.airflow.until("retried", run, "success", "failed")
    assert (task["state"], task["try_number"]) == ("success", 1)
    assert stage.airflow.xcom("retried", run, "batch_job")["attempts"] == 2


def test_an_arrays_failed_children_are_named(stage: Stage) -> None:
    run = stage.runs["array"]
    (task,) = stage.airflow.until("array", run, "success", "failed")
    assert task["state"] == "failed"
    assert stage.airflow.xcom("array", run, "batch_job")["failed_children"] == [1, 2]
    assert "failed children: 1, 2" in stage.airflow.log("array", run)


def test_mapped_tasks_have_a_job_each(stage: Stage) -> None:
    run = stage.runs["mapped"]
    tasks = stage.airflow.until("mapped", run, "success", "failed")
    states = {task["map_index"]: task["state"] for task in tasks}
    assert states == {0: "success", 1: "success", 2: "failed"}
    assert len(stage.jobs("job-mapped")) == 3


def test_marking_a_deferred_task_failed_terminates_its_job(stage: Stage) -> None:
    run, job_id = stage.deferred("killed")
    reached(stage.batch, job_id, "RUNNING")
    stage.mark_failed("killed", run)
    job = until(lambda: _if_ended(stage, job_id))
    assert job["statusReason"] == "Task killed by the user"


def test_clearing_a_deferred_task_ends_its_job_and_runs_another(stage: Stage) -> None:
    run, job_id = stage.deferred("cleared")
    body = {"dry_run": False, "dag_run_id": run, "task_ids": ["job"], "only_failed": False}
    stage.airflow.ask("POST", "/api/v2/dags/cleared/clearTaskInstances", body)
    until(lambda: _if_ended(stage, job_id))
    until(lambda: len(stage.jobs("job-cleared")) == 2)
    until(lambda: stage.has_begun("cleared", 2))
    new, old = stage.jobs("job-cleared")
    assert old["jobId"] == job_id
    assert described(stage.batch, new["jobId"])["status"] != "FAILED"
    path = f"/api/v2/dags/cleared/dagRuns/{run}"
    stage.airflow.ask("PATCH", path, {"state": "failed"})
    until(lambda: _if_ended(stage, new["jobId"]))


def test_a_task_that_may_not_wait_longer_terminates_its_job(stage: Stage) -> None:
    run = stage.runs["timed_out"]
    (task,) = stage.airflow.until("timed_out", run, "success", "failed")
    assert task["state"] == "failed"
    (job,) = stage.jobs("job-timed_out")
    assert "too long" in ended(stage.batch, job["jobId"])["statusReason"]


def test_a_worker_killed_between_submit_and_deferral_leaves_one_job(stage: Stage) -> None:
    run = stage.runs["dying"]
    stage.airflow.until("dying", run, "deferred", "failed")
    assert len(stage.jobs("job-dying")) == 1
    (stage.gate / "dying").touch()
    (task,) = stage.airflow.until("dying", run, "success", "failed")
    assert (task["state"], task["try_number"]) == ("success", 2)
    assert len(stage.jobs("job-dying")) == 1
    assert "taken up again" in stage.airflow.log("dying", run, 2)


def test_a_triggerer_killed_while_a_task_is_deferred_loses_nothing(stage: Stage) -> None:
    run, job_id = stage.deferred("outliving")
    reached(stage.batch, job_id, "RUNNING")
    stage.airflow.stop("triggerer", signal.SIGKILL)
    stage.airflow.start("triggerer")
    until(stage.airflow.is_healthy)
    assert described(stage.batch, job_id)["status"] == "RUNNING"
    stage.batch.terminate_job(jobId=job_id, reason="it has waited well")
    (task,) = stage.airflow.until("outliving", run, "success", "failed")
    assert task["state"] == "failed"
    assert "it has waited well" in stage.airflow.log("outliving", run)


def test_marking_a_deferred_task_while_no_triggerer_runs_terminates_its_job(stage: Stage) -> None:
    stage.airflow.stop("triggerer")
    run, job_id = stage.unseen("early")
    stage.mark_failed("early", run)
    stage.airflow.start("triggerer")
    assert until(lambda: _if_ended(stage, job_id))["statusReason"] == "Task killed by the user"


def test_a_sensor_waits_for_a_job_of_another_task(stage: Stage) -> None:
    run = stage.runs["sensors"]
    tasks = stage.airflow.until("sensors", run, "success", "failed", "upstream_failed")
    assert {task["state"] for task in tasks} == {"success"}


def test_two_hundred_tasks_wait_at_once_and_hold_no_slot(stage: Stage) -> None:
    run = stage.airflow.trigger("many")
    tasks = stage.airflow.until("many", run, "deferred")
    assert len(tasks) == MANY
    (stage.gate / "many").touch()
    ended = stage.airflow.until("many", run, "success", "failed")
    assert {task["state"] for task in ended} == {"success"}


def test_the_mapping_and_the_dashboard_are_of_metrics_that_airflow_sends(stage: Stage) -> None:
    mappings = yaml.safe_load((EXAMPLE / "statsd-mapping.yml").read_text())["mappings"]
    made = {one["name"]: one["match"] for one in mappings}
    assert set(made) >= DOCUMENTED
    stage.airflow.trigger("starved")  # so that something is scheduled when Airflow counts

    def unseen() -> list[str]:
        return [name for name, match in made.items() if not received(stage.gauges, match)]

    until(lambda: not unseen())
    panels = json.loads((EXAMPLE / "dashboard.json").read_text())["panels"]
    asked = [target["expr"] for panel in panels for target in panel["targets"]]
    shown = {name for one in asked for name in re.findall(r"\b(?:airflow|af)_\w+", one)}
    assert DOCUMENTED <= shown <= set(made)


def received(gauges: Any, match: str) -> bool:
    """Tell whether a metric came in that a pattern of statsd-exporter is for."""
    form = re.compile(re.escape(match).replace(r"\*", "[^.]+"))
    return any(map(form.fullmatch, list(gauges.names)))


def _if_ended(stage: Stage, job_id: str) -> dict[str, Any] | None:
    job = described(stage.batch, job_id)
    return job if job["status"] in {"SUCCEEDED", "FAILED"} else None

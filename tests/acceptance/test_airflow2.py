"""The oldest Airflow that is supported, for real: scheduler and triggerer on a yard."""

import signal
from collections.abc import Iterator

import pytest

from tests.acceptance.airflow2 import Airflow2, airflow2_on
from tests.acceptance.airflows import until
from tests.acceptance.test_airflow import define
from tests.acceptance.yards import RunningYard, described, ended, reached

# One group: they share an Airflow.
pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("airflow2")]


class Stage:
    """A yard, an Airflow on it, and runs of all its DAGs, which begin together."""

    def __init__(self, yard: RunningYard, airflow: Airflow2) -> None:
        self.batch = yard.client("batch")
        self.airflow = airflow
        names = ("success", "failure", "killed", "timed_out", "outliving")
        self.runs = {dag_id: airflow.trigger(dag_id) for dag_id in names}

    def job(self, dag_id: str) -> str:
        """The id of the one job of a DAG."""
        filters = [{"name": "JOB_NAME", "values": [f"job-{dag_id}"]}]
        (job,) = self.batch.list_jobs(jobQueue="default", filters=filters)["jobSummaryList"]
        return str(job["jobId"])

    def ended(self, dag_id: str) -> str:
        """Wait until a DAG's task has ended; tell how."""
        return self.airflow.until(dag_id, self.runs[dag_id], "success", "failed")

    def waits(self, dag_id: str) -> None:
        """Wait until a DAG's task is deferred, and the triggerer has begun to wait for its job."""
        self.airflow.until(dag_id, self.runs[dag_id], "deferred")
        until(lambda: self.airflow.begun(dag_id))

    def begun_again(self, dag_id: str, number: int) -> None:
        """End the triggerer by a signal, and wait until another waits for a DAG's job."""
        before = self.airflow.begun(dag_id)
        self.airflow.running.stop("triggerer", number)
        self.airflow.running.start("triggerer")
        until(lambda: self.airflow.begun(dag_id) > before)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("airflow2")
    with RunningYard(folder / "yard") as yard:
        define(yard.client("batch"))
        with airflow2_on(folder / "home", yard) as airflow:
            yield Stage(yard, airflow)


def test_a_task_runs_a_job_and_its_log_holds_what_the_job_printed(stage: Stage) -> None:
    assert stage.ended("success") == "success", stage.airflow.log("success")
    told = stage.airflow.ask("xcom", "success", stage.runs["success"], "batch_job")
    assert (told["status"], told["exit_code"]) == ("SUCCEEDED", 0)
    log = stage.airflow.log("success")
    assert "] hello" in log
    assert "] and goodbye" in log


def test_a_failed_jobs_task_fails_and_says_why(stage: Stage) -> None:
    assert stage.ended("failure") == "failed"
    log = stage.airflow.log("failure")
    assert "exit code 7" in log
    assert "alas" in log


def test_a_task_that_may_not_wait_longer_terminates_its_job(stage: Stage) -> None:
    assert stage.ended("timed_out") == "failed"
    job = ended(stage.batch, stage.job("timed_out"))
    assert (job["status"], job["isTerminated"]) == ("FAILED", True)


def test_a_triggerer_that_stops_or_is_killed_ends_no_job_and_the_next_one_goes_on(
    stage: Stage,
) -> None:
    stage.waits("outliving")
    stage.waits("killed")
    reached(stage.batch, stage.job("outliving"), "RUNNING")
    for number in (signal.SIGTERM, signal.SIGKILL):
        stage.begun_again("outliving", number)
    assert described(stage.batch, stage.job("outliving"))["status"] == "RUNNING"
    stage.batch.terminate_job(jobId=stage.job("outliving"), reason="it has waited well")
    assert stage.ended("outliving") == "failed"
    assert "it has waited well" in stage.airflow.log("outliving")


def test_marking_a_deferred_task_failed_terminates_its_job(stage: Stage) -> None:
    stage.waits("killed")
    reached(stage.batch, stage.job("killed"), "RUNNING")
    stage.airflow.ask("mark_failed", "killed", stage.runs["killed"])
    assert until(lambda: _reason(stage, stage.job("killed"))) == "Task killed by the user"


def _reason(stage: Stage, job_id: str) -> str | None:
    job = described(stage.batch, job_id)
    return str(job["statusReason"]) if job["status"] == "FAILED" else None

"""luigi's AWS Batch tasks as they come (luigi.contrib.batch): each is a job of a yard."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.environments import bin_of
from tests.acceptance.yards import RunningYard, printed, register

pytestmark = pytest.mark.xdist_group("luigi")

Luigi = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningYard]:
    bin_of("luigi")
    with RunningYard(tmp_path_factory.mktemp("luigi") / "data", "--ephemeral") as yard:
        greets = 'echo "hello $0"; exit $1'
        register(yard.client("batch"), "sh", "-c", greets, "Ref::whom", "Ref::code", name="greets")
        yield yard


@pytest.fixture
def luigi(yard: RunningYard, tmp_path: Path) -> Luigi:
    home = {"HOME": str(tmp_path), "PYTHONPATH": str(Path(__file__).parent)}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [bin_of("luigi") / "luigi", "--module", "luigi_tasks", "--local-scheduler", *words],
            env=os.environ | yard.env() | home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def jobs(yard: RunningYard, status: str) -> list[dict[str, Any]]:
    batch = yard.client("batch")
    found = batch.list_jobs(jobQueue="default", jobStatus=status)["jobSummaryList"]
    ids = [job["jobId"] for job in reversed(found)]
    listed: list[dict[str, Any]] = batch.describe_jobs(jobs=ids)["jobs"] if ids else []
    return listed


def test_tasks_are_jobs_one_after_the_other(yard: RunningYard, luigi: Luigi) -> None:
    done = luigi("GreetsAgain", "--whom", "grace", "--job-name", "second")
    assert "This progress looks :)" in done.stderr, done.stderr
    first, second = jobs(yard, "SUCCEEDED")
    assert second["jobName"] == "second"
    assert second["createdAt"] >= first["stoppedAt"]
    logs = yard.client("logs")
    assert [printed(logs, job) for job in (first, second)] == [["hello ada"], ["hello grace"]]


def test_a_task_that_fails_shows_what_its_job_printed(yard: RunningYard, luigi: Luigi) -> None:
    done = luigi("Greets", "--whom", "nobody", "--code", "3")
    (job,) = jobs(yard, "FAILED")
    assert f"BatchJobException: Job {job['jobId']} failed: hello nobody" in done.stderr
    assert "This progress looks :(" in done.stderr
    assert job["attempts"][0]["container"]["exitCode"] == 3

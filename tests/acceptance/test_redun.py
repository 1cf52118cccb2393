"""redun's AWS Batch executor as it comes: its tasks are jobs of a yard, its scratch is in moto."""

import ast
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.acceptance.environments import bin_of
from tests.acceptance.motos import running_moto
from tests.acceptance.yards import PATIENCE, RunningYard, reached, until

# One group: a workflow takes seconds of CPU, and all of them share a yard and a moto.
pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("redun")]

CONFIG = """
[backend]
db_uri = sqlite:///{folder}/redun.db

[executors.batch]
type = aws_batch
image = workflow
queue = default
s3_scratch = s3://scratch/redun
memory = 1
min_array_size = 3
job_monitor_interval = 0.2
job_stale_time = 0.2
"""


class Redun:
    """A project with a workflow, and the environment that ``redun`` is typed in."""

    def __init__(self, folder: Path, yard: RunningYard, **variables: str) -> None:
        self.folder = folder
        self.batch = yard.client("batch")
        self.env = yard.env() | variables | {"HOME": str(folder), "PYTHONUNBUFFERED": "1"}
        shutil.copy(Path(__file__).with_name("redun_workflow.py"), folder / "workflow.py")
        (folder / ".redun").mkdir()
        (folder / ".redun" / "redun.ini").write_text(CONFIG.format(folder=folder))

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Begin a workflow; its output is one stream."""
        return subprocess.Popen(
            ["redun", "run", "workflow.py", *words],
            cwd=self.folder,
            env=self.env,
            executable=shutil.which("redun", path=self.env["PATH"]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *words: str) -> tuple[int, str]:
        """Run a workflow to its end; give its exit code and all that it said."""
        with self.start(*words) as running:
            said = running.communicate()[0]
        return running.returncode, said

    def jobs(self, **wanted: str) -> list[dict[str, Any]]:
        """The jobs of the queue."""
        pages = self.batch.get_paginator("list_jobs").paginate(jobQueue="default", **wanted)
        return [job for page in pages for job in page["jobSummaryList"]]


@pytest.fixture(scope="module")
def redun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redun]:
    folder = tmp_path_factory.mktemp("redun")
    bins = [bin_of("redun"), bin_of("awscli")]
    path = os.pathsep.join([*map(str, bins), os.environ["PATH"]])
    key = {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any"}
    with running_moto(folder) as moto:
        s3 = {"AWS_ENDPOINT_URL_S3": moto, "AWS_DEFAULT_REGION": "us-east-1"}
        passed = [word for name in (*key, *s3) for word in ("--pass-env", name)]
        given = {"PATH": path, **key, **s3}
        boto3.client("s3", "us-east-1", endpoint_url=moto, **_lower(key)).create_bucket(
            Bucket="scratch"
        )
        with RunningYard(folder / "data", "--ephemeral", *passed, **given) as yard:
            (folder / "project").mkdir()
            yield Redun(folder / "project", yard, PATH=path, AWS_ENDPOINT_URL_STS=moto, **s3)


def _lower(key: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in key.items()}


def test_python_tasks_script_tasks_and_arrays_succeed(redun: Redun) -> None:
    code, said = redun.run("everything")
    assert code == 0, said
    result = ast.literal_eval(said.splitlines()[-1])
    squares = [["0", "0"], ["1", "1"], ["4", "2"]]
    assert result == [3, [0, b"HELLO\n"], squares]
    (array,) = [job for job in redun.jobs(jobStatus="SUCCEEDED") if "arrayProperties" in job]
    assert array["arrayProperties"]["size"] == 3
    definitions = redun.batch.describe_job_definitions()["jobDefinitions"]
    assert [one["revision"] for one in definitions] == [1], (
        "redun did not find its definition again"
    )


@pytest.mark.parametrize(
    "task, error, printed",
    [
        ("fail", "ValueError: no cake here", "about to fail"),
        ("fail_script", "ScriptError", "no cake there"),
    ],
)
def test_a_failed_task_is_shown_with_its_error_and_its_log(
    redun: Redun, task: str, error: str, printed: str
) -> None:
    code, said = redun.run(task, "--word", "cake")
    assert code == 1
    assert error in said
    _, _, log = said.partition("*** CloudWatch logs for AWS Batch job ")
    assert "statusReason: Essential container in task exited" in log
    assert printed in log
    # Whatever ran before, redun found the definition that it had registered, and took it.
    definitions = redun.batch.describe_job_definitions()["jobDefinitions"]
    assert [one["revision"] for one in definitions] == [1]


def test_a_workflow_that_was_killed_finds_its_running_job_again(redun: Redun) -> None:
    mark = redun.folder / "mark"
    words = ("patient", "--mark", str(mark))
    with redun.start(*words) as first:
        try:
            (job,) = until(lambda: redun.jobs(jobStatus="RUNNING"))
        finally:
            first.kill()
    with redun.start(*words) as second:
        assert second.stdout is not None
        lines = iter(second.stdout.readline, "")
        line = next((line for line in lines if "reunite redun job" in line), "")
        mark.touch()
        said = second.communicate(timeout=PATIENCE)[0]
    assert job["jobId"] in line, said
    assert said.splitlines()[-1] == "'waited'"
    assert reached(redun.batch, job["jobId"], "SUCCEEDED")["jobName"] == job["jobName"]

"""The AWS CLI as it comes, from an environment of its own."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.environments import bin_of
from tests.acceptance.yards import PATIENCE, RunningYard, ended, reached

pytestmark = pytest.mark.timeout(600)  # the first run ever downloads what it needs

CONTAINER = {
    "image": "busybox",
    "command": ["sh", "-c", 'echo "Hello, $0"; exec sleep "$1"', "Ref::who", "Ref::seconds"],
    "resourceRequirements": [
        {"type": "VCPU", "value": "1"},
        {"type": "MEMORY", "value": "64"},
    ],
}
REGISTER = ("--job-definition-name", "greet", "--type", "container")


class Aws:
    """Types ``aws`` commands that go to a yard."""

    def __init__(self, program: Path, yard: RunningYard, home: Path) -> None:
        self.batch = yard.client("batch")
        self._program = program
        self._env = yard.env() | {"HOME": str(home), "AWS_PAGER": ""}

    def type(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self._program, *words],
            env=self._env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def __call__(self, *words: str) -> Any:
        """Type a command that succeeds; give its JSON."""
        done = self.type(*words, "--output", "json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout else None

    def submit(self, name: str, **parameters: str) -> str:
        """Submit a job without the CLI, which takes a second for each command."""
        greet = {"jobQueue": "default", "jobDefinition": "greet"}
        answer = self.batch.submit_job(jobName=name, parameters=parameters, **greet)
        return str(answer["jobId"])


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    program = bin_of("awscli") / "aws"
    folder = tmp_path_factory.mktemp("aws")
    with RunningYard(folder / "data", "--ephemeral") as yard:
        typed = Aws(program, yard, folder)
        container = ("--container-properties", json.dumps(CONTAINER))
        defaults = ("--parameters", "who=World,seconds=0")
        typed("batch", "register-job-definition", *REGISTER, *container, *defaults)
        yield typed


def test_a_job_is_submitted_described_and_read(aws: Aws) -> None:
    where = ("--job-queue", "default", "--job-definition", "greet:1", "--job-name", "one")
    job_id = aws("batch", "submit-job", *where, "--parameters", "who=shell")["jobId"]
    ended(aws.batch, job_id)
    (job,) = aws("batch", "describe-jobs", "--jobs", job_id)["jobs"]
    assert (job["status"], job["container"]["exitCode"]) == ("SUCCEEDED", 0)
    done = aws.type(
        *("logs", "get-log-events", "--log-group-name", "/aws/batch/job"),
        *("--log-stream-name", job["container"]["logStreamName"]),
        *("--output", "text", "--query", "events[].message"),
    )
    assert done.stdout == "Hello, shell\n"


def test_lists_are_paged_by_the_cli_itself(aws: Aws) -> None:
    ids = {aws.submit(f"page{number}") for number in range(3)}
    for job_id in ids:
        ended(aws.batch, job_id)
    filters = ("--filters", "name=JOB_NAME,values=page*")
    listing = ("batch", "list-jobs", "--job-queue", "default", *filters, "--page-size", "1")
    first = aws(*listing, "--max-items", "1")
    rest = aws(*listing, "--starting-token", first["NextToken"])
    assert len(first["jobSummaryList"]) == 1
    assert {job["jobId"] for job in first["jobSummaryList"] + rest["jobSummaryList"]} == ids


def test_a_running_job_is_terminated_with_a_reason(aws: Aws) -> None:
    job_id = aws.submit("long", seconds="600")
    reached(aws.batch, job_id, "RUNNING")
    aws("batch", "terminate-job", "--job-id", job_id, "--reason", "no more of this")
    job = ended(aws.batch, job_id)
    assert (job["status"], job["statusReason"]) == ("FAILED", "no more of this")


def test_a_refusal_is_shown_as_awss_own(aws: Aws) -> None:
    done = aws.type(
        *("batch", "submit-job", "--job-name", "n", "--job-queue", "nowhere"),
        *("--job-definition", "greet"),
    )
    # https://docs.aws.amazon.com/cli/latest/topic/return-codes.html
    assert done.returncode in {254, 255}
    assert "(ClientException) when calling the SubmitJob operation" in done.stderr
    assert "nowhere" in done.stderr

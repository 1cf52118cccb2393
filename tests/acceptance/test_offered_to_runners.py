"""Jobs that `batchyard runner` runs: what comes of them is what comes of a yard's own.

The oracles: https://docs.aws.amazon.com/batch/latest/userguide/job_states.html, job_retries.html
and job_timeouts.html beside it.
"""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.test_attempts import HOG
from tests.acceptance.test_offered import Queue
from tests.acceptance.yards import (
    BATCHYARD,
    PATIENCE,
    RunningYard,
    clean_environment,
    described,
    ended,
    printed,
    reached,
    until,
)

pytestmark = pytest.mark.xdist_group("offered")

GROUP = "machines"


@pytest.fixture(scope="module")
def runner(shared: RunningYard, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A task runner that knows the yard's address and key, and nothing else of it."""
    keys = {name: value for name, value in shared.env().items() if name.startswith("AWS_")}
    process = subprocess.Popen(
        [BATCHYARD, "runner", "--worker-group", GROUP, "--output", tmp_path_factory.mktemp("r")],
        env=clean_environment() | keys | {"AWS_ENDPOINT_URL": shared.url},
        stdin=subprocess.DEVNULL,
    )
    yield
    process.send_signal(signal.SIGTERM)
    try:
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()


@pytest.fixture(scope="module")
def queue(shared: RunningYard, runner: None) -> Queue:  # noqa: ARG001 - it is to run
    return Queue(shared, GROUP)


def test_a_job_has_its_exit_code_every_line_and_its_environment(queue: Queue) -> None:
    script = 'seq 1 3000; echo "$AWS_BATCH_JOB_ID" "$COLOUR" >&2; printf unfinished; exit 7'
    more = {"containerOverrides": {"environment": [{"name": "COLOUR", "value": "red"}]}}
    job = queue.submit("sh", "-c", script, **more)
    found = ended(queue.batch, job)
    assert (found["status"], found["statusReason"]) == (
        "FAILED",
        "Essential container in task exited",
    )
    assert found["container"]["exitCode"] == 7
    assert "reason" not in found["container"]
    lines = printed(queue.logs, found)
    assert lines == [*map(str, range(1, 3001)), f"{job} red", "unfinished"]


def test_a_program_that_is_not_there_could_not_be_started(queue: Queue) -> None:
    found = ended(queue.batch, queue.submit("no-such-program"))
    (attempt,) = found["attempts"]
    assert attempt["statusReason"] == "Task failed to start"
    assert "no-such-program" in attempt["container"]["reason"]


def test_a_terminated_job_is_asked_to_end_and_says_how_it_did(queue: Queue) -> None:
    script = "trap 'echo asked; exit 9' TERM; echo begun; while :; do sleep 0.1; done"
    job = queue.submit("sh", "-c", script)
    running = reached(queue.batch, job, "RUNNING")
    until(lambda: printed(queue.logs, running) == ["begun"])
    queue.batch.terminate_job(jobId=job, reason="enough")
    found = ended(queue.batch, job)
    assert (found["statusReason"], found["container"]["exitCode"]) == ("enough", 9)
    assert printed(queue.logs, found) == ["begun", "asked"]


def test_a_job_over_its_memory_is_137_with_awss_reason(queue: Queue) -> None:
    found = ended(queue.batch, queue.submit("python3", "-c", HOG))
    assert found["container"]["exitCode"] == 137
    told = "OutOfMemoryError: Container killed due to memory usage"
    assert found["container"]["reason"] == told


def test_children_of_an_array_run_as_many_at_once_as_there_is_room(queue: Queue) -> None:
    job = queue.submit("sh", "-c", "exit $AWS_BATCH_JOB_ARRAY_INDEX", arrayProperties={"size": 4})
    ended(queue.batch, job)
    codes = [described(queue.batch, f"{job}:{n}")["container"]["exitCode"] for n in range(4)]
    assert codes == [0, 1, 2, 3]


def test_a_retried_attempt_goes_to_whoever_polls(queue: Queue, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    script = f"[ -e {mark} ] || {{ touch {mark}; exit 1; }}"
    job = queue.submit("sh", "-c", script, retryStrategy={"attempts": 3})
    found = ended(queue.batch, job)
    assert [each["container"]["exitCode"] for each in found["attempts"]] == [1, 0]
    assert found["status"] == "SUCCEEDED"

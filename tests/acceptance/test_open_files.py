"""How many files a yard may open, and what its jobs may.

A soft limit is for what select(2) and old programs can bear, the hard one for who asks:
https://0pointer.net/blog/file-descriptor-limits.html
"""

import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.yards import RunningYard, ended, printed, register

SOFT = 200


class Lowered(RunningYard):
    """A yard that is started with a low soft limit."""

    prefix = ("sh", "-c", f'ulimit -Sn {SOFT}; exec "$@"', "sh")


@pytest.fixture(params=[(), ("--ephemeral",)], ids=["detached", "embedded"])
def yard(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningYard]:
    with Lowered(tmp_path / "yard", *request.param) as made:
        yield made


def test_a_yard_opens_as_many_files_as_it_may_and_its_jobs_what_it_was_started_with(
    yard: RunningYard,
) -> None:
    soft, _ = resource.prlimit(yard.process.pid, resource.RLIMIT_NOFILE)
    assert soft > SOFT
    batch = yard.client("batch")
    definition = register(batch, "sh", "-c", "ulimit -Sn; ulimit -Hn")
    job = batch.submit_job(jobName="limits", jobQueue="default", jobDefinition=definition)
    done = ended(batch, job["jobId"])
    hard = subprocess.run(["sh", "-c", "ulimit -Hn"], capture_output=True, text=True, check=True)
    assert printed(yard.client("logs"), done) == [str(SOFT), hard.stdout.strip()]

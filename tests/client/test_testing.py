"""The yard that is offered to other people's tests."""

import os
import subprocess
import sys
from pathlib import Path

import boto3

from batchyard import NotFound
from batchyard.testing import yard
from tests.client.definitions import PATIENCE, Script, printed, registered, run

CONFTEST = "from batchyard.testing import batchyard_yard\n"
TEST = """
def test_a(batchyard_yard):
    assert batchyard_yard.client("batch").describe_job_queues()["jobQueues"]
def test_b(batchyard_yard):
    assert batchyard_yard.client("logs")
"""


def test_yards_know_nothing_of_each_other_and_leave_nothing_behind() -> None:
    with yard() as one, yard(region="eu-west-1") as other:
        registered(one)
        registered(other)
        job = run(one, "echo hello; pwd", timeout=1)
        job.wait(PATIENCE)
        hello, folder = printed(job)
        state = Path(folder).parents[1]
        assert (hello, state.exists()) == ("hello", True)
        found = other.client("batch").describe_jobs(jobs=[job.job_id])["jobs"]
        assert (found, other.client("batch").meta.region_name) == ([], "eu-west-1")
    assert not state.exists()


def test_another_session_can_be_attached() -> None:
    with yard() as here:
        session = boto3.Session("AKIAIOSFODNN7EXAMPLE", "secret", region_name="us-east-1")
        here.attach(session._session)  # noqa: SLF001 - boto3 has no public way to it
        assert session.client("batch").describe_job_queues()["jobQueues"]


def test_it_can_be_told_what_an_image_would_run() -> None:
    with yard(
        image_commands=("lab/census:2=sh -c 'echo census'",), image_entrypoints=("lab/say=echo",)
    ) as here:
        for image, command, said in (
            ("lab/census:2", [], "census"),
            ("lab/say", ["a b"], "a b"),
            ("lab/other", ["echo", "mine"], "mine"),
        ):
            Script.register(image=image, command=command, memory=64, session=here.session)
            job = run(here, "not used")
            job.wait(PATIENCE)
            assert printed(job) == [said]


def test_the_fixture_is_two_lines_and_works_under_xdist(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_it.py").write_text(TEST)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "xdist", "-n", "2", str(tmp_path)]
    env = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=tmp_path, env=env
    )
    assert "2 passed" in done.stdout, done.stdout


def test_not_found_is_one_class_wherever_it_is_named() -> None:
    from batchyard.errors import NotFound as Named

    assert NotFound is Named

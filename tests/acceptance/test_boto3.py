"""boto3 as it comes, newest and oldest, and batchyard itself on the oldest libraries it allows."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.environments import ROOT, bin_of
from tests.acceptance.yards import RunningYard, clean_environment

pytestmark = pytest.mark.timeout(600)  # the first run ever downloads what it needs
HERE = Path(__file__).parent

SEEN = {
    "array": ["SUCCEEDED", 3],
    "child": ["child 2"],
    "after": ["SUCCEEDED", ["default "]],
    "failing": [3, 3],
    "listed": ["after", "array"],
    "stopped": ["FAILED", "enough"],
    "gone": True,
}


def run(program: Path, script: str, **variables: str) -> str:
    """Run one of the programs beside this file to its end; give what it printed."""
    done = subprocess.run(
        [program, HERE / script],
        env=clean_environment() | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("client, version", [("boto3", "1."), ("floors", "1.34.0")])
def test_a_program_written_for_aws_works_unchanged(
    client: str, version: str, tmp_path: Path
) -> None:
    python = bin_of(client) / "python"
    with RunningYard(tmp_path / "data", "--ephemeral") as yard:
        endpoint = {name: value for name, value in yard.env().items() if name.startswith("AWS_")}
        seen: dict[str, Any] = json.loads(run(python, "everyday.py", **endpoint))
    assert seen.pop("boto3").startswith(version)
    status, message = seen.pop("refused")
    assert (status, "nowhere" in message) == (400, True)
    assert seen == SEEN


def test_the_typed_client_and_a_yard_work_with_the_oldest_libraries_allowed(tmp_path: Path) -> None:
    python = bin_of("floors") / "python"
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path)]
    subprocess.run([*build, ROOT], stdout=subprocess.DEVNULL, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    installed = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    said = run(python, "typed.py", PYTHONPATH=str(installed))
    greetings = ["Hello, reader", "Hello, reader", "Hello, writer"]
    assert said.splitlines() == ["3", *greetings, "/aws/batch/job"]

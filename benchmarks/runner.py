"""What a task costs its runner in CPU, from PollForTask to SetTaskStatus.

A yard hands out 540 activities, ``true`` each. Measured are the runner and its supervisor, without
the commands themselves, from the sixtieth task on. Beside it, at the same yard, a loop of 40 lines
around boto3's client does what is needed and no more: poll, report, run, set the status.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from benchmarks.gear import processes
from benchmarks.gear.figures import Figure, below
from benchmarks.gear.yards import COMMAND, Yard

if TYPE_CHECKING:
    from collections.abc import Iterator

PIPELINES = 6
ACTIVITIES = 90
"""A pipeline has 100 objects at most."""
TASKS = PIPELINES * ACTIVITIES
WARM_UP = 60
"""Tasks before the measurement begins."""
MOST = 0.005
"""Seconds of CPU that a task may cost."""
REGION = "us-east-1"
LOOP = Path(__file__).parent / "programs" / "boto3_runner.py"


def measure() -> list[Figure]:
    """Let both take as many tasks from one yard, one after the other."""
    with tempfile.TemporaryDirectory(prefix="batchyard-bench-") as name:
        folder = Path(name)
        with Yard(folder / "yard") as yard:
            options = ("--data-dir", str(folder / "yard"), "--output", str(folder / "logs"))
            command = [str(COMMAND), "runner", "--worker-group", "ours", *options]
            ours = _cost(yard, "ours", command)
            theirs = _cost(yard, "theirs", [sys.executable, str(LOOP), "theirs", *_where(yard)])
    claim = f"CPU of a task runner for a task ({TASKS} of them)"
    return [below(claim, ours, theirs, MOST, "a loop around boto3")]


def _cost(yard: Yard, group: str, command: list[str]) -> float:
    """Give the CPU seconds of a runner for a task, once it is warm."""
    client = _client(yard)
    for number in range(PIPELINES):
        _offer(client, f"{group}-{number}", group)
    with _running(command) as runner:
        _finished(runner, WARM_UP)
        before = _cpu(runner.pid)
        _finished(runner, TASKS - WARM_UP)
        return (_cpu(runner.pid) - before) / (TASKS - WARM_UP)


def _finished(runner: subprocess.Popen[bytes], count: int) -> None:
    """Wait until a runner has said so often that a task has finished."""
    assert runner.stderr
    said: list[bytes] = []
    while count:
        said.append(runner.stderr.readline())
        assert said[-1], b"".join(said).decode()
        count -= b"FINISHED" in said[-1]


def _cpu(pid: int) -> float:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    supervisors = [int(child) for child in children if b"supervisor" in _command(child)]
    return sum(map(processes.own_cpu, (pid, *supervisors)))


def _command(pid: str) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


@contextmanager
def _running(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def _client(yard: Yard) -> Any:  # noqa: ANN401 - boto3 ships no types
    url, key, secret = _where(yard)
    return boto3.client(
        "datapipeline",
        region_name=REGION,
        endpoint_url=url,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
    )


def _where(yard: Yard) -> tuple[str, str, str]:
    endpoint = yard.endpoint
    return f"http://127.0.0.1:{endpoint.port}", endpoint.access_key, endpoint.secret


def _offer(client: Any, name: str, group: str) -> None:  # noqa: ANN401 - boto3 ships no types
    """Let a pipeline of activities be ready."""
    pipeline = client.create_pipeline(name=name, uniqueId=name)["pipelineId"]
    default = {"scheduleType": "ondemand", "workerGroup": group}
    objects = [_object("Default", default)] + [
        _object(f"Work{number}", {"type": "ShellCommandActivity", "command": "true"})
        for number in range(ACTIVITIES)
    ]
    put = client.put_pipeline_definition(pipelineId=pipeline, pipelineObjects=objects)
    assert not put["errored"], put
    client.activate_pipeline(pipelineId=pipeline)


def _object(name: str, fields: dict[str, str]) -> dict[str, Any]:
    shown = [{"key": key, "stringValue": value} for key, value in fields.items()]
    return {"id": name, "name": name, "fields": shown}

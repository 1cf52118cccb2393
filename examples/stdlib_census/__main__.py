"""The main job, whole: an array counts the standard library, a merge job draws the report.

Everything a script for AWS Batch would do is done with boto3: register definitions, submit an
array, submit a job that depends on it, wait, read the log. The yard runs in this process; the
same calls work on AWS.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from progress import watched

from batchyard.testing import yard

HERE = Path(__file__).parent
SHARDS = 8


def main() -> int:
    """Run the census; returns the merge job's exit code."""
    out = HERE / "out"
    shutil.rmtree(out, ignore_errors=True)
    with yard() as here:
        batch, logs = here.client("batch"), here.client("logs")
        array, merge = submitted(batch, out)
        ended = watched(batch, array, merge)
        print()
        if "logStreamName" in ended[merge]["container"]:  # none, if it never ran
            print_log(logs, ended[merge])
        return exit_code(ended)


def submitted(batch: Any, out: Path) -> tuple[str, str]:
    """Register both programs and submit them; returns the ids of the array and the merge job."""
    count = register(batch, "census", ["census.py", "--out", str(out)], memory=256)
    draw = register(batch, "merge", ["merge.py", "--out", str(out), "--shards", str(SHARDS)])
    array = batch.submit_job(
        jobName="census",
        jobQueue="default",
        jobDefinition=count,
        arrayProperties={"size": SHARDS},
    )["jobId"]
    merge = batch.submit_job(
        jobName="merge", jobQueue="default", jobDefinition=draw, dependsOn=[{"jobId": array}]
    )["jobId"]
    return array, merge


def register(batch: Any, name: str, command: list[str], memory: int = 1024) -> str:
    """Register a program of this folder as a job definition; returns its ARN."""
    program, *arguments = command
    return batch.register_job_definition(
        jobDefinitionName=name,
        type="container",
        containerProperties={
            "image": "python:3.11",
            "command": [sys.executable, str(HERE / program), *arguments],
            "resourceRequirements": [
                {"type": "VCPU", "value": "1"},
                {"type": "MEMORY", "value": str(memory)},
            ],
        },
    )["jobDefinitionArn"]


def print_log(logs: Any, job: dict[str, Any]) -> None:
    """Print everything a job printed; CloudWatch Logs gives it a page at a time."""
    stream = {"logGroupName": "/aws/batch/job", "logStreamName": job["container"]["logStreamName"]}
    page = logs.get_log_events(**stream, startFromHead=True)
    while page["events"]:
        for event in page["events"]:
            print(event["message"])
        page = logs.get_log_events(**stream, nextToken=page["nextForwardToken"])


def exit_code(ended: dict[str, dict[str, Any]]) -> int:
    """The first exit code that is not 0, else 0; a job that never ran counts as 1."""
    for job in ended.values():
        if job["status"] == "FAILED":
            print(f"{job['jobName']} failed: {job['statusReason']}", file=sys.stderr)
            return job["container"].get("exitCode") or 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The least task runner around boto3's client: one task after the other, nothing is kept.

boto3_runner.py GROUP URL ACCESS_KEY SECRET
"""

from __future__ import annotations

import subprocess
import sys

import boto3
from botocore.config import Config


def main(group: str, url: str, key: str, secret: str) -> None:
    """Take tasks of a worker group, and say on standard error when one has finished."""
    client = boto3.client(
        "datapipeline",
        region_name="us-east-1",
        endpoint_url=url,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=Config(read_timeout=100, retries={"total_max_attempts": 1}),
    )
    while True:
        task = client.poll_for_task(workerGroup=group, hostname="here").get("taskObject")
        if task is None:
            continue
        client.report_task_progress(taskId=task["taskId"])
        fields = task["objects"][task["attemptId"]]["fields"]
        (command,) = [field["stringValue"] for field in fields if field["key"] == "command"]
        done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, check=False)
        status = "FAILED" if done.returncode else "FINISHED"
        client.set_task_status(taskId=task["taskId"], taskStatus=status)
        print(status, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

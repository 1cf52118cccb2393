"""Real yards in real processes, for acceptance tests; every process is ended by its id."""

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import boto3
from botocore.config import Config

BATCHYARD = Path(__file__).resolve().parents[2] / ".venv" / "bin" / "batchyard"
PATIENCE = 30.0
"""Seconds: how long to wait for what must happen; no test depends on it being long."""


def clean_environment() -> dict[str, str]:
    """This process's environment as on a machine that has never heard of AWS."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}


def until(happened: Callable[[], Any]) -> Any:
    """Ask again and again until the answer is true; give it."""
    deadline = time.monotonic() + PATIENCE
    while not (found := happened()):
        assert time.monotonic() < deadline, f"it never happened: {happened}"
        select.select([], [], [], 0.01)
    return found


class RunningYard:
    """``batchyard serve`` in a process of its own, on a port from the system."""

    prefix: tuple[str, ...] = ()
    """What starts the command; a class of its own for another."""

    def __init__(self, data_dir: Path, *arguments: str, **variables: str) -> None:
        self.data_dir = data_dir
        self.process = subprocess.Popen(
            [*self.prefix, BATCHYARD, "serve", "--port", "0", "--data-dir", data_dir, *arguments],
            env=clean_environment() | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith("ready http://"), self.process.communicate()[1]
        self.url = line.split()[1]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def env(self) -> dict[str, str]:
        """The environment that `eval "$(batchyard env)"` leaves behind."""
        script = f'eval "$({BATCHYARD} env --data-dir {self.data_dir} --port {self.port})"; env -0'
        done = subprocess.run(
            ["sh", "-c", script], env=clean_environment(), capture_output=True, check=True
        )
        pairs = (entry.partition(b"=") for entry in done.stdout.split(b"\0") if entry)
        return {name.decode(): value.decode() for name, _, value in pairs}

    @property
    def port(self) -> str:
        return self.url.rpartition(":")[2]

    def client(self, service: str, region: str = "us-east-1") -> Any:
        """A boto3 client with the yard's own keys."""
        env = self.env()
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.url,
            aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"total_max_attempts": 1}, proxies={}),
        )

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Send a signal to the server; give its exit code and what it said on stderr."""
        self.process.send_signal(number)
        said = self.process.communicate(timeout=PATIENCE)[1]
        return self.process.returncode, said

    def supervisor(self) -> int | None:
        """The process id of the supervisor of this data directory, if one lives."""
        mark = os.fsencode(self.data_dir / "supervisor")
        for entry in Path("/proc").iterdir():
            with suppress(OSError):
                if entry.name.isdecimal() and mark in (entry / "cmdline").read_bytes():
                    return int(entry.name)
        return None

    def end(self) -> None:
        """End the server, its supervisor and, with it, all that runs."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
        if (pid := self.supervisor()) is not None:
            os.kill(pid, signal.SIGTERM)
            until(lambda: self.supervisor() is None)


def register(batch: Any, *command: str, name: str = "job", **more: Any) -> str:
    """Register a definition that runs a command; give its ARN."""
    answer = batch.register_job_definition(
        jobDefinitionName=name,
        type="container",
        containerProperties={
            "image": "busybox",
            "command": list(command),
            "resourceRequirements": [
                {"type": "VCPU", "value": "1"},
                {"type": "MEMORY", "value": "128"},
            ],
        },
        **more,
    )
    return str(answer["jobDefinitionArn"])


def submit(batch: Any, *command: str, **more: Any) -> str:
    """Run a command as a job in the queue ``default``; give its id."""
    definition = register(batch, *command)
    answer = batch.submit_job(jobName="job", jobQueue="default", jobDefinition=definition, **more)
    return str(answer["jobId"])


def described(batch: Any, job_id: str) -> dict[str, Any]:
    """The job as DescribeJobs shows it."""
    (job,) = batch.describe_jobs(jobs=[job_id])["jobs"]
    return dict(job)


def reached(batch: Any, job_id: str, *states: str) -> dict[str, Any]:
    """Wait until a job is in one of these states; give it."""

    def there() -> dict[str, Any] | None:
        job = described(batch, job_id)
        return job if job["status"] in states else None

    found: dict[str, Any] = until(there)
    return found


def ended(batch: Any, job_id: str) -> dict[str, Any]:
    """Wait until a job has ended; give it."""
    return reached(batch, job_id, "SUCCEEDED", "FAILED")


def printed(logs: Any, job: dict[str, Any]) -> list[str]:
    """What the job's last attempt printed, all pages."""
    stream = job["container"]["logStreamName"]
    token: dict[str, str] = {}
    lines: list[str] = []
    while True:
        page = logs.get_log_events(
            logGroupName="/aws/batch/job", logStreamName=stream, startFromHead=True, **token
        )
        lines += [event["message"] for event in page["events"]]
        if token.get("nextToken") == page["nextForwardToken"]:
            return lines
        token = {"nextToken": page["nextForwardToken"]}

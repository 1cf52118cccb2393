"""A yard and task runners in processes of their own, for as long as one run takes."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from batchyard.cli.pipelines import asking
from batchyard.errors import YardError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from batchyard.client.sessions import Client

REGION = "us-east-1"
PATIENCE = 10
"""Seconds that the yard and the task runners get to leave."""


@contextmanager
def scratch() -> Iterator[str]:
    """Make a folder that is gone afterwards."""
    folder = tempfile.mkdtemp(prefix="batchyard-")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def ephemeral_yard(folder: Path, logs: Path, retries: int) -> Iterator[tuple[Client, str]]:
    """Start a yard that forgets; give a client of it, and its address."""
    from botocore.session import Session

    from batchyard.server.keys import load_or_create

    command = ("serve", "--ephemeral", "--port", "0", "--data-dir", str(folder))
    more = ("--maximum-retries", str(retries), "--retry-delay", "1", "--task-output", str(logs))
    with _process(*command, *more, "--leave-with-parent", stdout=subprocess.PIPE) as process:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        line = process.stdout.readline().decode()
        if not line.startswith("ready "):
            raise YardError("no yard could be started: its words are above")
        url = line.split()[1]
        keys = load_or_create(folder)
        session = Session()
        session.set_credentials(keys.access_key_id, keys.secret_access_key)
        client = session.create_client(asking.SERVICE, region_name=REGION, endpoint_url=url)
        yield client, url


@contextmanager
def task_runner(folder: Path, url: str, logs: Path, group: str) -> Iterator[None]:
    """Start a task runner of a worker group."""
    command = ("runner", "--worker-group", group, "--endpoint", url, "--data-dir", str(folder))
    more = ("--region", REGION, "--output", str(logs), "--leave-with-parent", "--quiet")
    with _process(*command, *more):
        yield


@contextmanager
def _process(*arguments: str, stdout: int | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Run one of our own commands until this is left."""
    process = subprocess.Popen(
        [sys.executable, "-m", "batchyard.cli", *arguments],
        stdin=subprocess.PIPE,
        stdout=stdout,
        start_new_session=True,  # Ctrl-C is for this process, which ends the others
    )
    try:
        yield process
    finally:
        assert process.stdin is not None  # noqa: S101 - it is a pipe
        process.stdin.close()  # they leave with it, and take with them what they run
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()

"""moto_server in a process of its own, ended by its id: AWS services that are not ours."""

import os
import re
import subprocess
import sys
import threading
from collections import deque
from pathlib import Path
from typing import Self

import boto3
from botocore.config import Config

from batchyard.client.sessions import Client

REGION = "us-east-1"
ACCOUNT = "123456789012"
"""Moto's own."""

KEYS = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "secret"}
COMMAND = Path(sys.executable).with_name("moto_server")
LISTENS = re.compile(r"Running on http://127\.0\.0\.1:(\d+)")


class Moto:
    """A running moto_server. What it knows is gone when it ends.

    Args:
        port: to listen on; 0 for one from the system.
    """

    def __init__(self, port: int = 0) -> None:
        hermetic = {name: text for name, text in os.environ.items() if not name.startswith("AWS_")}
        self._process = subprocess.Popen(
            [COMMAND, "-H", "127.0.0.1", "-p", str(port)],
            env=hermetic | {"PYTHONUNBUFFERED": "1", "MOTO_ACCOUNT_ID": ACCOUNT},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.port = self._listening()
        self.url = f"http://127.0.0.1:{self.port}"

    def _listening(self) -> int:
        assert self._process.stderr is not None
        said = ""
        for line in self._process.stderr:
            said += line
            if found := LISTENS.search(line):
                # What it says of every request must not fill the pipe.
                self._drain = threading.Thread(target=deque, args=(self._process.stderr, 0))
                self._drain.start()
                return int(found[1])
        raise AssertionError(said)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """End it; twice is fine."""
        self._process.kill()
        self._process.wait()
        self._drain.join()
        if self._process.stderr is not None:
            self._process.stderr.close()

    def session(self) -> Client:
        """A boto3 session with made-up keys."""
        return boto3.Session(region_name=REGION, **KEYS)

    def client(self, service: str) -> Client:
        """A boto3 client of a service here."""
        config = Config(retries={"total_max_attempts": 1}, proxies={})
        return self.session().client(service, endpoint_url=self.url, config=config)

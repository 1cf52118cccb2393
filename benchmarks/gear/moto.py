"""moto_server, the peer that answers Batch's API without running jobs, in a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from benchmarks.gear import processes
from benchmarks.gear.connections import Connection
from benchmarks.gear.endpoint import Endpoint

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMAND = Path(sys.executable).with_name("moto_server")
_PATIENCE = 30.0
_WITHOUT_DOCKER = msgspec.json.encode({"batch": {"use_docker": False}})
"""Jobs succeed at once and nothing runs: https://docs.getmoto.org/en/latest/docs/services/batch.html"""

_FORM = "Content-Type: application/x-www-form-urlencoded"
_ROLE = b"Action=CreateRole&Version=2010-05-08&RoleName=benchmark&AssumeRolePolicyDocument=%7B%7D"


class Moto(NamedTuple):
    """A running moto_server: its process, and where it is asked."""

    pid: int
    endpoint: Endpoint

    def cpu(self) -> float:
        """Tell its CPU seconds so far."""
        return processes.cpu(self.pid)


@contextmanager
def moto() -> Iterator[Moto]:
    """Start a moto_server whose Batch runs nothing, and end it."""
    port = _free_port()
    environment = os.environ | {"MOTO_PORT": str(port)}
    server = subprocess.Popen(
        [COMMAND], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _configure(port)
        yield Moto(server.pid, Endpoint(port))
    finally:
        processes.end(server.pid)
        server.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port: int = bound.getsockname()[1]
        return port


def _configure(port: int) -> None:
    """Switch Docker off, and make the role that a compute environment is asked for."""
    scope = "20200101/us-east-1/iam/aws4_request"
    head = f"POST / HTTP/1.1\r\nAuthorization: AWS4-HMAC-SHA256 Credential=benchmark/{scope}, "
    asked = {
        "POST /moto-api/config HTTP/1.1\r\nContent-Type: application/json": _WITHOUT_DOCKER,
        f"{head}SignedHeaders=host, Signature=none\r\n{_FORM}": _ROLE,
    }
    for lines, body in asked.items():
        length = f"Host: 127.0.0.1:{port}\r\nContent-Length: {len(body)}"
        answer = _connected(port).ask(f"{lines}\r\n{length}\r\n\r\n".encode() + body)
        assert answer.status < 300, answer


def _connected(port: int) -> Connection:
    """Connect as soon as somebody listens."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            return Connection(port)
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)

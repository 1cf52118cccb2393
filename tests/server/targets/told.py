"""Notices to hand over, and a webhook to hand them to."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from batchyard.batch.model import Demand, Job, Spec
from batchyard.batch.notices import Kind, Notice, written
from batchyard.batch.states import JobState

REGION = "us-east-1"
ACCOUNT = "123456789012"
QUEUE = f"arn:aws:batch:{REGION}:{ACCOUNT}:job-queue/default"


def notice(number: int, job_id: str = "a", region: str = REGION, filling: int = 0) -> Notice:
    """A notice as a yard writes it."""
    definition = QUEUE.replace("job-queue/default", "job-definition/d:1")
    spec = Spec(ACCOUNT, region, "n", QUEUE, definition, ("true",), {}, Demand(1000, 1))
    job = Job(job_id, spec, 1_641_944_200_058, JobState.RUNNABLE)
    detail = {"jobId": job_id, "status": "RUNNABLE", "statusReason": "ä" + "x" * filling}
    body = written(Kind.CHANGED, job, number, json.dumps(detail, ensure_ascii=False).encode())
    return Notice(number, job_id, body)


class Hook:
    """A webhook on this machine.

    Attributes:
        answers: statuses to answer with, the first one first; 200 when there are none.
        down: whether it takes nothing.
        refused: how often it has taken nothing.
        events: what it took, in the order it came.
        headers: those of what it was sent last.
    """

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.down = False
        self.refused = 0
        self.events: list[dict[str, Any]] = []
        self.headers: dict[str, str] = {}
        self._lock = threading.Lock()
        hook = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(hook.take(body, dict(self.headers)))
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def take(self, body: bytes, headers: dict[str, str]) -> int:
        with self._lock:
            status = 503 if self.down else self.answers.pop(0) if self.answers else 200
            self.headers = headers
            if status < 300:
                self.events.append(json.loads(body))
            else:
                self.refused += 1
            return status

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

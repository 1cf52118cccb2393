"""A stand-in for Data Pipeline and CloudWatch Logs: real sockets, whose answers a test decides.

Every request's signature is checked as a yard checks it. A fate says what becomes of a request:
None lets it be answered, a number is an error of that status, `HANG_UP` closes the connection
without an answer, and `LOST` carries it out first.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, TypeVar

from batchyard.errors import Fault
from batchyard.runner.service import Key, Place
from batchyard.wire import Request
from batchyard.wire.sigv4 import parse, verify

T = TypeVar("T")

PATIENCE = 30.0
"""Seconds: how long to wait for what must happen; no test depends on it being long."""

HANG_UP = "hang up"
LOST = "lost"

Fate = int | str | tuple[int, str] | None

One = str | dict[str, Any]
"""The value of a field: a string, or an object that it refers to."""

KEY = Key("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")


class Asked(NamedTuple):
    """A request, in the order they came."""

    operation: str
    members: dict[str, Any]


class Service:
    """What is behind the socket."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.asked: list[Asked] = []
        self.polling = 0
        self.most_polling = 0
        self.hold = 5.0
        self.canceled: set[str] = set()
        self.terminate = False
        self.streams: set[tuple[str, str]] = set()
        self.heard: Callable[[dict[str, str]], None] = lambda _: None
        self.fate: Callable[[str, dict[str, Any]], Fate] = lambda *_: None
        self._ready: list[dict[str, Any]] = []
        self.url = ""

    def offer(self, *tasks: dict[str, Any]) -> None:
        """Tasks are ready."""
        with self.changed:
            self._ready += tasks
            self.changed.notify_all()

    def all(self, operation: str) -> list[dict[str, Any]]:
        """The members of all requests of an operation."""
        return [asked.members for asked in list(self.asked) if asked.operation == operation]

    def status(self, task_id: str) -> dict[str, Any] | None:
        """What SetTaskStatus said of a task, if it did."""
        told = [one for one in self.all("SetTaskStatus") if one["taskId"] == task_id]
        assert len(told) <= 1, told
        return told[0] if told else None

    def until(self, happened: Callable[[], T | None]) -> T:
        """Wait until the answer is true; give it."""
        deadline = time.monotonic() + PATIENCE
        with self.changed:
            while not (found := happened()):
                assert time.monotonic() < deadline, f"never happened; asked: {self.asked}"
                self.changed.wait(0.02)  # for what happens elsewhere nobody notifies
            return found

    def ended(self, *task_ids: str) -> list[dict[str, Any]]:
        """Wait for the status of each of these tasks."""
        return [self.until(partial(self.status, task_id)) for task_id in task_ids]

    def place(self, key: Key = KEY) -> Place:
        """Where this is, as a runner is told."""
        return Place(self.url, "us-east-1", lambda: key, {})

    def answer(self, operation: str, members: dict[str, Any]) -> dict[str, Any] | Fault:
        """Carry a request out."""
        if operation == "PollForTask":
            return self._poll()
        if operation == "ReportTaskProgress":
            return {"canceled": members["taskId"] in self.canceled}
        if operation == "ReportTaskRunnerHeartbeat":
            return {"terminate": self.terminate}
        stream = members.get("logGroupName", ""), members.get("logStreamName", "")
        if operation == "CreateLogStream":
            self.streams.add(stream)
        if operation == "PutLogEvents" and stream not in self.streams:
            return Fault("ResourceNotFoundException", "The specified log stream does not exist.")
        return {}

    def _poll(self) -> dict[str, Any]:
        with self.changed:
            self.polling += 1
            self.most_polling = max(self.most_polling, self.polling)
            self.changed.notify_all()
            self.changed.wait_for(lambda: self._ready or self.hold == 0, self.hold)
            self.polling -= 1
            return {"taskObject": self._ready.pop(0)} if self._ready else {}

    def note(self, operation: str, members: dict[str, Any]) -> Fate:
        """Take a request down, and tell its fate."""
        with self.changed:
            self.asked.append(Asked(operation, members))
            fate = self.fate(operation, members)
            self.changed.notify_all()
            return fate


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    service: Service

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        try:
            self._prove(body)
        except Fault as fault:
            self._send(fault.status, {"__type": f"ns#{fault.code}", "message": fault.message})
            return
        members = json.loads(body)
        fate = self.service.note(operation, members)
        if fate == HANG_UP:
            self.close_connection = True
        elif isinstance(fate, int):
            self._send(fate, {"__type": "InternalServiceError", "message": "made up"})
        elif isinstance(fate, tuple):
            self._send(fate[0], {"__type": f"ns#{fate[1]}", "message": "made up"})
        else:
            self._answer(operation, members, fate)

    def _answer(self, operation: str, members: dict[str, Any], fate: Fate) -> None:
        answer = self.service.answer(operation, members)
        if fate == LOST:
            self.close_connection = True
        elif isinstance(answer, Fault):
            self._send(400, {"__type": answer.code, "message": answer.message})
        else:
            self._send(200, answer)

    def _prove(self, body: bytes) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request("POST", self.path, "", headers, body)
        self.service.heard(headers)
        verify(request, parse(request), KEY.secret, time.time_ns() // 1_000_000)

    def _send(self, status: int, answer: dict[str, Any]) -> None:
        content = json.dumps(answer).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # who asked is gone

    def log_message(self, *_: object) -> None:
        """Say nothing: a test looks at what was asked."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_: object) -> None:
        """A connection that a runner left says nothing."""


@contextmanager
def served() -> Iterator[Service]:
    """A stand-in on a port from the system."""
    service = Service()
    handler = type("Handler", (_Handler,), {"service": service})
    server = _Server(("127.0.0.1", 0), handler)
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield service
    finally:
        service.hold = 0
        with service.changed:
            service.changed.notify_all()
        server.shutdown()
        thread.join()
        server.server_close()


def task(name: str, kind: str, **fields: One | Sequence[One]) -> dict[str, Any]:
    """A task as PollForTask hands it out: an attempt, and what it refers to.

    Args:
        name: the component's.
        kind: its type.
        **fields: its fields; a list is several, an object is referred to.
    """
    attempt = f"@{name}_2012-12-12T00:00:00_Attempt=1"
    objects: dict[str, Any] = {}
    pairs: list[tuple[str, Any]] = [
        ("type", kind),
        ("@componentParent", {"id": name, "bare": True}),
    ]
    pairs.append(("@instanceParent", {"id": attempt.rpartition("_")[0], "bare": True}))
    for key, value in fields.items():
        pairs += [(key, one) for one in ([value] if isinstance(value, str | dict) else value)]
    shown = []
    for key, value in pairs:
        if not isinstance(value, dict):
            shown.append({"key": key, "stringValue": value})
            continue
        shown.append({"key": key, "refValue": value["id"]})
        if "bare" not in value:
            objects[value["id"]] = value
    objects[attempt] = {"id": attempt, "name": name, "fields": shown}
    return {
        "taskId": f"task-{name}",
        "pipelineId": "df-0123456789ABCDEFGHIJ",
        "attemptId": attempt,
        "objects": objects,
    }


def node(name: str, kind: str = "S3DataNode", **fields: str) -> dict[str, Any]:
    """A data node for `task` to refer to."""
    shown = [{"key": key, "stringValue": value} for key, value in {"type": kind, **fields}.items()]
    return {"id": name, "name": name, "fields": shown}

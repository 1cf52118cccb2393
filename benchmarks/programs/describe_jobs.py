"""Answer DescribeJobs for jobs that exist on paper only, and count who asks how.

``describe_jobs.py SCENARIO`` (a `Scenario` as JSON) prints its port. ``POST /start`` begins the
jobs' lives anew and answers with the moment, ``GET /counts`` tells what was asked since. It is an
SQS, too, whose one queue tells of the jobs' state changes.
"""

from __future__ import annotations

import asyncio
import json
import resource
import socket
import sys
import time
from array import array
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import uvicorn
import uvloop

from benchmarks.contenders.scenario import RUNNING_AT, Scenario, load, number_of, succeeds
from benchmarks.programs.state_changes import Changes

BACKLOG = 8192
"""A trigger of Airflow has a connection of its own, and thousands may come at once."""
KEEP_ALIVE = 120
PHASES = (("RUNNABLE", 0.2), ("STARTING", RUNNING_AT), ("RUNNING", 1.0))
"""What a job is until which part of its life is over."""
JSON = (b"content-type", b"application/json")
FAULT = (b"x-amzn-errortype", b"TooManyRequestsException")
TOO_MANY = b'{"message":"Too Many Requests"}'
QUEUE = "arn:aws:batch:us-east-1:123456789012:job-queue/benchmark"
DEFINITION = "arn:aws:batch:us-east-1:123456789012:job-definition/benchmark:1"

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]


class _Question(msgspec.Struct):
    jobs: list[str]


_question = msgspec.json.Decoder(_Question).decode


def _rest(size: int) -> bytes:
    """Form what is said of every job beside its id and status, to make so many bytes together."""
    now = 1_700_000_000_000
    said: dict[str, Any] = {"createdAt": now, "startedAt": now, "dependsOn": [], "tags": {}}
    small = {"jobName": "benchmark", "jobQueue": QUEUE, "jobDefinition": DEFINITION, **said}
    if size <= 1000:
        return msgspec.json.encode(small)[1:]
    attempt = {
        "container": {"exitCode": 1, "logStreamName": "benchmark/default/" + 32 * "a"},
        "startedAt": now,
        "stoppedAt": now,
        "statusReason": "Host EC2 (instance i-0123456789abcdef0) terminated.",
    }
    container: dict[str, Any] = {
        "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/benchmark:latest",
        "command": ["python", "-m", "benchmark", *(f"--option-{at}=value" for at in range(20))],
        "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "16"}],
        "mountPoints": [{"containerPath": f"/mnt/{at}", "sourceVolume": "x"} for at in range(4)],
        "environment": [],
    }
    large = {**small, "attempts": 3 * [attempt], "container": container}
    while len(msgspec.json.encode(large)) < size - 150:
        name = f"PIPELINE_SETTING_{len(container['environment'])}"
        container["environment"].append({"name": name, "value": 100 * "v"})
    return msgspec.json.encode(large)[1:]


class Bucket:
    """Tokens of a service that takes so many requests a second, and as many at once."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._tokens = rate
        self._at = time.monotonic()

    def take(self) -> bool:
        """Take a token if there is one; always when there is no rate."""
        if not self._rate:
            return True
        now = time.monotonic()
        self._tokens = min(self._rate, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class Service:
    """The jobs, and what was asked about them."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._ends = scenario.ends()
        self._rest = _rest(scenario.size)
        self._lives = [(part, f'","status":"{name}",'.encode()) for name, part in PHASES]
        self.start()

    def start(self) -> bytes:
        """Begin all lives now, and forget what was asked."""
        self._began = time.time()
        self._bucket = Bucket(self._scenario.rate)
        self._times = array("d")
        self._widths = array("H")
        self._known: set[str] = set()
        self._refused = 0
        self._connections: set[object] = set()
        self.changes = Changes(self._scenario, self._began)
        return json.dumps(self._began).encode()

    def counts(self) -> bytes:
        """Tell what was asked: when, about how many jobs, how often in vain."""
        told: bytes = msgspec.json.encode(
            {
                "times": [moment - self._began for moment in self._times],
                "widths": self._widths.tolist(),
                "known": len(self._known),
                "refused": self._refused,
                "connections": len(self._connections),
                "received": self.changes.received,
                "undeleted": self.changes.left,
            }
        )
        return told

    def describe(self, body: bytes, caller: object) -> bytes | None:
        """Answer DescribeJobs; None when there were too many requests."""
        now = time.time()
        jobs = _question(body).jobs
        self._times.append(now)
        self._widths.append(len(jobs))
        self._known.update(jobs)
        self._connections.add(caller)
        if not self._bucket.take():
            self._refused += 1
            return None
        age = now - self._began
        return b'{"jobs":[%s]}' % b",".join([self._detail(one, age) for one in jobs])

    def _detail(self, job_id: str, age: float) -> bytes:
        number = number_of(job_id)
        return b"".join((b'{"jobId":"', job_id.encode(), self._status(number, age), self._rest))

    def _status(self, number: int, age: float) -> bytes:
        part = age / self._ends[number]
        for until, status in self._lives:
            if part < until:
                return status
        if succeeds(number):
            return b'","status":"SUCCEEDED",'
        return b'","status":"FAILED","statusReason":"Essential container in task exited",'


def application(service: Service) -> Callable[..., Awaitable[None]]:
    """Form the ASGI application."""

    async def answer(scope: Message, receive: Callable[[], Awaitable[Message]], send: Send) -> None:
        path = scope["path"]
        if path == "/v1/describejobs":
            if (body := await _body(receive)) is not None:
                said = service.describe(body, scope["client"])
                await _send(send, 200 if said is not None else 429, said or TOO_MANY)
        elif path == "/":  # SQS, by its JSON protocol
            action = dict(scope["headers"])[b"x-amz-target"].decode()
            if (body := await _body(receive)) is not None:
                told = await service.changes.answer(action, msgspec.json.decode(body))
                await _send(send, 200, told)
        elif path == "/start":
            await _send(send, 200, service.start())
        elif path == "/counts":
            await _send(send, 200, service.counts())
        else:
            await _send(send, 404, b"{}")

    return answer


async def _body(receive: Callable[[], Awaitable[Message]]) -> bytes | None:
    """Read a whole body; None if the caller was gone before its end."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message["body"])
        if not message["more_body"]:
            return b"".join(parts)


async def _send(send: Send, status: int, body: bytes) -> None:
    headers = [JSON, (b"content-length", b"%d" % len(body))]
    if status == 429:
        headers.append(FAULT)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def serve(service: Service) -> None:
    """Answer until the process is ended."""
    bound = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
    config = uvicorn.Config(
        application(service),
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE,
    )
    print(bound.getsockname()[1], flush=True)
    await uvicorn.Server(config).serve([bound])


def main() -> None:
    """Run the service of one scenario."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(Service(load(sys.argv[1]))))


if __name__ == "__main__":
    main()

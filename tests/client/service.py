"""AWS Batch as a test tells it: a real botocore client whose answers come from a script."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any, TypeAlias

from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.config import Config
from botocore.session import Session

from batchyard.client.judging import World
from batchyard.client.sessions import Client

URL = "http://batchyard.invalid"
Said: TypeAlias = tuple[int, dict[str, Any]]
"""An HTTP status, and what is in the answer."""


class Body:
    def __init__(self, said: object) -> None:
        self.said = said

    def stream(self, **_: object) -> list[bytes]:
        return [json.dumps(self.said).encode()]


@cache
def session() -> Client:
    return Session()


class Service:
    """A service, and the time in which it is asked: it only passes in pauses.

    Args:
        answers: gives the answer to an operation; raises what the network would raise.
    """

    def __init__(self, answers: Callable[[str, dict[str, Any]], Said]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.now = 0.0
        self.pauses: list[float] = []
        self.client: Client = session().create_client(
            "batch",
            region_name="eu-west-1",
            endpoint_url=URL,
            aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
            aws_secret_access_key="secret",
            config=Config(retries={"total_max_attempts": 1}),
        )
        self.client.meta.events.register("before-send.batch.*", self._answer)

    @property
    def world(self) -> World:
        """Its clock; chance is in the middle."""
        return World(lambda: self.now, self._pause, lambda: 0.5)

    @property
    def ids(self) -> list[list[str]]:
        """The ids of each DescribeJobs."""
        return [request["jobs"] for _, request in self.asked]

    def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def _answer(self, request: Client, event_name: str, **_: object) -> Client:
        operation = event_name.rpartition(".")[2]
        members = json.loads(request.body or b"{}")
        self.asked.append((operation, members))
        status, said = self.answers(operation, members)
        headers: Any = HeadersDict({"x-amzn-ErrorType": said.get("code", "")})
        body: Any = Body(said)
        return AWSResponse(URL, status, headers, body)


def error(status: int, code: str) -> Said:
    return status, {"code": code, "message": "says the test"}


def jobs(*lives: list[str], fails: dict[int, Said] | None = None) -> Service:
    """A service whose jobs ``0``, ``1``… show a status per question; the last one stays.

    Args:
        lives: of each job; an empty status is one in which it is not shown.
        fails: which questions, from 0, are answered otherwise.
    """
    questions = 0

    def answers(_: str, members: dict[str, Any]) -> Said:
        nonlocal questions
        number, questions = questions, questions + 1
        if fails and number in fails:
            return fails[number]
        now = {
            one: lives[int(one)][min(number, len(lives[int(one)]) - 1)] for one in members["jobs"]
        }
        return 200, {
            "jobs": [
                {"jobId": one, "jobName": f"job-{one}", "jobQueue": "q", "status": status}
                for one, status in now.items()
                if status
            ]
        }

    return Service(answers)

"""An SQS that answers by a script, inside botocore: no socket, and every request on record."""

import json
import threading
from collections.abc import Iterator
from typing import Any, NamedTuple

import botocore.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse, HeadersDict

from tests.client.hurried import PATIENCE

URL = "https://sqs.eu-west-1.amazonaws.com/123456789012/events"
DENIED = 403, {"__type": "com.amazon.coral.service#AccessDeniedException", "message": "not you"}
BROKEN = 503, {"__type": "ServiceUnavailable", "message": "not now"}


def received(*bodies: str) -> tuple[int, dict[str, Any]]:
    """What ReceiveMessage answers."""
    return 200, {
        "Messages": [
            {"MessageId": f"m{number}", "ReceiptHandle": f"r-{body}", "Body": body}
            for number, body in enumerate(bodies)
        ]
    }


def undeleted(number: int, *, by_fault: bool) -> tuple[int, dict[str, Any]]:
    """What DeleteMessageBatch answers of which one could not be deleted."""
    failed = {"Id": str(number), "Code": "InternalError", "SenderFault": by_fault}
    return 200, {"Successful": [], "Failed": [failed]}


DELETED: tuple[int, dict[str, Any]] = (200, {"Successful": [], "Failed": []})


class Asked(NamedTuple):
    """A request that it got."""

    operation: str
    body: dict[str, Any]

    @property
    def seconds(self) -> int | None:
        return self.body.get("WaitTimeSeconds")

    @property
    def receipts(self) -> list[str]:
        return [entry["ReceiptHandle"] for entry in self.body.get("Entries", ())]


class _Raw:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self._content


class ScriptedSqs:
    """Answers in turn; whatever is asked after the last answer waits for `release`.

    Args:
        script: statuses and bodies.
    """

    def __init__(self, *script: tuple[int, dict[str, Any]]) -> None:
        self.asked: list[Asked] = []
        self.last: tuple[int, dict[str, Any]] = (200, {})
        self._script = list(script)
        self._released = threading.Event()
        self._played = threading.Event()
        self.session = botocore.session.Session()
        self.session.set_credentials("AKIAIOSFODNN7EXAMPLE", "secret")
        self.session.set_config_variable("region", "eu-west-1")
        answer: Any = self._answer
        self.session.register("before-send.sqs.*", answer)

    def until_played(self) -> None:
        """Wait until the script is over, and one request more waits for its answer."""
        assert self._played.wait(PATIENCE), self.asked

    def release(self) -> None:
        """Answer from now on, at once, with ``last``: unless told otherwise, that nothing came."""
        self._released.set()

    def _answer(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        target: Any = request.headers["X-Amz-Target"]
        content: Any = request.body
        self.asked.append(Asked(target.decode().rpartition(".")[2], json.loads(content)))
        status, body = self._script.pop(0) if self._script else self._last()
        raw: Any = _Raw(json.dumps(body).encode())
        headers: Any = HeadersDict({"Content-Type": "application/x-amz-json-1.0"})
        return AWSResponse(request.url, status, headers, raw)

    def _last(self) -> tuple[int, dict[str, Any]]:
        self._played.set()
        assert self._released.wait(PATIENCE)
        return self.last

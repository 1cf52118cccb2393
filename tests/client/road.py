"""The way from a client to a yard, on which requests and answers can be lost or refused."""

from collections.abc import Callable
from itertools import count
from typing import Any

from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.exceptions import ConnectionClosedError
from botocore.session import Session

from batchyard.client.sessions import Client
from batchyard.testing import EphemeralYard

URL = "http://batchyard.invalid"


class Body:
    def __init__(self, text: str) -> None:
        self._text = text

    def stream(self, **_: object) -> list[bytes]:
        return [self._text.encode()]


def refusal(status: int, code: str) -> Client:
    """What AWS answers to a request that it does not take."""
    body: Any = Body('{"message": "made up"}')
    headers: Any = HeadersDict({"x-amzn-ErrorType": code})
    return AWSResponse(URL, status, headers, body)


def throttle() -> Client:
    return refusal(429, "TooManyRequestsException")


def lost() -> Client:
    raise ConnectionClosedError(endpoint_url=URL)


class Road:
    """A session of its own to a yard, which tells each SubmitJob's fate.

    Args:
        here: the yard.
        fate: from a request's number, from 1, and its name: None, or what becomes of it.
        arrives: whether a request whose fate is something else arrives all the same.
    """

    def __init__(
        self,
        here: EphemeralYard,
        fate: Callable[[int, str], Callable[[], Client] | None] = lambda *_: None,
        *,
        arrives: bool = False,
    ) -> None:
        session: Client = Session()
        session.set_credentials("AKIAIOSFODNN7EXAMPLE", "secret")
        session.register("before-send.batch.*", self._pass)
        session.register("provide-client-params.batch.SubmitJob", self._named)
        self.client = session.create_client("batch", region_name=here.region, endpoint_url=URL)
        self.calls: list[str] = []
        self.names: list[str] = []
        self._numbers = count(1)
        self._fate = fate
        self._arrives = arrives
        self._deliver: Callable[..., Client] = lambda **_: None
        here.attach(self)

    def register(self, _: str, handler: Callable[..., Client]) -> None:
        """Take a yard's answers, as a session does that is attached to it."""
        self._deliver = handler

    def _named(self, params: Client, **_: object) -> None:
        self.names.append(params["jobName"])

    def _pass(self, event_name: str, request: Client, **_: object) -> Client:
        operation = event_name.rpartition(".")[2]
        self.calls.append(operation)
        if operation != "SubmitJob":
            return self._deliver(request=request)
        fate = self._fate(next(self._numbers), request.body.decode())
        if fate is None:
            return self._deliver(request=request)
        if self._arrives:
            self._deliver(request=request)
        return fate()

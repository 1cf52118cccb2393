"""A line between botocore's own client and a Service, without a network in between."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import botocore.session
from botocore import xform_name
from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.config import Config

from batchyard.wire import Call, Request, Response, Service
from tests.wire.samples import MODELS

# botocore's AWSPreparedRequest and AWSResponse; its stubs are narrower than what it takes.
Prepared = Any
Answered = Any
SESSION = botocore.session.Session()
CONFIG = Config(region_name="us-east-1", retries={"total_max_attempts": 1})


class Body:
    """What botocore reads a response's body from."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> Iterator[bytes]:
        yield self._content


class Line:
    """A client whose requests end in a Service.

    Attributes:
        call: what the last request was decoded to.
        reply: makes the answer to a call.
    """

    def __init__(self, name: str) -> None:
        self.service = Service(MODELS[name])
        self.model = MODELS[name]
        self.call: Call | None = None
        self.reply: Callable[[Call], Response] = self.silence
        self.client: Any = SESSION.create_client(
            name,
            endpoint_url="http://nowhere.invalid",
            aws_access_key_id="key",
            aws_secret_access_key="secret",
            config=CONFIG,
        )
        self.client.meta.events.register("before-send", self._answered)

    def silence(self, call: Call) -> Response:
        return self.service.encode(call.operation, None, "id-of-request")

    def ask(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        """Let the client ask; what it makes of the answer."""
        answer: dict[str, Any] = getattr(self.client, xform_name(operation))(**params)
        return answer

    def _answered(self, request: Prepared, **_: object) -> Answered:
        self.call = self.service.decode(received(request))
        response = self.reply(self.call)
        headers: Any = HeadersDict(response.headers)
        return AWSResponse(str(request.url), response.status, headers, Body(response.body))


def received(request: Prepared) -> Request:
    """A request of botocore's as a server sees it."""
    url = urlsplit(request.url)
    headers = {
        name.lower(): value.decode() if isinstance(value, bytes) else value
        for name, value in request.headers.items()
    }
    body = request.body or b""
    sent = body.encode() if isinstance(body, str) else body
    return Request(request.method, url.path, url.query, headers, sent)

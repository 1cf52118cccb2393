"""Calls of a JSON service without its client: signed by us, sent by botocore's HTTP session once.

botocore's own client takes 8 ms of CPU for a call, this a tenth of it, and it repeats nothing: a
poll that is sent again by a library may take a second task for the same slot. Connections, proxies
and certificates are botocore's still.

Source: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-make-http-request.html
"""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import msgspec

from batchyard import errors
from batchyard.client.calls import answered, blamed
from batchyard.wire.sigv4 import sign

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")

CONNECT = 10.0
"""Seconds for a connection to come about."""

READ = 30.0
"""Seconds for an answer to a call that is answered at once."""

HOLD = 100.0
"""Seconds for an answer to a poll, which AWS holds for 90:
https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_PollForTask.html"""

AT_ONCE = 32
"""Connections that are kept."""

SOCKET = (
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
)
"""Headers and body leave at once, as with botocore's clients; a poll whose other end has gone
without a word is noticed."""

SUCCESS = 200


class Key(NamedTuple):
    """What a request is signed with; a token goes with keys that are for a while."""

    access: str
    secret: str
    token: str | None = None


class Protocol(NamedTuple):
    """How a service is spoken to, as botocore's model says.

    Attributes:
        signing: the signing name.
        target: what stands before an operation's name in X-Amz-Target.
        version: of JSON.
    """

    signing: str
    target: str
    version: str = "1.1"


PIPELINES = Protocol("datapipeline", "DataPipeline")
LOGS = Protocol("logs", "Logs_20140328")


class Place(NamedTuple):
    """Where requests go, and as whose.

    Attributes:
        url: the endpoint.
        region: what they are signed for.
        key: gives the key of the moment; it may ask for a new one.
        proxies: by scheme, as botocore takes them.
        verify: what certificates are checked against, as botocore takes it.
    """

    url: str
    region: str
    key: Callable[[], Key]
    proxies: Mapping[str, str]
    verify: bool | str = True


class Service:
    """One service at one place. Any number of threads may call it at once.

    Args:
        place: where it is.
        protocol: how it is spoken to.
        read: seconds to wait for an answer.
    """

    def __init__(self, place: Place, protocol: Protocol, read: float = READ) -> None:
        from botocore.httpsession import URLLib3Session

        self._place = place
        self._protocol = protocol
        session: Any = URLLib3Session  # its stubs know less than it takes
        self._http = session(
            verify=place.verify,
            proxies=dict(place.proxies),
            timeout=(CONNECT, read),
            max_pool_connections=AT_ONCE,
            socket_options=SOCKET,
        )

    def call(self, operation: str, members: Mapping[str, object], answer: type[T]) -> T:
        """Call an operation, once.

        Args:
            operation: by AWS's name.
            members: the request.
            answer: what to read of the response.

        Raises:
            RefusedCredentials: there are none, or they do not allow this.
            NotFound: nobody knows the task.
            Refused: the request is wrong.
            Throttled: asked too often.
            ServiceError: the service failed, or cannot be reached.
        """
        from botocore.awsrequest import AWSPreparedRequest, HeadersDict
        from botocore.exceptions import BotoCoreError

        body = msgspec.json.encode(members)
        try:
            headers: Any = HeadersDict(self._signed(operation, body))
            request = AWSPreparedRequest(
                "POST", self._place.url, headers, body, stream_output=False
            )
            response = self._http.send(request)
        except BotoCoreError as error:
            raise blamed(error, operation) from error
        return _read(response.status_code, response.content, operation, answer)

    def _signed(self, operation: str, body: bytes) -> dict[str, str]:
        key = self._place.key()
        headers = {
            "content-type": f"application/x-amz-json-{self._protocol.version}",
            "x-amz-target": f"{self._protocol.target}.{operation}",
        }
        if key.token:
            headers["x-amz-security-token"] = key.token
        return sign(
            "POST",
            self._place.url,
            headers,
            body,
            access_key=key.access,
            secret=key.secret,
            region=self._place.region,
            service=self._protocol.signing,
            now=time.time_ns() // 1_000_000,
        )


class _Fault(msgspec.Struct):
    """An error as these services answer it; the message is spelt in two ways."""

    type: str = msgspec.field(default="", name="__type")
    message: str = ""
    Message: str = ""


def _read(status: int, content: bytes, operation: str, answer: type[T]) -> T:
    if status != SUCCESS:
        raise _refusal(status, content, operation)
    try:
        return msgspec.json.decode(content or b"{}", type=answer)
    except msgspec.MsgspecError as error:
        raise errors.ServiceError(f"{operation}: the answer cannot be read: {error}") from error


def _refusal(status: int, content: bytes, operation: str) -> errors.BatchyardError:
    try:
        fault = msgspec.json.decode(content, type=_Fault)
    except msgspec.MsgspecError:  # a proxy's page, say
        fault = _Fault(message=content[:200].decode(errors="replace"))
    code = fault.type.rpartition("#")[2].partition(":")[0]
    response: dict[str, Any] = {
        "Error": {"Code": code, "Message": fault.message or fault.Message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return answered(response, operation)

"""Before the gateway: what is signed for a service that is not the yard's is proven and passed on.

Nothing reaches moto that the gate would not let in. A body is on disk or in memory, whole and
proven, before moto sees any of it; an answer is passed on by the piece.
"""

from __future__ import annotations

import logging
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

import msgspec

from batchyard.errors import Fault, YardError
from batchyard.server.asgi import request_of, respond
from batchyard.server.gateway import OWN
from batchyard.server.neighbours import program
from batchyard.server.neighbours.exchange import Broken, Exchange, Headers, Question, asked
from batchyard.server.neighbours.proving import Left, proven
from batchyard.server.neighbours.wording import worded
from batchyard.wire import s3_presigned
from batchyard.wire.sigv4 import parse
from batchyard.wire.sigv4_canonical import ALGORITHM, S3

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from batchyard.server.asgi import Application, Receive, Scope, Send
    from batchyard.server.gate import Gate
    from batchyard.server.keys import Ring
    from batchyard.server.neighbours.moto import Moto
    from batchyard.server.neighbours.proving import Body
    from batchyard.wire import Request
    from batchyard.wire.sigv4 import Claim

log = logging.getLogger(__name__)

OF_THE_CONNECTION: Final = frozenset(
    (
        b"connection",
        b"content-length",
        b"expect",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"te",
        b"transfer-encoding",
        b"upgrade",
    )
)
"""Headers that mean one connection, not what is passed on (RFC 9110, section 7.6.1), and those that
the next one gets anew."""

KEY_ID: Final = re.compile(r"[A-Z0-9]{16,128}")
"""https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKey.html, as moto gives them out"""

APART: Final[Headers] = [
    (b"content-security-policy", b"sandbox"),
    (b"x-content-type-options", b"nosniff"),
]
"""What is stored in a bucket may be a page: a browser must not take it for one of the yard's."""

MOTOS_OWN: Final = "/moto-api"
"""Where moto can be emptied and changed: for the yard alone."""


class Front:
    """Looks at every signed request first.

    Args:
        gate: who may ask.
        ring: the keys that the gate believes; those that moto gives out are added.
        ours: the signing names of the services that the gateway answers.
        moto: answers all others.
        gateway: answers ours.
        new_id: forms the ids that refusals carry.
    """

    def __init__(
        self,
        gate: Gate,
        ring: Ring,
        ours: Container[str],
        moto: Moto,
        gateway: Application,
        new_id: Callable[[], str],
    ) -> None:
        """Take the parts."""
        self._gate = gate
        self._ring = ring
        self._ours = ours
        self._moto = moto
        self._gateway = gateway
        self._new_id = new_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        request = request_of(scope, b"") if scope["type"] == "http" else None
        claim = None if request is None else _claim(request)
        if request is None or claim is None:
            await self._gateway(scope, receive, send)
            return
        if claim.service in self._ours or request.path.startswith(OWN):
            if self._comes_from_here(request):
                await self._learn(claim.access_key)
            await self._gateway(scope, receive, send)
            return
        await self._answer(scope, receive, send, request, claim)

    def _comes_from_here(self, request: Request) -> bool:
        """Tell whether the gate would let a request in as far as its source goes."""
        try:
            self._gate.check_source(request)
        except Fault:
            return False
        return True

    async def _learn(self, access_key: str) -> None:
        """Ask moto about a key that nobody here knows: IAM or STS may have given it out there."""
        known = not self._gate.auth or self._ring.secret_of(access_key) is not None
        if known or not KEY_ID.fullmatch(access_key):
            return
        try:
            status, body = await asked(
                await self._moto.socket(), "GET", program.SECRETS + access_key
            )
        except (Broken, YardError) as error:
            log.warning("moto was not asked about the key %s: %s", access_key, error)
            return
        found = msgspec.json.decode(body)["secret"] if status == HTTPStatus.OK else None
        if found is not None:
            self._ring.learn(access_key, found)

    async def _answer(
        self, scope: Scope, receive: Receive, send: Send, request: Request, claim: Claim
    ) -> None:
        sent = _Sent(send)
        try:
            self._gate.check_source(request, buckets=claim.service in S3)
            _check_path(request)
            await self._learn(claim.access_key)
            body = await proven(self._gate, request, claim, receive)
            with body.file:
                await self._pass_on(scope, request, claim, body, sent)
        except Left:
            return
        except Fault as fault:
            await respond(send, worded(fault, request, claim.service, self._new_id()))
        except (Broken, YardError) as error:
            log.error("%s %s: moto: %s", request.method, request.path, error)  # noqa: TRY400 - its words say all
            if sent.begun:
                raise  # the connection is cut: an answer that is not whole must not look whole
            failed = Fault("InternalFailure", f"moto, which answers here, failed: {error}", 500)
            await respond(send, worded(failed, request, claim.service, self._new_id()))

    async def _pass_on(
        self, scope: Scope, request: Request, claim: Claim, body: Body, sent: _Sent
    ) -> None:
        target = request.path + (f"?{request.query}" if request.query else "")
        headers = _passed(scope["headers"]) + _routed(claim)
        question = Question(request.method, target, headers, body.file, body.size)
        async with Exchange(await self._moto.socket(), question) as exchange:
            await exchange.begin()
            _check_answer(exchange)
            await sent.begin(exchange.status, _returned(exchange.headers))
            while piece := await exchange.piece():
                await sent.more(piece)
            await sent.end()


class _Sent:
    """What has been sent of an answer."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = False

    async def begin(self, status: int, headers: Headers) -> None:
        self.begun = True
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def more(self, piece: bytes) -> None:
        await self._send({"type": "http.response.body", "body": piece, "more_body": True})

    async def end(self) -> None:
        await self._send({"type": "http.response.body", "body": b""})


def _claim(request: Request) -> Claim | None:
    """Read whom a request is for; None where it cannot be told: the gateway says why."""
    try:
        return parse(request)
    except Fault:
        return s3_presigned.claim_of(request)


def _check_path(request: Request) -> None:
    meant = "/" + unquote(request.path).lstrip("/")  # as moto reads it
    if meant.startswith((MOTOS_OWN, OWN)):
        message = (
            f"{request.path} is not reached through a yard; "
            "POST /_batchyard/reset empties one that was started with --ephemeral, and moto with it"
        )
        raise Fault("AccessDeniedException", message, 403)


def _check_answer(exchange: Exchange) -> None:
    """Hold back what no client of AWS could read: moto's word for its own failures."""
    headers = {name.lower(): value for name, value in exchange.headers}
    unserved = headers.get(program.UNSERVED.encode())
    if unserved is not None:
        message = f"Service {unserved.decode()!r} is answered neither by this yard nor by its moto"
        raise Fault("UnknownServiceException", message, 404)
    if exchange.status == HTTPStatus.INTERNAL_SERVER_ERROR and headers.get(
        b"content-type", b""
    ).startswith(b"text/html"):
        message = "moto, which answers here, failed; its traceback is in what the yard printed"
        raise Fault("InternalFailure", message, 500)


def _passed(headers: Headers) -> Headers:
    return [(name, value) for name, value in headers if name.lower() not in OF_THE_CONNECTION]


def _routed(claim: Claim) -> Headers:
    """Tell moto whom a presigned URL is for: else it goes by the body, which is not signed."""
    if claim.expires is None:
        return []
    credential = f"{claim.access_key}/{claim.scope}"
    value = f"{ALGORITHM} Credential={credential}, SignedHeaders=host, Signature=0"
    return [(b"authorization", value.encode())]


def _returned(headers: Headers) -> Headers:
    """Leave out what the yard's own server says: the date, and whether the connection stays."""
    told = {name for name, _ in APART}
    kept = (OF_THE_CONNECTION | {b"date"} | told) - {b"content-length"}
    names = [name.lower() for name, _ in headers]
    return [
        (name, value)
        for name, value in headers
        if name.lower() not in kept
        and not (name.lower() == b"server" and names.count(b"server") > 1)
    ] + APART

"""From a request to its answer: the gate, the service, the operation, the disk, the answer.

Only a Fault leaves; whatever else goes wrong is a 500 with a request id, and a traceback in the
log under that id.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, NamedTuple

from batchyard.batch.ids import Place
from batchyard.errors import Fault, YardError
from batchyard.server.attending import GONE, attended
from batchyard.server.gate import HEALTH
from batchyard.server.operations import Context
from batchyard.wire.sigv4 import parse

if TYPE_CHECKING:
    from batchyard.engine.engine import Engine
    from batchyard.server.gate import Gate
    from batchyard.server.house import House
    from batchyard.wire import Call, Request, Response, Service
    from batchyard.wire.sigv4 import Claim

log = logging.getLogger(__name__)

OWN = "/_batchyard/"
"""Paths of the yard's own; everything else is AWS's."""


class Served(NamedTuple):
    """A service and those of its operations that this yard serves."""

    service: Service
    operations: Mapping[str, Callable[..., Any]]


class _Asked:
    """What a request turned out to ask for, as far as that can be told."""

    __slots__ = ("operation", "service")

    def __init__(self) -> None:
        self.service = self.operation = ""


class Gateway:
    """Answers requests.

    Args:
        gate: who may ask.
        services: what is served, by the service's name in a credential's scope.
        house: answers the yard's own paths.
        engine: gives the engine of the moment (a reset makes a new one).
        new_id: forms the ids that answers carry.
        called: told of every call that was answered: the service, the operation (either is empty
            where it cannot be told) and the HTTP status.
    """

    def __init__(
        self,
        gate: Gate,
        services: Mapping[str, Served],
        house: House,
        engine: Callable[[], Engine],
        new_id: Callable[[], str],
        called: Callable[[str, str, int], None] | None = None,
    ) -> None:
        """Take the parts."""
        self._new_id = new_id
        self._gate = gate
        self._services = services
        self._house = house
        self._engine = engine
        self._called = called

    def glance(self, request: Request) -> Response | None:
        """Refuse a request before its body is read; None for one that may come in."""
        if request.path == HEALTH:
            return None
        try:
            self._gate.glance(request)
        except Fault as fault:
            return self._speaker(request).fault(fault, self._new_id())
        return None

    def answer(self, request: Request) -> Awaitable[Response | None]:
        """Answer a request that came from outside, whatever it holds; None if nobody waits."""
        return self._guarded(request, self._gate.admit)

    async def answer_own(self, request: Request) -> Response:
        """Answer a request that was made in this process: there is nobody to keep out."""
        response = await self._guarded(request, parse)
        assert response is not None  # noqa: S101 - whoever calls in this process waits
        return response

    async def _guarded(
        self, request: Request, admit: Callable[[Request], Claim]
    ) -> Response | None:
        request_id, speaker = self._new_id(), self._speaker(request)
        method, path, asked = request.method, request.path, _Asked()
        try:
            answer = self._answer(request, admit(request), request_id, asked)
            del request  # thousands of polls may wait, and what they asked is not needed for that
            response = await answer
        except Fault as fault:
            response = speaker.fault(fault, request_id)
        except YardError as error:
            log.error("%s (%s): %s", path, request_id, error)  # noqa: TRY400 - its words say all
            message = f"The yard cannot go on: {error}"
            response = speaker.fault(Fault(speaker.failure, message, 500), request_id)
        except Exception:
            log.exception("%s %s (%s)", method, path, request_id)
            message = f"The yard failed; its log has the traceback under {request_id}"
            response = speaker.fault(Fault(speaker.failure, message, 500), request_id)
        if self._called is not None and response is not None:
            self._called(asked.service, asked.operation, response.status)
        return response

    async def _answer(
        self, request: Request, claim: Claim, request_id: str, asked: _Asked
    ) -> Response | None:
        if request.path.startswith(OWN):
            return await self._house.answer(request, claim)
        served = self._services.get(claim.scope.service)
        if served is None:
            known = ", ".join(sorted(self._services))
            message = f"Service {claim.scope.service!r} is not served by this yard ({known} are)"
            raise Fault("UnknownServiceException", message, 404)
        asked.service = served.service.name
        call, gone = served.service.decode(request), request.gone
        asked.operation = operation = call.operation
        answer = self._perform(served, call, claim)
        del request, claim, call  # as in _guarded
        if isawaitable(answer):  # one that takes its time
            answer = await attended(answer, gone)
            if answer is GONE:
                return None
        engine = self._engine()
        if not engine.settled:
            await engine.durable()
        return served.service.encode(operation, answer, request_id)

    def _perform(self, served: Served, call: Call, claim: Claim) -> Any:  # noqa: ANN401 - a wire struct
        perform = served.operations.get(call.operation)
        if perform is None:
            message = f"{call.operation} of {served.service.name} is not served by this yard yet"
            raise Fault("UnsupportedOperationException", message, 501)
        engine = self._engine()
        place = Place(engine.settings.account, claim.scope.region)
        context = Context(place, engine, served.service.types, claim.access_key)
        return perform(context, call.params)

    def _speaker(self, request: Request) -> Service:
        """Choose who words a fault: the service that is asked, or Batch where none can be told."""
        target = request.headers.get("x-amz-target", "").partition("_")[0].partition(".")[0]
        served = self._services.get(target.lower(), self._services["batch"])
        return served.service
